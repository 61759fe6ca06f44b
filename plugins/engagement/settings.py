"""Every knob, its default and its check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .errors import SettingsError
from .pauses import MiddleSettings
from .schema import parsed


@dataclass(frozen=True)
class FieldWeights:
    """The keys of ``RELATED_STORIES["weights"]``: how much each field counts.

    For ``tags`` that is each word in a tag and each tag as a whole, for ``category`` the
    category as a whole, for the others each word.
    """

    title: float = field(default=3.0, metadata={"least": 0})
    tags: float = field(default=3.0, metadata={"least": 0})
    category: float = field(default=6.0, metadata={"least": 0})
    summary: float = field(default=3.0, metadata={"least": 0})
    body: float = field(default=1.0, metadata={"least": 0})
    code: float = field(default=0.5, metadata={"least": 0})


@dataclass(frozen=True)
class RelatedStoriesSettings:
    """The keys of ``RELATED_STORIES``; plugins/engagement/README.md says what they do."""

    limit: int = field(default=3, metadata={"least": 0})
    threshold: float = field(default=0.0, metadata={"least": 0})
    include_newer: bool = True
    include_series_neighbours: bool = False
    weights: FieldWeights = FieldWeights()


@dataclass(frozen=True)
class CallsToActionSettings:
    """The keys of ``CALLS_TO_ACTION``; plugins/engagement/README.md says what they do."""

    file: str = "calls_to_action.toml"
    end_limit: int = field(default=1, metadata={"least": 0})
    middle_limit: int = field(default=1, metadata={"least": 0})
    same_call_limit: int = field(default=1, metadata={"least": 1})
    middle: MiddleSettings = field(default=MiddleSettings())
    tell_source: bool = True


@dataclass(frozen=True)
class Settings:
    """What the plugin takes from Pelican's settings."""

    related_stories: RelatedStoriesSettings
    calls_to_action: CallsToActionSettings
    now: datetime


def settings_of(pelican_settings: Mapping[str, Any]) -> Settings:
    """The plugin's part of Pelican's settings.

    ``NOW`` (an aware datetime) is the moment that counts as now; without it the
    clock's, in ``TIMEZONE``.

    Raises SettingsError with every problem in RELATED_STORIES and CALLS_TO_ACTION.
    """
    problems: list[str] = []
    related_stories = parsed(
        RelatedStoriesSettings,
        pelican_settings.get("RELATED_STORIES", {}),
        "RELATED_STORIES",
        problems,
    )
    calls_to_action = parsed(
        CallsToActionSettings,
        pelican_settings.get("CALLS_TO_ACTION", {}),
        "CALLS_TO_ACTION",
        problems,
    )
    now = pelican_settings.get("NOW") or datetime.now(
        ZoneInfo(pelican_settings.get("TIMEZONE", "UTC"))
    )
    if not isinstance(now, datetime) or now.tzinfo is None:
        problems.append(f"NOW: must be a datetime with a time zone, not {now!r}")
    if problems or related_stories is None or calls_to_action is None:
        raise SettingsError(problems)
    return Settings(related_stories, calls_to_action, now)
