"""Work spread over the machine's processors, in processes that begin as copies of this one."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

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
    _work.append(work)
    # The copies share what is there as long as nobody writes to it, not even the collector.
    gc.freeze()
    try:
        with warnings.catch_warnings():
            # Of threads that belong to numpy's arithmetic, which waits for them before a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            pool = multiprocessing.get_context("fork").Pool(workers(count), _leave_ctrl_c)
        with pool:
            yield from pool.imap(_piece, range(count), PIECES)
    finally:
        gc.unfreeze()
        _work.pop()


def _leave_ctrl_c() -> None:
    """Leave Ctrl-C to the process that this is a copy of."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _piece(i: int) -> Any:
    return _work[-1](i)
