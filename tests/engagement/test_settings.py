"""The plugin's knobs in Pelican's settings."""

from datetime import UTC, datetime

import pytest
from engagement.errors import SettingsError
from engagement.pauses import MiddleSettings
from engagement.settings import settings_of


def test_every_knob_has_a_default() -> None:
    settings = settings_of({})
    assert settings.related_stories.limit == 3
    calls = settings.calls_to_action
    assert calls.file == "calls_to_action.toml"
    assert (calls.end_limit, calls.middle_limit, calls.same_call_limit) == (1, 1, 1)
    assert calls.tell_source is True
    assert calls.middle == MiddleSettings(min_words=500, after_words=200, before_words=150)


def test_now_is_taken_from_the_settings() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert settings_of({"NOW": moment}).now == moment


def test_now_without_a_time_zone_is_told() -> None:
    with pytest.raises(SettingsError, match="NOW: must be a datetime with a time zone"):
        settings_of({"NOW": datetime(2026, 1, 1)})


def test_weights_are_a_table_within_and_can_be_given_in_part() -> None:
    weights = settings_of({"RELATED_STORIES": {"weights": {"body": 2}}}).related_stories.weights
    assert (weights.body, weights.title) == (2, 3.0)
    with pytest.raises(SettingsError, match=r'RELATED_STORIES.weights: unknown key "boddy"; did'):
        settings_of({"RELATED_STORIES": {"weights": {"boddy": 2}}})


def test_the_middle_of_a_story_is_a_table_within_and_can_be_given_in_part() -> None:
    calls = settings_of({"CALLS_TO_ACTION": {"middle": {"after_words": 0}}}).calls_to_action
    assert calls.middle == MiddleSettings(min_words=500, after_words=0, before_words=150)


def test_every_knob_for_calls_can_be_turned() -> None:
    given = {
        "file": "x.toml",
        "end_limit": 0,
        "middle_limit": 0,
        "same_call_limit": 1,
        "tell_source": False,
    }
    calls = settings_of({"CALLS_TO_ACTION": given}).calls_to_action
    assert {key: getattr(calls, key) for key in given} == given


def test_every_problem_of_the_knobs_for_calls_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        settings_of(
            {
                "CALLS_TO_ACTION": {
                    "file": " ",
                    "end_limit": -1,
                    "middle_limit": True,
                    "same_call_limit": 0,
                    "tell_source": "no",
                    "middle": {
                        "min_word": 1,
                        "min_words": -1,
                        "after_words": 1.5,
                        "before_words": -1,
                    },
                    "midle": {},
                },
                "RELATED_STORIES": {"limit": -1},
                "NOW": "today",
            }
        )
    assert raised.value.problems == (
        "RELATED_STORIES.limit: must be at least 0, not -1",
        'CALLS_TO_ACTION: unknown key "midle"; did you mean "middle"?',
        "CALLS_TO_ACTION.file: is empty; give it a text, or take the line out",
        "CALLS_TO_ACTION.end_limit: must be at least 0, not -1",
        "CALLS_TO_ACTION.middle_limit: must be a whole number, not True",
        "CALLS_TO_ACTION.same_call_limit: must be at least 1, not 0",
        'CALLS_TO_ACTION.middle: unknown key "min_word"; did you mean "min_words"?',
        "CALLS_TO_ACTION.middle.min_words: must be at least 0, not -1",
        "CALLS_TO_ACTION.middle.after_words: must be a whole number, not 1.5",
        "CALLS_TO_ACTION.middle.before_words: must be at least 0, not -1",
        "CALLS_TO_ACTION.tell_source: must be true or false, not 'no'",
        "NOW: must be a datetime with a time zone, not 'today'",
    )
    with pytest.raises(SettingsError, match="CALLS_TO_ACTION.middle: must be a table of keys"):
        settings_of({"CALLS_TO_ACTION": {"middle": 500}})


def test_without_now_the_clock_counts_in_the_sites_time_zone() -> None:
    assert str(settings_of({"TIMEZONE": "Asia/Tokyo"}).now.tzinfo) == "Asia/Tokyo"


def test_every_problem_names_setting_key_value_and_remedy() -> None:
    with pytest.raises(SettingsError) as raised:
        settings_of(
            {"RELATED_STORIES": {"limt": 3, "limit": -1}, "CALLS_TO_ACTION": {"file": True}}
        )
    assert raised.value.problems == (
        'RELATED_STORIES: unknown key "limt"; did you mean "limit"?',
        "RELATED_STORIES.limit: must be at least 0, not -1",
        "CALLS_TO_ACTION.file: must be text in quotes, not True",
    )


def test_a_setting_that_is_no_dict_is_told() -> None:
    with pytest.raises(SettingsError, match="RELATED_STORIES: must be a table"):
        settings_of({"RELATED_STORIES": 3})
