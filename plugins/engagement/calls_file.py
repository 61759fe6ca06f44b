"""Read the writer's calls to action, and say everything that is wrong with them."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from .calls_to_action import CallToAction, body_html, unclosed_mark, with_safe_texts
from .errors import SettingsError, did_you_mean
from .events import Repeats, event_of
from .placements import CallsToAction, Placement
from .providers import Provider, problems_of
from .schema import parsed

LINK_STARTS = ("https://", "mailto:", "/")
LINK_RULE = "must start with https:// or mailto:, or with / for a page of this site"
NAME = re.compile(r"[a-z0-9-]+")
_ADDRESS = re.compile(r'<(?P<tag>a|img)\b[^>]*?(?:href|src)="(?P<address>[^"]*)')
_TOML_LINE = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column \d+\)")
_TWICE = re.compile(r"Cannot (declare|overwrite)")


@dataclass(frozen=True)
class _Link:
    """The keys of a call of kind "link"."""

    kind: Literal["link"]
    heading: str
    body: str
    button: str
    url: str
    consent: str = ""


@dataclass(frozen=True)
class _Signup:
    """The keys of a call of kind "signup"."""

    kind: Literal["signup"]
    provider: str
    heading: str
    body: str
    button: str
    url: str
    label: str = "Your email address"
    consent: str = ""
    success_page: str = ""
    thanks: str = ""


@dataclass(frozen=True)
class _Event:
    """The keys of a call of kind "event"."""

    kind: Literal["event"]
    heading: str
    body: str
    button: str
    url: str
    starts: str | datetime
    time_zone: str
    address: str
    repeats: Repeats = "once"
    minutes: int = field(default=60, metadata={"least": 1})
    until: str | date | None = None
    calendar: str = "Add it to your calendar"
    consent: str = ""


KINDS: Mapping[str, type[_Link] | type[_Signup] | type[_Event]] = {
    "link": _Link,
    "signup": _Signup,
    "event": _Event,
}
TABLES = ("provider", "call", "placement")


@dataclass(frozen=True)
class CallsFile:
    """What can be used of calls_to_action.toml, and what is wrong with the rest.

    ``names`` are those of all its calls, also of the wrong ones.
    """

    offers: CallsToAction
    names: frozenset[str]
    problems: tuple[str, ...]


def read(toml: str, source: str, typography: Callable[[str], str] = str) -> CallsFile:
    """The calls and placements in the text of calls_to_action.toml, and every problem with them.

    ``source`` is the file's name in messages; ``typography`` turns HTML into HTML. A problem
    names file, table and key, value, remedy.

    Raises SettingsError with the line of a slip in the syntax.
    """
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([_slip(source, str(error), toml)]) from None
    problems = [
        f'{source}: unknown table "{name}"{did_you_mean(name, TABLES)}'
        for name in tables
        if name not in TABLES
    ]
    providers = _providers(tables.get("provider", {}), source, problems)
    calls = _calls(tables.get("call", {}), providers, source, problems)
    placements = _placements(tables.get("placement", []), calls, source, problems)
    offers = CallsToAction(
        {name: with_safe_texts(call, typography) for name, call in calls.items() if call},
        placements,
    )
    return CallsFile(offers, frozenset(calls), tuple(problems))


def unknown_names(
    offers: CallsToAction, known: Mapping[str, Collection[str]], source: str
) -> list[str]:
    """What is wrong with the names in rules, of which ``known`` has those that stories use.

    Its keys are those of ``When``: categories, tags_any, series, authors.
    """
    return [
        f'{source}: placement {number}.when.{key}: no story has "{name}"{did_you_mean(name, names)}'
        for number, placement in enumerate(offers.placements, 1)
        for key, names in known.items()
        for name in getattr(placement.when, key)
        if name.casefold() not in {each.casefold() for each in names}
    ]


def _slip(source: str, error: str, toml: str) -> str:
    """A problem of syntax in a line for people."""
    found = _TOML_LINE.fullmatch(error)
    line = int(found["line"]) if found else toml.count("\n") + 1
    what = found["what"] if found else error.removesuffix(" (at end of document)")
    if _TWICE.match(what):
        return f"{source}:{line}: {what}; this name is there twice: rename one, or take it out"
    return f"{source}:{line}: {what}; is a quote or a bracket missing there?"


def _tables(given: object, name: str, example: str, source: str, problems: list[str]) -> Any:
    """The tables below [name.…], or none when it is something else."""
    if isinstance(given, dict):
        return given
    problems.append(f"{source}: {name} must be tables like [{name}.{example}], not {given!r}")
    return {}


def _providers(given: object, source: str, problems: list[str]) -> dict[str, Provider | None]:
    """Each provider by its name, None for one that has problems."""
    providers: dict[str, Provider | None] = {}
    for name, table in _tables(given, "provider", "newsletter", source, problems).items():
        where = f"{source}: provider.{name}"
        providers[name] = provider = parsed(Provider, table, where, problems, name=name)
        problems += problems_of(provider, where) if provider else []
    return providers


def _calls(
    given: object, providers: Mapping[str, Provider | None], source: str, problems: list[str]
) -> dict[str, CallToAction | None]:
    """Each call by its name, None for one that has problems."""
    calls: dict[str, CallToAction | None] = {}
    for name, table in _tables(given, "call", "weekly-email", source, problems).items():
        where = f"{source}: call.{name}"
        if not NAME.fullmatch(name):
            problems.append(f"{where}: a name is made of small letters, digits and dashes")
        calls[name] = _call(name, table, providers, where, problems)
    return calls


def _call(
    name: str,
    table: object,
    providers: Mapping[str, Provider | None],
    where: str,
    problems: list[str],
) -> CallToAction | None:
    kind = table.get("kind") if isinstance(table, dict) else None
    if isinstance(table, dict) and (not isinstance(kind, str) or kind not in KINDS):
        wrong = '"kind" is missing' if kind is None else f'kind "{kind}" is unknown'
        near = did_you_mean(str(kind), KINDS)
        problems.append(f"{where}: {wrong}{near}")
        return None
    keys = parsed(KINDS[kind or "link"], table, where, problems)
    if keys is None:
        return None
    problems += _wrong_links(keys, where)
    if mark := unclosed_mark(keys.body):
        problems.append(
            f'{where}.body: "{mark}" has no partner; close it, or put a backslash before each sign'
        )
    call = CallToAction(
        name, keys.kind, keys.heading, keys.body, keys.button, keys.url, keys.consent
    )
    if isinstance(keys, _Signup):
        if keys.provider not in providers:
            problems.append(
                f'{where}.provider: there is no provider "{keys.provider}"'
                f"{did_you_mean(keys.provider, providers)}"
            )
        return replace(
            call,
            provider=providers.get(keys.provider),
            label=keys.label,
            success_page=keys.success_page,
            thanks=keys.thanks,
        )
    if isinstance(keys, _Event):
        event = event_of(
            keys.starts, keys.time_zone, keys.repeats, keys.minutes, keys.until, keys.address,
            where, problems,
        )  # fmt: skip
        return replace(call, event=event, calendar=keys.calendar)
    return call


def _wrong_links(keys: _Link | _Signup | _Event, where: str) -> list[str]:
    """What is wrong with the addresses in a call's keys and body."""
    wrong = []
    own_pages = {}
    if isinstance(keys, _Signup):
        own_pages = {"url": keys.url, "success_page": keys.success_page}
    for key, address in own_pages.items():
        if address and not is_own_page(address):
            wrong.append(
                f'{where}.{key}: "{address}" must be a page of this site, like /subscribe/'
            )
    if not own_pages and not _is_link(keys.url):
        wrong.append(f'{where}.url: "{keys.url}" {LINK_RULE}')
    for match in _ADDRESS.finditer(body_html(keys.body)):
        if match["tag"] == "img":
            wrong.append(f"{where}.body: a picture has no place in a call; take it out")
        elif not _is_link(match["address"]):
            wrong.append(f'{where}.body: the link "{match["address"]}" {LINK_RULE}')
    return wrong


def _placements(
    tables: object, calls: Mapping[str, Any], source: str, problems: list[str]
) -> tuple[Placement, ...]:
    if not isinstance(tables, list):
        problems.append(f"{source}: write [[placement]] with two brackets on each side")
        return ()
    placements = []
    for number, given in enumerate(tables, 1):
        where = f"{source}: placement {number}"
        placement = parsed(Placement, given, where, problems)
        # A wrong one keeps its place: the next ones are known by their numbers.
        placements.append(placement or Placement("", "end"))
        if placement:
            when = placement.when
            if when.first_day and when.last_day and when.last_day < when.first_day:
                problems.append(
                    f"{where}.when: from {when.first_day} is after until {when.last_day}; "
                    "swap them, or mend one"
                )
        call = given.get("call") if isinstance(given, dict) else None
        if isinstance(call, str) and call not in calls:
            problems.append(f'{where}.call: there is no call "{call}"{did_you_mean(call, calls)}')
    return tuple(placements)


def _is_link(address: str) -> bool:
    """Whether a call may lead there."""
    return address.startswith(LINK_STARTS) and (address[0] != "/" or is_own_page(address))


def is_own_page(address: str) -> bool:
    """Whether it is an address on this site; // would be another site at the same scheme."""
    return address.startswith("/") and not address.startswith("//")
