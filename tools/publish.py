"""Put the public site on the branch that GitHub Pages serves."""

import re
import shutil
import subprocess
from contextlib import chdir
from pathlib import Path
from urllib.parse import urlsplit

from ghp_import import GhpError, ghp_import

from .build import ROOT, build, checked_siteurl, site_settings

BRANCH = "gh-pages"
# In a story it stands between backticks, which are to go with it.
PLACEHOLDER = re.compile(r"`TODO:[^`\n]*`|\bTODO(?::[^`\"\n]*|@[\w.-]+)")
DRAFT = re.compile(r"^status:\s*draft\s*$", re.IGNORECASE | re.MULTILINE)


class PublishError(Exception):
    """The site could not be published; the message says why and what to do."""


def publish(siteurl: str | None = None, remote: str = "origin") -> str:
    """Build the site with publishconf.py and push it; return what was done, in a line.

    ``siteurl`` stands in for the SITEURL that publishconf.py gives.

    Raises PublishError or BuildError; the remote's branch is then as it was.
    """
    settings = site_settings("publishconf.py")
    siteurl = checked_siteurl(siteurl or str(settings["SITEURL"]))
    if not shutil.which("git"):
        raise PublishError("git is not installed; install it from https://git-scm.com")
    if _git("rev-parse", "HEAD").returncode:
        raise PublishError(
            "this folder is no git repository with a commit; README.md says how to make it one"
        )
    if _git("remote", "get-url", remote).returncode:
        raise PublishError(
            f'git knows no remote "{remote}"; add it: git remote add {remote} ADDRESS'
        )
    if _said("rev-parse", "--abbrev-ref", "HEAD") == BRANCH:
        raise PublishError(
            f"you are on the branch {BRANCH}, which publishing overwrites; go back: git switch main"
        )
    host = urlsplit(siteurl).hostname or ""
    undecided = placeholders(Path(settings["PATH"]))
    if not siteurl.startswith("https://"):
        undecided.insert(0, f"publishconf.py: SITEURL is {siteurl}; it must start with https://")
    elif host.endswith((".example", "localhost")) or host == "127.0.0.1":
        undecided.insert(
            0, f"publishconf.py: SITEURL is still {siteurl}; write the address of your site there"
        )
    if undecided:
        raise PublishError("\n".join(undecided))
    source = _said("rev-parse", "--short", "HEAD")
    built = build("publishconf.py", siteurl=siteurl, strict=True)
    # Build upon what others pushed; a first publish has no branch to fetch.
    _git("fetch", remote, f"+refs/heads/{BRANCH}:refs/remotes/{remote}/{BRANCH}")
    try:
        with chdir(ROOT):  # ghp-import works on the repository where it stands
            ghp_import(
                str(built.output),
                remote=remote,
                branch=BRANCH,
                mesg=f"Publish {source}",
                push=True,
                cname=_cname(built.output, remote),
            )
    except GhpError as error:
        raise PublishError(f"git: {error.message}") from error
    except subprocess.CalledProcessError:
        raise PublishError(
            f"git could not push {BRANCH} to {remote}: its reason stands above; "
            "mend it and publish again"
        ) from None
    return f"Published {built.pages} pages to {BRANCH}; they will be at {siteurl}/"


def placeholders(content: Path) -> list[str]:
    """What the writer has yet to decide, in settings and content: ``file:line: …`` each.

    A placeholder is a ``TODO:`` or an address ``TODO@…``. Drafts may hold as many as they like.
    """
    confs = (ROOT / "pelicanconf.py", ROOT / "publishconf.py")
    kinds = (".md", ".markdown", ".mkd", ".mdown", ".rst", ".html", ".toml")
    texts = (file for file in content.rglob("*") if file.suffix.lower() in kinds)
    found = []
    for file in (*confs, *sorted(texts)):
        text = file.read_text("utf-8-sig", errors="replace") if file.exists() else ""
        if DRAFT.search(text.partition("\n\n")[0]):
            continue
        shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        found += [
            f"{shown.as_posix()}:{number}: decide, and write it in place of: {match[0]}"
            for number, line in enumerate(text.splitlines(), 1)
            if not (file.suffix in (".py", ".toml") and line.lstrip().startswith("#"))
            for match in PLACEHOLDER.finditer(line)
        ]
    return found


def _cname(output: Path, remote: str) -> str | None:
    """The domain that the branch holds, unless the build brings its own."""
    if (output / "CNAME").exists():
        return None
    shown = _git("show", f"{remote}/{BRANCH}:CNAME")
    return None if shown.returncode else shown.stdout.strip()


def _said(*words: str) -> str:
    done = _git(*words)
    if done.returncode:
        raise PublishError(f"git {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def _git(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
