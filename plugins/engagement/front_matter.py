"""Read what a post's front matter says of its related stories and calls to action."""

from collections.abc import Collection, Mapping
from typing import Any

from .errors import did_you_mean

NONE = "none"


def names_in(value: object) -> list[str]:
    """The names that a line lists, set apart by commas; repeated lines count as one."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return [name for name in (part.strip() for part in text.split(",")) if name]


def says_none(value: object) -> bool:
    """Whether the line says ``none``."""
    return [name.lower() for name in names_in(value)] == [NONE]


def chosen_stories(
    names: Collection[str],
    own: int,
    published: Mapping[str, int],
    unpublished: Collection[str],
    problems: list[str],
) -> list[int]:
    """The numbers of the named stories, in the order of the names.

    ``own`` is the number of the story that names them; ``published`` has numbers, and
    ``unpublished`` names, by slug and by source path. Problems are appended without file
    and line.
    """
    numbers = []
    for name in dict.fromkeys(names):
        number = published.get(name)
        if number == own:
            problems.append(f'"{name}" is this story itself; take it out')
        elif number is not None:
            numbers.append(number)
        elif name in unpublished:
            problems.append(f'"{name}" is not published; take it out until it is')
        else:
            alike = [known for known in published if ("/" in known) == ("/" in name)]
            problems.append(f'there is no story "{name}"{did_you_mean(name, alike)}')
    return numbers


def calls_in_slots(
    value: object, slots: Collection[str], calls: Collection[str], problems: list[str]
) -> dict[Any, list[str]]:
    """The names of calls by slot that a line ``Calls: one@end, none@middle`` sets.

    ``none`` alone empties all ``slots`` (those that this kind of page has). A call may be named
    once, and once more for the feed, which is not on the page. Problems are appended without
    file and line.
    """
    if says_none(value):
        return {slot: [] for slot in slots}
    if not names_in(value):
        problems.append('is empty; write "none", or take the line out')
    chosen: dict[str, list[str]] = {}
    emptied = []
    for entry in names_in(value):
        name, at, slot = (part.strip() for part in entry.partition("@"))
        if not at:
            call = next((word for word in entry.split() if word in calls), "a-call")
            in_slot = next((word for word in entry.split() if word in slots), next(iter(slots)))
            problems.append(f'"{entry}" has no slot; write "{call}@{in_slot}", or "none" alone')
        elif slot not in slots:
            problems.append(f'"{entry}": there is no slot "{slot}" here{did_you_mean(slot, slots)}')
        elif name.lower() == NONE:
            emptied.append(slot)
        elif name not in calls:
            problems.append(f'"{entry}": there is no call "{name}"{did_you_mean(name, calls)}')
        elif others := [
            other
            for other, names in chosen.items()
            if name in names and (other == slot or "feed" not in (other, slot))
        ]:
            problems.append(f'"{entry}": "{name}" is named for "{others[0]}" already; take one out')
        else:
            chosen.setdefault(slot, []).append(name)
    for slot in emptied:
        if chosen.setdefault(slot, []):
            problems.append(
                f'"none@{slot}" leaves no place for "{chosen[slot][0]}@{slot}"; take one out'
            )
    return chosen
