"""A problem in what the writer wrote: where it is, how bad, by which rule, and what to do."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .rules import RULES

# What another plugin says: its words may end with the name of the rule.
_SAID = re.compile(r"(?P<file>[^\n]+?):(?P<line>\d+): (?P<words>.*)", re.DOTALL)
# More of one kind in one file than this are counted, not told.
MOST = 20
# A value may be a whole book; the remedy stands at the end.
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``line`` counts from 1; ``severity`` is ``error`` or ``warning``.

    What stands in no file has an empty ``file`` and line 0; without a rule it is an error too.
    """

    file: str
    line: int
    words: str
    rule: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """``file:line: error: words [rule]``, in one line that no terminal obeys."""
        rule = f" [{self.rule}]" if self.rule else ""
        place = f"{self.file}:{self.line}: {self.severity}: " if self.file else ""
        words = self.words
        if len(words) > LONGEST:
            words = f"{words[: LONGEST // 2]} … {words[-LONGEST // 2 :]}"
        line = " ".join(f"{place}{words}{rule}".split())
        return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)


def problem(file: str, line: int, rule: str, words: str) -> Problem:
    """The problem with the severity that its rule has."""
    return Problem(file, line, words, rule, RULES[rule].severity)


def said(line: str) -> Problem:
    """The problem that a plugin told as ``file:line: words [rule]``, or with less than that."""
    place = _SAID.fullmatch(line)
    words = place["words"] if place else line
    before, _, rule = words.rpartition(" [")
    rule = rule.removesuffix("]") if rule.removesuffix("]") in RULES else ""
    words = before if rule else words
    # With its severity: it was a problem once, and is told again.
    for severity in ("error", "warning"):
        if place and words.startswith(f"{severity}: "):
            words = words.removeprefix(f"{severity}: ")
            break
    else:
        severity = RULES[rule].severity if rule else "error"
    return Problem(
        place["file"] if place else "", int(place["line"]) if place else 0, words, rule, severity
    )


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once: file by file, line by line, of one line the errors first.

    Of many in one file by one rule the first are told, and the rest counted.
    """
    told: Counter[tuple[str, str]] = Counter()
    kept: list[Problem] = []
    more: dict[tuple[str, str], Problem] = {}
    for each in sorted(
        dict.fromkeys(problems), key=lambda one: (one.file, one.line, one.severity, one.rule)
    ):
        kind = (each.file, each.rule)
        told[kind] += 1
        if told[kind] <= MOST or not each.rule:
            kept.append(each)
        else:
            more.setdefault(kind, each)
    kept += [
        replace(one, words=f"and {told[kind] - MOST} more like those above")
        for kind, one in more.items()
    ]
    return sorted(kept, key=lambda one: (one.file, one.line, one.severity))
