"""What pure work gave in earlier builds, on disk by what it was given."""

import io
import logging
import os
import pickle
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from .listening import listening
from .processes import Progress, plain, spread, workers
from .states import SIZE
from .store import Store

T = TypeVar("T")

_MONTH = 30 * 24 * 60 * 60
# Bytes that are kept in memory until they are written.
_FEW = 1 << 24
# Of these, classes alone are taken from a file; of builtins those that hold plain data.
_MODULES = ("datetime", "dateutil", "markupsafe", "pathlib", "pelican", "zoneinfo")
_BUILTINS = ("bytearray", "complex", "frozenset", "range", "set", "slice")


class Memory:
    """Results by the digests of what they depend on.

    ``file`` is made when there is something to keep; one that is damaged, or that is a way to
    another folder, is done without. ``modules`` are those whose classes results may be of.
    Of a class in ``single`` results hold one object alone, if several are equal.
    ``shared`` are objects that results hold and that are not kept with them, each by a name.
    """

    def __init__(
        self, file: Path, modules: Iterable[str] = (), single: tuple[type, ...] = ()
    ) -> None:
        self._file, self._store = file, Store(file)
        self.shared: dict[str, object] = {}
        self._modules, self._single = frozenset((*_MODULES, *modules)), single
        # See ``States``.
        self.texts: dict[int, tuple[str, bytes]] = {}
        self._classes: dict[tuple[str, str], type] = {}
        self._singles: dict[bytes, object] = {}
        # What is not yet in the file, and whether anything was added to that.
        self._new: dict[bytes, bytes] = {}
        self._size = 0
        self._is_changed = False
        self._used: set[bytes] = set()

    def key(self, *parts: object) -> bytes:
        """A digest of plain data, such as strings, tuples and dataclasses of them."""
        file = io.BytesIO()
        pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        # Whether two values are the same object counts for nothing.
        pickler.fast = True
        pickler.dump(parts)
        return blake2b(file.getbuffer(), digest_size=SIZE).digest()

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
        known = (self._new, self._store)
        missing = [i for i, key in enumerate(keys) if not any(key in each for each in known)]
        if workers(len(missing)) < 2:
            return
        found = spread(lambda n: self._silently(partial(work, missing[n])), len(missing))
        for i, payload in zip(missing, progress(found, len(missing)), strict=True):
            if payload is not None:
                self._note(keys[i], payload)

    def known(self, key: bytes, work: Callable[[], T]) -> T:
        """What is known by the key, or else what ``work`` gives."""
        self._used.add(key)
        payload = self._new.get(key) or self._store.get(key)
        if payload is not None:
            with suppress(Exception):  # What a damaged pickle raises is no fixed set.
                found: T = self._unpickled(payload)
                return found
        with listening() as heard:
            result = work()
        if not heard:
            self._note(key, self._pickled(result))
        return result

    def save(self) -> None:
        """Keep what is new. What cannot be written is found out anew by the next build.

        Files in the folder that no build has asked for in a month are taken away.
        """
        with suppress(OSError):
            os.utime(self._file)
        if not self._is_changed:
            return
        with suppress(OSError):
            self._write()
            if self._store.share(self._used) < 1 / 2:
                data = {key: self._store.get(key) for key in self._used}
                self._store.replace({key: each for key, each in data.items() if each is not None})
            self._is_changed = False
            for other in self._file.parent.iterdir():
                if other.stat().st_mtime < self._file.stat().st_mtime - _MONTH:
                    other.unlink()

    def _note(self, key: bytes, payload: bytes) -> None:
        self._new[key], self._is_changed = payload, True
        self._size += len(payload)
        if self._size > _FEW:
            with suppress(OSError):
                self._write()
            self._size = 0

    def _write(self) -> None:
        """Write what is new. Raises OSError, and then it is still known."""
        if self._new:
            self._store.add(self._new)
            self._new = {}

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
        names = {id(each): name for name, each in self.shared.items()}

        def stands_for(value: object) -> str | bytes | None:
            if isinstance(value, self._single) and value is not result:
                return self._pickled(value)
            return names.get(id(value))

        file = io.BytesIO()
        pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        pickler.persistent_id = stands_for  # type: ignore[method-assign]
        pickler.dump(result)
        return file.getvalue()

    def _unpickled(self, payload: bytes) -> Any:
        return _Unpickler(payload, self._standing_for, self._modules, self._classes).load()

    def _standing_for(self, name: str | bytes) -> object:
        """The shared object of a name, or the single one that is pickled so."""
        if isinstance(name, str):
            return self.shared[name]
        if name not in self._singles:
            self._singles[name] = self._unpickled(name)
        return self._singles[name]


class _Unpickler(pickle.Unpickler):
    """Loads plain data, and instances of the classes of some ``modules``.

    ``standing_for`` gives what the payload has names of alone; ``classes`` are those found.
    """

    def __init__(
        self,
        payload: bytes,
        standing_for: Callable[[Any], object],
        modules: frozenset[str],
        classes: dict[tuple[str, str], type],
    ) -> None:
        super().__init__(io.BytesIO(payload))
        self._standing_for, self._modules, self._classes = standing_for, modules, classes

    def persistent_load(self, name: Any) -> object:
        """See pickle.Unpickler."""
        return self._standing_for(name)

    def find_class(self, module: str, name: str) -> type:
        """The class; UnpicklingError for what a result of a build does not hold."""
        if (module, name) not in self._classes:
            found = super().find_class(module, name) if self._is_known(module, name) else None
            # What a known module has imported is no better than where it comes from.
            if not isinstance(found, type) or not self._is_known(found.__module__, found.__name__):
                raise pickle.UnpicklingError(f"{module}.{name}")
            self._classes[module, name] = found
        return self._classes[module, name]

    def _is_known(self, module: str, name: str) -> bool:
        if module == "builtins":
            return name in _BUILTINS
        return module.partition(".")[0] in self._modules


def _named(function: Callable[..., object]) -> tuple[object, ...]:
    """What tells a function from others."""
    if isinstance(function, partial):
        return (*_named(function.func), function.args, tuple(sorted(function.keywords.items())))
    return (function.__module__, function.__qualname__)
