"""What placing calls to action knows of the text of a story or page by itself."""

from dataclasses import dataclass

from .by_hand import names_by_hand, stray_calls
from .pauses import Pauses, pauses_of
from .story import word_count


@dataclass(frozen=True)
class Text:
    """How many words a text has, the calls that stand in it, and its pauses.

    ``by_hand`` has the names of calls, ``stray`` what looks like a call and is none; both in
    order, and as often as there.
    """

    words: int
    by_hand: tuple[str, ...]
    stray: tuple[str, ...]
    pauses: Pauses


def text_of(with_pauses: bool, html: str) -> Text:
    """The text whose HTML this is. To find its pauses takes as long as all else together."""
    pauses = pauses_of(html) if with_pauses else Pauses()
    return Text(word_count(html), tuple(names_by_hand(html)), tuple(stray_calls(html)), pauses)
