"""What pure work gave in earlier builds, on disk by what it was given."""

import io
import logging
import mmap
import os
import pickle
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from .fingerprints import Fingerprints
from .listening import listening
from .processes import Progress, plain, spread, workers
from .states import SIZE

T = TypeVar("T")

_MAGIC = b"What builds have found out, version 1\n"
_HEAD = struct.Struct("<16sII")
_MONTH = 30 * 24 * 60 * 60
# Of these, classes alone are taken from a file; of builtins those that hold plain data.
_MODULES = ("datetime", "dateutil", "markupsafe", "pathlib", "pelican", "zoneinfo")
_BUILTINS = ("bytearray", "complex", "frozenset", "range", "set", "slice")


class Memory:
    """Results by the digests of what they depend on.

    ``file`` is made when there is something to keep; one that is damaged, or that is a way to
    another folder, is done without. ``modules`` are those whose classes results may be of.
    ``shared`` are objects that results hold and that are not kept with them, each by a name.
    """

    def __init__(self, file: Path, modules: Iterable[str] = ()) -> None:
        self._file = file
        self.shared: dict[str, object] = {}
        self._modules = frozenset((*_MODULES, *modules))
        self._data, self._known = _read(file)
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()

    def key(self, *parts: object) -> bytes:
        """A digest of plain data, see ``Fingerprints.whole``."""
        whole = Fingerprints({}, ()).whole
        digest = blake2b(digest_size=SIZE)
        for part in parts:
            if isinstance(part, bytes):
                digest.update(b"bytes %d:" % len(part) + part)
            else:
                digest.update(whole(part))
        return digest.digest()

    def map(self, function: Callable[[Any], T], items: Iterable[Any]) -> list[T]:
        """``function`` of each item, as by ``map``, remembered.

        The function must depend on the item alone: one of a module's own, or a ``partial`` of it
        over plain data. Items are plain data, results are picklable. Work that logs a warning or
        raises is done in this process, each time.
        """
        given, name = list(items), self.key(_named(function))
        keys = [self.key(name, item) for item in given]
        self.learn(keys, lambda i: function(given[i]))
        return [
            self.known(key, partial(function, item)) for key, item in zip(keys, given, strict=True)
        ]

    def learn(
        self, keys: Sequence[bytes], work: Callable[[int], object], progress: Progress = plain
    ) -> None:
        """Do what is not known yet, if it is so much that it is worth several processes."""
        missing = [i for i, key in enumerate(keys) if self._payload(key) is None]
        if workers(len(missing)) < 2:
            return
        found = spread(lambda n: self._silently(partial(work, missing[n])), len(missing))
        for i, payload in zip(missing, progress(found, len(missing)), strict=True):
            if payload is not None:
                self._new[keys[i]] = payload

    def known(self, key: bytes, work: Callable[[], T]) -> T:
        """What is known by the key, or else what ``work`` gives."""
        self._used.add(key)
        payload = self._payload(key)
        if payload is not None:
            try:
                found: T = _Unpickler(payload, self.shared, self._modules).load()
            except Exception:  # What a damaged pickle raises is no fixed set.
                self._known.pop(key, None)
            else:
                return found
        with listening() as heard:
            result = work()
        if not heard:
            self._new[key] = self._pickled(result)
        return result

    def save(self) -> None:
        """Keep what is new. What cannot be written is found out anew by the next build.

        Files in the folder that no build has asked for in a month are taken away.
        """
        with suppress(OSError):
            os.utime(self._file)
        # In another's folder nothing is written, and above all nothing taken away.
        if not self._new or _leads_away(self._file.parent):
            return
        in_use = self._used & self._known.keys()
        kept = sum(end - start for start, end in map(self._known.__getitem__, in_use))
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if kept * 2 >= len(self._data) > 0:
                with self._file.open("ab") as file:
                    file.write(b"".join(_records(self._new)))
            else:
                payloads = {key: self._payload(key) for key in in_use} | self._new
                fresh = self._file.with_name(f"{self._file.name}.{os.getpid()}")
                fresh.write_bytes(_MAGIC + b"".join(_records(payloads)))
                fresh.replace(self._file)
                for other in self._file.parent.iterdir():
                    if other.stat().st_mtime < self._file.stat().st_mtime - _MONTH:
                        other.unlink()
        self._data, self._known = _read(self._file)
        self._new = {key: payload for key, payload in self._new.items() if key not in self._known}

    def _payload(self, key: bytes) -> bytes | memoryview | None:
        if key in self._new:
            return self._new[key]
        if key not in self._known:
            return None
        start, end = self._known[key]
        return memoryview(self._data)[start:end]

    def _silently(self, work: Callable[[], object]) -> bytes | None:
        """The pickled result; None when there were warnings or an error, which none has seen."""
        root = logging.getLogger()
        # Without any, Python would write to standard error itself.
        handlers, root.handlers = root.handlers, [logging.NullHandler()]
        try:
            with listening() as heard:
                result = work()
            return None if heard else self._pickled(result)
        except Exception:  # It will be raised where it can be told.
            return None
        finally:
            root.handlers = handlers

    def _pickled(self, result: object) -> bytes:
        file = io.BytesIO()
        pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        names = {id(each): name for name, each in self.shared.items()}
        pickler.persistent_id = lambda each: names.get(id(each))  # type: ignore[method-assign]
        pickler.dump(result)
        return file.getvalue()


class _Unpickler(pickle.Unpickler):
    """Loads plain data, and instances of the classes of some modules."""

    def __init__(
        self, payload: bytes | memoryview, shared: Mapping[str, object], modules: frozenset[str]
    ) -> None:
        super().__init__(io.BytesIO(payload))
        self._shared, self._modules = shared, modules

    def persistent_load(self, name: Any) -> object:
        """The shared object of that name."""
        return self._shared[name]

    def find_class(self, module: str, name: str) -> Any:
        """The class; UnpicklingError for what a result of a build does not hold."""
        found = super().find_class(module, name) if self._is_known(module, name) else None
        # What a known module has imported is no better than where it comes from.
        if not isinstance(found, type) or not self._is_known(found.__module__, found.__name__):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return found

    def _is_known(self, module: str, name: str) -> bool:
        if module == "builtins":
            return name in _BUILTINS
        return module.partition(".")[0] in self._modules


def _read(file: Path) -> tuple[bytes | mmap.mmap, dict[bytes, tuple[int, int]]]:
    """The file's bytes, and where in it the results are that are whole."""
    try:
        if file.is_symlink() or _leads_away(file.parent) or file.stat().st_uid != _user():
            return b"", {}
        with file.open("rb") as opened:
            data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # An empty file cannot be mapped.
        return b"", {}
    if data[: len(_MAGIC)] != _MAGIC:
        return b"", {}
    known: dict[bytes, tuple[int, int]] = {}
    at = len(_MAGIC)
    while at + _HEAD.size <= len(data):
        key, size, check = _HEAD.unpack_from(data, at)
        start, at = at + _HEAD.size, at + _HEAD.size + size
        # Where one is damaged nobody knows where the next one begins.
        if at > len(data) or crc32(memoryview(data)[start:at]) != check:
            return b"", {}
        known[key] = (start, at)
    return data, known


def _leads_away(folder: Path) -> bool:
    """Whether the folder is a link, or lies in one."""
    return folder.is_symlink() or folder.parent.is_symlink()


def _user() -> int:
    """The user's number, or what files say where there are none."""
    return os.getuid() if hasattr(os, "getuid") else 0


def _records(payloads: Mapping[bytes, bytes | memoryview | None]) -> Iterator[bytes]:
    for key, payload in payloads.items():
        if payload is not None:
            yield _HEAD.pack(key, len(payload), crc32(payload)) + payload


def _named(function: Callable[..., object]) -> tuple[object, ...]:
    """What tells a function from others."""
    if isinstance(function, partial):
        return (*_named(function.func), function.args, tuple(sorted(function.keywords.items())))
    return (function.__module__, function.__qualname__)
