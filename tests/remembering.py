"""A memory for what plugins work out of each post: what stands behind the setting MAP."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any


class Remembering:
    """Python's ``map`` that works out nothing twice, and knows what was ``new`` to it.

    Arguments and results go through pickle, as they would between builds and processors. What is
    new is told as the function's name and the item.
    """

    def __init__(self) -> None:
        self.new: list[tuple[str, Any]] = []
        self._known: dict[bytes, bytes] = {}

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        name = (function.func if isinstance(function, partial) else function).__name__
        for item in items:
            key = pickle.dumps((function, item))
            if key not in self._known:
                self.new.append((name, item))
                self._known[key] = pickle.dumps(function(pickle.loads(key)[1]))
            yield pickle.loads(self._known[key])
