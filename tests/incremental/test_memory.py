"""A memory gives what was found out before, of files that can be trusted, and nothing else."""

import logging
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from incremental import memory as memory_module
from incremental import store
from incremental.memory import Memory
from pelican.log import LimitFilter
from pelican.readers import BaseReader
from pelican.settings import DEFAULT_CONFIG
from pelican.urlwrappers import Tag
from pelican.utils import get_date

done: list[object] = []


def double(number: int) -> int:
    """Says that it was done."""
    done.append(number)
    return 2 * number


def times(factor: int, number: int) -> int:
    """What a partial is made of."""
    done.append(number)
    return factor * number


def warned(number: int) -> int:
    """Work that warns."""
    logging.getLogger("work").warning("about %s", number)
    return number


def half(number: int) -> float:
    """Work that can fail."""
    return 1 / number


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    new_process()


def new_process() -> None:
    """Nothing was done in it yet, and nothing said, which Pelican says once."""
    done.clear()
    LimitFilter._raised_messages.clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a build keeps its memory."""
    return tmp_path / "cache" / "incremental" / "site.memory"


def kept(file: Path, work: Callable[[Memory], object]) -> None:
    """Do the work with a memory of its own, as a build does, and keep it."""
    memory = Memory(file)
    work(memory)
    memory.save()


def test_what_was_found_out_is_not_done_again(file: Path) -> None:
    for items, new in (([1, 2], [1, 2]), ([2, 1], []), ([1, 2, 3, 2], [3])):
        done.clear()
        memory = Memory(file)
        assert memory.map(double, items) == [2 * each for each in items]
        assert done == new
        memory.save()


def test_functions_and_what_is_bound_to_them_are_told_apart(file: Path) -> None:
    kept(file, lambda memory: memory.map(double, [3]))
    memory = Memory(file)
    assert memory.map(partial(times, 5), [3]) == [15]
    assert memory.map(partial(times, 7), [3]) == [21]
    assert memory.map(partial(times, factor=9), []) == []
    assert memory.map(double, [3]) == [6]
    assert memory.map(double, [3.0]) == [6.0]


def test_what_warns_or_fails_does_so_each_time(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        caplog.clear()
        new_process()
        memory = Memory(file)
        assert memory.map(warned, [1, 2]) == [1, 2]
        assert caplog.messages == ["about 1", "about 2"]
        with pytest.raises(ZeroDivisionError):
            memory.map(half, [1, 0])
        memory.save()


def test_a_warning_that_pelican_does_not_show_twice_in_a_process_is_not_forgotten(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        kept(file, lambda memory: memory.map(warned, [1]))
    assert caplog.messages == ["about 1"]
    new_process()
    kept(file, lambda memory: memory.map(warned, [1]))
    assert caplog.messages == ["about 1"] * 2


def test_so_it_does_on_several_processors(
    file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incremental.processes.processors", lambda: 2)
    many = range(1, 100)
    for _ in range(2):
        caplog.clear()
        new_process()
        memory = Memory(file)
        assert memory.map(warned, many) == [*many]
        assert caplog.messages == [f"about {each}" for each in many]
        assert memory.map(double, many) == [2 * each for each in many]
        with pytest.raises(ZeroDivisionError):
            memory.map(half, range(99))
        memory.save()
    assert done == []


def damages(whole: bytes) -> dict[str, bytes]:
    """What may become of a file."""
    flipped = {
        f"bit in byte {at}": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        for at in range(len(whole))
    }
    cut = {f"{at} bytes": whole[:at] for at in range(len(whole))}
    return flipped | cut | {"more": whole + b"more", "twice": whole * 2, "other": b"x" * 999}


def test_a_damaged_file_is_done_without_and_mended(file: Path) -> None:
    kept(file, lambda memory: memory.map(double, [1, 2]))
    for what, data in damages(file.read_bytes()).items():
        file.write_bytes(data)
        kept(file, lambda memory: memory.map(double, [1, 2, 3]))
        done.clear()
        memory = Memory(file)
        assert memory.map(double, [1, 2, 3]) == [2, 4, 6], what
        assert done == [], what


def test_what_is_not_used_any_more_is_dropped(file: Path) -> None:
    kept(file, lambda memory: memory.map(double, range(1000)))
    size = file.stat().st_size
    kept(file, lambda memory: memory.map(double, [1, 5000]))
    assert file.stat().st_size < size / 100
    assert sorted(each.name for each in file.parent.iterdir()) == [file.name]
    done.clear()
    assert Memory(file).map(double, [1, 5000]) == [2, 10000]
    assert done == []


def test_a_build_that_finds_out_nothing_leaves_the_file_alone(file: Path) -> None:
    kept(file, lambda memory: memory.map(double, [1]))
    before = file.stat()
    kept(file, lambda memory: memory.map(double, [1]))
    assert file.stat() == before


@pytest.mark.parametrize("way", ["cache/incremental/site.memory", "cache/incremental", "cache"])
def test_a_file_behind_a_symlink_is_not_read(file: Path, tmp_path: Path, way: str) -> None:
    kept(file, lambda memory: memory.map(double, [1]))
    (tmp_path / way).rename(tmp_path / "elsewhere")
    (tmp_path / way).symlink_to(tmp_path / "elsewhere")
    done.clear()
    assert Memory(file).map(double, [1]) == [2]
    assert done == [1]


@pytest.mark.parametrize("way", ["cache/incremental", "cache"])
def test_a_folder_behind_a_symlink_is_left_alone(file: Path, tmp_path: Path, way: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "incremental").mkdir(parents=True)
    for mine in (elsewhere / "mine", elsewhere / "incremental" / "mine"):
        mine.write_text("mine")
        os.utime(mine, (0, 0))
    before = sorted(elsewhere.rglob("*"))
    (tmp_path / way).parent.mkdir(exist_ok=True)
    (tmp_path / way).symlink_to(elsewhere)
    kept(file, lambda memory: memory.map(double, [1]))
    assert sorted(elsewhere.rglob("*")) == before


def test_a_file_of_someone_else_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(file, lambda memory: memory.map(double, [1]))
    monkeypatch.setattr(store, "_user", lambda: os.getuid() + 1)
    done.clear()
    assert Memory(file).map(double, [1]) == [2]
    assert done == [1]


def test_a_folder_that_cannot_be_written_is_no_matter(file: Path) -> None:
    file.parent.parent.mkdir()
    file.parent.write_text("a file")
    memory = Memory(file)
    assert memory.map(double, [1]) == [2]
    memory.save()
    assert memory.map(double, [1]) == [2]
    assert done == [1]


@dataclass
class Call:
    """Pickled, it calls a function or class."""

    function: Callable[..., object]
    arguments: tuple[object, ...]

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.function, self.arguments


def _class_by_a_way(module: str, name: str, argument: str) -> bytes:
    """A pickle that calls what stands in a module under a name with dots."""
    parts = [b"\x80\x04"]
    for each in (module, name):
        parts.append(b"\x8c" + bytes([len(each)]) + each.encode())
    parts.append(b"\x93\x8c" + bytes([len(argument)]) + argument.encode() + b"\x85R.")
    return b"".join(parts)


def hostile(target: Path) -> dict[str, bytes]:
    """Pickles that would write a file."""
    path = str(target)
    return {
        "a function": pickle.dumps(Call(os.system, (f"touch '{path}'",))),
        "of builtins": pickle.dumps(Call(eval, (f"open({path!r}, 'w')",))),
        "of known modules": _class_by_a_way("images.receivers", "file_name", path),
        "a class within": _class_by_a_way("images.receivers", "logging.FileHandler", path),
        "a class of Pelican's": _class_by_a_way("pelican", "logging.FileHandler", path),
        "one that it imports": pickle.dumps(Call(logging.FileHandler, (path,))),
        "no pickle": b"nothing",
        "nothing": b"",
    }


@pytest.mark.parametrize("what", [*hostile(Path("x"))])
def test_a_hostile_pickle_does_nothing(file: Path, tmp_path: Path, what: str) -> None:
    target = tmp_path / "written"
    memory = Memory(file, ["images"])
    key = memory.key("it")
    memory._new[key] = hostile(target)[what]
    memory.save()
    memory = Memory(file, ["images"])
    assert memory.known(key, lambda: "done anew") == "done anew"
    assert not target.exists()
    memory.save()
    assert Memory(file, ["images"]).known(key, lambda: "once more") == "done anew"


def test_results_are_plain_data_what_pelican_reads_and_objects_of_known_modules(
    file: Path,
) -> None:
    reader = BaseReader(DEFAULT_CONFIG.copy())
    results: list[Any] = [
        {"text": "a", "of": [1, 2.5, None, True, b"x", {3}, frozenset({4}), range(5), 1j]},
        Path("a/b"),
        reader.process_metadata("date", "2025-05-01 09:00"),
        *map(get_date, ("2025-05-01T09:00Z", "2025-05-01 09:00 +0200", "2025-05-01")),
    ]
    kept(
        file,
        lambda memory: [
            memory.known(memory.key(i), lambda i=i: results[i]) for i in range(len(results))
        ],
    )
    memory = Memory(file, ["images"])
    for i, result in enumerate(results):
        assert memory.known(memory.key(i), lambda: "done anew") == result


def test_shared_objects_are_those_of_the_build(file: Path) -> None:
    for _ in range(2):
        settings = DEFAULT_CONFIG.copy()
        memory = Memory(file)
        memory.shared["settings"] = settings
        tag = memory.known(
            memory.key("tag"), lambda given=settings: done.append(1) or Tag("a", given)
        )
        assert tag.settings is settings
        assert tag.slug == "a"
        memory.save()
    assert done == [1]


def test_equal_objects_of_a_single_class_are_one(file: Path) -> None:
    def tagged(name: str) -> Callable[[], dict[str, list[Tag]]]:
        return lambda: done.append(name) or {"tags": [Tag(name, settings), Tag("c", settings)]}

    for _ in range(2):
        settings = DEFAULT_CONFIG.copy()
        memory = Memory(file, single=(Tag,))
        memory.shared["settings"] = settings
        found = [memory.known(memory.key(name), tagged(name))["tags"] for name in "ab"]
        assert [[tag.name for tag in tags] for tags in found] == [["a", "c"], ["b", "c"]]
        memory.save()
    assert done == ["a", "b"]
    assert found[0][1] is found[1][1]
    assert found[0][0] is not found[1][0]


def test_much_is_written_before_a_build_ends(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "_FEW", 40)
    memory = Memory(file)
    assert memory.map(double, range(100)) == [*range(0, 200, 2)]
    assert len(memory._new) < 10
    # A build that is stopped here has found out nothing in vain, and neither has this one.
    for each in (memory, Memory(file)):
        done.clear()
        assert each.map(double, range(100)) == [*range(0, 200, 2)]
        assert len(done) < 10
    memory.save()
    assert Memory(file).map(double, [1]) == [2]


def test_two_builds_at_once_do_not_spoil_the_file(file: Path) -> None:
    kept(file, lambda memory: memory.map(double, [1]))
    one, other = Memory(file), Memory(file)
    one.map(double, [2, 3])
    other.map(double, [4])
    one.save()
    other.save()
    done.clear()
    for memory in (one, other, Memory(file)):
        assert memory.map(double, [1]) == [2]
    assert Memory(file).map(double, [1, 2, 3, 4]) == [2, 4, 6, 8]
    assert done == []


def test_what_no_build_has_asked_for_in_a_month_is_taken_away(file: Path) -> None:
    kept(file, lambda memory: memory.map(double, [1]))
    old, asked_for = file.with_name("old.memory"), file.with_name("asked-for.memory")
    for each in (old, asked_for):
        each.write_bytes(file.read_bytes())
        os.utime(each, (0, 0))
    kept(asked_for, lambda memory: memory.map(double, [1]))
    other = file.with_name("other.memory")
    kept(other, lambda memory: memory.map(double, [1]))
    assert {each.name for each in file.parent.iterdir()} == {
        *("site.memory", "asked-for.memory", "other.memory")
    }
