"""Digests of whole objects, made quickly, and what earlier builds have found out by them.

What is read of an object is a function of it and of those that are met on the way. So when all of
these are as they were, what was read of them is, too, and need not be read again.
"""

import enum
import io
import pickle
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import tzinfo
from functools import cache, partial
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MappingProxyType
from typing import Any

from .tables import read_table, write_table

# Bytes of a digest.
SIZE = 16
_VERSION = 1
# Of these modules, what an object is pickled as is all that it is.
_MODULES = ("builtins", "collections", "datetime", "markupsafe", "pathlib", "pelican", "zoneinfo")
# These are pickled in a moment as they are.
_CLOSED = {str, int, float, bool, type(None), bytes, list, tuple, set, frozenset}
_MEMO = {id(str): (0, str), id(bytes): (1, bytes)}
# What stands for all that a link may lead to: no object's place.
LINKS = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A digest of what was read of a value, and the places of the objects that were met.

    ``digest`` may be the reason why there is none. Among ``places`` is None when nobody could
    tell, by the states of those objects, whether it still holds.
    """

    digest: bytes | str
    places: Collection[str | None] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A digest of what was read, the places of what was met, and a digest of the states there."""

    state: bytes
    digest: bytes
    places: list[str]


class States:
    """The objects of a site that have places, such as its stories, and what is known of them.

    ``objects`` are they by place: what tells an object from others in each build. ``passing`` are
    values that objects hold and that are no part of them, such as the settings. ``links`` says
    whether what is read of an object depends on where others are, or None if reading it changes
    others; ``addresses`` gives what then counts. ``texts`` are known texts by their ids, each with
    what tells it from others, so that it need not be looked at. ``file`` holds what the last
    build has found out, made by the same settings and code; one that is damaged or not there is
    done without.
    """

    def __init__(
        self,
        file: Path,
        made_by: bytes,
        objects: Mapping[str, object],
        passing: Iterable[object],
        links: Callable[[Any], bool | None],
        addresses: Callable[[], object],
        texts: Mapping[int, tuple[str, bytes]] = MappingProxyType({}),
    ) -> None:
        self._file, self._made_by = file, made_by
        self._objects = objects
        self._places = {id(value): place for place, value in objects.items()}
        self._kinds = tuple({type(value) for value in objects.values()})
        self._passing = {id(each): each for each in passing}
        self._links, self._addresses, self._texts = links, addresses, texts
        self._states: dict[str, bytes] = {}
        self._linked: dict[str, bool | None] = {}
        self._ways = _Ways(self._way)
        # By the id of an object, which it keeps alive.
        self._digests: dict[int, tuple[object, bytes]] = {}
        self._old = read_table(file, partial(_entries, made_by))
        self._new: dict[tuple[str, bytes], _Entry] = {}

    def place(self, value: object) -> str | None:
        """The object's place, if it has one."""
        return self._places.get(id(value))

    def is_apart(self, value: object) -> bool:
        """Whether nobody could tell, by the objects' states, that the value has changed."""
        return id(value) in self._passing or (
            isinstance(value, self._kinds) and id(value) not in self._places
        )

    def known(self, place: str, read: bytes) -> Known | None:
        """What the last build has found out of what is read, if nothing that it met has changed."""
        self._state([place])  # Before it is read, which may change what it keeps.
        found = self._old.get((place, read))
        if found is None or self._state(found.places) != found.state:
            return None
        self._new[place, read] = found
        return Known(found.digest, found.places)

    def learn(self, place: str, read: bytes, known: Known) -> None:
        """Note for the next build what was found out, if it can be told whether it holds."""
        places = [each for each in known.places if each is not None]
        links = {self._has_links(each) for each in places}
        if None in links or None in known.places or isinstance(known.digest, str):
            return
        places = sorted({*places, LINKS} if True in links else places)
        if state := self._state(places):
            self._new[place, read] = _Entry(state, known.digest, places)

    def save(self) -> None:
        """Keep what this build has found out."""
        write_table(self._file, _table(self._made_by, self._new))

    def _has_links(self, place: str) -> bool | None:
        """See ``links``."""
        if place not in self._linked:
            self._linked[place] = place == LINKS or self._links(self._objects[place])
        return self._linked[place]

    def _state(self, places: Iterable[str]) -> bytes:
        """A digest of the objects' states, empty when one has none."""
        states = []
        for place in places:
            if place not in self._states:
                self._states[place] = self._of(place)
            states.append(self._states[place])
        return blake2b(b"".join(states), digest_size=SIZE).digest() if all(states) else b""

    def _of(self, place: str) -> bytes:
        """A digest of all that the object at a place is; empty when that cannot be known."""
        try:
            if place == LINKS:
                return self._pickled(self._addresses())
            value = self._objects[place]
            return self._pickled((type(value), self._parts(value)))
        except Exception:  # What cannot be pickled raises what it likes.
            return b""

    def _pickled(self, value: object) -> bytes:
        """A digest of a value. Raises PicklingError for one that may hide a part of itself."""
        file = io.BytesIO()
        pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        # Whether two values are the same object counts for nothing.
        pickler.fast = True
        pickler.dispatch_table = self._ways
        # For these a number stands, which otherwise are looked up each time.
        pickler.memo = _MEMO
        pickler.dump(value)
        return blake2b(file.getbuffer(), digest_size=SIZE).digest()

    def _way(self, kind: type) -> Callable[[Any], Any]:
        """How objects of a class are reduced; what is made of them is never unpickled."""
        if issubclass(kind, type):
            return attrgetter("__qualname__")
        if issubclass(kind, self._kinds):
            return self._reduced
        open_kind: Any = kind
        if _is_open(open_kind):
            return self._opened if is_dataclass(kind) else self._once
        if issubclass(kind, tzinfo):
            return self._once
        known = issubclass(kind, enum.Enum | FunctionType | BuiltinFunctionType)
        return _itself if known or kind.__module__.partition(".")[0] in _MODULES else _refused

    def _reduced(self, value: Any) -> tuple[object, ...]:
        place = self._places.get(id(value))
        return self._opened(value) if place is None else (str, (place,))

    def _opened(self, value: Any) -> tuple[object, ...]:
        kind: type = type(value)
        return (str, (f"{kind.__module__} {kind.__qualname__}", self._parts(value)))

    def _once(self, value: Any) -> tuple[object, ...]:
        return (bytes, (self._digest(value),))

    def _digest(self, value: Any) -> bytes:
        """A digest of an object that many may hold."""
        if id(value) not in self._digests:
            kind: type = type(value)
            reduced = self._opened(value) if _is_open(kind) else _itself(value)
            self._digests[id(value)] = (value, self._pickled(reduced))
        return self._digests[id(value)][1]

    def _parts(self, value: Any) -> dict[str, object]:
        """The object's attributes."""
        kind: type = type(value)
        own = {name: getattr(value, name) for name in _fields(kind)}
        own |= getattr(value, "__dict__", {})
        parts = {
            name: self._part(own, part)
            for name, part in own.items()
            if type(part) not in _CLOSED or id(part) in self._texts
        }
        return {**own, **parts}

    def _part(self, own: Mapping[Any, object], part: Any) -> object:
        """What stands for an attribute, among all of an object's ``own``."""
        kind: type = type(part)
        if id(part) in self._passing:
            return None
        if id(part) in self._texts:
            return self._texts[id(part)][1]
        if kind is dict:
            # A story's front matter is there twice.
            return {k: k if own.get(k) is v else (v,) for k, v in part.items()}
        if not _is_open(kind) or id(part) in self._places:
            return part
        return self._digest(part)


class _Ways(dict[type, Callable[[Any], Any]]):
    """A pickler's ``dispatch_table``, which asks ``way`` for each class once."""

    def __init__(self, way: Callable[[type], Callable[[Any], Any]]) -> None:
        super().__init__()
        self._way = way

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        way = self[kind] = self._way(kind)
        return way


def _itself(value: Any) -> object:
    return value.__reduce_ex__(pickle.HIGHEST_PROTOCOL)


def _refused(value: object) -> object:
    raise pickle.PicklingError(type(value).__qualname__)


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()


@cache
def _is_open(kind: type) -> bool:
    """Whether its objects are what their attributes are, and nothing else."""
    special = {"__reduce__", "__reduce_ex__", "__getstate__", "__slots__"}
    own = kind.__mro__[:-1]
    if any(each.__module__ == "builtins" for each in own):
        return False
    # What is not written in Python may hide a part of itself.
    is_python = kind.__dictoffset__ != 0 and not any(special & vars(each).keys() for each in own)
    return is_dataclass(kind) or is_python


def _table(made_by: bytes, entries: Mapping[tuple[str, bytes], _Entry]) -> dict[str, object]:
    """The entries as plain data, each place once."""
    places = sorted({place for entry in entries.values() for place in entry.places})
    numbers = {place: number for number, place in enumerate(places)}
    reads: dict[str, list[tuple[int, str, str, list[int]]]] = {}
    for (place, read), entry in entries.items():
        met = [numbers[each] for each in entry.places]
        row = (numbers[place], entry.state.hex(), entry.digest.hex(), met)
        reads.setdefault(read.hex(), []).append(row)
    return {"version": _VERSION, "made by": made_by.hex(), "places": places, "reads": reads}


def _entries(made_by: bytes, table: Any) -> dict[tuple[str, bytes], _Entry]:
    """What stands in a table that was made by the same settings and code."""
    if (table["version"], table["made by"]) != (_VERSION, made_by.hex()):
        return {}
    digest, places = bytes.fromhex, table["places"]
    return {
        (places[number], digest(read)): _Entry(
            digest(state), digest(found), [places[each] for each in met]
        )
        for read, rows in table["reads"].items()
        for number, state, found, met in rows
    }
