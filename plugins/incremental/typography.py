"""Typogrify, in a fraction of its time: its rules run only on the words that they may change.

Nothing here says what becomes of a word: typogrify and smartypants themselves do. Each function
below says why what it does not hand to them stays as it is. That follows from the code of one
version of each, so with any other everything is handed to them.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

import smartypants
from typogrify import filters

FILTERS = frozenset({"amp", "smartypants", "caps", "initial_quotes", "widont"})
# The sources that the reasons below were found in: typogrify 2.1.0 and smartypants 2.0.2.
SOURCES = {
    filters: "9b074449cb6890b4c1d36c759c00612393ea4ed2eef194973090f3bf280906e3",
    smartypants: "b086e24a27a9b2104746038edc8995c77ffff34a4530cad7d74950bbd54cece9",
}
WORDS_KEPT = 16_384

# What each rule cannot do without.
_AMPERSAND = re.compile(r"&(?:amp;|#38;)?(?:\s|&nbsp;)")
_SMART = re.compile(r"""['"\\`]|--|\.\.\.|&quot;""")
_SPACED_ELLIPSIS = ". . ."
_CAPS = re.compile(r"[A-Z]\d*[A-Z]")
_DOTTED_CAPS = re.compile(r"[A-Z]\.\s?[A-Z]+\.")
_QUOTE = r"""\s*+(?:["']|&(?:ldquo|lsquo|#8220|#8216);)"""
_QUOTE_AT_START = re.compile(_QUOTE)
_QUOTE_AFTER_TAG = re.compile(">" + _QUOTE)

_TAG = re.compile(r"(<[^>]*>)")
_NO_CAPS_IN = re.compile(r"<(?:kbd|script)", re.IGNORECASE)
# All blanks before the last word of a block; "not after a blank", or many would be tried in turn.
_BEFORE_LAST_WORD = re.compile(
    r"""\s(?<!\s\s)\s*+
        (?=[^<>\s]++ \s*+ (?:</(?:a|em|span|strong|i|b)>\s*+)*+
           (?:</(?:p|h[1-6]|li|dt|dd)>|\Z))
    """,
    re.VERBOSE,
)
_INLINE_TAG = re.compile(r"</?(?:a|em|span|strong|i|b)")


def typogrify(text: str, ignore_tags: Sequence[str], omit_filters: Sequence[str], attr: int) -> str:
    """What ``typogrify.filters.typogrify`` makes of HTML without these filters, byte for byte.

    ``attr`` is what ``smartypants.Attr.default`` is meanwhile: how dashes and quotes are written.
    Raises what typogrify does: a TypeError for a filter that there is not.
    """
    # Other kinds of str, such as Markup, join and cut in ways of their own.
    if type(text) is not str or not FILTERS.issuperset(omit_filters) or not _are_known():
        return _by_library(text, ignore_tags, omit_filters, attr)
    chosen: list[Callable[[str], str]] = []
    if "amp" not in omit_filters:
        chosen.append(_amp)
    if "smartypants" not in omit_filters:
        chosen.append(lambda part: _smartypants(part, attr))
    if "caps" not in omit_filters:
        chosen.append(_caps)
    if "initial_quotes" not in omit_filters:
        chosen.append(_initial_quotes)
    if "widont" not in omit_filters:
        chosen.append(_widont)
    done = []
    for part, changes in filters.process_ignores(text, ignore_tags):
        made = part
        if changes:
            for each in chosen:
                made = each(made)
        done.append(made)
    return "".join(done)


def _by_library(
    text: str, ignore_tags: Sequence[str], omit_filters: Sequence[str], attr: int
) -> str:
    before = smartypants.Attr.default
    smartypants.Attr.default = attr
    try:
        return filters.typogrify(text, ignore_tags, **dict.fromkeys(omit_filters, False))  # type: ignore[no-any-return]
    finally:
        smartypants.Attr.default = before


@cache
def _are_known() -> bool:
    """Whether the libraries are those that this module was written for."""
    return all(
        sha256(Path(module.__file__).read_bytes()).hexdigest() == digest
        for module, digest in SOURCES.items()
    )


def _amp(text: str) -> str:
    """An ampersand changes only before a blank, and all else is put together as it was."""
    return str(filters.amp(text)) if _AMPERSAND.search(text) else text


def _smartypants(text: str, attr: int) -> str:
    """A rule sees its own signs and at most the blanks beside them, but for a spaced ellipsis.

    It takes no blank for a letter and keeps each one, so a word between blanks comes out alone
    as it does in its text. Entities are another matter, as ``attr`` may ask for all of them.
    """
    pieces = _pieces(text, smartypants._tags_to_skip_regex())
    if pieces is None or attr & smartypants.Attr.mask_o:
        return str(smartypants.smartypants(text, attr))
    before = ""
    for place in range(0, len(pieces), 2):
        piece = pieces[place]
        if _SPACED_ELLIPSIS in piece:
            pieces[place] = smartypants.smartypants(piece, attr)
        elif piece in ("'", '"', "&quot;"):
            # Alone between tags: it turns by what ends the text before.
            context = "x<b>" if before.strip() else "<b>"
            pieces[place] = _smart_word(context + piece, attr).removeprefix(context)
        elif _SMART.search(piece):
            pieces[place] = _by_word(piece, _SMART, lambda word: _smart_word(word, attr))
        before = piece[-1:] or before
    return "".join(pieces)


@lru_cache(WORDS_KEPT)
def _smart_word(text: str, attr: int) -> str:
    return str(smartypants.smartypants(text, attr))


def _caps(text: str) -> str:
    """Capitals are found within words, but for dotted ones, which may have blanks between."""
    if not _CAPS.search(text) and not _DOTTED_CAPS.search(text):
        return text
    pieces = _pieces(text, _NO_CAPS_IN)
    if pieces is None:
        return str(filters.caps(text))
    for place in range(0, len(pieces), 2):
        piece = pieces[place]
        if _DOTTED_CAPS.search(piece):
            pieces[place] = filters.caps(piece)
        elif _CAPS.search(piece):
            pieces[place] = _by_word(piece, _CAPS, _caps_of_word)
    return "".join(pieces)


@lru_cache(WORDS_KEPT)
def _caps_of_word(text: str) -> str:
    return str(filters.caps(text))


def _initial_quotes(text: str) -> str:
    """An initial quotation mark stands at the start or after a tag, blanks aside."""
    if _QUOTE_AT_START.match(text) or _QUOTE_AFTER_TAG.search(text):
        return str(filters.initial_quotes(text))
    return text


def _widont(text: str) -> str:
    """The last blanks of each block become one that does not break, after a sign or inline tag.

    From its end backwards there is one way to read a match, so that matches cannot overlap,
    unless there is ``<`` within an inline tag.
    """
    done, end = [], 0
    for blanks in _BEFORE_LAST_WORD.finditer(text):
        start = blanks.start()
        before = text[start - 1 : start]
        if before == ">":
            tags = text[text.rfind(">", 0, start - 1) + 1 : start]
            inline = _INLINE_TAG.search(tags)
            if inline and tags.count("<") > 1:
                return str(filters.widont(text))
        else:
            inline = None
        if inline or before not in ("", "<", ">"):
            done += [text[end:start], "&nbsp;"]
            end = blanks.end()
    return "".join([*done, text[end:]])


def _pieces(text: str, skipped: re.Pattern[str]) -> list[str] | None:
    """Texts and tags in turn, as smartypants tells them apart.

    None where that takes more: comments, a tag without an end, tags whose text is skipped.
    """
    # Where no ">" follows, the text after each "<" would be searched for one, to its end.
    if "<" in text[text.rfind(">") + 1 :] or "<!--" in text or skipped.search(text):
        return None
    return _TAG.split(text)


def _by_word(text: str, pattern: re.Pattern[str], convert: Callable[[str], str]) -> str:
    """The text with each word converted, blanks beside it, in which the pattern occurs."""
    done, end = [], 0
    while found := pattern.search(text, end):
        start = text.rfind(" ", 0, found.start()) + 1
        done.append(text[end:start])
        end = text.find(" ", found.end())
        if end == -1:
            end = len(text)
        done.append(convert(text[max(start - 1, 0) : end + 1]).strip(" "))
    return "".join([*done, text[end:]])
