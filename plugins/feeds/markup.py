"""HTML as feed readers take it: absolute addresses, nothing that they drop; and plain text."""

import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urljoin

import nh3
from markupsafe import Markup

# What readers keep and the W3C's validator holds safe; of other elements the words stay.
_ELEMENTS = nh3.ALLOWED_TAGS - {"area", "bdo", "map", "rtc"}
_ELEMENTS |= {"audio", "section", "source", "tfoot", "video"}
# Of these not even the words.
_DROPPED = {"script", "style", "template", "iframe", "object", "embed", "svg", "math"}
_DROPPED |= {"button", "select", "textarea"}
# No id and no class: entries stand together on one page, under the reader's own style.
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
# A <picture> becomes its <img>; what it offered besides has no src.
_OFFER = re.compile(r"<source(?![^>]* src=)[^>]*>")
_TAG = re.compile("<(?=[/a-zA-Z!?])")
_MISLEADING = re.compile(r"<|&(?!\s)")
# What XML has no place for, and what is in a text only by mistake (validator: BadCharacters).
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")


# A story is in many feeds: of the site, of its topic, of its tags.
@lru_cache(maxsize=1024)
def for_feed(html: str, page: str) -> str:
    """The HTML, sound and safe, with every address absolute; it stands on ``page``."""

    def absolute(address: str) -> str | None:
        try:
            return urljoin(page, address)
        except ValueError:
            return None

    clean = nh3.clean(
        html,
        tags=_ELEMENTS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes=_SCHEMES,
        url_relative=absolute,
    )
    # The one character that nh3 writes as an entity, and needs none.
    return printable(_OFFER.sub("", clean).replace("&nbsp;", "\u00a0"))


@lru_cache(maxsize=1024)
def plain(html: str) -> str:
    """The words of the HTML, without markup or entities, on one line."""
    return printable(Markup(nh3.clean(html, clean_content_tags=_DROPPED)).striptags())


def as_html(text: str) -> str:
    """The plain text for where HTML is read: as it is, unless a sign in it would mislead."""
    return escape(text, quote=False) if _MISLEADING.search(text) else text


def unmistakable(text: str) -> str:
    """The plain text for where some readers expect plain text, and others HTML.

    Both show it alike: an invisible character keeps its signs from being taken for markup.
    """
    text = _TAG.sub("<\u2060", text)
    return text if unescape(text) == text else text.replace("&", "&\u2060")


def printable(text: str) -> str:
    """The text without control characters and the like, which no feed may hold."""
    return _BAD.sub("", text)
