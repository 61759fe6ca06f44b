"""What is kept between builds, and what two builds at once do to it."""

from pathlib import Path
from threading import Barrier, Thread

import pytest
from images.cache import cached, digest


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "x"
    assert cached(file, lambda: b"made") == b"made"
    assert cached(file, lambda: b"made again") == b"made"


def test_two_builds_at_once_both_get_the_whole(tmp_path: Path) -> None:
    start = Barrier(8)
    data = bytes(range(256)) * 4000
    found = []

    def build() -> None:
        start.wait()
        found.extend(cached(tmp_path / "x", lambda: data) for _ in range(20))

    builds = [Thread(target=build) for _ in range(8)]
    for each in builds:
        each.start()
    for each in builds:
        each.join()
    assert found == [data] * 160
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_a_build_that_is_slower_does_not_spoil_what_another_wrote(tmp_path: Path) -> None:
    file = tmp_path / "x"

    def slow() -> bytes:
        assert cached(file, lambda: b"the same") == b"the same"
        assert [each.name for each in tmp_path.iterdir()] == ["x"]
        return b"the same"

    assert cached(file, slow) == b"the same"
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_nothing_is_kept_when_making_fails(tmp_path: Path) -> None:
    def fails() -> bytes:
        raise ValueError

    with pytest.raises(ValueError):
        cached(tmp_path / "x", fails)
    assert not [*tmp_path.iterdir()]


def test_a_hash_tells_its_parts_apart() -> None:
    assert digest(b"ab", b"c") != digest(b"a", b"bc") != digest(b"a", b"b", b"c")


def test_the_bytes_of_another_file_are_made_anew(tmp_path: Path) -> None:
    one, other = tmp_path / "one.clean", tmp_path / "other.avif"
    assert cached(one, lambda: b"one") == b"one"
    assert cached(other, lambda: b"other") == b"other"
    one.write_bytes(other.read_bytes())
    assert cached(one, lambda: b"one again") == b"one again"
