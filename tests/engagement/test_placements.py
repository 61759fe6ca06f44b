"""Which call shows where, by rule, by front matter, by hand."""

from datetime import UTC, date, datetime

import pytest
from engagement.calls_to_action import CallToAction
from engagement.placements import CallsToAction, Chosen, Placement, Subject, When, choose, matches
from engagement.settings import CallsToActionSettings
from engagement.site_calls import SiteCalls

TODAY = date(2026, 6, 1)
STORY = Subject(("Trust",), ("listening", "Small steps"), ("Coming back",), ("Ann",), 800)


def offers(*placements: Placement) -> CallsToAction:
    """Calls a, b and c, with these placements."""
    calls = {name: CallToAction(name, "link", name, name, name, "/") for name in "abc"}
    return CallsToAction(calls, placements)


def names(chosen: dict[str, tuple[Chosen, ...]]) -> dict[str, list[str]]:
    """The calls' names by slot."""
    return {slot: [each.call.name for each in here] for slot, here in chosen.items()}


@pytest.mark.parametrize(
    ("when", "met"),
    [
        (When(), []),
        (When(categories=("trust",)), ["matches category Trust"]),
        (When(categories=("Career", "Trust")), ["matches category Trust"]),
        (When(categories=("Career",)), None),
        (When(tags_any=("x", "small steps")), ["matches tag Small steps"]),
        (When(tags_any=("x",)), None),
        (When(series=("Coming back",)), ["matches series Coming back"]),
        (When(series=("Other",)), None),
        (When(authors=("ann",)), ["matches author Ann"]),
        (When(authors=("Bob",)), None),
        (When(min_words=800), ["has 800 words or more"]),
        (When(min_words=801), None),
        (When(first_day=TODAY), ["from 2026-06-01"]),
        (When(first_day=date(2026, 6, 2)), None),
        (When(last_day=TODAY), ["until 2026-06-01"]),
        (When(last_day=date(2026, 5, 31)), None),
        (
            When(categories=("Trust",), tags_any=("listening",)),
            ["matches category Trust", "matches tag listening"],
        ),
        (When(categories=("Trust",), tags_any=("x",)), None),
    ],
)
def test_all_conditions_given_must_hold(when: When, met: list[str] | None) -> None:
    assert matches(when, STORY, TODAY) == met


def test_priority_then_conditions_then_name_decide() -> None:
    particular = When(categories=("Trust",))
    rules = [
        Placement("a", "end"),
        Placement("c", "end", When(categories=("Trust",), min_words=1), 1),
        Placement("b", "end", particular, 1),
        Placement("a", "end", particular, 1),
    ]
    order = choose(offers(*rules), {"end": 3}, STORY, TODAY)
    assert names(order) == {"end": ["c", "a", "b"]}
    assert [each.reason for each in order["end"]] == [
        "priority 1, matches category Trust, has 1 words or more",
        "priority 1, matches category Trust",
        "priority 1, matches category Trust",
    ]
    (only,) = choose(
        offers(Placement("b", "end"), Placement("a", "end")), {"end": 1}, STORY, TODAY
    )["end"]
    assert (only.call.name, only.reason) == ("a", "priority 0, no conditions")


def test_a_call_shows_once_a_page_and_the_first_slot_has_the_choice() -> None:
    rules = offers(
        Placement("a", "end"), Placement("a", "middle", priority=9), Placement("b", "middle")
    )
    slots = {"end": 1, "middle": 1}
    assert names(choose(rules, slots, STORY, TODAY)) == {"end": ["a"], "middle": ["b"]}
    swapped = {"middle": 1, "end": 1}
    assert names(choose(rules, swapped, STORY, TODAY)) == {"middle": ["a"]}
    twice = choose(rules, slots, STORY, TODAY, same_call_limit=2)
    assert names(twice) == {"end": ["a"], "middle": ["a"]}


def test_two_placements_of_one_call_in_a_slot_show_it_once() -> None:
    rules = offers(Placement("a", "end"), Placement("a", "end", priority=1), Placement("b", "end"))
    chosen = choose(rules, {"end": 3}, STORY, TODAY, same_call_limit=9)
    assert names(chosen) == {"end": ["a", "b"]}


def test_calls_by_hand_count_as_shown() -> None:
    rules = offers(Placement("a", "end"), Placement("b", "end"))
    assert names(choose(rules, {"end": 1}, STORY, TODAY, by_hand=["a"])) == {"end": ["b"]}


def test_front_matter_takes_the_place_of_rules_in_its_slots_alone() -> None:
    rules = offers(Placement("a", "end"), Placement("c", "footer"))
    chosen = choose(
        rules,
        {"end": 1, "footer": 1},
        STORY,
        TODAY,
        front_matter={"end": ["b", "a"], "page": ["c"]},
    )
    assert names(chosen) == {"end": ["b", "a"], "footer": ["c"]}
    assert chosen["end"][0].reason == "named in front matter"
    none = choose(rules, {"end": 1, "footer": 1}, STORY, TODAY, front_matter={"end": []})
    assert names(none) == {"footer": ["c"]}


def test_what_front_matter_names_for_a_later_slot_is_not_taken_by_a_rule() -> None:
    rules = offers(Placement("a", "end"))
    slots = {"end": 1, "footer": 1}
    chosen = choose(rules, slots, STORY, TODAY, front_matter={"footer": ["a"]})
    assert names(chosen) == {"footer": ["a"]}


def test_calls_that_are_no_more_are_left_out() -> None:
    rules = CallsToAction(offers().calls, (Placement("gone", "end"), Placement("b", "end")))
    assert names(choose(rules, {"end": 1}, STORY, TODAY)) == {"end": ["b"]}
    chosen = choose(rules, {"end": 1}, STORY, TODAY, front_matter={"end": ["gone"]})
    assert chosen == {}


def test_a_slot_that_may_show_none_shows_none() -> None:
    assert choose(offers(Placement("a", "end")), {"end": 0}, STORY, TODAY) == {}


def test_only_placements_of_the_day_are_in_force() -> None:
    gone = Placement("a", "end", When(last_day=date(2026, 5, 31)))
    now = Placement("b", "end", When(first_day=TODAY, last_day=TODAY))
    later = Placement("c", "end", When(first_day=date(2026, 6, 2)))
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    site_calls = SiteCalls(offers(gone, now, later), CallsToActionSettings(), noon, "", "")
    assert site_calls.in_force.placements == (now,)
