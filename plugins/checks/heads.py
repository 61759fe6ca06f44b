"""What is wrong with a post's front matter."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import lru_cache
from warnings import catch_warnings, simplefilter

from dateutil.parser import UnknownTimezoneWarning, parse
from posts.front_matter import FrontMatter, Key
from posts.unusable import NOT_CLOSED

from .languages import LANGUAGES
from .near import did_you_mean

LONGEST_TITLE = 60
LONGEST_SUMMARY = 160
FIRST_YEAR = 1990
MOST_YEARS_AHEAD = 2
# Of what is not finished; in a draft it is left out.
OR_WAIT = ", or wait: Status: draft"
# Lists that may go on in a second line of the same key.
SEVERAL_LINES = ("aliases", "allow", "calls", "related", "unrelated")
# A finding is the line (from 1), the rule and the words.
Finding = tuple[int, str, str]

_ISO = re.compile(r"(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{8})(?:[ T_]\d{1,2}:\d{2}(?::\d{2})?.*)?")
_LIKE_A_KEY = re.compile(r"\s*(?P<key>[^\s:#>*\-`\[<\d][^:\n]{0,30}?)\s*:(?:\s|$)")
MARKUP = re.compile(r"<[A-Za-z/!][^<>]*+>|\*\*|__|\]\(|`|\{[{%]|&(?:[a-z]+|#\d+);")
_HASHES = re.compile(r"#{1,6} ")
_NO_TITLE = re.compile(r"untitled|todo|tbd|title|new post|\u3164++", re.IGNORECASE)
_ODD_SLUG = re.compile(r"[^a-z0-9\-./]")
_QUOTED = re.compile(r"""(["']).*\1""")


def wrong_keys(head: FrontMatter, lines: list[str], known: Collection[str]) -> Iterator[Finding]:
    """Keys that nobody knows or that come twice, and front matter that ends too early."""
    first: dict[str, Key] = {}
    for key in head.keys:
        if key.name in first and key.name not in SEVERAL_LINES:
            yield (
                key.line,
                "duplicate-key",
                f'"{key.written}" is in line {first[key.name].line} already; keep one of them',
            )
        elif key.name not in known:
            meant = did_you_mean(key.written, [name.title() for name in known])
            remedy = meant or "; take it out, or name it in FRONT_MATTER_KEYS in pelicanconf.py"
            yield key.line, "unknown-key", f'unknown front matter key "{key.written}"{remedy}'
        elif head.fenced and _QUOTED.fullmatch(key.value):
            words = f"the quotation marks around {key.written} would be shown; take them out"
            yield key.line, "front-matter", words
        first.setdefault(key.name, key)
    if head.fenced and not head.closed:
        yield head.body, "front-matter", NOT_CLOSED
    elif not head.closed and head.keys and head.body <= len(lines):
        shown = lines[head.body - 1].strip()[:60]
        remedy = (
            "a key is one word of letters, digits and dashes"
            if _LIKE_A_KEY.match(shown)
            else "put an empty line before it, or four spaces if it goes on"
        )
        words = f'the front matter ends at "{shown}" without an empty line; {remedy}'
        yield head.body, "front-matter-end", words
    for number, line in enumerate(lines[head.body - 1 : head.body + 20], head.body):
        if line.strip():
            match = _LIKE_A_KEY.match(line)
            if head.closed and match and match["key"].lower() in known:
                words = f'"{line.strip()[:60]}" stands below the empty line that ends the front'
                yield number, "front-matter-end", f"{words} matter; move it up"
                continue
            break


def wrong_title(head: FrontMatter) -> Iterator[Finding]:
    """Titles that say nothing, too much, or something else than they seem to."""
    key = head.first().get("title")
    if not key or not key.value:
        return
    title = " ".join(key.value.split())
    if not any(letter.isalnum() for letter in title):
        yield key.line, "bad-title", f'the title "{title}" has no letter; give it words'
    if _NO_TITLE.fullmatch(title):
        words = f'the title "{title}" is no title yet; write one{OR_WAIT}'
        yield key.line, "bad-title", words
    if match := MARKUP.search(title) or _HASHES.match(title):
        words = f'the title would show "{match[0]}" as it stands; take it out'
        yield key.line, "bad-title", words
    if len(title) > LONGEST_TITLE:
        yield (
            key.line,
            "long-title",
            f"the title has {len(title)} signs; search engines show {LONGEST_TITLE}, shorten it",
        )


def wrong_summary(head: FrontMatter) -> Iterator[Finding]:
    """Summaries that are missing or too long."""
    key = head.first().get("summary")
    if not key or not key.value:
        words = 'no summary; write "Summary: One sentence for lists and search engines."'
        yield key.line if key else 1, "no-summary", words
        return
    summary = " ".join(key.value.split())
    if match := MARKUP.search(summary):
        words = f'the summary would show "{match[0]}" as it stands; take it out'
        yield key.line, "template-markup", words
    if len(summary) > LONGEST_SUMMARY:
        yield (
            key.line,
            "long-summary",
            f"the summary has {len(summary)} signs; lists and search engines show"
            f" {LONGEST_SUMMARY}, shorten it",
        )


def wrong_dates(head: FrontMatter, year: int) -> Iterator[Finding]:
    """Dates that can be read in two ways, that are far off, or that contradict one another.

    ``year`` is the one that it is.
    """
    first = head.first()
    dates: dict[str, datetime] = {}
    for name in ("date", "modified"):
        key = first.get(name)
        if not key or not key.value:
            continue
        found = _readings(key.value.replace("_", " "))
        if len(found) > 1:
            either = " or ".join(f"{day:%Y-%m-%d}" for day in found[:2])
            words = f'{name} "{key.value}" could be {either}; write it like 2026-01-31 09:00'
            yield key.line, "ambiguous-date", words
            continue
        if not found:
            words = f'{name} "{key.value}" names no time zone that is known; write it like'
            yield key.line, "ambiguous-date", f"{words} 2026-01-31 09:00+01:00, or leave it out"
        for date in found:
            dates[name] = date
            if not FIRST_YEAR <= date.year <= year + MOST_YEARS_AHEAD:
                words = f"{name} {date:%Y-%m-%d} is far off; is the year right?"
                yield key.line, "far-date", f"{words} Correct it"
    if len(dates) == 2 and _is_before(dates, by_day=":" not in first["modified"].value):
        words = f"modified {dates['modified']:%Y-%m-%d} is before date {dates['date']:%Y-%m-%d}"
        yield first["modified"].line, "modified-first", f"{words}; correct one of them"


def wrong_names(head: FrontMatter, authors: Collection[str]) -> Iterator[Finding]:
    """Authors and languages that nobody knows, and addresses that are hard to type."""
    first = head.first()
    for name in ("author", "authors"):
        key = first.get(name)
        separator = ";" if key and ";" in key.value else ","
        for each in key.value.split(separator) if key else ():
            author = each.strip()
            if author and author not in authors:
                meant = did_you_mean(author, authors)
                remedy = meant or '; add the name to CHECKS["authors"] in pelicanconf.py'
                yield key.line if key else 1, "unknown-author", f'unknown author "{author}"{remedy}'
    key = first.get("lang")
    if key and key.value and key.value.partition("-")[0] not in LANGUAGES:
        lower = key.value.lower()
        remedy = f'; did you mean "{lower}"?' if lower in LANGUAGES else "; write it like en or de"
        yield key.line, "unknown-language", f'unknown language "{key.value}"{remedy}'
    for name in ("slug", "save_as", "url"):
        key = first.get(name)
        if key and (odd := _ODD_SLUG.search(key.value.removesuffix("/"))):
            words = f'{name} "{key.value}" holds "{odd[0]}"; small letters, digits and dashes are'
            yield key.line, "odd-address", f"{words} easy to type and to say"


def _is_before(dates: dict[str, datetime], by_day: bool) -> bool:
    """Whether ``modified`` is before ``date``, both without time zones."""
    modified, date = (dates[name].replace(tzinfo=None) for name in ("modified", "date"))
    return modified.date() < date.date() if by_day else modified < date


@lru_cache(maxsize=4096)
def _readings(value: str) -> tuple[datetime, ...]:
    """The dates that the value can mean: none if it is no date, two if it is not clear which."""
    certain = _ISO.fullmatch(value) is not None
    # What the value does not say is taken from the default.
    defaults = (datetime(2000, 1, 1), datetime(2003, 2, 2))
    found: dict[datetime, None] = {}
    try:
        with catch_warnings():
            simplefilter("error", UnknownTimezoneWarning)
            for default in defaults[:1] if certain else defaults:
                for day_first in (False,) if certain else (False, True):
                    found[parse(value[:100], default=default, dayfirst=day_first)] = None
    except (ValueError, OverflowError, UnknownTimezoneWarning):
        return ()
    return tuple(found)
