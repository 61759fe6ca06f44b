"""Show how far long work has come: a bar on a terminal, a line now and then in a pipe."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")

# Less is done before anybody has read a line of it.
LONG = 200
LINES = 4


def progress(words: str, items: Iterable[T], total: int) -> Iterator[T]:
    """The items, of which there are ``total``; to standard error, what is done with them."""
    if sys.stderr.isatty():
        console = Console(stderr=True)
        yield from track(items, words, total, console=console, transient=True)
        return
    for number, item in enumerate(items):
        if total >= LONG and number % -(-total // LINES) == 0:
            print(f"{words}: {number} of {total}", file=sys.stderr, flush=True)
        yield item
