"""Read what a post's front matter says of its related stories and calls to action."""

from collections.abc import Collection, Mapping

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
