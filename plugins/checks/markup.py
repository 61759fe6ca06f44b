"""The tags of HTML, in one pass that takes as long as the HTML is long, whatever stands in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape

# Possessive throughout: nothing is read twice.
_TAG = re.compile(
    r"<(?P<close>/?+)(?P<name>[A-Za-z][^\s/>\"'<]*+)"
    r"(?P<rest>[^<>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^<>\"']*+)*+)>"
)
_ATTRIBUTE = re.compile(
    r"(?P<key>[^\s\"'=<>/]++)\s*+(?:=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?+"
)
# What stands in these is no HTML.
_RAW = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "iframe", "xmp")
}


# Not frozen: there are very many of them, and freezing doubles what each costs.
@dataclass
class Tag:
    """A tag: its name in small letters, and where in the HTML it starts and ends."""

    html: str
    name: str
    closing: bool
    rest: str
    start: int
    end: int

    @cached_property
    def written(self) -> list[tuple[str, str, str]]:
        """Each attribute: as written, its key in small letters, its value."""
        return [
            (match[0], match["key"].lower(), unescape(next(filter(None, match.groups()[1:]), "")))
            for match in _ATTRIBUTE.finditer(self.rest)
        ]

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The first value of each attribute."""
        return {key: value for _, key, value in reversed(self.written)}


class BrokenHTMLError(ValueError):
    """The HTML holds a tag or a comment that never ends; ``at`` is where it starts."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


def tags(html: str) -> Iterator[Tag]:
    """Every tag outside of comments. Raises BrokenHTMLError where one does not end."""
    at = html.find("<")
    while at >= 0:
        end = at + 1
        if match := _TAG.match(html, at):
            end = match.end()
            name = match["name"].lower()
            tag = Tag(html, name, bool(match["close"]), match["rest"], at, end)
            yield tag
            if name in _RAW and not tag.closing:
                inside = _RAW[name].search(html, end)
                if not inside:
                    return
                end = inside.start()
        elif html.startswith("<!--", at):
            # Browsers take <!--> and <!---> for whole comments.
            end = html.find("-->", at + 2) + 3
            if end < 3:
                raise BrokenHTMLError("a comment <!-- that nothing closes; write --> after it", at)
        elif html[at + 1 : at + 2].isalpha() or html.startswith("</", at):
            shown = html[at : at + 30].split("\n", maxsplit=1)[0]
            raise BrokenHTMLError(f"{shown} is a tag that nothing ends; write > after it", at)
        at = html.find("<", end)
