"""Say when a gathering takes place: checked, in words, as a calendar file, for search engines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import cache
from itertools import takewhile
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import icalendar
from dateutil.rrule import rrulestr

Repeats = Literal["once", "weekly", "every two weeks", "monthly"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ORDINALS = ("first", "second", "third", "fourth", "fifth")
WEEK = 7 * 24 * 60
# In minutes. A month is at least this long from a weekday to the same one.
INTERVALS: dict[Repeats, int] = {
    "weekly": WEEK,
    "every two weeks": 2 * WEEK,
    "monthly": 4 * WEEK,
}
FREQUENCIES: dict[Repeats, str] = {
    "weekly": "P1W",
    "every two weeks": "P2W",
    "monthly": "P1M",
}
# Another year is a slip of the pen, and far ones are beyond what datetime can count.
YEARS = range(2000, 2100)
# After so many years the days of a month fall on the same weekdays again.
CYCLE = 28
TODO = "TODO: "
LIKE = 'write it like "2026-12-02 12:00"'
_WRITTEN = re.compile(
    r"(?P<day>\d{4}-\d\d?-\d\d?)"
    r"([T ](?P<time>\d\d?:\d\d)(:00)? ?(?P<offset>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_AMERICAN = re.compile(r"([ECMP])[SD]?T(\d[ECMP]DT)?")
_AMERICAN_ZONES = {
    "E": "America/New_York",
    "C": "America/Chicago",
    "M": "America/Denver",
    "P": "America/Los_Angeles",
}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Event:
    """A gathering, once or again and again, at the same time of the clocks there.

    ``starts`` is the first time, aware, in a ZoneInfo; ``until`` the last day on which
    one may start. ``address`` is one line: ``https://…``, or a place in words.
    """

    starts: datetime
    minutes: int
    repeats: Repeats
    until: date | None
    address: str


def event_of(
    starts: str | date,
    time_zone: str,
    repeats: Repeats,
    minutes: int,
    until: str | date | None,
    address: str,
    where: str,
    problems: list[str],
) -> Event | None:
    """The event that a person wrote, or None with every problem appended to ``problems``.

    A time or day is text or what TOML makes of it. In front of a text ``TODO: `` is
    dropped: what follows is a suggestion that can be looked at. ``where`` names the table
    in messages, e.g. ``content/calls_to_action.toml: call.chomp-and-chat``.
    """
    found = len(problems)
    zone = _zone(_suggested(time_zone), f"{where}.time_zone", problems)
    first = _first(_suggested(str(starts)), zone, f"{where}.starts", problems)
    last = None
    if until is not None:
        last = _last(_suggested(str(until)), f"{where}.until", problems)
    if until is not None and repeats == "once":
        problems.append(
            f'{where}.until: "{until}" is for an event that repeats; take the line out, '
            'or say repeats = "weekly"'
        )
    elif first and last and last < first.date():
        problems.append(
            f'{where}.until: "{last}" is before the first time, {first.date()}; '
            "write a later day, or take the line out"
        )
    if first and repeats == "monthly" and _week(first) > 4:
        problems.append(
            f'{where}.starts: "{first:%Y-%m-%d}" is a fifth {_weekday(first)}, and not every month '
            f"has a fifth {_weekday(first)}; start on day 28 of the month or earlier"
        )
    longest = INTERVALS[repeats] - 1 if repeats in INTERVALS else WEEK
    if not 1 <= minutes <= longest:
        problems.append(
            f"{where}.minutes: must be at least 1 and at most {longest} "
            f'for an event with repeats = "{repeats}", not {minutes}'
        )
    address = address.strip()
    wrong = _what_is_wrong_with_address(address)
    if wrong:
        problems.append(f"{where}.address: {wrong}")
    if len(problems) > found or first is None or zone is None:
        return None
    return Event(first.replace(tzinfo=zone), minutes, repeats, last, address)


def next_start(event: Event, now: datetime) -> datetime | None:
    """The start of the first time that has not ended at ``now``; None when all have.

    Of a time of the clocks that comes twice (they go back) the first counts. One that does
    not come (they go forward) is as much later as they go: 2:30 is 3:30 on that day, as
    section 3.3.5 of RFC 5545 has it.
    """
    return next((start for start in _starts(event) if _end(event, start) > now), None)


def next_end(event: Event, now: datetime) -> datetime | None:
    """The end of the time that starts at ``next_start``; None when there is none."""
    start = next_start(event, now)
    return _end(event, start) if start else None


def in_words(event: Event) -> str:
    """When it takes place, in English: ``every Wednesday, 12:00 New York time``.

    The first day only where it takes a date to know the days, the last one if there is one.
    """
    day = _weekday(event.starts)
    days = {
        "once": f"{day}, {_in_words(event.starts)}",
        "weekly": f"every {day}",
        "every two weeks": f"every other {day}",
        "monthly": f"the {ORDINALS[_week(event.starts) - 1]} {day} of the month",
    }
    city = _city(str(event.starts.tzinfo))
    words = [
        days[event.repeats],
        f"{event.starts:%H:%M} {city if city == 'UTC' else f'{city} time'}",
    ]
    if event.repeats == "every two weeks":  # which of the two, only a date says
        words.append(f"from {_in_words(event.starts)}")
    if event.until:
        words.append(f"until {_in_words(event.until)}")
    return ", ".join(words)


def calendar(event: Event, *, uid: str, name: str, description: str, url: str) -> bytes:
    """The event as a calendar file (RFC 5545), the same whenever it is made.

    ``uid`` is the event's own in the whole world, and for good: a calendar that reads the
    file again replaces the event. ``name`` and ``description`` are plain text, and ``url``
    leads to a page about it.
    """
    entry = icalendar.Event()
    entry.add("uid", uid)
    # Not the moment of writing, which would make each build differ.
    entry.add("dtstamp", event.starts.astimezone(UTC))
    entry.add("dtstart", event.starts)
    entry.add("duration", timedelta(minutes=event.minutes))
    if event.repeats != "once":
        end = ""
        if event.until:
            until = datetime.combine(event.until, event.starts.time(), event.starts.tzinfo)
            end = f";UNTIL={until.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        entry.add("rrule", icalendar.vRecur.from_ical(_rule(event) + end))
    entry.add("summary", _lines(name))
    entry.add("description", _lines(description))
    entry.add("location", event.address)
    entry.add("url", url)
    file = icalendar.Calendar()
    file.add("prodid", "-//engagement//calls to action//EN")
    file.add("version", "2.0")
    # Times in UTC name no zone.
    if "TZID" in entry["dtstart"].params:
        zone = event.starts.tzinfo
        file.add_component(_zone_component(event.starts.replace(tzinfo=None), zone))
    file.add_component(entry)
    made: bytes = file.to_ical()
    return made


def structured_data(
    event: Event, now: datetime, *, name: str, description: str, url: str, organizer: str
) -> dict[str, Any]:
    """The next time (the first, when all are over) as a schema.org Event, ready for JSON.

    ``url`` leads to a page about it; ``organizer`` is the name of who invites.
    """
    start = next_start(event, now) or event.starts
    online = event.address.startswith("https://")
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": name,
        "description": description,
        "url": url,
        "startDate": start.isoformat(),
        "endDate": _end(event, start).astimezone(start.tzinfo).isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": (
            f"https://schema.org/{'Online' if online else 'Offline'}EventAttendanceMode"
        ),
        "location": (
            {"@type": "VirtualLocation", "url": event.address}
            if online
            else {"@type": "Place", "name": event.address, "address": event.address}
        ),
        "organizer": {"@type": "Organization", "name": organizer},
    }
    if event.repeats != "once":
        data["eventSchedule"] = {
            "@type": "Schedule",
            "repeatFrequency": FREQUENCIES[event.repeats],
            "byDay": f"https://schema.org/{_weekday(event.starts)}",
            "startDate": event.starts.date().isoformat(),
            "startTime": event.starts.time().isoformat(),
            "duration": f"PT{event.minutes}M",
            "scheduleTimezone": str(event.starts.tzinfo),
        }
        if event.repeats == "monthly":
            data["eventSchedule"]["byMonthWeek"] = _week(event.starts)
        if event.until:
            data["eventSchedule"]["endDate"] = event.until.isoformat()
    return data


def _in_words(day: date) -> str:
    """``2 December 2026``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _suggested(text: str) -> str:
    return text.removeprefix(TODO).strip()


@cache
def _zones() -> tuple[str, ...]:
    # Names such as EST5EDT and Etc/GMT+5 are zones too, and rarely what their writer thinks.
    return tuple(
        sorted(
            zone
            for zone in available_timezones()
            if zone == "UTC" or ("/" in zone and not zone.startswith("Etc/"))
        )
    )


def _zone(name: str, where: str, problems: list[str]) -> ZoneInfo | None:
    zones = _zones()
    if name in zones:
        return ZoneInfo(name)
    by_words = {_city(zone).lower(): zone for zone in zones} | {
        zone.lower(): zone for zone in zones
    }
    american = _AMERICAN.fullmatch(name.upper())
    near = get_close_matches(name.lower().replace("_", " "), by_words, n=1, cutoff=0.8)
    meant = _AMERICAN_ZONES[american[1]] if american else by_words[near[0]] if near else ""
    remedy = f'did you mean "{meant}"?' if meant else 'write it like "America/New_York", or "UTC"'
    problems.append(f'{where}: "{name}" is not a time zone; {remedy}')
    return None


def _first(text: str, zone: ZoneInfo | None, where: str, problems: list[str]) -> datetime | None:
    """The first time, without its zone."""
    written = _WRITTEN.fullmatch(text)
    first = _moment(f"{written['day']} {written['time']}") if written else None
    if not written:
        wrong = f"is not a date and time; {LIKE}"
    elif not written["time"]:
        wrong = f"has no time of day; {LIKE}"
    elif written["offset"]:
        wrong = f'says how far from UTC; leave "{written["offset"]}" out, because time_zone says it'
    elif first is None:
        wrong = f"is no time of the years 2000 to 2099; {LIKE}"
    elif zone and (there := _there(first, zone)).replace(tzinfo=None) != first:
        wrong = (
            f"does not come in {zone}, where the clocks go forward then; "
            f'write "{there:%Y-%m-%d %H:%M}"'
        )
    else:
        return first
    problems.append(f'{where}: "{text}" {wrong}')
    return None


def _last(text: str, where: str, problems: list[str]) -> date | None:
    """The last day."""
    written = _WRITTEN.fullmatch(text)
    last = _moment(f"{written['day']} 00:00") if written else None
    if not written:
        wrong = "is not a date; write it like 2027-06-30"
    elif written["time"]:
        wrong = f"has a time of day; write {written['day']} alone"
    elif last is None:
        wrong = "is no day of the years 2000 to 2099; write it like 2027-06-30"
    else:
        return last.date()
    problems.append(f'{where}: "{text}" {wrong}')
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M")
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def _there(clock: datetime, zone: tzinfo | None) -> datetime:
    """The moment at which the clocks show that time; a later time where they leave it out."""
    return clock.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _what_is_wrong_with_address(address: str) -> str:
    """What is wrong with the address, and the remedy; empty when nothing is."""
    if not address:
        return '"" is empty; write where it takes place: https://… or a place in words'
    if _CONTROL.search(address):
        return f"{address!r} has a line break or control character in it; write it on one line"
    scheme = _SCHEME.match(address)
    if scheme and scheme[0] != "https://":
        return f'"{address}" starts with {scheme[0]}; a web address must start with https://'
    if scheme and not re.fullmatch(r"https://[^\s/]\S*", address):
        return f'"{address}" is no whole web address; write it like https://meet.example/room'
    return ""


def _weekday(moment: datetime) -> str:
    return WEEKDAYS[moment.weekday()]


def _week(moment: datetime) -> int:
    """Which of its weekday in the month the day is, from 1 to 5."""
    return (moment.day - 1) // 7 + 1


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _lines(text: str) -> str:
    """The text with line breaks that every calendar takes for such, and nothing unprintable."""
    return "\n".join(_CONTROL.sub(" ", line) for line in text.splitlines())


def _rule(event: Event) -> str:
    """How an event that repeats does so, in the words of RFC 5545, without its end."""
    day = WEEKDAYS[event.starts.weekday()][:2].upper()
    if event.repeats == "monthly":
        return f"FREQ=MONTHLY;BYDAY={_week(event.starts)}{day}"
    return f"FREQ=WEEKLY;INTERVAL={2 if event.repeats == 'every two weeks' else 1};BYDAY={day}"


def _starts(event: Event) -> Iterator[datetime]:
    """Every start in order, each a time that the clocks there show."""
    clock = event.starts.replace(tzinfo=None)
    rule = "FREQ=DAILY;COUNT=1" if event.repeats == "once" else _rule(event)
    for start in rrulestr(rule, dtstart=clock):
        if event.until and start.date() > event.until:
            return
        yield _there(start, event.starts.tzinfo)


def _end(event: Event, start: datetime) -> datetime:
    """When the time that begins at ``start`` is over, in UTC."""
    # Within one zone Python adds and compares what the clocks show, even while they change.
    return start.astimezone(UTC) + timedelta(minutes=event.minutes)


# The preview asks again in each build.
@cache
def _zone_component(local: datetime, zone: tzinfo | None) -> icalendar.Timezone:
    """The zone's changes from a year before a time of its clocks on, for good if they have a rule.

    icalendar can make one, but it overlooks changes soon after each other (Morocco's), has
    clocks go forward an hour too late, and lists days where Outlook reads rules only.
    """
    starts = local.replace(tzinfo=zone)
    first, last = datetime(starts.year - 1, 1, 1), datetime(starts.year + CYCLE, 1, 1)
    # What changes, and at which times of the clocks before they do.
    changes: dict[tuple[timedelta, timedelta, str], list[datetime]] = {}
    week = first.replace(tzinfo=UTC)
    while week.year < last.year:
        before, after = _offset(week, zone), _offset(week + timedelta(weeks=1), zone)
        if before != after:
            moment = _change(week, week + timedelta(weeks=1), zone)
            name = moment.astimezone(zone).tzname() or ""
            clock = (moment + before).replace(tzinfo=None)
            changes.setdefault((before, after, name), []).append(clock)
        week += timedelta(weeks=1)
    if all(clocks[0] > starts.replace(tzinfo=None) for clocks in changes.values()):
        offset = _offset(starts, zone)
        changes = {(offset, offset, starts.tzname() or ""): [first], **changes}

    component = icalendar.Timezone()
    component.add("tzid", str(zone))
    for (before, after, name), clocks in changes.items():
        forward = after > before
        part = icalendar.TimezoneDaylight() if forward else icalendar.TimezoneStandard()
        part.add("dtstart", clocks[0])
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        rule = _yearly(clocks, last)
        if rule:
            part.add("rrule", icalendar.vRecur.from_ical(rule))
        # A line for each: of a list in one line some readers take the first alone.
        for clock in () if rule else clocks[1:]:
            part.add("rdate", clock)
        component.add_component(part)
    return component


def _offset(moment: datetime, zone: tzinfo | None) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(before: datetime, after: datetime, zone: tzinfo | None) -> datetime:
    """The moment, to the second, at which the zone's clocks change between two others."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _yearly(clocks: list[datetime], last: datetime) -> str:
    """The rule that gives exactly these times before ``last``, or nothing."""
    day = _weekday(clocks[0])[:2].upper()
    for week in (1, 2, 3, 4, -1):
        rule = f"FREQ=YEARLY;BYMONTH={clocks[0].month};BYDAY={week}{day}"
        times = takewhile(lambda time: time < last, rrulestr(rule, dtstart=clocks[0]))
        if list(times) == clocks:
            return rule
    return ""
