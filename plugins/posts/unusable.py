"""Say why a post cannot be used: file, line, value and remedy."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from dateutil.parser import parse as parse_date

from .front_matter import front_matter
from .limits import beyond
from .static_links import line_without_address

STATUSES = ("published", "draft", "hidden")
# Signs that mean something else in an address, or that Windows has in no name.
STRANGE = '?#%\\ "<>|*:{}'
_CONTROL = re.compile(r"[\x00-\x1f]")
NO_TITLE = 'no title; write "Title: …" at the top of the file [no-title]'
# What plugins and the search index write into, beside what the settings name.
OTHER_FOLDERS = (
    "addresses.json", "card.png", "cards", "cname", "drafts", "favicon.ico", "feeds", "index",
    "page", "pagefind", "robots.txt", "sitemap.xml",
)  # fmt: skip
NOT_CLOSED = (
    'the front matter that "---" opens ends here without "---"; write one key on each line, lists'
    " with commas, no empty line between them, and close it"
)
NOT_MARKDOWN = "posts are Markdown files whose names end in .md; write it as one [not-markdown]"
# Templates for a post of these would have no list to show.
OF_LISTS = ("author", "authors", "base", "categories", "category", "period_archives", "tag", "tags")
# Most file systems hold 255 bytes a name; the rest is room for an ending.
LONGEST_NAME = 240


def located(path: str, text: str, key: str, what: str) -> str:
    """``path:line: what``, with the line where the front matter gives the key, else the first."""
    found = front_matter(text.split("\n")).first().get(key)
    return f"{path}:{found.line if found else 1}: {what}"


def text_of(source: bytes) -> str:
    """The file's text, its lines ended as on Unix. Raises UnicodeDecodeError."""
    return source.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def reasons(path: str, source: bytes, error: str, needs_date: bool = True) -> list[str]:
    """Why Pelican could not use the post in ``source``, a line each, with the rule at its end.

    ``path`` is the file's name in messages; ``error`` is what Pelican said, given when
    nothing of what usually goes wrong is found. A page needs no date.
    """
    if not path.lower().endswith((".md", ".markdown", ".mkd", ".mdown")):
        return [
            f"{path}:1: posts are Markdown files whose names end in .md; {error} [not-markdown]"
        ]
    try:
        text = text_of(source)
    except UnicodeDecodeError as refused:
        line = source.count(b"\n", 0, refused.start) + 1
        byte = source[refused.start]
        kind = "UTF-16, not UTF-8" if source[:2] in (b"\xff\xfe", b"\xfe\xff") else "not UTF-8"
        return [f"{path}:{line}: byte 0x{byte:02x} is {kind}; save the file as UTF-8 [encoding]"]
    line, too_much = beyond(text)
    if too_much:
        return [f"{path}:{line}: {too_much} [too-much]"]
    line, link = line_without_address(text)
    if link and "no address" in error:
        return [f'{path}:{line}: the link "{link[:60]}" is no address; mend it [unusable]']
    head = front_matter(text.split("\n"))
    first = head.first()
    if head.fenced and not head.closed:
        return [f"{path}:{head.body}: {NOT_CLOSED} [front-matter]"]
    if not first and (wrong := _not_front_matter(text)):
        return [f"{path}:1: {wrong}"]
    values = {name: key.value for name, key in first.items()}
    found = []
    draft = values.get("status", "").lower() == "draft"
    if not values.get("title"):
        found.append(("title", NO_TITLE))
    if needs_date and not values.get("date") and not draft:
        what = 'no date; write "Date: 2026-01-31" at the top of the file [no-date]'
        found.append(("date", what))
    for key in ("date", "modified"):
        value = values.get(key, "")
        if value and not _is_date(value):
            what = f'{key} "{value}" is not a date; write it like 2026-01-31 09:00 [bad-date]'
            found.append((key, what))
    if values.get("status", "published").lower() not in STATUSES:
        known = ", ".join(STATUSES)
        what = f'status "{values["status"]}" is unknown; known: {known} [bad-status]'
        found.append(("status", what))
    for key in ("slug", "save_as", "url", "lang"):
        value = values.get(key, "")
        if key == "lang" and key in values and not value:
            found.append((key, "lang is empty; write Lang: en, or take it out [bad-address]"))
        if ".." in value or value.startswith("/"):
            what = f'{key} "{value}" leads out of the site; write it like a-few-words [bad-address]'
            found.append((key, what))
    if not found and {*STRANGE} & {*PurePosixPath(path).name}:
        what = "no address can be made of the file's name; write letters, digits and dashes"
        found.append(("", f"{what} [bad-address]"))
    return [located(path, text, *one) for one in found] or [f"{path}:1: {error} [unusable]"]


def _not_front_matter(text: str) -> str:
    """What stands where front matter should, and what to do; empty when it is nothing known."""
    if front_matter(text.lstrip().split("\n")).keys and text[0] in " \t":
        return "blanks stand before the first key; take them out [front-matter]"
    if front_matter(text.lstrip().split("\n")).keys:
        return "a blank line stands before the front matter; take it out [front-matter]"
    if text.startswith("+++"):
        return (
            "front matter between +++ is not read; write lines like"
            ' "Title: …" in its place, without quotation marks [front-matter]'
        )
    if "\0" in text[:100]:
        return "the file looks like UTF-16; save it as UTF-8 [encoding]"
    return ""


def unwritable(save_as: str, url: str, slug: str, key: str = "Slug") -> str:
    """Why a post cannot stand at its address; empty when it can.

    ``save_as`` is the file to write (empty for none), ``url`` the address in the site, ``key`` the
    front matter that gives them.
    """
    if _CONTROL.search(save_as + slug):
        return f"its address {slug or save_as!r} holds a control character; change {key}"
    if {".", ".."} & {*save_as.split("/")} or save_as.startswith("/"):
        return f'its address "{save_as}" leads out of the site; write {_good(key)}'
    strange = sorted({*save_as, *url}.intersection(STRANGE))
    if strange or "/" in slug:
        signs = " ".join("a blank" if sign == " " else sign for sign in strange or "/")
        return f"its address holds {signs} and would not work; write {_good(key)}"
    if url.startswith("/") or "//" in url:
        return f'its address "{url}" leads out of the site; write it like a-few-words/'
    parts = list(filter(None, save_as.split("/")))
    if any(len(part.encode()) > LONGEST_NAME for part in parts):
        return f"its address is too long; add a shorter line like {_good(key)}"
    if any(part.startswith(".") for part in parts):
        return f'its address "{save_as}" is hidden, which hosts do not show; write {_good(key)}'
    if save_as and not save_as.endswith(".html"):
        return f'"{save_as}" would be no page; write {_good(key)}'
    if any(part.endswith(".html") for part in parts[:-1]):
        return f'"{save_as}" stands below a page as if that were a folder; write {_good(key)}'
    return ""


def _good(key: str) -> str:
    """A line of front matter that gives a good address."""
    values = {"Save_as": "a-few-words/index.html", "Url": "a-few-words/", "Lang": "en"}
    return f"{key}: {values.get(key, 'a-few-words')}"


def elsewhere(save_as: str, url: str) -> str:
    """Why links to a post would not find it; empty when they do."""
    if save_as.removesuffix("index.html") == url:
        return ""
    right = save_as.removesuffix("index.html")
    return f'links lead to "{url}", and the page is "{save_as}"; write Url: {right} or leave both'


def own_folders(settings: Mapping[str, Any]) -> frozenset[str]:
    """The folders that the site fills itself."""
    return frozenset(
        value.partition("/")[0].casefold()
        for key, value in settings.items()
        if isinstance(value, str) and key.endswith(("_SAVE_AS", "_ATOM", "_RSS")) and "/{" in value
    ) | {settings["THEME_STATIC_DIR"], *settings["STATIC_PATHS"], *OTHER_FOLDERS}


def reserved(save_as: str, own: Collection[str], key: str = "Slug") -> str:
    """Why a post cannot stand below one of the site's own folders; empty when it can."""
    folder = save_as.partition("/")[0].casefold()
    if folder in own:
        return f'its address begins with "{folder}", which the site itself uses; change {key}'
    return ""


def long_name(names: Iterable[tuple[str, str]]) -> str:
    """Which topic or tag no file can be named after; empty for none.

    The names come with their part of the address.
    """
    for name, slug in names:
        if len(slug.encode()) > LONGEST_NAME:
            return f'"{name[:40]}…" is too long for an address; write a word or two [tag-address]'
    return ""


def wrong_case(paths: Iterable[str], endings: Iterable[str]) -> list[str]:
    """What to say of the files that would be posts if their ending were in small letters."""
    return [
        f"{path}:1: the ending is not in small letters, so it is not read; rename it to {name}"
        " [not-markdown]"
        for path in sorted(path for path in paths if not path.islower())
        for name in [PurePosixPath(path).with_suffix(PurePosixPath(path).suffix.lower()).name]
        if not path.endswith(name) and name.rpartition(".")[2] in endings
    ]


def same_address(paths_by_save_as: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """For each path that is not the first in the list of its address, what to tell its writer."""
    return {
        path: f"has the same address as {first} ({save_as}); change the address of one"
        " [same-address]"
        for save_as, paths in paths_by_save_as.items()
        for first, *others in [paths]
        for path in others
    }


def _is_date(value: str) -> bool:
    try:
        # An offset of days is found out only when it is asked for.
        parse_date(value.replace("_", " ")).utcoffset()
    except (ValueError, OverflowError):
        return False
    return True
