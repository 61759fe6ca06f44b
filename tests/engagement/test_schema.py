"""Turning a person's table into a checked dataclass."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import pytest
from engagement.schema import parsed


@dataclass(frozen=True)
class Inner:
    """A table within."""

    size: int = field(default=1, metadata={"least": 0})
    name: str = "none"


@dataclass(frozen=True)
class Table:
    """One field of every kind."""

    text: str
    slot: Literal["end", "404"] = "end"
    number: int = field(default=0, metadata={"least": -1})
    share: float = field(default=0.5, metadata={"least": 0})
    switch: bool = True
    names: tuple[str, ...] = ()
    day: date | None = field(default=None, metadata={"key": "from"})
    moment: str | datetime = "soon"
    last: str | date | None = None
    inner: Inner = Inner(size=7)


def given(**keys: object) -> Table:
    """The table when nothing is wrong."""
    found = parsed(Table, {"text": "a", **keys}, "file: here", [])
    assert found is not None
    return found


def test_what_is_not_given_has_its_default() -> None:
    assert given() == Table("a")
    assert given().inner.size == 7


DAY, MOMENT = date(2026, 12, 31), datetime(2026, 12, 31, 10, 0)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"slot": "404"}, Table("a", slot="404")),
        ({"number": -1}, Table("a", number=-1)),
        ({"share": 2}, Table("a", share=2)),
        ({"share": 0.0}, Table("a", share=0.0)),
        ({"switch": False}, Table("a", switch=False)),
        ({"names": ["x", "y z"]}, Table("a", names=("x", "y z"))),
        ({"names": []}, Table("a")),
        ({"from": DAY}, Table("a", day=DAY)),
        ({"moment": MOMENT}, Table("a", moment=MOMENT)),
        ({"moment": "now"}, Table("a", moment="now")),
        ({"last": DAY}, Table("a", last=DAY)),
        ({"last": "TODO"}, Table("a", last="TODO")),
        # What a table within leaves out comes from its own defaults.
        ({"inner": {}}, Table("a", inner=Inner(1, "none"))),
        ({"inner": {"name": "x"}}, Table("a", inner=Inner(1, "x"))),
    ],
)
def test_each_kind_is_kept_as_it_is(keys: dict[str, Any], expected: Table) -> None:
    assert given(**keys) == expected
    hash(given(**keys))


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"text": ""}, ".text: is empty; give it a text, or take the line out"),
        ({"text": " \n"}, ".text: is empty; give it a text, or take the line out"),
        ({"text": "a\nb\x0bc"}, r".text: holds the control character '\x0b'; take it out"),
        ({"text": 3}, ".text: must be text in quotes, not 3"),
        ({"text": ["a"]}, ".text: must be text in quotes, not ['a']"),
        ({"slot": "emd"}, '.slot: "emd" is not one of the choices; did you mean "end"?'),
        ({"slot": "x"}, '.slot: "x" is not one of the choices; known: 404, end'),
        ({"slot": ""}, '.slot: "" is not one of the choices; known: 404, end'),
        ({"slot": 404}, ".slot: must be text in quotes, not 404"),
        ({"slot": ["end"]}, ".slot: must be text in quotes, not ['end']"),
        ({"number": "1"}, ".number: must be a whole number, not '1'"),
        ({"number": 1.0}, ".number: must be a whole number, not 1.0"),
        ({"number": True}, ".number: must be a whole number, not True"),
        ({"number": -2}, ".number: must be at least -1, not -2"),
        ({"share": -0.1}, ".share: must be at least 0, not -0.1"),
        ({"share": False}, ".share: must be a number, not False"),
        ({"share": "1"}, ".share: must be a number, not '1'"),
        ({"switch": 1}, ".switch: must be true or false, not 1"),
        ({"names": "x"}, '.names: must be a list like ["one", "two"], not \'x\''),
        ({"names": ["x", ""]}, ".names: must be a list like [\"one\", \"two\"], not ['x', '']"),
        ({"names": [3]}, '.names: must be a list like ["one", "two"], not [3]'),
        (
            {"from": "2026-12-31"},
            ".from: must be a date like 2026-12-31, without quotes, not '2026",
        ),
        ({"from": MOMENT}, ".from: must be a date like 2026-12-31, without quotes, not datetime."),
        ({"day": DAY}, ': unknown key "day"; known: from, inner,'),
        ({"moment": DAY}, ".moment: must be text in quotes or a date and time, not datetime.date("),
        ({"moment": " "}, ".moment: is empty; give it a text"),
        (
            {"last": MOMENT},
            ".last: must be text in quotes or a date like 2026-12-31, without quotes, not datetime",
        ),
        ({"last": 3}, ".last: must be text in quotes or a date like 2026-12-31, without quotes, n"),
        ({"inner": 3}, ".inner: must be a table of keys and values, not 3"),
        ({"inner": {"size": -1}}, ".inner.size: must be at least 0, not -1"),
        ({"inner": {"siz": 1}}, '.inner: unknown key "siz"; did you mean "size"?'),
        ({"txet": "a"}, ': unknown key "txet"; did you mean "text"?'),
        ({3: "a"}, ': unknown key "3"; known: '),
    ],
)
def test_each_problem_names_place_value_and_remedy(keys: dict[Any, Any], problem: str) -> None:
    problems: list[str] = []
    assert parsed(Table, {"text": "a", **keys}, "file: here", problems) is None
    (line,) = problems
    assert line.startswith(f"file: here{problem}")


def test_a_key_that_must_be_there_is_asked_for() -> None:
    problems: list[str] = []
    assert parsed(Table, {}, "file: here", problems) is None
    assert problems == ['file: here: "text" is missing; add text = …']
    assert parsed(Table, "x", "file: here", problems) is None
    assert problems[1:] == ["file: here: must be a table of keys and values, not 'x'"]


def test_every_problem_is_told_at_once_beside_those_before() -> None:
    problems = ["before"]
    table = {"slot": 1, "x": 1, "inner": {"size": "1", "y": 1}}
    assert parsed(Table, table, "here", problems) is None
    assert [line.split(":")[0] for line in problems] == [
        *("before", "here", "here", "here.slot"),
        *("here.inner", "here.inner.size"),
    ]
    assert parsed(Table, {"text": "a"}, "here", problems) == Table("a")


def test_what_is_fixed_is_not_the_persons_to_give() -> None:
    problems: list[str] = []
    assert parsed(Table, {"number": 3}, "here", problems, text="mine") == Table("mine", number=3)
    assert parsed(Table, {"text": "hers"}, "here", problems, text="mine") is None
    assert problems[0].startswith('here: unknown key "text"; ')
