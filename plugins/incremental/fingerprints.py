"""Digests of what is read of values: equal when all that is read is equal.

They are the same in every process and on every machine.
"""

from collections import deque
from collections.abc import (
    Callable,
    Collection,
    ItemsView,
    Iterable,
    Iterator,
    KeysView,
    Mapping,
    ValuesView,
)
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from functools import cache, partial
from hashlib import blake2b
from pathlib import PurePath
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from .listening import listening
from .states import SIZE, Known, States
from .template_reads import EACH, Reads

# Longer texts are not often met twice.
SHORT = 200
_SEQUENCES = (list, tuple, range, deque, set, frozenset, KeysView, ValuesView, ItemsView)
_MAPPINGS = (dict, MappingProxyType)
_SHOWN, _WHOLE = Reads(), Reads()
_SHOWN.shown = _WHOLE.whole = True
# How what is plain is put into bytes: that is done whole, whatever of it is read.
_PLAIN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (Enum, lambda value: f"{value.name} {_plain(value.value)!r}"),
    (str, str.__str__),
    (int, int.__repr__),
    (float, float.__repr__),
    (bytes, bytes.hex),
    (type(None), repr),
    (datetime, lambda value: f"{value.isoformat()} {value.fold} {_zone(value)}"),
    (date, date.isoformat),
    (time, time.isoformat),
    (timedelta, repr),
    (ZoneInfo, str),
    (timezone, str),
    (PurePath, PurePath.as_posix),
)


class _Step(Enum):
    """How a part of an object is got."""

    EACH = 1
    CALL = 2
    GET = 3
    GET_BOTH = 4


@dataclass(frozen=True, slots=True)
class _Plan:
    """How objects of one class are read through one node, which it keeps alive."""

    has_truth: bool
    name: Callable[[Any], object] | None
    steps: list[tuple[Any, bytes, Reads, _Step]]
    is_whole: bool
    is_foreign: bool
    reads: Reads


class UnknownValueError(Exception):
    """What is read of a value has no fingerprint, for the reason that it carries."""


class Fingerprints:
    """The digests of one build, in which no value changes.

    ``names`` says for a class, and those below it, what stands for a value of it that is shown or
    compared: plain data, or a tuple of such. ``methods`` are those that are called without
    arguments for what they return; those of a dataclass are functions of its fields. ``states``
    are of values that need not be read again when nothing about them has changed.
    """

    def __init__(
        self,
        names: Mapping[type, Callable[[Any], object]],
        methods: Collection[tuple[type, str]],
        states: States | None = None,
    ) -> None:
        self._names, self._methods = names, frozenset(methods)
        self._texts: dict[str, bytes] = {}
        self._nodes: dict[tuple[object, ...], Reads] = {}
        self._plans: dict[tuple[type, int], _Plan] = {}
        self._states = states
        self._signatures: dict[int, tuple[Reads, bytes]] = {}
        # What is found out, by the ids of value and node, which it keeps alive.
        self._known: dict[tuple[int, int], tuple[object, Reads, Known]] = {}
        # The places of the values that are met in what is being read.
        self._met: set[str | None] = set()

    def shared(self, reads: Reads) -> Reads:
        """Of nodes that ask for the same always the same one, so that what is known is found."""
        names = sorted(reads.children, key=repr)
        children = {name: self.shared(reads.children[name]) for name in names}
        key = (
            *(reads.shown, reads.whole, reads.called),
            *((repr(name), id(child)) for name, child in children.items()),
        )
        if key not in self._nodes:
            self._nodes[key] = node = Reads()
            node.shown, node.whole, node.called = reads.shown, reads.whole, reads.called
            node.children = children
        return self._nodes[key]

    def of(self, value: object, reads: Reads) -> bytes:
        """A digest (16 bytes) of what is read of the value. Raises UnknownValueError."""
        key = (id(value), id(reads))
        if key in self._known:
            known = self._known[key][2]
        else:
            if type(value) is str and value in self._texts:
                return self._texts[value]
            plain = _plain(value)
            if plain is not None:
                digest = blake2b(plain, digest_size=SIZE).digest()
                if type(value) is str and len(value) <= SHORT:
                    self._texts[value] = digest
                return digest
            # In case it is met again within itself.
            within = Known(f"a {type(value).__qualname__} within itself")
            self._known[key] = (value, reads, within)
            known = self._found(value, reads)
            self._known[key] = (value, reads, known)
        self._met.update(known.places)
        if isinstance(known.digest, str):
            raise UnknownValueError(known.digest)
        return known.digest

    def whole(self, value: object) -> bytes:
        """A digest (16 bytes) of all that the value is. Raises UnknownValueError."""
        return self.of(value, _WHOLE)

    def _found(self, value: object, reads: Reads) -> Known:
        """What is read of the value, by the last build if that holds still."""
        states = self._states
        if states is None:
            return Known(self._made(value, reads))
        place = states.place(value)
        if place is not None and (known := states.known(place, self._signature(reads))):
            return known
        outer, self._met = self._met, {place} if place is not None else set()
        if states.is_apart(value):
            self._met.add(None)
        with listening() as heard:
            digest = self._made(value, reads)
        # A tuple: there are very many, and most are empty.
        known = Known(digest, tuple(self._met))
        self._met = outer
        # What was warned of is to be told in each build.
        if place is not None and isinstance(digest, bytes) and not heard:
            states.learn(place, self._signature(reads), known)
        return known

    def _signature(self, reads: Reads) -> bytes:
        """A digest of the node and those below it."""
        if id(reads) not in self._signatures:
            children = sorted(
                (repr(name), self._signature(child)) for name, child in reads.children.items()
            )
            parts = (reads.shown, reads.whole, reads.called, children)
            digest = blake2b(repr(parts).encode(), digest_size=SIZE).digest()
            self._signatures[id(reads)] = (reads, digest)
        return self._signatures[id(reads)][1]

    def _made(self, value: object, reads: Reads) -> bytes | str:
        """The digest, or why there is none."""
        try:
            return _digest(self._parts(value, reads))
        except UnknownValueError as error:
            return str(error)
        except Exception as error:  # What properties and methods raise is no fixed set.
            return f"a {type(value).__qualname__}: {error!r}"

    def _parts(self, value: object, reads: Reads) -> Iterator[bytes]:
        kind: type = type(value)
        yield _name(kind)
        if reads.called and callable(value):
            raise UnknownValueError(f"a {kind.__qualname__} is called")
        if isinstance(value, _MAPPINGS):
            yield from self._mapping_parts(value, reads)
        elif isinstance(value, _SEQUENCES):
            yield from self._sequence_parts(value, reads)
        else:
            yield from self._object_parts(value, reads)

    def _mapping_parts(self, value: Mapping[Any, object], reads: Reads) -> Iterator[bytes]:
        whole = reads.whole
        yield self._all(value, _SHOWN)
        for name, child in reads.children.items():
            if name == EACH:
                yield self._all(value, child)
                continue
            is_method = hasattr(dict, str(name))
            whole |= is_method and child.called
            if name in value:
                yield self._named(name, value[name], child)
            elif hasattr(value, "__missing__") or (not is_method and hasattr(value, str(name))):
                raise UnknownValueError(f"{name} of a {type(value).__qualname__}")
        if reads.shown:
            yield self._all(value.values(), _SHOWN)
        if whole:
            yield self._all(value.values(), _WHOLE)

    def _sequence_parts(self, value: Collection[object], reads: Reads) -> Iterator[bytes]:
        whole = reads.whole
        yield b"%d" % len(value)
        # A set has no order, so any element may be the first.
        items = None if isinstance(value, set | frozenset) else value
        for name, child in reads.children.items():
            if name == EACH or (isinstance(name, int) and items is None):
                yield self._all(value, child)
            elif isinstance(name, int):
                items = items if isinstance(items, list | tuple) else [*value]
                if -len(items) <= name < len(items):
                    yield self._named(name, items[name], child)
            elif name in getattr(value, "_fields", ()):
                yield self._named(name, getattr(value, name), child)
            else:
                # A method.
                whole = True
        if reads.shown:
            yield self._all(value, _SHOWN)
        if whole:
            yield self._all(value, _WHOLE)

    def _object_parts(self, value: Any, reads: Reads) -> Iterator[bytes]:
        kind: type = type(value)
        plan = self._plans.get((kind, id(reads))) or self._planned(kind, reads)
        if plan.is_foreign:
            self._met.add(None)
        if plan.has_truth:
            yield b"%d" % bool(value)
        if plan.name:
            # Plain data shows itself whole, and no other does so.
            yield repr(plan.name(value)).encode("utf-8", "surrogatepass")
        for name, label, child, how in plan.steps:
            try:
                if how is _Step.EACH:
                    yield self._elements(value, child)
                elif how is _Step.CALL:
                    yield label + self.of(getattr(value, name)(), _WHOLE)
                else:
                    # Jinja tries both, in an order that depends on how it is written.
                    with suppress(AttributeError, TypeError):
                        yield label + self.of(getattr(value, name), child)
                    if how is _Step.GET_BOTH:
                        with suppress(AttributeError, LookupError, TypeError):
                            yield b"item" + label + self.of(value[name], child)
            except UnknownValueError as error:
                raise UnknownValueError(f"{name}: {error}") from None
        if plan.is_whole:
            if not is_dataclass(kind):
                raise UnknownValueError(f"anything of a {kind.__qualname__}")
            for field in fields(kind):
                yield self._named(field.name, getattr(value, field.name), _WHOLE)

    def _planned(self, kind: type, reads: Reads) -> "_Plan":
        """How objects of the class are read, kept for the others of it."""
        named = next((each for each in kind.__mro__ if each in self._names), None)
        is_whole = reads.whole or (reads.shown and not named)
        has_items = hasattr(kind, "__getitem__")
        steps: list[tuple[Any, bytes, Reads, _Step]] = []
        for name, child in reads.children.items():
            label = repr(name).encode()
            if name == EACH:
                steps.append((name, label, child, _Step.EACH))
            elif child.called and any((each, name) in self._methods for each in kind.__mro__):
                steps.append((name, label, child, _Step.CALL))
            elif child.called and is_dataclass(kind) and hasattr(kind, str(name)):
                is_whole = True
            else:
                how = _Step.GET_BOTH if has_items else _Step.GET
                steps.append((name, label, child, how))
        plan = self._plans[kind, id(reads)] = _Plan(
            hasattr(kind, "__bool__") or hasattr(kind, "__len__"),
            self._names[named] if named and reads.shown else None,
            steps,
            is_whole,
            any(_is_foreign(kind, str(name)) for name in reads.children),
            reads,
        )
        return plan

    def _named(self, name: str | int, value: object, reads: Reads) -> bytes:
        try:
            return repr(name).encode() + self.of(value, reads)
        except UnknownValueError as error:
            raise UnknownValueError(f"{name}: {error}") from None

    def _elements(self, value: Any, reads: Reads) -> bytes:
        if iter(value) is value:
            raise UnknownValueError(f"a {type(value).__qualname__}, which ends when it is read")
        return self._all(value, reads)

    def _all(self, values: Iterable[object], reads: Reads) -> bytes:
        digests = [self.of(value, reads) for value in values]
        if isinstance(values, set | frozenset):
            digests.sort()
        return b"".join(digests)


def _is_foreign(kind: type, name: str) -> bool:
    """Whether it is a property that others have given to the class, which may read anything."""
    owner = next((each for each in kind.__mro__ if name in vars(each)), kind)
    found = vars(owner).get(name)
    if not isinstance(found, property):
        return False
    get = found.fget.func if isinstance(found.fget, partial) else found.fget
    return getattr(get, "__module__", None) != owner.__module__


def _plain(value: object) -> bytes | None:
    """The value as bytes if it is plain data, no other value's."""
    kind: type = type(value)
    encoded = _encoder(kind)
    if not encoded:
        return None
    if not isinstance(value, Enum) and getattr(value, "__dict__", None):
        raise UnknownValueError(f"a {kind.__qualname__} with attributes")
    return _name(kind) + b" " + encoded(value).encode("utf-8", "surrogatepass")


@cache
def _encoder(kind: type) -> Callable[[Any], str] | None:
    return next((encode for plain, encode in _PLAIN if issubclass(kind, plain)), None)


@cache
def _name(kind: type) -> bytes:
    return f"{kind.__module__}.{kind.__qualname__}".encode()


def _zone(moment: datetime) -> str:
    return str(getattr(moment.tzinfo, "key", None) or moment.tzname())


def _digest(parts: Iterable[bytes]) -> bytes:
    # What is plain starts with a name, and never with the zero of a length.
    lengths = b"".join([len(part).to_bytes(8, "big") + part for part in parts])
    return blake2b(lengths, digest_size=SIZE).digest()
