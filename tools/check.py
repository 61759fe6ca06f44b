"""Read everything that the site is made of, and say what is wrong with it; nothing is written."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from checks.problems import Problem, in_order

from .build import BuildError, read_site, site_settings
from .external_links import dead_links

CONF = "pelicanconf.py"
FORMATS = ("text", "json", "github")
_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[33m"}
_PLAIN = "\x1b[0m"


@dataclass(frozen=True)
class Report:
    """What the checks found. ``held_back`` is as in ``Built``.

    ``reading_ease`` is Flesch's figure of each file that is written in English.
    """

    problems: tuple[Problem, ...]
    held_back: tuple[tuple[str, datetime | None], ...] = ()
    reading_ease: tuple[tuple[str, float], ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there are errors."""
        return any(each.severity == "error" for each in self.problems)


def check(
    content: Path | None = None,
    *,
    siteurl: str | None = None,
    strict: bool = False,
    external: bool = False,
) -> Report:
    """Check the project's content, or another folder; ``siteurl`` as in ``build``.

    ``strict`` makes every warning an error; ``external`` asks other sites whether links to them
    lead anywhere. Raises BuildError when that cannot be found out.
    """
    settings = site_settings(CONF, content=content, siteurl=siteurl, keep_going=True, strict=strict)
    try:
        site = read_site(settings)
    except BuildError as error:
        if not error.problems:
            raise
        return Report(error.problems)
    checked = settings["CHECKED"]
    problems = list(site.problems)
    if external:
        severity = "error" if strict else "warning"
        cache = Path(settings["CACHE_PATH"], "external_links.json")
        dead = dead_links({link for _, _, link in checked.external}, cache)
        problems += [
            Problem(file, line, f"{link} {dead[link]}", "external-link", severity)
            for file, line, link in checked.external
            if link in dead
        ]
    return Report(
        tuple(in_order(problems)),
        tuple(settings["HELD_BACK"]),
        tuple(sorted(checked.reading_ease.items())),
    )


def lines(report: Report, style: str = "text", *, colours: bool = False) -> Iterator[str]:
    """The report in one of FORMATS; colours are for a terminal."""
    if style == "json":
        yield json.dumps([asdict(each) for each in report.problems], ensure_ascii=False, indent=2)
    elif style == "github":
        yield from map(_annotation, report.problems)
    else:
        for each in report.problems:
            yield _coloured(each) if colours else str(each)
        yield from _summary(report)


def _coloured(problem: Problem) -> str:
    severity = f"{problem.severity}:"
    colour = f"{_COLOURS[problem.severity]}{severity}{_PLAIN}"
    return str(problem).replace(severity, colour, 1)


def _annotation(problem: Problem) -> str:
    """The problem as GitHub's runner reads it, to show it in a pull request beside the line."""
    words = Problem("", 0, problem.words)
    keys = {"file": problem.file, "line": str(problem.line), "title": problem.rule}
    given = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in keys.items() if value)
    return f"::{problem.severity} {given}::{_escaped(str(words))}"


def _escaped(text: str, signs: str = "") -> str:
    # Of its own signs the percent sign must come first.
    for sign in f"%\r\n{signs}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _summary(report: Report) -> Iterator[str]:
    for file, day in report.held_back:
        why = f"waits for {day:%Y-%m-%d %H:%M}" if day else "a draft: its words were not checked"
        yield f"Not public: {file} ({why})"
    if report.reading_ease:
        hardest = min(report.reading_ease, key=lambda each: each[1])
        yield (
            f"Reading ease (Flesch; 60 is plain English): {_figure(report.reading_ease)},"
            f" hardest {hardest[0]} with {hardest[1]:.0f}"
        )
    counts = {
        severity: sum(each.severity == severity for each in report.problems)
        for severity in ("error", "warning")
    }
    yield ", ".join(f"{count} {word}{'s' * (count != 1)}" for word, count in counts.items())


def _figure(eases: Iterable[tuple[str, float]]) -> str:
    return f"{median(ease for _, ease in eases):.0f}"
