"""The moment that counts as now: the one place where the build looks at the clock."""

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def now(timezone: str) -> datetime:
    """Now in the named time zone, or the moment that SOURCE_DATE_EPOCH gives.

    SOURCE_DATE_EPOCH is in seconds since 1970 UTC, as reproducible-builds.org defines
    it. Raises ValueError when it is not a whole number.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(ZoneInfo(timezone))
    try:
        return datetime.fromtimestamp(int(epoch), UTC).astimezone(ZoneInfo(timezone))
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f'SOURCE_DATE_EPOCH is "{epoch}"; it must be a whole number of seconds, or unset'
        ) from None
