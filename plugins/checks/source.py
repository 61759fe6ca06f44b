"""A post's Markdown as the rules read it: what is code, and what only machines read, is blank."""

import re
from collections.abc import Iterator
from functools import cached_property

from posts.front_matter import FrontMatter, front_matter

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}+|~{3,}+)(?P<rest>[^`]*+)$")
_LIST = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]|\[\^")
_TICKS = re.compile(r"`++")
_MARKUP = re.compile(
    r"\[\[[^\[\]\n]*+\]\]|<(?=[A-Za-z/!?])[^<>]*+>?|&#?+\w{2,31}+;|\]\([^()\[\]\n]*+\)?|https?://[^\s<>()\[\]]*+|\{[^{}\n]*+\}?"
)
# Words with dots inside, and the sign of them that is found in no time.
_DOTTED = re.compile(r"\b\w++\.\w[\w.]*+")
_DOT = re.compile(r"\.\w")
_WORD = re.compile(r"[^\W\d_]++(?:['\u2019][^\W\d_]++)*+")
# The same for plain letters, in half the time.
_PLAIN_WORD = re.compile(r"[A-Za-z]++(?:'[A-Za-z]++)*+")
_MAIL = re.compile(r"\S++")


class Source:
    """The text of a file.

    Lines are counted from 1, offsets are those of ``text``.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.unclosed_fence = 0

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file."""
        return self.text.split("\n")

    @cached_property
    def head(self) -> FrontMatter:
        """The front matter."""
        return front_matter(self.lines)

    @cached_property
    def words(self) -> list[str]:
        """The lines of the file with blanks in place of front matter and code."""
        lines = [""] * (self.head.body - 1) + self.lines[self.head.body - 1 :]
        self._blank_blocks(lines)
        text = "\n".join(lines)
        text = _without_code_spans(text) if "`" in text else text
        return _without_comments(text).split("\n")

    @cached_property
    def prose(self) -> str:
        """The title, the summary and the text, without addresses and markup: as many lines."""
        lines = list(self.words)
        for key in self.head.keys:
            if key.name in ("title", "summary"):
                values = key.value.split("\n")
                lines[key.line - 1 : key.line - 1 + len(values)] = values
        text = _MARKUP.sub(_blank, "\n".join(lines))
        if _DOT.search(text):
            text = _DOTTED.sub(" ", text)
        return (
            _MAIL.sub(lambda each: " " if "@" in each[0] else each[0], text)
            if "@" in text
            else text
        )

    @cached_property
    def prose_words(self) -> list[str]:
        """The words of the prose, in order."""
        return (_PLAIN_WORD if self.prose.isascii() else _WORD).findall(self.prose)

    def line_of(self, *wanted: str) -> int:
        """The line of the first of these that is there outside of code; else the body's first."""
        text = "\n".join(self.words)
        for each in wanted:
            if each and (found := text.find(each)) >= 0:
                return text.count("\n", 0, found) + 1
        return min(self.head.body, len(self.lines))

    def _blank_blocks(self, lines: list[str]) -> None:
        """Take out the code blocks, with fences and without; remember a fence left open."""
        fence, after_blank, in_list = "", True, False
        for number in range(self.head.body - 1, len(lines)):
            line = lines[number]
            if not line:
                after_blank = True
                continue
            mark = _FENCE.match(line) if "```" in line or "~~~" in line else None
            if fence:
                lines[number] = ""
                if mark and mark["fence"].startswith(fence) and not mark["rest"].strip():
                    fence, self.unclosed_fence = "", 0
            elif mark:
                lines[number] = ""
                fence, self.unclosed_fence = mark["fence"], number + 1
            elif line.startswith(("    ", "\t")):
                if after_blank and (not in_list or line.startswith((" " * 8, "\t\t"))):
                    lines[number] = ""
                    continue
            else:
                in_list = bool(_LIST.match(line)) or (in_list and not after_blank)
            after_blank = False


def _without_code_spans(text: str) -> str:
    """The text with blanks in place of what stands between backticks, as many as began it."""
    runs = list(_TICKS.finditer(text))
    later: dict[int, int] = {}
    partner: list[int | None] = [None] * len(runs)
    for number in range(len(runs) - 1, -1, -1):
        length = runs[number].end() - runs[number].start()
        partner[number] = later.get(length)
        later[length] = number
    parts: list[str] = []
    done = number = 0
    while number < len(runs):
        other = partner[number]
        start = runs[number].start()
        if other is None or text.find("\n\n", start, runs[other].start()) >= 0:
            number += 1
            continue
        end = runs[other].end()
        parts += [text[done:start], _blanks(text[start:end])]
        done, number = end, other + 1
    return "".join([*parts, text[done:]])


def _without_comments(text: str) -> str:
    """The text with blanks in place of comments; one that nothing closes stays."""
    parts: list[str] = []
    done, at = 0, text.find("<!--")
    while at >= 0 and (end := text.find("-->", at + 2) + 3) > 2:
        parts += [text[done:at], _blanks(text[at:end])]
        done, at = end, text.find("<!--", end)
    return "".join([*parts, text[done:]])


def _blank(match: re.Match[str]) -> str:
    return _blanks(match[0])


def _blanks(text: str) -> str:
    """As many line ends, in one space each."""
    return " \n" * text.count("\n") + " "


def numbered(lines: list[str], start: int) -> Iterator[tuple[int, str]]:
    """The lines from number ``start`` (from 1) on, each with its number."""
    return enumerate(lines[start - 1 :], start)
