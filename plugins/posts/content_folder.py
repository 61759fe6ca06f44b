"""The files of the content folder that a build may read, and what keeps it from the others."""

import os
import re
import stat
from collections.abc import Callable, Collection
from fnmatch import translate
from pathlib import Path

LOOP = "is a link that leads back to itself; take it out"


def content_files(
    folder: Path, ignored: Collection[str]
) -> tuple[list[str], list[tuple[str, str]]]:
    """The regular files below the folder, and what is wrong with other entries, both in order.

    Files are named by their path from the folder. Names that a pattern in ``ignored`` matches are
    passed over. A problem is the path of an entry, and words that end with the rule.
    """
    files: list[str] = []
    problems: list[tuple[str, str]] = []
    root = folder.resolve()
    passed_over = names_like(ignored)
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not passed_over(name))
        here = Path(where)
        below = "" if here == folder else f"{here.relative_to(folder).as_posix()}/"
        for name in folders:
            if (here / name).is_symlink():
                wrong = f"{_wrong_folder(here / name, root)} [symlink]"
                problems.append((f"{below}{name}", wrong))
            elif not os.access(here / name, os.R_OK | os.X_OK):
                wrong = "this folder cannot be read; allow reading [unreadable]"
                problems.append((f"{below}{name}", wrong))
        for name in sorted(names):
            if passed_over(name):
                continue
            if wrong := _wrong_file(f"{where}/{name}", root):
                problems.append((f"{below}{name}", wrong))
            else:
                files.append(f"{below}{name}")
    return files, problems


def names_like(patterns: Collection[str]) -> Callable[[str], object]:
    """What tells whether one of the patterns, as of a shell, matches a name."""
    # In one piece, which takes a tenth of the time.
    return re.compile("|".join(map(translate, patterns)) or "(?!)").match


def visible(path: str) -> str:
    """The path with its line ends, and other signs that no one sees, as Python writes them."""
    return path if path.isprintable() else repr(path)[1:-1]


def _wrong_folder(link: Path, root: Path) -> str:
    """Why a folder's link is not followed: it leaves the content, or leads to what is read anyway.

    So each file is read once, and no loop is ever entered.
    """
    target = link.resolve()
    if not target.is_relative_to(root):
        return _leaves(target)
    if root.is_relative_to(target) or link.parent.resolve().is_relative_to(target):
        return LOOP
    return "is a link to a folder that is read anyway; take it out"


def _leaves(target: Path) -> str:
    shown = visible(str(target))
    return f"is a link that leaves the content folder, to {shown}; put a copy in its place"


def _wrong_file(path: str, root: Path) -> str:
    """Why the file cannot be read, with the rule; empty when it can."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            file = Path(path)
            if not file.resolve(strict=True).is_relative_to(root):
                return f"{_leaves(file.resolve())} [symlink]"
            mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            return "is no ordinary file; take it out [unreadable]"
        if not os.access(path, os.R_OK):
            return "cannot be read; allow reading [unreadable]"
    except FileNotFoundError:
        target = visible(str(Path(path).readlink()))
        return f"is a link to {target}, which is not there; take it out [symlink]"
    except (OSError, RuntimeError):  # a loop, of which Python 3.13 says it otherwise
        return f"{LOOP} [symlink]"
    return ""
