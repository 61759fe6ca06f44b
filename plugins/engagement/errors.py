"""Say what is wrong with the writer's input: everything at once, each with a remedy."""

from collections.abc import Iterable
from difflib import get_close_matches

# A list of more words than this helps nobody.
FEW = 12


class SettingsError(Exception):
    """Input that cannot be used: a plugin setting, calls_to_action.toml, or front matter.

    ``problems`` holds every problem found, one line each, in the order found:
    where it stands, what is wrong, and what to do.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``'; did you mean "heading"?'`` for the known word nearest to this one.

    Where none is near, the known words themselves if they are few: ``"; known: body, url"``.
    """
    words = sorted(known)
    near = get_close_matches(word.lower(), words, n=1)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; known: {', '.join(words)}" if 0 < len(words) <= FEW else ""
