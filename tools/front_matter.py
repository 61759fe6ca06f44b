"""Edit the front matter of a story: the line that is meant changes, every other byte stays."""

import re

from posts.front_matter import front_matter

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MARK = "\ufeff"


def with_line(text: str, key: str, value: str) -> str:
    """A story's file with ``Key: value``, in place of what the key said, or as the last line."""
    places = _places(text)
    said = [(start, end) for name, start, end in places if name == key.lower()]
    if said:
        start, end = said[0]
        line = f"{key}: {value}{_newline(text[:end])}"
        return f"{text[:start]}{line}{_without(text, said[1:], end)}"
    if not places:
        start = len(_MARK) if text.startswith(_MARK) else 0
        return f"{text[:start]}{key}: {value}\n{text[start:]}"
    end = places[-1][2]
    newline = _newline(text[:end])
    return f"{text[:end]}{'' if newline else chr(10)}{key}: {value}{newline}{text[end:]}"


def without_line(text: str, key: str) -> str:
    """A story's file without what its front matter says of the key."""
    return _without(text, [place[1:] for place in _places(text) if place[0] == key.lower()])


def _newline(text: str) -> str:
    """How the text's last line ends; empty when it does not."""
    return text[len(text.rstrip("\r\n")) :]


def _without(text: str, places: list[tuple[int, int]], start: int = 0) -> str:
    """The text from ``start`` on, without what stands in the places."""
    kept = []
    for first, end in places:
        kept.append(text[start:first])
        start = end
    return "".join([*kept, text[start:]])


def _places(text: str) -> list[tuple[str, int, int]]:
    """Each key in small letters, with where its lines start and end."""
    mark = len(_MARK) if text.startswith(_MARK) else 0
    lines = [*_LINE.finditer(text, mark)]
    # A key's value has a newline for each further line.
    return [
        (key.name, lines[key.line - 1].start(), lines[key.line - 1 + key.value.count("\n")].end())
        for key in front_matter([line[0].rstrip("\r\n") for line in lines]).keys
    ]
