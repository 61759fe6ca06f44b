"""Choose which calls to action a page shows, and say why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, get_args

from .calls_to_action import CallToAction

Slot = Literal["end", "middle", "listing", "footer", "page", "404", "feed"]
SLOTS: tuple[Slot, ...] = get_args(Slot)
IN_TEXT = "text"  # the slot of a call that the writer put into the text by hand


@dataclass(frozen=True)
class When:
    """The conditions of a placement; all that are given must hold. Dates are whole days."""

    categories: tuple[str, ...] = ()
    tags_any: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    min_words: int = field(default=0, metadata={"least": 0})
    first_day: date | None = field(default=None, metadata={"key": "from"})
    last_day: date | None = field(default=None, metadata={"key": "until"})

    def holds_on(self, day: date) -> bool:
        """Whether the day is within those that are given."""
        begun = not self.first_day or self.first_day <= day
        return begun and (not self.last_day or day <= self.last_day)


@dataclass(frozen=True)
class Placement:
    """Where a call shows, and for whom. Of two for one slot the higher priority wins, then the
    one with more conditions, then the name. ``source`` names its table in messages."""

    call: str
    slot: Slot
    when: When = When()
    priority: int = 0
    source: str = ""


@dataclass(frozen=True)
class CallsToAction:
    """Everything that calls_to_action.toml says."""

    calls: Mapping[str, CallToAction]
    placements: tuple[Placement, ...]

    @cached_property
    def ranked(self) -> list[Placement]:
        """The placements of calls that there are, those first that win a slot."""
        return sorted(
            (each for each in self.placements if each.call in self.calls),
            key=lambda each: (-each.priority, -_conditions(each.when), each.call),
        )


NO_CALLS = CallsToAction({}, ())


@dataclass(frozen=True)
class Subject:
    """What rules know of a page. A topic's page has its category, a tag's page its tag."""

    categories: tuple[str, ...] = ()
    tags_any: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    words: int = 0


@dataclass(frozen=True)
class Chosen:
    """A call in a slot of a page, and why it is there: words for the writer."""

    call: CallToAction
    slot: str
    reason: str


def matches(when: When, subject: Subject, today: date) -> list[str] | None:
    """Which conditions the page meets, in words; None when it fails one."""
    met = []
    for key, one in (
        ("categories", "category"),
        ("tags_any", "tag"),
        ("series", "series"),
        ("authors", "author"),
    ):
        wanted: tuple[str, ...] = getattr(when, key)
        if not wanted:
            continue
        folded = {name.casefold() for name in wanted}
        common = [name for name in getattr(subject, key) if name.casefold() in folded]
        if not common:
            return None
        met.append(f"matches {one} {', '.join(common)}")
    if subject.words < when.min_words:
        return None
    if not when.holds_on(today):
        return None
    if when.min_words:
        met.append(f"has {when.min_words} words or more")
    if when.first_day:
        met.append(f"from {when.first_day}")
    if when.last_day:
        met.append(f"until {when.last_day}")
    return met


def choose(
    offers: CallsToAction,
    slots: Mapping[Slot, int],
    subject: Subject,
    today: date,
    *,
    by_hand: Sequence[str] = (),
    front_matter: Mapping[Slot, Sequence[str]] | None = None,
    same_call_limit: int = 1,
) -> dict[str, tuple[Chosen, ...]]:
    """The calls for each slot of a page that gets any, in the order in which they show.

    ``slots`` has how many calls the rules may put into each, the most important slot first:
    where a page may show a call ``same_call_limit`` times, earlier slots have the choice. What
    ``front_matter`` names for a slot stands there instead; it and the calls ``by_hand``, in the
    text, count as shown.
    """
    named = {slot: names for slot, names in (front_matter or {}).items() if slot in slots}
    shown = [*by_hand, *(name for names in named.values() for name in names)]
    chosen: dict[str, tuple[Chosen, ...]] = {}
    for slot, limit in slots.items():
        if slot in named:
            reasons = {name: "named in front matter" for name in named[slot]}
        else:
            reasons = {}
            for each in offers.ranked:
                met = matches(each.when, subject, today) if each.slot == slot else None
                free = each.call not in reasons and shown.count(each.call) < same_call_limit
                if met is not None and free and len(reasons) < limit:
                    reasons[each.call] = ", ".join(
                        [f"priority {each.priority}", *(met or ["no conditions"])]
                    )
            shown += reasons
        here = [
            Chosen(offers.calls[name], slot, reason)
            for name, reason in reasons.items()
            if name in offers.calls
        ]
        if here:
            chosen[slot] = tuple(here)
    return chosen


def _conditions(when: When) -> int:
    """How many conditions it gives: the more, the more particular."""
    return sum(getattr(when, name) != getattr(When(), name) for name in When.__dataclass_fields__)
