"""Work gives the same on one processor or several."""

import multiprocessing
import os
import threading
import time
from pathlib import Path

import pytest
from incremental.processes import FEWEST, Spread, processors, spread, workers


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incremental.processes.processors", lambda: 2)


def test_there_is_at_least_one_processor() -> None:
    assert processors() >= 1


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1, FEWEST, 5 * FEWEST + 1])
def test_results_come_in_order_whoever_does_the_work(count: int) -> None:
    # Late ones are done first, and what works need not be picklable.
    def work(i: int) -> int:
        time.sleep(0.01 * (i < 2))
        return i * i

    assert [*spread(work, count)] == [i * i for i in range(count)]


def test_much_work_is_spread_and_little_is_not() -> None:
    assert workers(FEWEST - 1) == 1
    assert {*spread(lambda _: os.getpid(), FEWEST - 1)} == {os.getpid()}
    if workers(FEWEST) > 1:  # Not where processes cannot begin as copies.
        assert os.getpid() not in {*spread(lambda _: os.getpid(), FEWEST)}


def test_beside_another_thread_the_work_stays_here() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert workers(1000) == 1
        assert {*spread(lambda _: os.getpid(), 100)} == {os.getpid()}
    finally:
        done.set()
        thread.join()


def test_work_within_work_stays_where_it_is() -> None:
    found = [*spread(lambda i: [*spread(lambda j: i + j, 50)], 50)]
    assert found == [[i + j for j in range(50)] for i in range(50)]


def test_an_error_comes_to_who_asked_and_the_next_work_is_done() -> None:
    with pytest.raises(ZeroDivisionError):
        [*spread(lambda i: 1 // (40 - i), 100)]
    assert [*spread(lambda i: i, 100)] == [*range(100)]


def test_who_asks_no_more_leaves_nothing_behind() -> None:
    results = spread(lambda i: i, 100)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert [*spread(lambda i: -i, 100)] == [-i for i in range(100)]


def test_work_goes_on_while_this_process_does_something_else(tmp_path: Path) -> None:
    if workers(FEWEST) < 2:  # Not where processes cannot begin as copies.
        return
    go_on = tmp_path / "go on"

    def work(i: int) -> int:
        while i == FEWEST - 1 and not go_on.exists():
            time.sleep(0.01)
        return i

    work_of_others = Spread(work, FEWEST)
    try:
        assert not work_of_others.is_done
        go_on.touch()
        assert [*work_of_others.results()] == [*range(FEWEST)]
        assert work_of_others.is_done
    finally:
        work_of_others.end()
    assert [*spread(lambda i: -i, FEWEST)] == [-i for i in range(FEWEST)]


def test_who_leaves_work_undone_leaves_no_process_behind() -> None:
    if workers(FEWEST) < 2:  # As above.
        return
    work_of_others = Spread(lambda _: time.sleep(600), FEWEST)
    work_of_others.end()
    assert not multiprocessing.active_children()
