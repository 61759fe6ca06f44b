"""Find HTML in a post that the pages' security policy blocks, or that would harm a reader."""

import re
from collections.abc import Iterator
from html import unescape

_TAG = re.compile(r"<([a-z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LOADED = {"src", "srcset", "poster", "data"}
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
# What browsers leave out of an address before they look at it.
_IGNORED = re.compile(r"[\x00-\x20]")
REMEDIES = {
    "script": "scripts in a story do not run here; take it out",
    "style": "styles in a story do nothing here; put them into theme/css",
    "form": "a form in a story posts nowhere here; write the line [[cta name]], or link to it",
    "iframe": "a frame in a story stays empty here; link to what it shows",
    "object": "it stays empty here; link to what it shows",
    "embed": "it stays empty here; link to what it shows",
    "base": "it would lead every link of the page astray; take it out",
    "meta": "it has no place in a story; take it out",
    "link": "it has no place in a story; take it out",
}


def unwelcome(html: str) -> Iterator[tuple[str, str]]:
    """What in the HTML has no place in a story: as much of it as finds its line, and a remedy."""
    for tag in _TAG.finditer(_COMMENT.sub("", html)):
        name = tag[1].lower()
        if name in REMEDIES:
            yield f"<{tag[1]}", REMEDIES[name]
            continue
        for attribute in _ATTRIBUTE.finditer(tag[2]):
            key = attribute[1].lower()
            value = unescape(next(filter(None, attribute.groups()[1:]), ""))
            if key == "style":
                yield attribute[0], "does nothing here; put the look into theme/css, or take it out"
            elif key.startswith("on"):
                yield attribute[0], "scripts in a story do not run here; take it out"
            elif key in ("href", "action") and _SCRIPT.match(_IGNORED.sub("", value)):
                yield attribute[0], "is no address to lead a reader to; give one with https://"
            elif key in _LOADED and name != "img" and _ELSEWHERE.match(value):
                yield (
                    attribute[0],
                    "is on another site, from which pages here load nothing; link to it, or put "
                    "the file into content/static",
                )
