"""One stylesheet out of a theme's files, under a name that changes with what it says."""

import re
from hashlib import sha256
from pathlib import Path

IMPORT = re.compile(r'@import "([^"]+)"(?: ([^;]+))?;')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# In strings and addresses a blank or a /* is no more than itself.
PIECES = re.compile(
    rf"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^"')]*\))|(?:\s|{COMMENT.pattern})+""",
    re.DOTALL,
)


class StylesheetError(Exception):
    """The files cannot be put together; the message says which one is in the way."""


def bundled(entry: Path) -> str:
    """The CSS of a file and, where it imports them, of the files beside it.

    ``@import "print.css" print;`` puts that file's rules into ``@media print``. Comments and
    leading blanks are left out.

    Raises StylesheetError when a file cannot be read.
    """

    def imported(match: re.Match[str]) -> str:
        css = _css(entry.with_name(match[1]))
        return f"@media {match[2]} {{\n{css}\n}}" if match[2] else css

    return f"{IMPORT.sub(imported, _css(entry))}\n"


def hashed_name(css: str) -> str:
    """A file name that no other CSS has, so that browsers may keep the file for ever."""
    return f"style.{sha256(css.encode()).hexdigest()[:10]}.css"


def compact(css: str) -> str:
    """The same CSS in less room."""

    def piece(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        blanks = COMMENT.sub("", match[0])
        if not blanks:
            # Without the comment, what stands on its two sides would become one word.
            return "/**/"
        return "\n" if "\n" in blanks else " "

    return PIECES.sub(piece, css).strip()


def _css(file: Path) -> str:
    try:
        return compact(file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise StylesheetError(f"{file.parent.name}/{file.name} cannot be read: {error}") from None
