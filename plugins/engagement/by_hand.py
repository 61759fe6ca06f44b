"""Find the calls to action that a writer placed by hand: a line ``[[cta weekly-email]]``."""

import re
from collections.abc import Callable
from html import escape, unescape

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from .pauses import blocks

MARKER = re.compile(r'<div data-call-to-action="(?P<name>[^"]*)">\s*</div>')

# The line, after what hides it within a paragraph: a code span or a comment.
_LINE = re.compile(
    r"""(?<![\\`])(?P<ticks>`+)(?!`)(?:(?!\n[^\S\n]*\n).)+?(?<!`)(?P=ticks)(?!`)
    | <!--(?:(?!-->|\n[^\S\n]*\n).)*(?:-->)?
    | ^[ ]{0,3}\[\[[^\S\n]*cta[^\S\n]+(?P<name>[^\]\s]+)[^\S\n]*\]\][^\S\n]*$""",
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"""<!--.*?(?:-->|\Z)
    | <(code|kbd|pre|samp|script|style|textarea)(?=[\s>]).*?(?:</\1\s*>|\Z)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
# Also what a person may write for it.
_CALL = re.compile(r"\[\[\s*(?:cta|call)\b[^\[\]]*\]\]|\[cta\s[^\[\]]*\]", re.IGNORECASE)


class CallsByHand(Extension):
    """Python-Markdown's: a line ``[[cta name]]`` becomes an empty div that ``MARKER`` matches."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Work after fenced code and raw HTML are out of the way, at 25 and 20."""
        md.preprocessors.register(_Lines(md), "calls_by_hand", 15)


class _Lines(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        # Nearly every post has none, and need not be searched.
        return _LINE.sub(self._marker, text).split("\n") if "[[" in text else lines

    def _marker(self, line: re.Match[str]) -> str:
        if line["name"] is None:
            return line[0]
        marker = f'<div data-call-to-action="{escape(line["name"])}"></div>'
        # Blank lines, for it ends the paragraph above.
        return f"\n{self.md.htmlStash.store(marker)}\n"


def names_by_hand(html: str) -> list[str]:
    """The names of the calls that stand in a story's HTML, in order, and as often as there."""
    return [unescape(marker["name"]) for marker in _markers(html)]


def lines_by_hand(markdown: str, name: str) -> list[int]:
    """The lines, from 1, of the calls of that name in Markdown whose fenced code is blank."""
    return [
        markdown.count("\n", 0, line.start()) + 1
        for line in _LINE.finditer(markdown)
        if line["name"] == name
    ]


def with_calls_by_hand(html: str, rendered: Callable[[str], str]) -> str:
    """The HTML with ``rendered(name)`` in place of each marker."""
    parts: list[str] = []
    end = 0
    for marker in _markers(html):
        parts += html[end : marker.start()], rendered(unescape(marker["name"]))
        end = marker.end()
    return "".join(parts) + html[end:]


def without_calls_by_hand(html: str) -> str:
    """The HTML without the markers, nor the blank lines that they would leave."""
    parts: list[str] = []
    end = 0
    for marker in _markers(html):
        parts.append(html[end : marker.start()].removesuffix("\n"))
        end = marker.end()
    parts.append(html[end:])
    text = "".join(parts)
    return text if parts[0] else text.removeprefix("\n")


def stray_calls(html: str) -> list[str]:
    """What looks like a call in the text of a story's HTML, so that it is not one, in order.

    Such a line is not alone, or it stands in a list or quotation, or it has no single name.
    """
    if "[" not in html:
        return []
    text = unescape(_TAG.sub("", _HIDDEN.sub("", html)))
    return [" ".join(call.split()) for call in _CALL.findall(text)]


def _markers(html: str) -> list[re.Match[str]]:
    """The markers at the top level; where HTML that is not sound has none, all in sight."""
    markers = list(MARKER.finditer(html))
    if not markers:
        return []
    found = blocks(html)
    if found is None:
        hidden = [span.span() for span in _HIDDEN.finditer(html)]
        return [m for m in markers if not any(a < m.start() < b for a, b in hidden)]
    starts = {block.start for block in found}
    return [marker for marker in markers if marker.start() in starts]
