"""The lines about a post at the top of its file, as Python-Markdown's meta extension reads them."""

import re
from dataclasses import dataclass

# A key is ASCII letters, digits, dash and underscore.
_KEY = re.compile(r" {0,3}(?P<key>[A-Za-z0-9_-]+):[ \t]*(?P<value>.*)")
_MORE = re.compile(r"(?: {4}|\t)[ \t]*(?P<value>\S.*)")
_FENCE = re.compile(r"(?:---|\.\.\.)(?:\s.*)?")


@dataclass(frozen=True)
class Key:
    """One key: as written, the line (from 1) and the value; further lines follow a newline each."""

    written: str
    line: int
    value: str

    @property
    def name(self) -> str:
        """The key as Pelican knows it."""
        return self.written.lower()


@dataclass(frozen=True)
class FrontMatter:
    """All keys in order; ``body`` is the line (from 1) at which the words begin.

    ``fenced`` says whether ``---`` opens it, and ``closed`` whether an empty line or a fence
    ends it. Otherwise the words begin with the line that is neither key nor continuation.
    """

    keys: tuple[Key, ...]
    body: int
    fenced: bool
    closed: bool

    def first(self) -> dict[str, Key]:
        """The first of the keys of each name."""
        return {key.name: key for key in reversed(self.keys)}


def front_matter(lines: list[str]) -> FrontMatter:
    """The front matter of a file's lines."""
    keys: list[Key] = []
    fenced = bool(lines) and lines[0].startswith("---") and bool(_FENCE.fullmatch(lines[0]))
    for number, line in enumerate(lines[fenced:], 1 + fenced):
        fence = _FENCE.fullmatch(line)
        if fence or not line.strip():
            return FrontMatter(tuple(keys), number + 1, fenced, bool(fence) or not fenced)
        if match := _KEY.match(line):
            keys.append(Key(match["key"], number, match["value"].strip()))
        elif keys and (more := _MORE.match(line)):
            last = keys.pop()
            keys.append(Key(last.written, last.line, f"{last.value}\n{more['value'].strip()}"))
        else:
            return FrontMatter(tuple(keys), number, fenced, False)
    return FrontMatter(tuple(keys), len(lines) + 1, fenced, not fenced)
