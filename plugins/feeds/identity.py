"""Ids of entries that outlive every title, date and address: tag URIs (RFC 4151)."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from unicodedata import normalize
from urllib.parse import quote

_DNS = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_AUTHORITY = re.compile(
    rf"(?:[a-z0-9._-]+@)?{_DNS},(?P<year>\d{{4}})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)
_NAME = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+")


@dataclass(frozen=True, slots=True)
class Authority:
    """Who vouches for the ids: a domain or e-mail address, and since when (``since``)."""

    name: str
    since: datetime

    def uri(self, name: str) -> str:
        """The tag URI of what has that name here."""
        return f"tag:{self.name}:{name}"


def authority(value: object) -> Authority:
    """The authority as FEED_AUTHORITY gives it. Raises ValueError with the remedy."""
    found = _AUTHORITY.fullmatch(value) if isinstance(value, str) else None
    try:
        if not found:
            raise ValueError
        year, month, day = (int(found[part] or 1) for part in ("year", "month", "day"))
        since = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        said = "is missing" if value is None else f'is "{value}"'
        raise ValueError(
            f"FEED_AUTHORITY {said}; write a domain or an e-mail address of yours in small "
            'letters, a comma, and a year or day when it was yours, like "name.example,2026", '
            "and never change it"
        ) from None
    return Authority(str(value), since)


def file_id(path: str) -> str:
    """The id of a story that gives none: its file's name without the ending."""
    return quote(normalize("NFC", PurePath(path).stem), safe="")


def problem_with(given: object) -> str:
    """Why what stands in the front matter as Id cannot be one; empty when it can."""
    if isinstance(given, list):
        return "Id stands there twice; take one out"
    if not given:
        return "Id is empty; take the line out, and python3 bootstrap.py ids writes one"
    if not _NAME.fullmatch(str(given)):
        return f'Id "{given}" may hold only the letters a to z, digits and - . _ ~; change it'
    return ""


def shared(names: Mapping[str, str]) -> dict[str, str]:
    """What to tell of each file whose id another one has too; ``names`` are the ids by file."""
    files: dict[str, list[str]] = defaultdict(list)
    for file, name in sorted(names.items()):
        files[name].append(file)
    return {
        file: f'the Id "{name}" is that of {others[file == others[0]]} too; '
        "write another Id in the newer of them, the copy"
        for name, others in files.items()
        if len(others) > 1
        for file in others
    }
