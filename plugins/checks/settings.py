"""CHECKS in the site's settings, checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from .near import did_you_mean


@dataclass(frozen=True)
class CheckSettings:
    """``dictionary`` is a file in the content folder; ``authors`` are known beside AUTHOR."""

    dictionary: str = "dictionary.txt"
    authors: tuple[str, ...] = ()


def settings_of(knobs: Mapping[str, object]) -> CheckSettings:
    """The settings. Raises ValueError with every problem, a line each."""
    problems = []
    known = {"dictionary": str, "authors": (list, tuple)}
    for name, value in knobs.items():
        if name not in known:
            problems.append(f"CHECKS: there is no key {name!r}{did_you_mean(name, known)}")
        elif not isinstance(value, known[name]):  # type: ignore[arg-type]
            problems.append(f"CHECKS: {name} is {value!r}; see plugins/checks/README.md")
    if problems:
        raise ValueError("\n".join(problems))
    authors = knobs.get("authors", ())
    return CheckSettings(
        str(knobs.get("dictionary", CheckSettings.dictionary)),
        tuple(map(str, authors)) if isinstance(authors, list | tuple) else (),
    )
