"""Report on calls to action: what each story and page shows in each slot, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engagement.placements import SLOTS, Subject
from engagement.site_calls import LISTING_SLOTS, NOT_FOUND_SLOTS, PlacedCall, SiteCalls
from pelican.contents import Article, Content

from .build import read_site, site_settings

CONF = "pelicanconf.py"
# As a reader meets them.
ORDER = ("middle", "text", "end", *(slot for slot in SLOTS if slot not in ("middle", "end")))


@dataclass(frozen=True)
class ShownCalls:
    """What a story or a page shows; ``public`` is False of drafts."""

    slug: str
    is_story: bool
    public: bool
    calls: tuple[PlacedCall, ...]


@dataclass(frozen=True)
class SiteReport:
    """Every story and page by its slug, and all calls by their names.

    ``on_lists`` are the calls that home, a topic, a tag, or the page for what is missing shows;
    ``over`` are gatherings that take place no more.
    """

    shown: tuple[ShownCalls, ...]
    names: tuple[str, ...]
    on_lists: frozenset[str]
    over: frozenset[str]


def shown_calls(content: Path | None = None) -> SiteReport:
    """Read the site and place its calls; nothing is written.

    Raises BuildError with every problem when it cannot be read.
    """
    found = []
    settings = site_settings(CONF, content=content)
    context = read_site(settings).generators[0].context
    site: SiteCalls = context["site_calls"]
    # Translations share a slug, and Pelican reads files in no order.
    for _, each in sorted(context["generated_content"].items()):
        if hasattr(each, "calls_to_action"):
            public = each.status != "draft"
            is_story = isinstance(each, Article)
            found.append(ShownCalls(each.slug, is_story, public, calls_in_order(each)))
    subjects = [
        Subject(),
        *(Subject(categories=(category.name,)) for category, _ in context["categories"]),
        *(Subject(tags_any=(tag.name,)) for tag, _ in context["tags"]),
    ]
    lists = [site.on_page("list", LISTING_SLOTS, subject) for subject in subjects]
    return SiteReport(
        tuple(sorted(found, key=lambda each: (not each.is_story, each.slug))),
        tuple(sorted(site.offers.calls)),
        frozenset(
            placed.call.name
            for calls in (*lists, site.on_page("404", NOT_FOUND_SLOTS, Subject()))
            for here in calls.values()
            for placed in here
        ),
        frozenset(site.offers.calls.keys() - site.live.calls.keys()),
    )


def calls_in_order(content: Content) -> tuple[PlacedCall, ...]:
    """The calls that a story or a page shows, as a reader meets them."""
    placed = (call for calls in content.calls_to_action.values() for call in calls)
    return tuple(sorted(placed, key=lambda call: ORDER.index(call.slot)))


def report(found: SiteReport) -> Iterator[str]:
    """Lines for people: the matrix, calls that show nowhere, stories that show none."""
    for each in found.shown:
        notes = ["page"] * (not each.is_story) + ["not public"] * (not each.public)
        yield each.slug + (f"  ({', '.join(notes)})" if notes else "")
        for placed in each.calls:
            yield f"  {placed.call.name}@{placed.slot}: {placed.reason}"
    shown = {placed.call.name for each in found.shown if each.public for placed in each.calls}
    nowhere = [name for name in found.names if name not in shown | found.on_lists]
    none = [each.slug for each in found.shown if each.is_story and not each.calls]
    stories = sum(each.is_story for each in found.shown)
    yield f"{stories} {'story' if stories == 1 else 'stories'}, {len(none)} without a call"
    yield from (f"  {slug}" for slug in none)
    yield f"{len(found.names)} calls, {len(nowhere)} of them on no public page"
    for name in nowhere:
        yield f"  {name}{' (the gathering is over)' if name in found.over else ''}"
