"""What is read of a value tells it from others, and what is not read does not."""

from __future__ import annotations

import subprocess
import sys
from collections import namedtuple
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from incremental.fingerprints import Fingerprints, UnknownValueError
from incremental.template_reads import Reads, template_reads
from jinja2 import DictLoader, Environment
from markupsafe import Markup

NEW_YORK = ZoneInfo("America/New_York")
Pair = namedtuple("Pair", "left right")


class Colour(Enum):
    RED = "red"


class Thing:
    """An object with any attributes."""

    def __init__(self, name: str = "x", **attributes: object) -> None:
        self.name = name
        self.__dict__ |= attributes

    @property
    def broken(self) -> str:
        raise ValueError("no")

    def many(self) -> bool:
        return self.name == "many"


class Named(Thing):
    """Of this it is known what it is shown as: its name."""


class Nameless(Thing):
    """Of this nobody knows what it is shown as."""


@dataclass(frozen=True, slots=True)
class Record:
    text: str
    more: object = None
    table: dict[str, object] = field(default_factory=dict)

    @property
    def loud(self) -> str:
        return self.text.upper()

    def said(self, to: str) -> str:
        return f"{self.text} {to}"


class Shelf:
    """Has items and attributes, and a truth."""

    def __init__(self, items: dict[object, object], **attributes: object) -> None:
        self._items = items
        self.__dict__ |= attributes

    def __getitem__(self, key: object) -> object:
        return self._items[key]

    def __len__(self) -> int:
        return len(self._items)


def node(source: str) -> Reads:
    """What a template reads of the variable v."""
    found = template_reads(Environment(loader=DictLoader({"page": source})), "page")
    assert not found.everything
    return found.variables["v"]


def digest(value: object, source: str) -> bytes:
    known = Fingerprints({Named: lambda thing: thing.name}, {(Thing, "many")})
    return known.of(value, node(source))


PLAIN = [
    None, True, 1, 1.0, "1", Markup("1"), b"1", "", (), [], {}, set(), "None",
    date(2026, 1, 2), datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC),
    datetime(2026, 1, 2, tzinfo=NEW_YORK), datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK),
    datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=1), timedelta(1), timedelta(2),
    Path("a/b"), Path("a"), Colour.RED, NEW_YORK, UTC, "\ud800",
    [1], [1, 2], [[1], 2], [[1, 2]], (1,), {1}, {1: 2}, {2: 1}, {1: 2, 3: 4}, {3: 4, 1: 2},
    ["a", "bc"], ["ab", "c"], ["abc"], range(3), [0, 1, 2], Pair(1, 2), (1, 2), {}.keys(),
    Record("a"), Record("b"), Record("a", table={"a": 1}), Record("a", Record("a")),
]  # fmt: skip


def test_values_that_differ_have_fingerprints_that_differ() -> None:
    seen: dict[bytes, object] = {}
    for value in PLAIN:
        fingerprint = Fingerprints({}, ()).whole(value)
        assert fingerprint not in seen, (value, seen[fingerprint])
        assert len(fingerprint) == 16
        seen[fingerprint] = value


@pytest.mark.parametrize(
    ("source", "one", "other"),
    [
        ("{{ v.a }}", Thing(a="1"), Thing(a="2")),
        ("{{ v.a }}", Thing(a="1"), Thing()),
        ("{{ v.a }}", Thing(a=None), Thing()),
        ("{{ v.a.b }}", Thing(a={"b": 1}), Thing(a={"b": 2})),
        ("{% if v %}{% endif %}", Thing(), Named()),
        ("{% if v %}{% endif %}", Shelf({}), Shelf({1: 2})),
        ("{% if v %}{% endif %}", [], [1]),
        ("{{ v|length }}", [1, 2], [1, 2, 3]),
        ("{{ v }}", Named("a"), Named("b")),
        ("{{ v }}", [Named("a")], [Named("b")]),
        ("{{ v }}", {"a": Named("a")}, {"a": Named("b")}),
        ("{{ v }}", Record("a"), Record("b")),
        ("{{ v.loud }}", Record("a"), Record("b")),
        ("{{ v.said('x') }}", Record("a"), Record("b")),
        ("{{ v.many() }}", Thing("many"), Thing("few")),
        ("{% for x in v %}{{ x.a }}{% endfor %}", [Thing(a=1)], [Thing(a=2)]),
        (
            "{% for x in v %}{{ x.a }}{% endfor %}",
            [Thing(a=1), Thing(a=2)],
            [Thing(a=2), Thing(a=1)],
        ),
        ("{{ v[0] }}", [1, 2], [2, 2]),
        ("{{ v[-1] }}", [1, 2], [1, 1]),
        ("{{ (v|first).a }}", {Named(a=1)}, {Named(a=2)}),
        ("{{ v.left }}", Pair(1, 2), Pair(2, 2)),
        ("{{ v.index(2) }}", [1, 2], [2, 1]),
        ("{{ v.a }}", {"a": 1}, {"a": 2}),
        ("{{ v.b }}", {"a": 1}, {"a": 1, "b": 1}),
        ("{{ v.get('a') }}", {"a": 1}, {"a": 2}),
        ("{{ v|first }}", {"a": 1}, {"b": 1}),
        ("{% for k, x in v.items() %}{{ x }}{% endfor %}", {"a": 1}, {"a": 2}),
        ("{% for k in v %}{{ k }}{% endfor %}", {"a": 1, "b": 1}, {"b": 1, "a": 1}),
        ("{{ v['a'] }}", Shelf({"a": 1}, a=0), Shelf({"a": 2}, a=0)),
        ("{{ v.a }}", Shelf({"a": 1}, a=0), Shelf({"a": 1}, a=1)),
        ("{{ v[0].a }}", Shelf({0: Thing(a=1)}), Shelf({0: Thing(a=2)})),
        ("{{ v.b|tojson }}", Thing(b={"a": [1]}), Thing(b={"a": [2]})),
    ],
)
def test_what_is_read_is_told_apart(source: str, one: object, other: object) -> None:
    assert digest(one, source) != digest(other, source)


@pytest.mark.parametrize(
    ("source", "one", "other"),
    [
        ("{{ v.a }}", Thing(a="1", b=1), Thing(a="1", b=2)),
        ("{{ v }}", Named("a", b=1), Named("a", b=2)),
        ("{{ v|length }}", [Thing(a=1)], [Thing(a=2)]),
        ("{% for x in v %}{{ x.a }}{% endfor %}", [Thing("x", a=1)], [Thing("y", a=1)]),
        ("{{ v[0].a }}", [Thing(a=1), Thing(a=1)], [Thing(a=1), Thing(a=2)]),
        ("{{ v.left }}", Pair(1, 2), Pair(1, 3)),
        ("{{ v.a }}", {"a": 1, "b": 1}, {"a": 1, "b": 2}),
        ("{% for k in v %}{{ k }}{% endfor %}", {"a": 1}, {"a": 2}),
        ("{{ v.text }}", Record("a", 1), Record("a", 2)),
        ("{{ v }}", {"b", "a", "c"}, {"c", "a", "b"}),
    ],
)
def test_what_is_not_read_is_not_told_apart(source: str, one: object, other: object) -> None:
    assert digest(one, source) == digest(other, source)


def circle() -> Record:
    things: list[object] = []
    things.append(Record("a", things))
    return Record("b", things)


@pytest.mark.parametrize(
    ("source", "value", "why"),
    [
        ("{{ v }}", Nameless(), "anything of a Nameless"),
        ("{{ v.a.b }}", Thing(a=Thing(b=Nameless())), "a: b: anything of a Nameless"),
        ("{{ v|tojson }}", Named(), "anything of a Named"),
        ("{{ v|tojson }}", Record("a", Named()), "more: anything of a Named"),
        ("{{ v.broken }}", Thing(), "a Thing: ValueError('no')"),
        ("{{ v.few() }}", Thing(few=len), "few: a builtin_function_or_method is called"),
        ("{{ v() }}", len, "a builtin_function_or_method is called"),
        ("{{ v.a() }}", {"a": len}, "a: a builtin_function_or_method is called"),
        ("{% for x in v %}{{ x }}{% endfor %}", iter([1]), "which ends when it is read"),
        ("{{ v|tojson }}", circle(), "within itself"),
    ],
)
def test_says_why_a_value_has_no_fingerprint(source: str, value: object, why: str) -> None:
    known = Fingerprints({Named: lambda thing: thing.name}, {(Thing, "many")})
    reads = node(source)
    for _ in "twice":
        with pytest.raises(UnknownValueError) as raised:
            known.of(value, reads)
        assert why in str(raised.value)


def test_a_value_is_looked_at_once() -> None:
    class Counting(Thing):
        asked = 0

        @property
        def title(self) -> str:
            self.asked += 1
            return "x"

    known, reads = Fingerprints({}, ()), node("{% for x in v %}{{ x.title }}{% endfor %}")
    thing = Counting()
    many = [thing, thing]
    assert known.of(many, reads) == known.of(many, reads) == known.of([thing, thing], reads)
    assert thing.asked == 1


PRINTED = """
import sys
sys.path.insert(0, "plugins")
from incremental.fingerprints import Fingerprints
print(Fingerprints({}, ()).whole([{"a", "b", "c", "d"}, {"x": frozenset("efgh")}]).hex())
"""


def test_every_process_makes_the_same_fingerprint() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", PRINTED],
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in "123"
    }
    assert len(printed) == 1
