"""Files in the content folder that become nothing, or that another computer cannot hold."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from posts.content_folder import names_like, visible

# Of systems and tools, whose files are nobody's mistake.
SYSTEMS = (
    ".DS_Store", "._*", ".directory", ".git", ".gitattributes", ".gitignore", ".gitkeep",
    ".obsidian", ".trash", ".vscode", ".idea", ".nojekyll", "__pycache__", ".#*",
)  # fmt: skip
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)),
}
_FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]')
# A host reads these, no page does.
FOR_HOSTS = ("CNAME", "robots.txt", "humans.txt", "ads.txt", "favicon.ico")


def around(
    folder: Path, ignored: Collection[str], read: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Path from the folder, rule and words of each entry that something is wrong with.

    Names that a pattern in ``ignored`` matches are passed over by all plugins; ``read`` are the
    files that one of them has a use for.
    """
    passed_over = names_like(ignored)
    for where, folders, names in os.walk(folder):
        here = Path(where).relative_to(folder).as_posix()
        files = {*names}
        seen: dict[str, str] = {}
        for name in sorted((*folders, *names)):
            path = name if here == "." else f"{here}/{name}"
            if wrong := _wrong_name(name):
                yield path, "windows-name", f"Windows cannot hold {wrong}; rename it"
            other = seen.setdefault(name.casefold(), name)
            if other != name:
                words = f'Windows and macOS take it for "{visible(other)}" beside it; rename one'
                yield path, "windows-name", words
            if passed_over(name):
                if not any(fnmatch(name, pattern) for pattern in SYSTEMS):
                    words = (
                        "is hidden or an editor's copy, and never read; rename it or take it out"
                    )
                    yield path, "hidden-file", words
            elif name in files and path not in read and _is_ordinary(Path(where, name)):
                words = "nothing reads this file; a post ends in .md, other files go to static/"
                yield path, "unread-file", words
        folders[:] = sorted(name for name in folders if not passed_over(name))


def _is_ordinary(file: Path) -> bool:
    """Whether it is a file and no link, of which the plugin "posts" tells more."""
    return file.is_file() and not file.is_symlink()


def orphans(files: Iterable[str], used: Collection[str], text: str) -> Iterator[str]:
    """The files that nothing links to or shows; ``text`` may name others."""
    for file in sorted(files):
        name = PurePosixPath(file).name
        if file not in used and name not in FOR_HOSTS and name not in text:
            yield file


def _wrong_name(name: str) -> str:
    """What in a name Windows does not allow; empty when it does."""
    if signs := sorted({*_FORBIDDEN.findall(name)}):
        return f"a name with {' '.join(map(repr, signs))}"
    if name.partition(".")[0].lower() in RESERVED:
        return f"the name {name}"
    if name.endswith((" ", ".")):
        return "a name that ends in a blank or a dot"
    return ""
