"""Data by key in one file, which grows at its end."""

import os
import struct
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

# Data comes in segments: the data of some keys, a row for each of them, and this.
_MAGIC = b"What builds have found out, version 2\n"
# Bytes before the rows, number of rows, and a check of the rows and of these two.
_FOOT = struct.Struct("<QII")
_CHECKED = struct.Struct("<QI")
# Key, size, check. They are in the order of the data.
_ROW = struct.Struct("<16sII")


class Store:
    """Data by keys of 16 bytes, of a file that can be trusted.

    One that is damaged, that belongs to someone else, or that is or lies behind a symbolic link
    is done without. ``OSError`` is raised by nothing that reads.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._opened: BinaryIO | None = None
        # Where the data begins, its size and its check.
        self._places: dict[bytes, tuple[int, int, int]] = {}
        with suppress(OSError):
            self._open()

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def get(self, key: bytes) -> bytes | None:
        """The data, if it is there and whole."""
        if key not in self._places or self._opened is None:
            return None
        start, size, check = self._places[key]
        try:
            self._opened.seek(start)
            data = self._opened.read(size)
        except OSError:
            return None
        return data if len(data) == size and crc32(data) == check else None

    def share(self, keys: Iterable[bytes]) -> float:
        """How much of the file (0 to 1) is the data of these keys."""
        whole = sum(size for _, size, _ in self._places.values())
        part = sum(self._places[key][1] for key in keys if key in self._places)
        return part / whole if whole else 0

    def add(self, found: Mapping[bytes, bytes]) -> None:
        """Put data at the end of the file, which is begun when there is none. Raises OSError."""
        if _leads_away(self._file):
            raise PermissionError(f"{self._file} leads elsewhere")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if not self._opened:
            self.replace(found)
            return
        rows = _rows(found)
        segment = _segment(found, rows)
        # In one go: another build may add to it, too.
        with self._file.open("ab", buffering=0) as file:
            if file.write(segment) != len(segment):
                raise OSError(f"{self._file} cannot be written to its end")
            self._place(rows, file.tell() - len(segment))

    def replace(self, found: Mapping[bytes, bytes]) -> None:
        """Begin the file anew. Raises OSError, and then the old one stays."""
        fresh = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            fresh.write_bytes(_MAGIC + _segment(found, _rows(found)))
            fresh.replace(self._file)
        finally:
            fresh.unlink(missing_ok=True)
        self._open()

    def _open(self) -> None:
        """Learn what the file holds."""
        self._places, self._opened = {}, None
        if self._file.is_symlink() or _leads_away(self._file):
            return
        if self._file.stat().st_uid != _user():
            return
        # Not buffered: of what is read nothing is read twice.
        opened = self._file.open("rb", buffering=0)
        weakref.finalize(self, opened.close)
        segments = _segments(opened)
        if segments is not None:
            self._opened = opened
            # The last ones are the newest.
            for start, rows in reversed(segments):
                self._place(_ROW.iter_unpack(rows), start)

    def _place(self, rows: Iterable[tuple[bytes, int, int]], start: int) -> None:
        at = start
        for key, size, check in rows:
            self._places[key] = (at, size, check)
            at += size


def _rows(found: Mapping[bytes, bytes]) -> list[tuple[bytes, int, int]]:
    return [(key, len(data), crc32(data)) for key, data in found.items()]


def _segment(found: Mapping[bytes, bytes], rows: Iterable[tuple[bytes, int, int]]) -> bytes:
    packed = b"".join(_ROW.pack(*row) for row in rows)
    size = sum(map(len, found.values()))
    check = crc32(packed + _CHECKED.pack(size, len(found)))
    return b"".join((*found.values(), packed, _FOOT.pack(size, len(found), check)))


def _segments(file: BinaryIO) -> list[tuple[int, bytes]] | None:
    """Where each segment's data begins, and its rows, from the last one on; None if damaged."""
    if file.read(len(_MAGIC)) != _MAGIC:
        return None
    found = []
    end = file.seek(0, os.SEEK_END)
    while end > len(_MAGIC):
        file.seek(end - _FOOT.size)
        foot = file.read(_FOOT.size)
        if len(foot) < _FOOT.size:
            return None
        size, count, check = _FOOT.unpack(foot)
        at = end - _FOOT.size - count * _ROW.size
        if at - size < len(_MAGIC):
            return None
        file.seek(at)
        rows = file.read(count * _ROW.size)
        if crc32(rows + foot[: _CHECKED.size]) != check:
            return None
        end = at - size
        found.append((end, rows))
    return found


def _leads_away(file: Path) -> bool:
    """Whether the file's folder is a link, or lies in one."""
    return file.parent.is_symlink() or file.parent.parent.is_symlink()


def _user() -> int:
    """The user's number, or what files say where there are none."""
    return os.getuid() if hasattr(os, "getuid") else 0
