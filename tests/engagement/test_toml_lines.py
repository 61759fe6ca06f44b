"""Where in calls_to_action.toml a problem is, and what to do about a slip in its syntax."""

import tomllib

import pytest
from engagement.toml_lines import slip, with_lines

TOML = """\
# A comment
[provider.post]
service = "kit"
[call.weekly]
heading = "Words"
[ call."odd one" ]
[[placement]]
slot = "end"
[[placement]]
call = "weekly"
  when = { min_words = 1 }
"""


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        ("provider.post.service: x", 3),
        ("provider.post.action: x", 2),
        ("provider.post: x", 2),
        ("call.weekly.heading: x", 5),
        ("call.weekly.slot: x", 4),
        ("call.weekly: x", 4),
        ("placement 1.slot: x", 8),
        ("placement 1.when.from: x", 7),
        ("placement 2.call: x", 10),
        ("placement 2.when.min_words: x", 11),
        ("placement 2: x", 9),
    ],
)
def test_a_problem_gets_the_line_of_its_key_or_else_of_its_table(problem: str, line: int) -> None:
    assert [*with_lines([f"a.toml: {problem}"], "a.toml", TOML)] == [f"a.toml:{line}: {problem}"]


@pytest.mark.parametrize(
    "problem",
    [
        "a.toml: placement 3: x",
        "a.toml: call.monthly: x",
        'a.toml: unknown table "x"',
        "b.toml: call.weekly: x",
        "a.toml:7: call.weekly: x",
    ],
)
def test_a_problem_without_a_place_in_the_file_stays_as_it_is(problem: str) -> None:
    assert [*with_lines([problem], "a.toml", TOML)] == [problem]


@pytest.mark.parametrize(
    ("toml", "start", "remedy"),
    [
        ('a = "x', "t.toml:1: ", 'the line is: a = "x; is a quote or a bracket missing'),
        ('a = 1\n\nb = "x "y""', "t.toml:3: ", 'the line is: b = "x "y""; is a quote'),
        ("a = “x”", "t.toml:1: ", 'write straight quotation marks: "'),
        ('a = "<form\n>"', "t.toml:1: ", "of a form give only the address that stands in it"),
        ('a = action="https://x"', "t.toml:1: ", "of a form give only the address"),
        ('a = """x\n\nb = 1\n', "t.toml:3: ", 'one of the """ has no partner'),
        ("[call.my shop]", "t.toml:1: ", "a name is made of small letters, digits and dashes"),
        ("[call.wörk]", "t.toml:1: ", "a name is made of small letters, digits and dashes"),
        ("[a]\n[a]", "t.toml:2: ", "this name is there twice: rename one, or take it out"),
        ("[placement]\n[placement]", "t.toml:2: ", "write [[placement]] with two brackets"),
        ("when = { a = 1 b = 2 }", "t.toml:1: ", "conditions are written when = { categories"),
        ("a = ", "t.toml:1: ", "is a quote or a bracket missing"),
    ],
)
def test_a_slip_is_told_with_its_line_and_what_to_do(toml: str, start: str, remedy: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as raised:
        tomllib.loads(toml)
    said = slip("t.toml", str(raised.value), toml)
    assert said.startswith(start)
    assert remedy in said
