"""Read the writer's calls to action, and say everything that is wrong with them."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from html import unescape
from typing import Any, Literal

from .calls_to_action import CallToAction, body_html, unclosed_mark, with_safe_texts
from .errors import SettingsError, did_you_mean
from .events import Repeats, event_of
from .placements import CallsToAction, Placement, When
from .providers import Provider, problems_of
from .schema import parsed
from .toml_lines import slip, with_lines

LINK_STARTS = ("https://", "mailto:", "/")
LINK_RULE = "must start with https:// or mailto:, or with / for a page of this site"
NAME = re.compile(r"[a-z0-9-]+")
_ADDRESS = re.compile(r'<(?P<tag>a|img)\b[^>]*?(?:href|src)="(?P<address>[^"]*)')
# Words for "every two weeks" that are near to "weekly", which it is not.
_TWO_WEEKS = ("biweekly", "bi-weekly", "fortnightly", "every second week", "every other week")


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
CONDITIONS = [each.metadata.get("key", each.name) for each in fields(When)]
TABLES = ("provider", "call", "placement")


@dataclass(frozen=True)
class CallsFile:
    """What can be used of calls_to_action.toml, and what is wrong with the rest.

    ``names`` are those of all its calls, also of the wrong ones; ``toml`` is its text.
    """

    offers: CallsToAction
    names: frozenset[str]
    problems: tuple[str, ...]
    toml: str


def read(toml: str, source: str, typography: Callable[[str], str] = str) -> CallsFile:
    """The calls and placements in the text of calls_to_action.toml, and every problem with them.

    ``source`` is the file's name in messages; ``typography`` turns HTML into HTML. A problem
    names file, table and key, value, remedy.

    Raises SettingsError with the line of a slip in the syntax.
    """
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([slip(source, str(error), toml)]) from None
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
    return CallsFile(offers, frozenset(calls), tuple(with_lines(problems, source, toml)), toml)


def unknown_names(offers: CallsToAction, known: Mapping[str, Collection[str]]) -> Iterator[str]:
    """What is wrong with the names in rules, of which ``known`` has those that stories use.

    Its keys are those of ``When``: categories, tags_any, series, authors.
    """
    for placement in offers.placements:
        for key, names in known.items():
            folded = {name.casefold() for name in names}
            for name in getattr(placement.when, key):
                if name.casefold() not in folded:
                    near = did_you_mean(name, names)
                    yield f'{placement.source}.when.{key}: no story has "{name}"{near}'


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
    if isinstance(table, dict) and table.get("repeats") in _TWO_WEEKS:
        problems.append(f'{where}.repeats: "{table["repeats"]}": write "every two weeks"')
        table = {**table, "repeats": "every two weeks"}
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
        if address and not _is_own_page(address):
            wrong.append(
                f'{where}.{key}: "{address}" must be a page of this site, like /subscribe/'
            )
    if not own_pages and not _is_link(keys.url):
        wrong.append(f'{where}.url: "{keys.url}" {LINK_RULE}')
    for match in _ADDRESS.finditer(body_html(keys.body)):
        address = unescape(match["address"])
        if match["tag"] == "img":
            wrong.append(f"{where}.body: a picture has no place in a call; take it out")
        elif not _is_link(address):
            wrong.append(f'{where}.body: the link "{address}" {LINK_RULE}')
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
        # One table may name several slots.
        slots = given.get("slot") if isinstance(given, dict) else None
        found: list[str] = []
        for slot in slots if isinstance(slots, list) and slots else [slots]:
            table = given
            if isinstance(given, dict):
                table = {key: given[key] for key in given if key not in CONDITIONS}
                table |= {"slot": slot} if slots is not None else {}
            placement = parsed(Placement, table, where, found, source=where)
            if placement:
                placements.append(placement)
        problems += dict.fromkeys(found)
        if isinstance(given, dict):
            problems += _wrong_conditions(given, where)
            call = given.get("call")
            if isinstance(call, str) and call not in calls:
                near = did_you_mean(call, calls)
                problems.append(f'{where}.call: there is no call "{call}"{near}')
    return tuple(placements)


def _wrong_conditions(given: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is wrong with the days of a placement, and conditions at the wrong place."""
    for key in (key for key in given if key in CONDITIONS):
        yield f"{where}.{key}: is a condition; write it as when = {{ {key} = … }}"
    when = given.get("when")
    first, last = (when.get("from"), when.get("until")) if isinstance(when, dict) else (None, None)
    if type(first) is type(last) is date and last < first:
        yield f"{where}.when: from {first} is after until {last}; swap them, or mend one"


def _is_link(address: str) -> bool:
    """Whether a call may lead there."""
    return address.startswith(LINK_STARTS) and (address[0] != "/" or _is_own_page(address))


def _is_own_page(address: str) -> bool:
    """Whether it is an address on this site; // would be another site at the same scheme."""
    return address.startswith("/") and not address.startswith("//")
