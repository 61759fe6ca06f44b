"""The moment that counts as now: the one place where the build looks at the clock."""

import os
from datetime import UTC, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


def now(timezone: str) -> datetime:
    """Now in the named time zone, or the moment that SOURCE_DATE_EPOCH gives.

    SOURCE_DATE_EPOCH is in seconds since 1970 UTC, as reproducible-builds.org defines
    it. Raises ValueError when it is not a whole number, or there is no such time zone.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(timezone, available_timezones(), n=1)
        meant = f'; did you mean "{near[0]}"?' if near else ""
        raise ValueError(f'TIMEZONE: there is no time zone "{timezone}"{meant}') from None
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(zone)
    try:
        return datetime.fromtimestamp(int(epoch), UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f'SOURCE_DATE_EPOCH is "{epoch}"; it must be a whole number of seconds, or unset'
        ) from None
