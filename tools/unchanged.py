"""Whether a build would make what the last one left, so that it need not be made again."""

import locale
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from checks.problems import Problem
from incremental.tables import read_table, write_table

_VERSION = 1
TOOLS = Path(__file__).parent


@dataclass(frozen=True)
class Told:
    """What a build has to tell.

    ``count`` is the number of its pages, ``pages`` are the files that Pelican wrote or kept,
    ``warnings`` those that were logged: the logger's name, and the words. For the others see
    ``Built``.
    """

    count: int
    problems: tuple[Problem, ...]
    held_back: tuple[tuple[str, datetime | None], ...]
    pages: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Made:
    """A build: digests of what it was made from and of what it left, when it holds, what it told.

    It holds from ``since`` on, and no longer at ``until``.
    """

    inputs: str
    output: str
    since: datetime
    until: datetime
    told: Told


class LastBuild:
    """The last build into the folder ``output``, as ``file`` has it.

    One that is damaged or not there is done without.
    """

    def __init__(self, file: Path, output: Path) -> None:
        self._file, self._output = file, output
        self._inputs = ""

    def told(self, settings: Mapping[str, Any], plugins: Iterable[ModuleType]) -> Told | None:
        """What the last build told, if this one would make the same. Warnings are logged again."""
        self._inputs = _inputs(settings, plugins)
        made: _Made | None = read_table(self._file, _read).get("made")
        if not (
            made
            and made.inputs == self._inputs
            and made.since <= settings["NOW"] < made.until
            and made.output == digest_of([self._output])
        ):
            return None
        for name, words in made.told.warnings:
            logging.getLogger(name).warning("%s", words)
        return made.told

    def note(self, settings: Mapping[str, Any], told: Told) -> None:
        """Note what was built from the inputs that were there when ``told`` was asked for."""
        if self._inputs:
            until = min(settings["HOLDS_UNTIL"])
            known = settings["PAGES"].contents.items()
            output = digest_of(
                [self._output], {str(self._output / name): content for name, content in known}
            )
            made = _Made(self._inputs, output, settings["NOW"], until, told)
            write_table(self._file, {"version": _VERSION, "made": asdict(made)})


def digest_of(places: Iterable[Path], known: Mapping[str, bytes] = MappingProxyType({})) -> str:
    """A digest of files, and of all that is in folders, links as links and by what they lead to.

    ``known`` has digests of files that need not be read, by their path. Empty when a file cannot
    be read.
    """
    digest = blake2b(digest_size=16)
    try:
        for place in places:
            for name, content in _entries(place, known):
                digest.update(b"%d:%d:" % (len(name), len(content)) + name + content)
    except OSError:
        return ""
    return digest.hexdigest()


def _entries(place: Path, known: Mapping[str, bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The names of a file or of a folder's entries, in order, each with what stands for it."""
    if not place.is_dir():
        yield b"", _digest(str(place)) if place.exists() else b""
        return
    yield from _entries_of(str(place), known)


def _entries_of(folder: str, known: Mapping[str, bytes]) -> Iterator[tuple[bytes, bytes]]:
    for entry in sorted(os.scandir(folder), key=attrgetter("name")):
        name = os.fsencode(entry.name)
        if entry.is_symlink():
            yield name, b"link " + os.fsencode(os.readlink(entry.path))
        if entry.is_dir(follow_symlinks=False):
            yield name, b"folder"
            if entry.name != "__pycache__":
                yield from _entries_of(entry.path, known)
            yield b"", b"end"
        elif entry.is_file():
            yield name, known.get(entry.path) or _digest(entry.path)


def _digest(file: str) -> bytes:
    with open(file, "rb", buffering=0) as opened:
        return blake2b(opened.read(), digest_size=16).digest()


def _inputs(settings: Mapping[str, Any], plugins: Iterable[ModuleType]) -> str:
    """A digest of all that a build is made from; empty when a plugin does not say what it reads."""
    depend = [getattr(each, "DEPENDS_ON", None) for each in plugins]
    if "MADE_BY" not in settings or "HOLDS_UNTIL" not in settings or None in depend:
        return ""
    named = sorted({"PATH", "THEME", *(name for names in depend for name in names or ())})
    places = [_value(settings, name) for name in named] + settings["THEME_TEMPLATES_OVERRIDES"]
    files = digest_of([*(Path(place) for place in places if place), TOOLS])
    own = f"{settings['MADE_BY'].hex()} {locale.setlocale(locale.LC_ALL)}"
    return f"{files} {own}" if files else ""


def _value(settings: Mapping[str, Any], name: str) -> Any:
    """A setting, or one within it if the name has points; None if it is not there."""
    value: Any = settings
    for part in name.split("."):
        value = (value or {}).get(part)
    return value


def _read(table: Any) -> dict[str, _Made]:
    if table["version"] != _VERSION:
        return {}
    made = table["made"]
    told = made["told"]
    held_back = [(file, day and datetime.fromisoformat(day)) for file, day in told["held_back"]]
    known = Told(
        told["count"],
        tuple(Problem(**each) for each in told["problems"]),
        tuple(held_back),
        tuple(told["pages"]),
        tuple((name, words) for name, words in told["warnings"]),
    )
    since, until = (datetime.fromisoformat(made[key]) for key in ("since", "until"))
    return {"made": _Made(made["inputs"], made["output"], since, until, known)}
