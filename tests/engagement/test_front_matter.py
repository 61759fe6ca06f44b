"""What a post's front matter says of its related stories and calls to action."""

import pytest
from engagement.front_matter import calls_in_slots, chosen_stories, names_in, says_none

PUBLISHED = {"bread": 0, "posts/bread.md": 0, "boats": 1, "posts/boats.md": 1, "dough": 2}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("bread", ["bread"]),
        (" bread ,dough,  boats", ["bread", "dough", "boats"]),
        (",bread,, ,dough,", ["bread", "dough"]),
        (["bread, dough", "boats"], ["bread", "dough", "boats"]),
        ("", []),
        (" , ", []),
        ([], []),
        (2024, ["2024"]),
        ("rye bread", ["rye bread"]),
    ],
)
def test_names_are_set_apart_by_commas_and_lines(value: object, names: list[str]) -> None:
    assert names_in(value) == names


@pytest.mark.parametrize("value", ["none", "None", " NONE ", "none,", ["none"]])
def test_none_is_none_in_any_case(value: object) -> None:
    assert says_none(value)


@pytest.mark.parametrize("value", ["", "nobody", "none, bread", "none none", ["none", "none"], 0])
def test_nothing_else_is_none(value: object) -> None:
    assert not says_none(value)


def chosen(*names: str, own: int = 0) -> tuple[list[int], list[str]]:
    """The numbers found, and the problems."""
    problems: list[str] = []
    return chosen_stories(names, own, PUBLISHED, {"draft", "posts/draft.md"}, problems), problems


def test_stories_are_found_by_slug_and_by_path_in_the_order_of_the_names() -> None:
    assert chosen("dough", "posts/boats.md") == ([2, 1], [])
    assert chosen("boats", "dough", "boats") == ([1, 2], [])
    assert chosen() == ([], [])


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("bread", '"bread" is this story itself; take it out'),
        ("posts/bread.md", '"posts/bread.md" is this story itself; take it out'),
        ("draft", '"draft" is not published; take it out until it is'),
        ("posts/draft.md", '"posts/draft.md" is not published; take it out until it is'),
        ("bots", 'there is no story "bots"; did you mean "boats"?'),
        ("Boats", 'there is no story "Boats"; did you mean "boats"?'),
        ("posts/boat.md", 'there is no story "posts/boat.md"; did you mean "posts/boats.md"?'),
        ("xyz", 'there is no story "xyz"; known: boats, bread, dough'),
        ("none", 'there is no story "none"; known: boats, bread, dough'),
    ],
)
def test_a_problem_names_the_value_and_the_remedy(name: str, problem: str) -> None:
    assert chosen(name, "dough") == ([2], [problem])


def test_every_problem_is_told_once_and_the_rest_is_used() -> None:
    numbers, problems = chosen("bread", "dough", "bots", "draft", "bots", "boats")
    assert numbers == [2, 1]
    assert [problem.split('"')[1] for problem in problems] == ["bread", "bots", "draft"]


def test_a_story_that_is_not_published_may_choose_others() -> None:
    assert chosen("bread", "dough", own=7) == ([0, 2], [])


def test_among_many_stories_none_is_listed_when_none_is_near() -> None:
    problems: list[str] = []
    many = {f"story-number-{number}": number for number in range(50)}
    assert chosen_stories(["bread"], 0, many, (), problems) == []
    assert problems == ['there is no story "bread"']


def in_slots(value: object) -> tuple[dict[str, list[str]], list[str]]:
    """The calls by slot, and the problems."""
    problems: list[str] = []
    slots, calls = ("end", "middle", "feed"), ("weekly", "talk")
    return calls_in_slots(value, slots, calls, problems), problems


@pytest.mark.parametrize(
    ("value", "calls"),
    [
        ("none", {"end": [], "middle": [], "feed": []}),
        (["NONE"], {"end": [], "middle": [], "feed": []}),
        ("weekly@end", {"end": ["weekly"]}),
        (" weekly @ end ,", {"end": ["weekly"]}),
        ("None@middle", {"middle": []}),
        ("talk@end, weekly@end", {"end": ["talk", "weekly"]}),
        (
            ["talk@end", "none@middle, weekly@feed"],
            {"end": ["talk"], "middle": [], "feed": ["weekly"]},
        ),
        ("talk@feed, talk@end", {"feed": ["talk"], "end": ["talk"]}),
        ("talk@end, talk@feed", {"feed": ["talk"], "end": ["talk"]}),
    ],
)
def test_calls_are_named_for_slots(value: object, calls: dict[str, list[str]]) -> None:
    assert in_slots(value) == (calls, [])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("talk", '"talk" has no slot; write "talk@end", or "none" alone'),
        ("", 'is empty; write "none", or take the line out'),
        (" , ", 'is empty; write "none", or take the line out'),
        ("non", '"non" has no slot; write "a-call@end", or "none" alone'),
        ("talk at middle", '"talk at middle" has no slot; write "talk@middle", or "none" alone'),
        ("none, none", '"none" has no slot; write "a-call@end", or "none" alone'),
        ("talk@", '"talk@": there is no slot "" here; known: end, feed, middle'),
        ("@end", '"@end": there is no call ""; known: talk, weekly'),
        ("talk@ned", '"talk@ned": there is no slot "ned" here; did you mean "end"?'),
        ("talk@end@end", '"talk@end@end": there is no slot "end@end" here; did you mean "end"?'),
        ("none@page", '"none@page": there is no slot "page" here; known: end, feed, middle'),
        ("Talk@end", '"Talk@end": there is no call "Talk"; did you mean "talk"?'),
        ("talk@end, talk@end", '"talk@end": "talk" is named for "end" already; take one out'),
        ("talk@end, talk@middle", '"talk@middle": "talk" is named for "end" already; take one out'),
        ("talk@feed, talk@feed", '"talk@feed": "talk" is named for "feed" already; take one out'),
        ("none@end, talk@end", '"none@end" leaves no place for "talk@end"; take one out'),
        ("talk@end, none@end", '"none@end" leaves no place for "talk@end"; take one out'),
    ],
)
def test_a_call_that_cannot_be_named_is_a_problem_with_a_remedy(value: str, problem: str) -> None:
    assert in_slots(value)[1][0] == problem


def test_every_wrong_name_of_a_call_is_told_and_the_rest_is_used() -> None:
    calls, problems = in_slots("tolk@end, weekly@end, weekly@ned, talk")
    assert calls == {"end": ["weekly"]}
    assert [problem.split('"')[1] for problem in problems] == ["tolk@end", "weekly@ned", "talk"]
