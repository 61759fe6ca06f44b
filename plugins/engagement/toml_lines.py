"""Say where in a TOML file a problem is, in words for people who do not know TOML."""

import re
from collections.abc import Iterable, Iterator

_PLACE = re.compile(
    r"(?:(?P<table>provider|call)\.(?P<name>[^:. ]+)|placement (?P<number>\d+))"
    r"(?:\.(?P<key>\w+))?(?:\.\w+)*: "
)
_ERROR = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)")
_TWICE = re.compile(r"Cannot (?:declare|overwrite)")
_HEADER = re.compile(r"\s*\[(?!\[)\s*(?P<name>[^\]]*)\]")
_TABLE = re.compile(r"\s*\[\[?\s*(?:provider|call|placement)\b")
_PLAIN_NAME = re.compile(r"[a-z0-9.-]+")


def slip(source: str, error: str, toml: str) -> str:
    """A slip in the syntax: ``source:line: what is wrong; what to do``.

    ``error`` is what tomllib says of the text ``toml``.
    """
    lines = toml.splitlines() or [""]
    found = _ERROR.fullmatch(error)
    number = int(found["line"] or len(lines)) if found else len(lines)
    what = found["what"] if found else error
    return f"{source}:{number}: {what}; {_remedy(what, lines[min(number, len(lines)) - 1], toml)}"


def with_lines(problems: Iterable[str], source: str, toml: str) -> Iterator[str]:
    """The problems, each that names a table of the file with the line of its key or its header."""
    lines = toml.splitlines()
    for problem in problems:
        rest = problem.removeprefix(f"{source}: ")
        place = _PLACE.match(rest) if rest != problem else None
        number = _line(place, lines) if place else None
        yield f"{source}:{number}: {rest}" if number else problem


def _remedy(what: str, line: str, toml: str) -> str:
    """What to do about a slip; ``line`` is where it was noticed."""
    header = _HEADER.match(line)
    if _TWICE.match(what):
        if header and header["name"].strip() == "placement":
            return "write [[placement]] with two brackets on each side"
        return "this name is there twice: rename one, or take it out"
    if header and not _PLAIN_NAME.fullmatch(header["name"]):
        return "a name is made of small letters, digits and dashes"
    if "“" in line or "”" in line:
        return 'write straight quotation marks: "'
    if "<" in line or re.search(r"=\s*action\s*=", line):
        return "of a form give only the address that stands in it after action="
    if toml.count('"""') % 2:
        return 'one of the """ has no partner; a long text begins and ends with them'
    if "{" in line:
        return 'conditions are written when = { categories = ["Trust"], min_words = 800 }'
    return f"the line is: {line.strip() or 'empty'}; is a quote or a bracket missing, or too many?"


def _line(place: re.Match[str], lines: list[str]) -> int | None:
    """The line, from 1, of the key in the table that ``place`` names, or of its header."""
    if place["number"]:
        header, wanted = re.compile(r"\s*\[\[\s*placement\s*\]\]"), int(place["number"])
    else:
        name = re.escape(place["name"])
        header, wanted = re.compile(rf'\s*\[\s*{place["table"]}\s*\.\s*"?{name}"?\s*\]'), 1
    starts = [number for number, line in enumerate(lines, 1) if header.match(line)]
    if len(starts) < wanted:
        return None
    start = starts[wanted - 1]
    key = re.compile(rf"\s*{place['key']}\s*=") if place["key"] else None
    for number, line in enumerate(lines[start:], start + 1):
        if _TABLE.match(line):
            break
        if key and key.match(line):
            return number
    return start
