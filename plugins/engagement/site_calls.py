"""Place the site's calls to action on its pages, and make the files that they need."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from .calls_to_action import CallToAction
from .events import calendar, structured_data
from .placements import IN_TEXT, CallsToAction, Chosen, Slot, Subject, choose
from .providers import Form
from .settings import CallsToActionSettings

# The most important first: where a call may show once a page, an earlier slot gets it.
STORY_SLOTS: tuple[Slot, ...] = ("end", "middle", "footer")
PAGE_SLOTS: tuple[Slot, ...] = ("page", "footer")
LISTING_SLOTS: tuple[Slot, ...] = ("listing", "footer")
NOT_FOUND_SLOTS: tuple[Slot, ...] = ("404", "footer")
FOLDER = "engagement"
SCRIPT = f"{FOLDER}/signups.js"


@dataclass(frozen=True)
class PlacedCall:
    """A call on a page, as templates see it.

    ``source`` is what its form tells of where it stands, None for nothing. ``id`` is unique on the
    page, and starts with a capital, as ids of headings in stories never do. ``data`` is an event's
    schema.org description. ``tags_before`` says where in the story's text a mid-story call stands.
    """

    call: CallToAction
    slot: str
    reason: str
    source: tuple[str, str] | None
    data: Mapping[str, Any] | None
    tags_before: int = 0

    @property
    def form(self) -> Form | None:
        """What to post; None when it has no form."""
        return self.call.form(self.source)

    @property
    def id(self) -> str:
        """An id for its heading."""
        return f"Call-{self.call.name}-{self.slot}"

    @property
    def calendar_path(self) -> str:
        """The path from the site's root of the event's calendar file."""
        return calendar_path(self.call)


@dataclass(frozen=True)
class SiteCalls:
    """All calls of a site at a moment; of gatherings only those still to come."""

    offers: CallsToAction
    settings: CallsToActionSettings
    now: datetime
    siteurl: str
    sitename: str

    @cached_property
    def live(self) -> CallsToAction:
        """The offers without gatherings that are over."""
        calls = self.offers.calls
        current = {name: call for name, call in calls.items() if not call.is_over(self.now)}
        return replace(self.offers, calls=current)

    @cached_property
    def in_force(self) -> CallsToAction:
        """The live offers without placements whose days are yet to come, or over."""
        today = self.now.date()
        placements = tuple(each for each in self.live.placements if each.when.holds_on(today))
        return replace(self.live, placements=placements)

    @cached_property
    def _data(self) -> dict[str, Mapping[str, Any]]:
        """The schema.org description of each gathering by its call's name."""
        return {
            call.name: structured_data(
                call.event,
                self.now,
                name=_text(call.heading),
                description=_text(call.body),
                url=call.url_at(self.siteurl),
                organizer=self.sitename,
            )
            for call in self.live.calls.values()
            if call.event
        }

    @cached_property
    def _asked(self) -> Subject:
        """The names that rules ask for, in small letters, as if of one page."""
        every = [each.when for each in self.in_force.placements]
        return Subject(
            tuple(name.casefold() for when in every for name in when.categories),
            tuple(name.casefold() for when in every for name in when.tags_any),
            tuple(name.casefold() for when in every for name in when.series),
            tuple(name.casefold() for when in every for name in when.authors),
        )

    @cached_property
    def _words_asked(self) -> list[int]:
        """How many words rules ask for, ascending."""
        return sorted({0, *(each.when.min_words for each in self.in_force.placements)})

    @cached_property
    def _on_stories(self) -> dict[object, dict[str, tuple[Chosen, ...]]]:
        """What was chosen for stories, by all that it depends on: most stories are alike."""
        return {}

    def on_story(
        self,
        slug: str,
        subject: Subject,
        pauses: Sequence[int],
        by_hand: Sequence[str] = (),
        front_matter: Mapping[Slot, Sequence[str]] | None = None,
    ) -> dict[str, tuple[PlacedCall, ...]]:
        """The calls by slot for a story, and for its feed entry.

        ``pauses`` has how many tags are before each pause of its text, the best first.
        """
        subject = self._as_asked(subject)
        named = tuple((slot, tuple(names)) for slot, names in (front_matter or {}).items())
        key = (subject, len(pauses), tuple(by_hand), named)
        chosen = self._on_stories.get(key)
        if chosen is None:
            chosen = self._on_stories[key] = self._chosen_for_story(*key)
        tags = iter(sorted(pauses[: len(chosen.get("middle", ()))]))
        return {
            slot: tuple(
                self._placed(each, slug, next(tags) if slot == "middle" else 0) for each in here
            )
            for slot, here in chosen.items()
        }

    def on_page(
        self,
        slug: str,
        slots: Sequence[Slot],
        subject: Subject,
        by_hand: Sequence[str] = (),
        front_matter: Mapping[Slot, Sequence[str]] | None = None,
    ) -> dict[str, tuple[PlacedCall, ...]]:
        """The calls by slot for a page that is no story."""
        chosen = self._chosen(dict.fromkeys(slots, 1), subject, by_hand, front_matter or {})
        return {
            slot: tuple(self._placed(each, slug) for each in here) for slot, here in chosen.items()
        }

    def files(self, script: bytes) -> dict[str, bytes]:
        """The files by their path from the site's root: calendars, and the script if needed."""
        made = {
            calendar_path(call): calendar(
                call.event,
                uid=f"{call.name}@{urlsplit(self.siteurl).hostname or 'localhost'}",
                name=_text(call.heading),
                description=_text(call.body),
                url=call.url_at(self.siteurl),
            )
            for call in self.live.calls.values()
            if call.event
        }
        return made | ({SCRIPT: script} if self.success_pages else {})

    @property
    def success_pages(self) -> tuple[str, ...]:
        """The pages where a reader has signed up for a call that then thanks instead of asks."""
        return tuple(
            dict.fromkeys(
                call.success_page
                for call in self.live.calls.values()
                if call.thanks and call.success_page and call.form(None)
            )
        )

    @property
    def form_origins(self) -> tuple[str, ...]:
        """The origins that forms post to, for a content security policy."""
        forms = (call.form(None) for call in self.live.calls.values())
        addresses = (urlsplit(form.action) for form in forms if form)
        return tuple(sorted({f"{each.scheme}://{each.netloc}" for each in addresses}))

    def _chosen_for_story(
        self,
        subject: Subject,
        pauses: int,
        by_hand: Sequence[str],
        named: Iterable[tuple[Slot, Sequence[str]]],
    ) -> dict[str, tuple[Chosen, ...]]:
        # What is over takes no place from what is to come.
        by_hand = [name for name in by_hand if name in self.live.calls]
        front_matter = {
            slot: [name for name in names if name in self.live.calls] for slot, names in named
        }
        limits = {
            "end": self.settings.end_limit,
            "middle": max(0, self.settings.middle_limit - len(by_hand)),
            "footer": 1,
        }
        limits["middle"] = min(limits["middle"], pauses)
        if "middle" in front_matter:
            front_matter["middle"] = front_matter["middle"][:pauses]
        slots: dict[Slot, int] = {slot: limits[slot] for slot in STORY_SLOTS}
        chosen = self._chosen(slots, subject, by_hand, front_matter)
        return chosen | self._chosen({"feed": 1}, subject, (), front_matter)

    def _chosen(
        self,
        slots: Mapping[Slot, int],
        subject: Subject,
        by_hand: Sequence[str],
        front_matter: Mapping[Slot, Sequence[str]],
    ) -> dict[str, tuple[Chosen, ...]]:
        chosen = choose(
            self.in_force,
            slots,
            subject,
            self.now.date(),
            by_hand=by_hand,
            front_matter=front_matter,
            same_call_limit=self.settings.same_call_limit,
        )
        in_text = [
            Chosen(self.live.calls[name], IN_TEXT, "by hand")
            for name in by_hand
            if name in self.live.calls
        ]
        if in_text:
            chosen[IN_TEXT] = tuple(in_text)
        return chosen

    def _as_asked(self, subject: Subject) -> Subject:
        """The subject without what no rule asks for."""
        asked = self._asked
        return Subject(
            _among(subject.categories, asked.categories),
            _among(subject.tags_any, asked.tags_any),
            _among(subject.series, asked.series),
            _among(subject.authors, asked.authors),
            self._words_asked[bisect_right(self._words_asked, subject.words) - 1],
        )

    def _placed(self, chosen: Chosen, slug: str, tags_before: int = 0) -> PlacedCall:
        call = chosen.call
        source = (slug, chosen.slot) if self.settings.tell_source else None
        data = self._data.get(call.name)
        return PlacedCall(call, chosen.slot, chosen.reason, source, data, tags_before)


def calendar_path(call: CallToAction) -> str:
    """The path from the site's root of an event's calendar file."""
    return f"{FOLDER}/{call.name}.ics"


def _among(names: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name.casefold() in asked) if asked else ()


def _text(html: str) -> str:
    """The text of HTML, for files that know no markup."""
    return Markup(html).striptags()
