"""What placing calls to action knows of the text of a story or page by itself."""

from .by_hand import names_by_hand, stray_calls
from .pauses import MiddleSettings, best_pauses, pauses_of
from .story import word_count

# How many words it has; the names of calls that stand in it, and what looks like a call and is
# none, both in order, and as often as there; how many tags are before each of its pauses, the
# best first. Plain data: a build has it of every text.
Text = tuple[int, tuple[str, ...], tuple[str, ...], tuple[int, ...]]


def text_of(middle: tuple[int, int, int] | None, html: str) -> Text:
    """The text whose HTML this is.

    ``middle`` are MiddleSettings; without them no pause is looked for, which takes as long as
    all else together.
    """
    pauses = best_pauses(pauses_of(html), MiddleSettings(*middle)) if middle else ()
    return (
        word_count(html),
        tuple(names_by_hand(html)),
        tuple(stray_calls(html)),
        tuple(pause.tags for pause in pauses),
    )
