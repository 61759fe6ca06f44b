"""What an export holds, whichever blog it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime


class ImportProblem(Exception):
    """The export cannot be read; the message is a line that says why and what to do."""


@dataclass
class ExportedPost:
    """A story or page as it was there; ``html`` is its text, ``address`` the path it stood at.

    ``identity`` outlives every title. ``date`` is None when there is none, or it has a time
    zone. ``notes`` collects what the writer must know of it.
    """

    identity: str
    title: str
    slug: str
    html: str
    address: str
    date: datetime | None
    draft: bool
    page: bool = False
    topic: str = ""
    tags: Sequence[str] = ()
    summary: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Export:
    """All posts, and what else tells of where they stood; ``left_out`` says what is no post.

    ``home`` is the address of the blog, empty when the export does not say. Links to ``hosts``
    lead to the posts; none stands for any host.
    """

    posts: Sequence[ExportedPost]
    home: str
    hosts: frozenset[str]
    left_out: Sequence[str] = ()


def moment(text: object) -> datetime | None:
    """A date with a zone from what exports write: ISO 8601, or milliseconds since 1970.

    None when it is none, or of a year that other time zones and programs cannot hold.
    """
    try:
        if isinstance(text, int):
            return datetime.fromtimestamp(text / 1000, UTC)
        found = datetime.fromisoformat(str(text))
    except (ValueError, OverflowError, OSError):
        return None
    if not 1000 < found.year < 9999:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
