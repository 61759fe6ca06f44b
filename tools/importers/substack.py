"""Read an export of Substack: a ZIP of posts.csv and an HTML file a post (Settings there)."""

import csv
import io
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from .exported import Export, ExportedPost, ImportProblem, moment

LIST = "posts.csv"
# A text of this many bytes is no newsletter; one that unpacks to more is made to do harm.
MOST_BYTES = 20_000_000


def read(file: Path) -> Export:
    """The posts in the file, out of which nothing is unpacked to disk.

    Raises ImportProblem when it is no such export.
    """
    try:
        with ZipFile(file) as archive:
            rows = [*csv.DictReader(io.StringIO(_text(archive, LIST)))]
            posts = [_post(archive, row) for row in rows if row.get("post_id")]
    except KeyError:
        raise ImportProblem(f"{file} is no export of Substack: it holds no {LIST}") from None
    except (BadZipFile, csv.Error, UnicodeDecodeError, RuntimeError, NotImplementedError) as error:
        raise ImportProblem(f"{file} cannot be read: {error}") from None
    return Export(posts, "", frozenset())


def _post(archive: ZipFile, row: dict[str, str]) -> ExportedPost:
    number, _, slug = row["post_id"].partition(".")
    notes = []
    try:
        html = _text(archive, f"posts/{row['post_id']}.html")
    except KeyError:
        html = ""
        notes.append("not converted: the export has no text of it")
    closed = row.get("audience", "everyone") != "everyone"
    if closed:
        notes.append("only subscribers could read it, so it is a draft here")
    if row.get("podcast_url"):
        notes.append(f"not converted: its recording {row['podcast_url']}")
    return ExportedPost(
        identity=f"substack-{number}",
        title=row.get("title") or "",
        slug=slug,
        html=html,
        address=f"/p/{slug}",
        date=moment(row.get("post_date")),
        draft=closed or row.get("is_published", "").lower() != "true",
        summary=row.get("subtitle") or "",
        notes=notes,
    )


def _text(archive: ZipFile, name: str) -> str:
    """A file's text. Raises KeyError when it is not there, BadZipFile when it is too large."""
    info = archive.getinfo(name)
    if info.file_size > MOST_BYTES:
        raise BadZipFile(f"{name} is larger than {MOST_BYTES // 1_000_000} MB")
    return archive.read(info).decode("utf-8-sig")
