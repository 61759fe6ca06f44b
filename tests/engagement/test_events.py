"""Gatherings: what a writer may say, when they come next, and what calendars make of them."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from engagement.events import (
    Event,
    Repeats,
    calendar,
    event_of,
    in_words,
    next_start,
    structured_data,
)
from hypothesis import given, settings
from hypothesis import strategies as st

WHERE = "calls.toml: call.lunch"
NEW_YORK = ZoneInfo("America/New_York")
GOOD: dict[str, Any] = {
    "starts": "2024-12-04 12:00",
    "time_zone": "America/New_York",
    "repeats": "weekly",
    "minutes": 60,
    "until": None,
    "address": "https://meet.example/lunch",
}
# Places whose clocks change: on both halves of the Earth, by half an hour, at midnight, on the
# day before a Sunday, against the season, and twice within five weeks.
CHANGING = [
    *("America/New_York", "Europe/London", "Australia/Sydney", "Australia/Lord_Howe"),
    *("America/Santiago", "America/Nuuk", "Europe/Dublin", "Africa/Casablanca"),
]


def event(**changes: Any) -> Event:
    problems: list[str] = []
    made = event_of(**GOOD | changes, where=WHERE, problems=problems)
    assert made is not None, problems
    return made


def starts(event: Event, count: int) -> Iterator[datetime]:
    """The first starts in UTC, each asked for at the end of the one before."""
    now = event.starts
    for _ in range(count):
        start = next_start(event, now)
        if start is None:
            return
        yield start.astimezone(UTC)
        now = start.astimezone(UTC) + timedelta(minutes=event.minutes)


def ics(event: Event, name: str = "Lunch", description: str = "Bring some.") -> bytes:
    return calendar(
        event,
        uid="lunch@site.example",
        name=name,
        description=description,
        url="https://site.example/lunch/",
    )


def read(file: bytes) -> Any:
    """The file as another library reads it, with the time zone that stands in it."""
    # It keeps zones for as long as the process lives, and takes a few for others.
    vars(vobject.icalendar)["__tzidMap"].clear()
    vobject.icalendar.registerTzid("UTC", UTC)
    text = file.decode()
    zone = vobject.readOne(text).contents.get("vtimezone")
    if zone:
        vobject.icalendar.registerTzid(zone[0].tzid.value, zone[0].tzinfo)
    return vobject.readOne(text)


def data(event: Event, now: datetime = datetime(2024, 1, 1, tzinfo=UTC)) -> dict[str, Any]:
    return structured_data(
        event,
        now,
        name="Lunch",
        description="Bring some.",
        url="https://site.example/lunch/",
        organizer="The Site",
    )


# What a writer may say


@pytest.mark.parametrize(
    "written",
    [
        "2024-12-04 12:00",
        "2024-12-04T12:00",
        "2024-12-4 12:00:00",
        " 2024-12-04 12:00 ",
        "TODO: 2024-12-04 12:00",
        datetime(2024, 12, 4, 12),
    ],
)
def test_the_first_time_is_text_or_what_toml_makes_of_it(written: str | datetime) -> None:
    made = event(starts=written)
    assert made.starts == datetime(2024, 12, 4, 12, tzinfo=NEW_YORK)
    assert made.starts.tzinfo is NEW_YORK


@pytest.mark.parametrize("written", ["2025-06-30", "TODO: 2025-06-30", date(2025, 6, 30)])
def test_the_last_day_is_text_or_what_toml_makes_of_it(written: str | date) -> None:
    assert event(until=written).until == date(2025, 6, 30)


def test_a_suggestion_is_taken_until_it_is_filled_in() -> None:
    made = event(time_zone="TODO: Europe/London", address="TODO: a place")
    assert str(made.starts.tzinfo) == "Europe/London"
    assert made.address == "TODO: a place"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"starts": "next Wednesday"}, '.starts: "next Wednesday" is not a date and time; write'),
        ({"starts": "12/4/2024 12:00"}, '.starts: "12/4/2024 12:00" is not a date and time; write'),
        ({"starts": "2024-12-04 12:00 pm"}, 'is not a date and time; write it like "2026-12-02 12'),
        ({"starts": datetime(2024, 12, 4, 12, 0, 30)}, "is not a date and time; write it like"),
        ({"starts": "2024-12-04"}, '.starts: "2024-12-04" has no time of day; write it like'),
        ({"starts": date(2024, 12, 4)}, '.starts: "2024-12-04" has no time of day; write it like'),
        ({"starts": "2024-02-30 12:00"}, '.starts: "2024-02-30 12:00" is no time of the years'),
        ({"starts": "2024-12-04 24:00"}, '"2024-12-04 24:00" is no time of the years 2000 to 2099'),
        ({"starts": "1999-12-31 12:00"}, '"1999-12-31 12:00" is no time of the years 2000 to 2099'),
        ({"starts": "2100-01-01 12:00"}, '"2100-01-01 12:00" is no time of the years 2000 to 2099'),
        (
            {"starts": datetime(2024, 12, 4, 12, tzinfo=UTC)},
            '"2024-12-04 12:00:00+00:00" says how far from UTC; leave "+00:00" out, because time_z',
        ),
        ({"starts": "2024-12-04T12:00Z"}, 'leave "Z" out, because time_zone says it'),
        (
            {"starts": "2024-03-10 02:30"},
            '.starts: "2024-03-10 02:30" does not come in America/New_York, where the clocks go '
            'forward then; write "2024-03-10 03:30"',
        ),
        (
            {"starts": "2024-05-29 12:00", "repeats": "monthly"},
            '.starts: "2024-05-29" is a fifth Wednesday, and not every month has a fifth Wednesday;'
            " start on day 28",
        ),
        (
            {"time_zone": "New York"},
            '.time_zone: "New York" is not a time zone; did you mean "Amer',
        ),
        ({"time_zone": "america/new york"}, 'did you mean "America/New_York"?'),
        ({"time_zone": "Amerika/New_York"}, 'did you mean "America/New_York"?'),
        ({"time_zone": "london"}, 'did you mean "Europe/London"?'),
        (
            {"time_zone": "EST5EDT"},
            '"EST5EDT" is not a time zone; did you mean "America/New_York"?',
        ),
        ({"time_zone": "PT"}, 'did you mean "America/Los_Angeles"?'),
        ({"time_zone": "Etc/GMT+5"}, '"Etc/GMT+5" is not a time zone; write it like "America/New_'),
        (
            {"time_zone": "Japan"},
            '"Japan" is not a time zone; write it like "America/New_York", or',
        ),
        ({"time_zone": ""}, '.time_zone: "" is not a time zone; write it like "America/New_York"'),
        ({"minutes": 0}, ".minutes: must be at least 1 and at most 10079 for an event with repeat"),
        ({"minutes": 10_080}, 'most 10079 for an event with repeats = "weekly", not 10080'),
        ({"minutes": 20_160, "repeats": "every two weeks"}, "at most 20159 for"),
        ({"minutes": 40_320, "repeats": "monthly"}, "at most 40319 for"),
        ({"minutes": 10_081, "repeats": "once"}, "at most 10080 for"),
        (
            {"until": "2024-12-03"},
            '.until: "2024-12-03" is before the first time, 2024-12-04; writ',
        ),
        ({"until": "June"}, '.until: "June" is not a date; write it like 2027-06-30'),
        (
            {"until": "2025-06-31"},
            '.until: "2025-06-31" is no day of the years 2000 to 2099; write',
        ),
        ({"until": datetime(2025, 6, 30, 12)}, '12:00:00" has a time of day; write 2025-06-30 al'),
        (
            {"until": "2025-06-30", "repeats": "once"},
            '.until: "2025-06-30" is for an event that repeats; take the line out, or say repeats',
        ),
        ({"address": " "}, '.address: "" is empty; write where it takes place'),
        ({"address": " "}, '.address: "" is empty; write where it takes place'),
        (
            {"address": "http://x.example"},
            '"http://x.example" starts with http://; a web address m',
        ),
        (
            {"address": "HTTPS://x.example"},
            "starts with HTTPS://; a web address must start with ht",
        ),
        ({"address": "https:// x.example"}, '"https:// x.example" is no whole web address; write'),
        (
            {"address": "1 Main St\nTown"},
            "has a line break or control character in it; write it on",
        ),
        ({"address": "1 Main St\u2028Town"}, "has a line break or control character in it; write"),
        ({"address": "1 Main St\x07"}, "has a line break or control character in it; write it on"),
    ],
)
def test_each_problem_names_key_value_and_remedy(changes: dict[str, Any], problem: str) -> None:
    problems: list[str] = []
    assert event_of(**GOOD | changes, where=WHERE, problems=problems) is None
    assert len(problems) == 1
    assert problems[0].startswith(f"{WHERE}.")
    assert problem in problems[0]


def test_every_problem_is_told_at_once() -> None:
    problems = ["an earlier one"]
    made = event_of("soon", "EST", "once", 0, "later", "", WHERE, problems)
    assert made is None
    keys = [problem.removeprefix(f"{WHERE}.").split(":")[0] for problem in problems]
    assert keys == [
        *("an earlier one", "time_zone", "starts", "until", "until", "minutes", "address")
    ]


@pytest.mark.parametrize(
    ("repeats", "longest"),
    [("once", 10_080), ("weekly", 10_079), ("every two weeks", 20_159), ("monthly", 40_319)],
)
def test_an_event_may_last_until_the_next_begins(repeats: Repeats, longest: int) -> None:
    assert event(repeats=repeats, minutes=longest).minutes == longest


def test_an_event_may_end_on_its_first_day_and_a_problem_elsewhere_spoils_nothing() -> None:
    problems = ["an earlier one"]
    changes = {"until": "2024-12-04", "minutes": 1}
    made = event_of(**GOOD | changes, where=WHERE, problems=problems)
    assert made is not None
    assert problems == ["an earlier one"]


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_text_is_too_odd_to_be_judged(a: str, b: str, c: str, d: str) -> None:
    problems: list[str] = []
    made = event_of(a, b, "weekly", 60, c, d, WHERE, problems)
    assert (made is None) == bool(problems)


# When


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "every Wednesday, 12:00 New York time"),
        ({"until": "2025-06-30"}, "every Wednesday, 12:00 New York time, until 30 June 2025"),
        (
            {"repeats": "every two weeks"},
            "every other Wednesday, 12:00 New York time, from 4 December 2024",
        ),
        ({"repeats": "monthly"}, "the first Wednesday of the month, 12:00 New York time"),
        (
            {"repeats": "monthly", "starts": "2024-12-28 09:05"},
            "the fourth Saturday of the month, 09:05 New York time",
        ),
        ({"repeats": "once"}, "Wednesday, 4 December 2024, 12:00 New York time"),
        ({"repeats": "once", "starts": "2024-05-31 12:00"}, "Friday, 31 May 2024, 12:00 New Yo"),
        ({"time_zone": "UTC"}, "every Wednesday, 12:00 UTC"),
        ({"time_zone": "America/Argentina/Buenos_Aires"}, "Wednesday, 12:00 Buenos Aires time"),
    ],
)
def test_words_say_when(changes: dict[str, Any], words: str) -> None:
    said = in_words(event(**changes))
    assert words in said
    assert words.endswith("Yo") or said.endswith(words)


def test_an_event_counts_until_it_ends() -> None:
    first = datetime(2024, 12, 4, 17, tzinfo=UTC)
    week, hour, second = timedelta(weeks=1), timedelta(hours=1), timedelta(seconds=1)
    lunch = event(until="2024-12-11")
    assert next_start(lunch, first - 52 * week) == first
    assert next_start(lunch, first) == first
    assert next_start(lunch, first + hour - second) == first
    assert next_start(lunch, first + hour) == first + week
    assert next_start(lunch, first + week + hour - second) == first + week
    assert next_start(lunch, first + week + hour) is None
    once = event(repeats="once")
    assert next_start(once, first) == first
    assert next_start(once, first + hour) is None


def test_the_next_start_is_told_in_the_zone_of_the_event() -> None:
    start = next_start(event(), datetime(2025, 7, 1, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert start is not None
    assert start.isoformat() == "2025-07-02T12:00:00-04:00"
    assert start.tzinfo is NEW_YORK


def test_an_event_over_the_change_lasts_its_minutes_and_no_clock_hour_more() -> None:
    # At 2:00 the clocks go back to 1:00.
    night = event(starts="2024-11-03 00:30", minutes=90, repeats="once")
    end = datetime(2024, 11, 3, 6, tzinfo=UTC)
    assert next_start(night, end - timedelta(seconds=1)) == night.starts
    assert next_start(night, end) is None
    in_new_york = datetime(2024, 11, 3, 1, 15, tzinfo=NEW_YORK)
    assert next_start(night, in_new_york) == night.starts
    assert next_start(night, in_new_york.replace(fold=1)) is None
    assert data(night)["endDate"] == "2024-11-03T01:00:00-05:00"


def test_a_time_that_comes_twice_is_the_first_one_and_one_left_out_comes_later() -> None:
    twice = event(starts="2024-10-27 01:30")
    assert list(starts(twice, 2))[1] == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)
    left_out = event(starts="2024-03-03 02:30")
    assert list(starts(left_out, 3)) == [
        datetime(2024, 3, 3, 7, 30, tzinfo=UTC),
        datetime(2024, 3, 10, 7, 30, tzinfo=UTC),
        datetime(2024, 3, 17, 6, 30, tzinfo=UTC),
    ]
    in_march = next_start(left_out, datetime(2024, 3, 10, tzinfo=UTC))
    assert in_march is not None
    assert in_march.isoformat() == "2024-03-10T03:30:00-04:00"


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2030, 12, 28)).filter(lambda time: time.day < 29),
    st.sampled_from(["weekly", "every two weeks", "monthly"]),
    st.integers(0, 3000),
)
def test_an_event_comes_on_its_weekday_at_its_time(
    starts: datetime, repeats: Repeats, days: int
) -> None:
    first = starts.replace(minute=0, second=0, microsecond=0, hour=12)
    lunch = event(starts=first, repeats=repeats)
    now = lunch.starts + timedelta(days=days)
    start = next_start(lunch, now)
    assert start is not None
    assert (start.weekday(), start.hour) == (first.weekday(), 12)
    distance = start.replace(tzinfo=None) - first
    if repeats == "monthly":
        assert (start.day - 1) // 7 == (first.day - 1) // 7
        assert start - now <= timedelta(days=35)
    else:
        weeks = 2 if repeats == "every two weeks" else 1
        assert distance % timedelta(weeks=weeks) == timedelta()
        assert start - now <= timedelta(weeks=weeks)


# The calendar file


@pytest.mark.parametrize("zone", [*CHANGING, "UTC", "Asia/Kolkata", "Etc/UTC"])
@pytest.mark.parametrize("repeats", ["weekly", "every two weeks", "monthly"])
def test_a_calendar_tells_the_same_times_over_changes_of_the_clocks(
    zone: str, repeats: Repeats
) -> None:
    first = datetime(2024, 1, 10, 12, tzinfo=ZoneInfo(zone))
    lunch = Event(first, 60, repeats, None, "Room 1")
    expected = list(starts(lunch, 70))
    told = read(ics(lunch)).vevent.getrruleset()
    assert [start.astimezone(UTC) for start in islice(told, 70)] == expected
    assert expected[-1] - expected[0] > timedelta(weeks=52)


@pytest.mark.parametrize("repeats", ["weekly", "every two weeks", "monthly"])
@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Sydney", "UTC"])
@pytest.mark.parametrize("hour", [0, 23])
@pytest.mark.parametrize("until", ["2024-07-09", "2024-07-10", "2024-07-11"])
def test_a_calendar_ends_on_the_last_day(
    zone: str, repeats: Repeats, hour: int, until: str
) -> None:
    lunch = event(starts=datetime(2024, 1, 10, hour), time_zone=zone, repeats=repeats, until=until)
    expected = list(starts(lunch, 70))
    assert expected
    told = [start.astimezone(UTC) for start in read(ics(lunch)).vevent.getrruleset()]
    assert told == expected
    on_the_day = datetime(2024, 7, 10, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert (on_the_day in told) == (until != "2024-07-09")


def test_the_end_of_the_rule_is_in_utc() -> None:
    assert b";UNTIL=20250702T160000Z" in ics(event(until="2025-07-02"))


def test_an_event_that_comes_once_has_no_rule() -> None:
    entry = read(ics(event(repeats="once"))).vevent
    assert entry.getrruleset() is None
    assert entry.dtstart.value.astimezone(UTC) == datetime(2024, 12, 4, 17, tzinfo=UTC)
    assert entry.duration.value == timedelta(hours=1)


@pytest.mark.parametrize("zone", [*CHANGING, "Asia/Jerusalem", "Asia/Kolkata", "America/Bogota"])
def test_the_file_knows_every_change_of_the_clocks_to_the_minute(zone: str) -> None:
    here = ZoneInfo(zone)
    file = read(ics(Event(datetime(2023, 5, 1, 12, tzinfo=here), 60, "weekly", None, "Room 1")))
    there = file.vtimezone.tzinfo
    minute = timedelta(minutes=1)
    day = datetime(2023, 6, 1, tzinfo=UTC)
    while day.year < 2040:
        after = day + timedelta(days=1)
        moments = [day]
        if day.astimezone(here).utcoffset() != after.astimezone(here).utcoffset():
            moments += [day + number * minute for number in range(0, 24 * 60, 15)]
        for moment in moments:
            for near in (moment - minute, moment):
                clock = near.astimezone(here)
                assert clock.replace(tzinfo=there).utcoffset() == clock.utcoffset(), clock
        day = after


def test_a_rule_stands_where_one_tells_all_changes() -> None:
    new_york, london, santiago, kolkata = (
        ics(event(time_zone=zone)).decode()
        for zone in ("America/New_York", "Europe/London", "America/Santiago", "Asia/Kolkata")
    )
    daylight = new_york.split("BEGIN:DAYLIGHT")[1].split("END:DAYLIGHT")[0]
    assert set(daylight.split()) == {
        "DTSTART:20230312T020000",
        "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "TZNAME:EDT",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
    }
    standard = new_york.split("BEGIN:STANDARD")[1].split("END:STANDARD")[0]
    assert "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11" in standard
    assert "RDATE" not in new_york
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in london
    # From the 2nd to the 8th: no rule that all calendars know.
    assert "FREQ=YEARLY" not in santiago
    assert "RDATE" in santiago
    assert kolkata.count("BEGIN:STANDARD") == 1
    assert "RDATE" not in kolkata
    assert "BEGIN:DAYLIGHT" not in kolkata


def test_a_time_zone_that_gave_up_changing_its_clocks_has_no_rule_for_it() -> None:
    # In 2022, after a change in spring that was never taken back.
    amman = ZoneInfo("Asia/Amman")
    file = read(ics(Event(datetime(2022, 1, 5, 12, tzinfo=amman), 60, "weekly", None, "Room 1")))
    there = file.vtimezone.tzinfo
    for clock in (datetime(2022, 1, 5, 12), datetime(2022, 7, 6, 12), datetime(2030, 1, 2, 12)):
        assert there.utcoffset(clock) == amman.utcoffset(clock)


def test_utc_needs_no_time_zone() -> None:
    file = ics(event(time_zone="UTC"))
    assert b"DTSTART:20241204T120000Z" in file
    assert b"VTIMEZONE" not in file


@pytest.mark.parametrize(
    "text",
    [
        'Eat, drink; talk\\listen: "so" it\'s & <b>all</b> \\n',
        "One\nTwo\n\nFour\nEND:VEVENT\nBEGIN:VEVENT",
        "Lunch 🍲👩‍👩‍👧 für alle: 昼食",
        "x" * 200,
        "🍲" * 200,
        "word " * 40 + "end",
    ],
)
def test_texts_come_back_as_they_were(text: str) -> None:
    file = ics(event(), name=text, description=text)
    entry = read(file).vevent
    assert entry.summary.value == text
    assert entry.description.value == text
    assert len(read(file).vevent_list) == 1


LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(st.lists(LINE.filter(bool), min_size=1).map("\n".join))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    file = ics(event(repeats="once"), description=text)
    assert read(file).vevent.description.value == text
    lines = file.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(byte in line for line in lines for byte in b"\r\n")
    assert lines[-1] == b""


def test_all_line_breaks_are_one_and_what_cannot_be_printed_is_a_space() -> None:
    entry = read(ics(event(), description="a\r\nb\rc\u2028d\x00e\x07f\tg")).vevent
    assert entry.description.value == "a\nb\nc\nd e f g"


def test_the_file_has_what_a_calendar_asks_for() -> None:
    file = read(ics(event(address="Room 1; Main St, Town")))
    assert file.version.value == "2.0"
    assert file.prodid.value == "-//engagement//calls to action//EN"
    assert file.vtimezone.tzid.value == "America/New_York"
    entry = file.vevent
    assert entry.uid.value == "lunch@site.example"
    assert entry.dtstamp.value == datetime(2024, 12, 4, 17, tzinfo=UTC)
    assert entry.location.value == "Room 1; Main St, Town"
    assert entry.url.value == "https://site.example/lunch/"
    assert entry.duration.value == timedelta(hours=1)


def test_the_file_is_the_same_on_any_day(monkeypatch: pytest.MonkeyPatch) -> None:
    lunch = event(until="2025-06-30")
    made = ics(lunch)

    class Kind(type):
        def __instancecheck__(cls, thing: object) -> bool:
            return isinstance(thing, datetime)

    class In2031(datetime, metaclass=Kind):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime(2031, 5, 6, tzinfo=tz)

    for name, module in list(sys.modules.items()):
        ours = name == "engagement.events" or name.split(".")[0] == "icalendar"
        if ours and vars(module).get("datetime") is datetime:
            monkeypatch.setattr(module, "datetime", In2031)
    assert b"DTSTAMP:20310506" in icalendar.Event.new().to_ical()
    assert ics(lunch) == made


# For search engines


def test_search_engines_learn_of_the_next_time() -> None:
    made = data(event(), datetime(2025, 7, 1, tzinfo=UTC))
    assert made == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Lunch",
        "description": "Bring some.",
        "url": "https://site.example/lunch/",
        "startDate": "2025-07-02T12:00:00-04:00",
        "endDate": "2025-07-02T13:00:00-04:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": "https://meet.example/lunch"},
        "organizer": {"@type": "Organization", "name": "The Site"},
        "eventSchedule": {
            "@type": "Schedule",
            "repeatFrequency": "P1W",
            "byDay": "https://schema.org/Wednesday",
            "startDate": "2024-12-04",
            "startTime": "12:00:00",
            "duration": "PT60M",
            "scheduleTimezone": "America/New_York",
        },
    }
    assert json.loads(json.dumps(made)) == made


def test_a_place_in_words_is_not_online() -> None:
    made = data(event(address="Room 1, Main St"))
    assert made["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert made["location"] == {
        "@type": "Place",
        "name": "Room 1, Main St",
        "address": "Room 1, Main St",
    }


@pytest.mark.parametrize(
    ("repeats", "schedule"),
    [
        ("weekly", {"repeatFrequency": "P1W"}),
        ("every two weeks", {"repeatFrequency": "P2W"}),
        ("monthly", {"repeatFrequency": "P1M", "byMonthWeek": 2}),
    ],
)
def test_search_engines_learn_the_schedule(repeats: Repeats, schedule: dict[str, Any]) -> None:
    made = data(event(starts="2024-12-11 12:00", repeats=repeats, until="2025-06-30"))
    told = made["eventSchedule"]
    assert {key: told[key] for key in schedule} == schedule
    assert ("byMonthWeek" in told) == (repeats == "monthly")
    assert told["endDate"] == "2025-06-30"


def test_an_event_that_comes_once_has_no_schedule_and_one_that_is_over_its_first_time() -> None:
    once = event(repeats="once")
    assert "eventSchedule" not in data(once)
    later = datetime(2030, 1, 1, tzinfo=UTC)
    assert data(once, later)["startDate"] == "2024-12-04T12:00:00-05:00"
    over = replace(event(), until=date(2024, 12, 31))
    assert data(over, later)["startDate"] == "2024-12-04T12:00:00-05:00"
