"""Work spread over the machine's processors, in processes that begin as copies of this one."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# Items as they are done, and how many there will be; they are returned, and perhaps shown.
Progress = Callable[[Iterable[Any], int], Iterable[Any]]

# A process costs about as much as so many pieces of work.
FEWEST = 32
# Pieces handed over at a time.
PIECES = 16

# What the copies do; they find it here, as it need not be picklable.
_work: list[Callable[[int], Any]] = []


def plain(items: Iterable[T], _: int) -> Iterable[T]:
    """Progress that nobody sees."""
    return items


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers(count: int) -> int:
    """How many processes so many pieces of work are worth; 1 is this one.

    It is alone where processes cannot begin as copies, and where a thread might hold a lock that
    its copy would wait for.
    """
    able = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
    alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return min(processors(), count // FEWEST + 1) if able and alone else 1


def spread(work: Callable[[int], T], count: int) -> Iterator[T]:
    """``work(i)`` for each i below ``count``, in order; what it returns must be picklable."""
    if workers(count) < 2:
        yield from map(work, range(count))
        return
    spread_work = Spread(work, count)
    try:
        yield from spread_work.results()
    finally:
        spread_work.end()


class Spread(Generic[T]):
    """What ``spread`` does, begun at once, while this process goes on with something else.

    ``workers`` must have said that there may be processes, and may not be asked for others until
    ``end``, which is always to be called.
    """

    def __init__(self, work: Callable[[int], T], count: int) -> None:
        _work.append(work)
        # The copies share what is there as long as nobody writes to it, not even the collector.
        gc.freeze()
        with warnings.catch_warnings():
            # Of threads that belong to numpy's arithmetic, which waits for them before a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pool = multiprocessing.get_context("fork").Pool(workers(count), _leave_ctrl_c)
        starts = range(0, count, PIECES)
        pieces = [range(start, min(start + PIECES, count)) for start in starts]
        self._found = [self._pool.apply_async(_done, (piece,)) for piece in pieces]

    @property
    def is_done(self) -> bool:
        """Whether all the work is done."""
        return all(each.ready() for each in reversed(self._found))

    def results(self) -> Iterator[T]:
        """What the work returned, in order, as it is done; or its error."""
        while self._found:
            yield from self._found.pop(0).get()

    def end(self) -> None:
        """Let the processes end, even if the work is not done."""
        self._pool.terminate()
        self._pool.join()
        gc.unfreeze()
        _work.pop()


def _leave_ctrl_c() -> None:
    """Leave Ctrl-C to the process that this is a copy of."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _done(piece: range) -> list[Any]:
    return [_work[-1](i) for i in piece]
