"""The plugin's knobs in Pelican's settings."""

from datetime import UTC, datetime

import pytest
from engagement.errors import SettingsError
from engagement.settings import settings_of


def test_every_knob_has_a_default() -> None:
    settings = settings_of({})
    assert settings.related_stories.limit == 3
    assert settings.calls_to_action.file == "calls_to_action.toml"


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
