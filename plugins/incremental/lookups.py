"""What Pelican looks for in lists of all stories, found without going through them."""

from collections.abc import Callable, Collection, Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any

Translations = Callable[..., tuple[list[Any], list[Any]]]


def translations(
    of_group: Translations,
    contents: list[Any],
    translation_id: str | Collection[str] | None = None,
) -> tuple[list[Any], list[Any]]:
    """Originals and translations, as ``of_group`` tells them: Pelican's ``process_translations``.

    That takes as long as the square of what it is given; here that is a group at a time.
    """
    try:
        names = [translation_id] if isinstance(translation_id, str) else [*(translation_id or ())]
        group = attrgetter(*names)
        contents.sort(key=group)
    except (AttributeError, TypeError):
        # No group is told from another, or that is wrong, and said there.
        return of_group(contents, translation_id)
    originals: list[Any] = []
    others: list[Any] = []
    for _, members in groupby(contents, group):
        its_originals, its_others = of_group([*members], names)
        originals += its_originals
        others += its_others
    return originals, others


class Listed(list[Any]):
    """Objects of which it is quickly known whether one is among them."""

    def __init__(self, objects: Iterable[Any]) -> None:
        super().__init__(objects)
        self._ids = {*map(id, self)}

    def __contains__(self, each: object) -> bool:
        return id(each) in self._ids
