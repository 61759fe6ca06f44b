"""The branch that GitHub Pages serves: what the remote holds, commits upon it, and pushes.

Nothing here changes a branch of the writer's repository: commits are made in an empty one that
shares its objects, and are pushed from hers, with her settings and rights.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .build import ROOT

BRANCH = "gh-pages"
REMOTE = "origin"
REF = f"refs/heads/{BRANCH}"
# Lines in a commit's message that tell our commits from others, with their sources.
SOURCE = "Published-from"
RESTORED = "Rolled-back-to"
REJECTED = "Rolled-back-at"
_LOG = f"%H%x00%s%x00%an%x00%(trailers:key={SOURCE},valueonly,separator=)%x00" + (
    f"%(trailers:key={RESTORED},valueonly,separator=)%x00"
    f"%(trailers:key={REJECTED},valueonly,separator=)"
)


class PublishError(Exception):
    """The site could not be published; the message says why and what to do."""


@dataclass(frozen=True)
class Commit:
    """A commit on the branch.

    ``source`` is the commit that it was published from, empty for somebody else's commit;
    ``restored`` the publish whose site it brought back, if it is a rollback, and ``rejected``
    the source's commit of that moment.
    """

    id: str
    subject: str
    author: str
    source: str
    restored: str
    rejected: str


@dataclass(frozen=True)
class Changes:
    """Files of the site that a publish adds, changes and removes, each in order."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run git in the project's folder, and keep what it says."""
    return subprocess.run(
        ["git", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )


def said(*words: str, **environment: str) -> str:
    """What git says to standard output. Raises PublishError when it fails."""
    done = run(*words, **environment)
    if done.returncode:
        raise PublishError(f"git {words[0]}: {reason(done)}")
    return done.stdout.strip()


def reason(done: "subprocess.CompletedProcess[str]") -> str:
    """What git, and the other side, say of a failure; in a line, without hints on using git."""
    lines = (line.strip() for line in done.stderr.splitlines())
    told = [line for line in lines if line and not line.startswith(("hint:", "To "))]
    return " ".join(" ".join(told).split()) or f"git ended with {done.returncode}"


def remote_tip() -> str:
    """The id of the branch's last commit at the remote; empty if there is no such branch."""
    return _answered("ls-remote", REMOTE, REF).partition("\t")[0]


def fetched_tip() -> str:
    """The same, with all that the commit holds brought here; no branch of hers is touched."""
    tip = remote_tip()
    if tip:
        quietly = ("--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=")
        _answered("fetch", *quietly, REMOTE, REF)
    return tip


def history(tip: str) -> list[Commit]:
    """The branch's commits, the newest first."""
    if not tip:
        return []
    lines = said("log", "--first-parent", f"--format={_LOG}", tip).split("\n")
    commits = [Commit(*line.split("\0")) for line in lines]
    known = {commit.id for commit in commits}
    return [each if each.restored in known else replace(each, restored="") for each in commits]


def files_in(commit: str) -> dict[str, str]:
    """The ids of the contents of a commit's files, by name; none for no commit."""
    if not commit:
        return {}
    entries = said("ls-tree", "-r", "-z", commit).split("\0")
    rows = (entry.partition("\t")[::2] for entry in entries if entry)
    return {name: about.split()[2] for about, name in rows}


def text_in(commit: str, name: str) -> str:
    """A file of a commit; empty if it has no such file."""
    return run("show", f"{commit}:{name}").stdout if commit else ""


def files_below(folder: Path) -> dict[str, str]:
    """The ids that git gives to the contents of a folder's files, by name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha1(
            b"blob %d\0" % path.stat().st_size + path.read_bytes(), usedforsecurity=False
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> Changes:
    """What turns the files ``old`` into ``new``."""
    return Changes(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        tuple(sorted(old.keys() - new.keys())),
    )


def commit_of_folder(folder: Path, tip: str, message: str, workspace: Path) -> str:
    """The id of a new commit upon ``tip`` that holds the folder's files, and nothing else.

    ghp-import makes it, in an empty repository in the folder ``workspace``, with the objects
    of the writer's. Raises PublishError.
    """
    said("init", "--quiet", "--bare", str(workspace))
    objects = ROOT / said("rev-parse", "--git-path", "objects")
    there = {"GIT_DIR": str(workspace), "GIT_OBJECT_DIRECTORY": str(objects), **_committer()}
    if tip:
        said("update-ref", REF, tip, **there)
    done = subprocess.run(
        [sys.executable, "-m", "ghp_import", "-b", BRANCH, "-m", message, str(folder)],
        cwd=workspace,
        env={**os.environ, **there},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    new = run("rev-parse", "--verify", "--quiet", REF, **there).stdout.strip()
    # It says little of what it could not read, or git could not write.
    if done.returncode or new == tip or files_in(new) != files_below(folder):
        raise PublishError(f"ghp-import could not commit the site: {reason(done)}")
    return new


def commit_of_tree(commit: str, tip: str, message: str) -> str:
    """The id of a new commit upon ``tip`` that holds what an earlier ``commit`` does."""
    author = {key.replace("COMMITTER", "AUTHOR"): value for key, value in _committer().items()}
    return said("commit-tree", f"{commit}^{{tree}}", "-p", tip, "-m", message, **author)


def push(commit: str) -> "subprocess.CompletedProcess[str]":
    """Offer the commit to the remote, which takes it only upon the one that it holds."""
    return run("push", REMOTE, f"{commit}:{REF}")


def _answered(*words: str) -> str:
    """What the remote answers. Raises PublishError when it does not."""
    done = run(*words)
    if done.returncode:
        raise PublishError(
            f"{REMOTE} cannot be reached: {reason(done)} See that you are online, and that "
            "`git remote -v` shows your repository; then try again."
        )
    return done.stdout


def _committer() -> dict[str, str]:
    """Who commits, as variables for git. Raises PublishError when git does not know."""
    try:
        name, _, rest = said("var", "GIT_COMMITTER_IDENT").partition(" <")
    except PublishError:
        raise PublishError(
            'git does not know who you are; tell it: git config user.name "Your Name" && '
            "git config user.email you@site"
        ) from None
    return {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": rest.partition(">")[0]}
