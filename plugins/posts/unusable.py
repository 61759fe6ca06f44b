"""Say why a post cannot be used: file, line, value and remedy."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from dateutil.parser import parse as parse_date

STATUSES = ("published", "draft", "hidden", "skip")
# Python-Markdown's meta extension: a key is ASCII letters, digits, dash and underscore.
FRONT_MATTER_LINE = re.compile(r"[ ]{0,3}(?P<key>[A-Za-z0-9_-]+):\s*(?P<value>.*)")
CONTINUATION_LINE = re.compile(r"[ ]{4,}\S")
# Signs that mean something else in an address, or that Windows has in no name.
STRANGE = '?#%\\ "<>|*:'
NO_TITLE = 'no title; write "Title: …" at the top of the file'
# Most file systems hold 255 bytes a name; the rest is room for an ending.
LONGEST_NAME = 240


def front_matter(text: str) -> dict[str, tuple[int, str]]:
    """Each key of the front matter in lower case, with its first line (from 1) and value."""
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = FRONT_MATTER_LINE.match(line)
        if match:
            found.setdefault(match["key"].lower(), (number, match["value"].strip()))
        elif not (found and CONTINUATION_LINE.match(line)) and line.strip() != "---":
            break
    return found


def located(path: str, text: str, key: str, what: str) -> str:
    """``path:line: what``, with the line where the front matter gives the key, else the first."""
    return f"{path}:{front_matter(text).get(key, (1, ''))[0]}: {what}"


def reasons(path: str, source: bytes, error: str, needs_date: bool = True) -> list[str]:
    """Why Pelican could not use the post in ``source``, a line each.

    ``path`` is the file's name in messages; ``error`` is what Pelican said, given when
    nothing of what usually goes wrong is found. A page needs no date.
    """
    if not path.lower().endswith((".md", ".markdown", ".mkd", ".mdown")):
        return [f"{path}:1: posts are Markdown files whose names end in .md; {error}"]
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = source.count(b"\n", 0, wrong.start) + 1
        byte = source[wrong.start]
        return [f"{path}:{line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"]
    values = {key: value for key, (_, value) in front_matter(text).items()}
    if not values and front_matter(text.lstrip()):
        return [f"{path}:1: a blank line stands before the front matter; take it out"]
    found = []
    draft = values.get("status", "").lower() == "draft"
    if not values.get("title"):
        found.append(("title", NO_TITLE))
    if needs_date and not values.get("date") and not draft:
        found.append(("date", 'no date; write "Date: 2026-01-31" at the top of the file'))
    for key in ("date", "modified"):
        value = values.get(key, "")
        if value and not _is_date(value):
            found.append((key, f'{key} "{value}" is not a date; write it like 2026-01-31 09:00'))
    if values.get("status", "published").lower() not in STATUSES:
        known = ", ".join(STATUSES)
        found.append(("status", f'status "{values["status"]}" is unknown; known: {known}'))
    for key in ("slug", "save_as", "url"):
        value = values.get(key, "")
        if ".." in value or value.startswith("/"):
            found.append((key, f'{key} "{value}" leads out of the site; write it like a-few-words'))
    return [located(path, text, *one) for one in found] or [f"{path}:1: {error}"]


def unwritable(save_as: str, url: str, slug: str) -> str:
    """Why a post cannot stand at its address; empty when it can.

    ``save_as`` is the file to write (empty for none), ``url`` the address in the site.
    """
    parts = PurePosixPath(save_as).parts
    if any(ord(letter) < 32 for letter in save_as + slug):
        return f"its address {slug or save_as!r} holds a control character; change Slug"
    strange = sorted({letter for letter in save_as + url if letter in STRANGE})
    if strange or "/" in slug:
        signs = " ".join(strange) or "/"
        return f"its address holds {signs} and would not work; write Slug: a-few-words"
    if url.startswith("/") or "//" in url:
        return f'its address "{url}" leads out of the site; write it like a-few-words/'
    if any(len(part.encode()) > LONGEST_NAME for part in parts):
        return "its address is too long; add a shorter line like Slug: a-few-words"
    return ""


def wrong_case(paths: Iterable[str], endings: Iterable[str]) -> list[str]:
    """What to say of the files that would be posts if their ending were in small letters."""
    return [
        f"{path}:1: the ending is not in small letters, so it is not read; rename it to {name}"
        for path in sorted(paths)
        for name in [PurePosixPath(path).with_suffix(PurePosixPath(path).suffix.lower()).name]
        if not path.endswith(name) and name.rpartition(".")[2] in endings
    ]


def same_address(paths_by_save_as: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """For each path that is not the first in the list of its address, what to tell its writer."""
    return {
        path: f"has the same address as {first} ({save_as}); change Slug in one of them"
        for save_as, paths in paths_by_save_as.items()
        for first, *others in [paths]
        for path in others
    }


def _is_date(value: str) -> bool:
    try:
        parse_date(value.replace("_", " "))
    except (ValueError, OverflowError):
        return False
    return True
