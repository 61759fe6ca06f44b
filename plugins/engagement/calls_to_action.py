"""Read the writer's calls to action, and choose the one that a story shows."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from markdown import Markdown
from markupsafe import Markup, escape

from .errors import SettingsError, did_you_mean
from .schema import parsed

Slot = Literal["end"]
LINK_STARTS = ("https://", "mailto:", "/")
LINK_RULE = "must start with https:// or mailto:, or with / for a page of this site"
NAME = re.compile(r"[a-z0-9-]+")
_ADDRESS = re.compile(r'<(?P<tag>a|img)\b[^>]*?(?:href|src)="(?P<address>[^"]*)')
_OWN_LINK = re.compile(r'<a\b[^>]*?href="(?=/)')


@dataclass(frozen=True)
class CallToAction:
    """One offer. Its texts are Markup: escaped, and safe to put into a page.

    ``url`` starts with ``https://`` or ``mailto:``, or with ``/`` for a page of this site.
    """

    name: str
    kind: Literal["link"]
    heading: str
    body: str
    button: str
    url: str
    consent: str = ""

    def url_at(self, siteurl: str) -> str:
        """The address to link to, from a page whose site is at ``siteurl``."""
        return siteurl + self.url if self.url.startswith("/") else self.url

    def body_at(self, siteurl: str) -> Markup:
        """The body as HTML, with links to pages of this site that start with ``siteurl``."""
        return Markup(_OWN_LINK.sub(rf"\g<0>{escape(siteurl)}", str(self.body)))


@dataclass(frozen=True)
class Placement:
    """Where a call shows. Of two for one slot the higher priority wins, then the name."""

    call: str
    slot: Slot
    priority: int = 0


@dataclass(frozen=True)
class CallsToAction:
    """Everything that calls_to_action.toml says."""

    calls: Mapping[str, CallToAction]
    placements: tuple[Placement, ...]


NO_CALLS = CallsToAction({}, ())


def load(toml: str, source: str, typography: Callable[[str], str] = str) -> CallsToAction:
    """The calls and placements in the text of calls_to_action.toml.

    ``source`` is the file's name in messages; ``typography`` turns HTML into HTML.

    Raises SettingsError with every problem: file, table and key, value, remedy.
    """
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            [f"{source}: {error}; is a quote or a bracket missing there?"]
        ) from None
    problems = [
        f'{source}: unknown table "{name}"{did_you_mean(name, ("call", "placement"))}'
        for name in tables
        if name not in ("call", "placement")
    ]
    calls = _calls(tables.get("call", {}), source, problems)
    placements = _placements(tables.get("placement", []), calls, source, problems)
    if problems:
        raise SettingsError(problems)
    return CallsToAction(
        {name: _ready(call, typography) for name, call in calls.items() if call},
        placements,
    )


def choose(offers: CallsToAction) -> dict[Slot, CallToAction]:
    """The call for each slot of a story: highest priority first, then by name."""
    chosen: dict[Slot, CallToAction] = {}
    for placement in sorted(offers.placements, key=lambda p: (-p.priority, p.call)):
        chosen.setdefault(placement.slot, offers.calls[placement.call])
    return chosen


def _calls(table: object, source: str, problems: list[str]) -> dict[str, CallToAction | None]:
    """Each call by its name, None for one that has problems."""
    if not isinstance(table, dict):
        problems.append(f"{source}: call must be tables like [call.weekly-email], not {table!r}")
        return {}
    calls: dict[str, CallToAction | None] = {}
    for name, given in table.items():
        where = f"{source}: call.{name}"
        calls[name] = call = parsed(CallToAction, given, where, problems, name=name)
        if not NAME.fullmatch(name):
            problems.append(f"{where}: a name is made of small letters, digits and dashes")
        if call and not _is_link(call.url):
            problems.append(f'{where}.url: "{call.url}" {LINK_RULE}')
        for match in _ADDRESS.finditer(_body_html(call.body) if call else ""):
            if not _is_link(match["address"]):
                problems.append(f'{where}.body: the link "{match["address"]}" {LINK_RULE}')
            elif match["tag"] == "img":
                problems.append(f"{where}.body: a picture has no place in a call; take it out")
    return calls


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
        if placement:
            placements.append(placement)
        call = given.get("call") if isinstance(given, dict) else None
        if isinstance(call, str) and call not in calls:
            problems.append(f'{where}.call: there is no call "{call}"{did_you_mean(call, calls)}')
    return tuple(placements)


def _ready(call: CallToAction, typography: Callable[[str], str]) -> CallToAction:
    """The call with its texts as HTML; markup in them is shown, not obeyed."""

    def inline(text: str) -> Markup:
        return Markup(typography(escape(text)))

    return replace(
        call,
        heading=inline(call.heading),
        body=Markup(typography(_body_html(call.body))),
        button=inline(call.button),
        consent=inline(call.consent),
    )


def _is_link(address: str) -> bool:
    """Whether a call may lead there; // would be another site at the same scheme."""
    return address.startswith(LINK_STARTS) and not address.startswith("//")


def _body_html(body: str) -> str:
    """The HTML of Markdown in which HTML is text."""
    markdown = Markdown(output_format="html")
    markdown.preprocessors.deregister("html_block")
    markdown.inlinePatterns.deregister("html")
    return markdown.convert(body)
