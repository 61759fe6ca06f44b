"""Find the natural pauses in the middle of a story, where a call to action may stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from typing import NamedTuple

# What makes a pause worse or better, in words: at 100 it is as good as one without, but 100
# words farther from the middle.
BEFORE_HEADING = -100
AFTER_QUESTION = 60
PARALLEL = 150
JOINED = 40
# A short paragraph is often one line of several: a list, a dialogue, an announcement.
SHORT_WORDS = 30
FOR_EACH_WORD_SHORT = 15


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# English words that lean on the paragraph before.
JOINING = _names(
    "also and because both but either he her here hers his however it its no nor or she so such"
    " that their then there therefore these they this those thus which yes yet"
)
HEADINGS = _names("h2 h3 h4 h5 h6")
# What a plain paragraph may hold, besides line breaks.
INLINE = _names(
    "a abbr b bdi bdo cite code data del dfn em i ins kbd mark q s samp small span strong sub sup"
    " time u var wbr"
)
VOID = _names("area base br col embed hr img input link meta param source track wbr")
# Drawing alone ends itself with "/>"; elsewhere HTML takes no notice of it.
SHAPES = _names("circle ellipse line path polygon polyline rect stop use")

SPACE = " \t\n\f\r"
# Strict, so that browsers see the same; what is not legal is left to the last line. Nothing is
# tried twice (++, *+), so that hostile input takes linear time too.
TOKEN = re.compile(
    r"""<!--(?P<comment>.*?)-->
    | </(?P<closing>[a-z][a-z0-9-]*+)[ \t\n\f\r]*+>
    | <(?>(?P<raw>iframe|noembed|noframes|script|style|textarea|title|xmp)(?=[ \t\n\f\r/>])
        | (?P<opening>[a-z][a-z0-9-]*+))
      (?:[ \t\n\f\r]++[^\s"'<>/=]++
        (?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>=`]++))?+)*+
      [ \t\n\f\r]*+(?P<slash>/?)>
      (?(raw)[^<]*+(?:<(?!/(?P=raw)[ \t\n\f\r/>]|!--)[^<]*+)*+(?=</))
    | <""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE | re.ASCII,
)
FIRST_WORD = re.compile(r"\w+")
# The whole of it in bold or italics: a heading in all but name, or another voice.
EMPHASIZED = re.compile(
    r"<p[^>]*>\s*<(b|em|i|strong)>(?:(?!</\1>).)*+</\1>\s*</p>", re.DOTALL | re.IGNORECASE
)
CLOSING_MARKS = "'\")]*»\u2019\u201d"


@dataclass(frozen=True)
class MiddleSettings:
    """Where a story may have a call in its middle; all are words."""

    # A shorter story gets none.
    min_words: int = field(default=500, metadata={"least": 0})
    # Never within the first so many, nor within the last so many.
    after_words: int = field(default=200, metadata={"least": 0})
    before_words: int = field(default=150, metadata={"least": 0})


class Pause(NamedTuple):
    """A place in a story where a call could stand, by what is before it there.

    ``words`` have no tags; ``tags`` and comments count as they begin: they find the place again,
    see ``offset_after``. ``cost`` is in words, too.
    """

    words: int
    tags: int
    cost: int


@dataclass(frozen=True)
class Pauses:
    """All pauses of a story, ascending, and how many words its blocks have in all."""

    words: int = 0
    places: tuple[Pause, ...] = ()


class Block(NamedTuple):
    """What stands at the top level of a story, ``html``, at the offset ``start``.

    ``name`` is the element's tag in lower case; a comment and bare text have "". ``words`` have
    no tags. A ``plain`` block holds text and inline elements alone.
    """

    name: str
    plain: bool
    words: Sequence[str]
    start: int
    html: str


def offset_after(html: str, tags: int) -> int:
    """The offset of the tag after so many, in HTML whose addresses alone may have changed."""
    return len(html) - len(html.split("<", tags + 1)[-1]) - 1


def pauses_of(html: str) -> Pauses:
    """Every place in the story ``html`` where a call could stand.

    Each is right before a paragraph or heading that follows a paragraph. HTML that is not sound
    has none: better no call than a broken page.
    """
    found = blocks(html) or []
    places: list[Pause] = []
    words = tags = at = 0
    for last, following in pairwise(found):
        words += len(last.words)
        tags += html.count("<", at, following.start)
        at = following.start
        cost = _cost(last, following)
        if cost is not None:
            places.append(Pause(words, tags, cost))
    return Pauses(sum(len(block.words) for block in found), tuple(places))


def best_pauses(pauses: Pauses, settings: MiddleSettings) -> list[Pause]:
    """The pauses for calls in the middle of the story, the best first."""
    total = pauses.words
    if total < settings.min_words:
        return []
    choices = sorted(
        (abs(place.words - total / 2) + place.cost, place)
        for place in pauses.places
        if settings.after_words <= place.words <= total - settings.before_words
    )
    chosen: list[Pause] = []
    for _, place in choices:
        apart = all(abs(place.words - other.words) >= settings.after_words for other in chosen)
        if apart:
            chosen.append(place)
    return chosen


def blocks(html: str) -> list[Block] | None:
    """The top level of ``html``, in order; None when its tags are not legal or do not match."""
    found: list[Block] = []
    open_tags: list[str] = []
    parts: list[str] = []
    plain = True
    start = end = 0
    for token in TOKEN.finditer(html):
        comment, closing, raw, opening, slash = token.groups()
        at = token.start()
        if open_tags:
            parts.append(html[end:at])
        else:
            if at > end:
                _add_text(found, html, end, at)
            start, parts, plain = at, [], True
        end = token.end()
        if closing:
            name = closing.lower()
            if not open_tags or open_tags.pop() != name:
                return None
        elif opening or raw:
            name = (opening or raw).lower()
            if open_tags and name not in INLINE and name != "br":
                plain = False
            if slash and name not in VOID and not (name in SHAPES and "svg" in open_tags):
                return None
            if not slash and name not in VOID:
                open_tags.append(name)
        # Nor where browsers end a comment sooner than we.
        elif comment is None or comment.startswith((">", "->")) or "--!>" in comment:
            return None
        else:
            name = ""
        if name not in INLINE:
            parts.append(" ")
        if not open_tags:
            found.append(Block(name, plain, _words("".join(parts)), start, html[start:end]))
    _add_text(found, html, end, len(html))
    return None if open_tags else found


def _add_text(found: list[Block], html: str, start: int, end: int) -> None:
    """Add what stands between two elements, unless it is only space."""
    text = html[start:end]
    if text.strip(SPACE):
        found.append(Block("", True, _words(text), start, text))


def _words(text: str) -> list[str]:
    return text.replace("&nbsp;", " ").replace("&#160;", " ").split()


def _cost(last: Block, following: Block) -> int | None:
    """What a pause between the two blocks costs, in words; None where none may be."""
    if not _is_paragraph(last) or EMPHASIZED.fullmatch(last.html):
        return None
    if not (_is_paragraph(following) or (following.name in HEADINGS and following.plain)):
        return None
    end = unescape(last.words[-1]).rstrip(CLOSING_MARKS)
    if end.endswith(":"):
        return None
    cost = _cost_of_length(last)
    if end.endswith("?"):
        cost += AFTER_QUESTION
    if following.name in HEADINGS or EMPHASIZED.fullmatch(following.html):
        return cost + BEFORE_HEADING
    first, next_first = _first_word(last), _first_word(following)
    if first.lower() == next_first.lower():
        cost += PARALLEL
    if next_first.islower() or next_first.lower() in JOINING:
        cost += JOINED
    return cost + _cost_of_length(following)


def _is_paragraph(block: Block) -> bool:
    return block.name == "p" and block.plain and bool(block.words)


def _cost_of_length(block: Block) -> int:
    return FOR_EACH_WORD_SHORT * max(0, SHORT_WORDS - len(block.words))


def _first_word(block: Block) -> str:
    """The first word without marks; empty for a dash and the like."""
    found = FIRST_WORD.search(unescape(block.words[0]))
    return found[0] if found else ""
