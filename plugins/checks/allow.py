"""Rules that a post switches off for itself: ``Allow: rule-name (reason), another (reason)``."""

import re
from collections.abc import Iterator

from posts.front_matter import FrontMatter

from .near import did_you_mean
from .problems import Problem, problem
from .rules import RULES

_ENTRY = re.compile(r"(?P<rule>[^\s(),]++)\s*+(?:\((?P<reason>[^()]*+)\))?+[\s,]*+")
# A reason may hold commas.
_BETWEEN_COMMAS = re.compile(r"(?:[^,()]++|\([^()]*+\)|[()])++")


def allowed(file: str, head: FrontMatter) -> tuple[dict[str, int], list[Problem]]:
    """The rules that the front matter switches off with their lines, and what is wrong with it."""
    rules: dict[str, int] = {}
    wrong = []
    for key in head.keys:
        if key.name != "allow":
            continue
        for line, entry in _entries(key.value, key.line):
            match = _ENTRY.fullmatch(entry)
            name = match["rule"] if match else entry
            if not match:
                words = f'Allow "{entry}" is not understood; write rule-name (reason)'
            elif name not in RULES:
                words = f'Allow: there is no rule "{name}"{did_you_mean(name, RULES)}'
            elif not RULES[name].can_be_allowed:
                words = f'Allow: "{name}" cannot be switched off; mend what it tells'
            elif not (match["reason"] or "").strip():
                words = f'Allow: "{name}" has no reason; write "{name} (why it is right here)"'
            else:
                rules[name] = line
                continue
            wrong.append(problem(file, line, "allow", words))
    return rules, wrong


def without_allowed(file: str, head: FrontMatter, found: list[Problem]) -> Iterator[Problem]:
    """What was found in the file, but for what its front matter allows; and what that got wrong."""
    rules, wrong = allowed(file, head)
    yield from wrong
    # Nobody asks other sites in each build.
    needed = {"external-link", *(each.rule for each in found)}
    yield from (each for each in found if each.rule not in rules)
    for name, line in rules.items():
        if name not in needed:
            words = f'Allow: nothing here breaks "{name}"; take it out'
            yield problem(file, line, "allow", words)


def _entries(value: str, line: int) -> Iterator[tuple[int, str]]:
    """Each entry with its line: between commas outside of brackets, or on lines of their own."""
    for number, text in enumerate(value.split("\n"), line):
        for entry in _BETWEEN_COMMAS.findall(text):
            if entry.strip():
                yield number, entry.strip()
