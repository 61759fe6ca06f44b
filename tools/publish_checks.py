"""Say what keeps a project from being published, before it is built and before it is pushed."""

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from posts.content_folder import visible

from .build import ROOT
from .built_site import addresses_of, answers
from .pages_branch import BRANCH, REMOTE, PublishError, run, said, text_in

# In a story it stands between backticks, which are to go with it.
PLACEHOLDER = re.compile(r"`TODO:[^`\n]*`|\bTODO(?::[^`\"\n]*|@[\w.-]+)")
DRAFT = re.compile(r"^status:\s*draft\s*$", re.IGNORECASE | re.MULTILINE)
# Of the stories that are public: fewer must be meant.
LEAST_LEFT = 0.9


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
        if not DRAFT.search(text.partition("\n\n")[0]):
            found += placeholders_in(text, file)
    return found


def placeholders_in(text: str, file: Path) -> list[str]:
    """The same of one file's text."""
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
    return [
        f"{visible(shown.as_posix())}:{number}: decide, and write it in place of: {match[0]}"
        for number, line in enumerate(text.splitlines(), 1)
        if not (file.suffix in (".py", ".toml") and line.lstrip().startswith("#"))
        for match in PLACEHOLDER.finditer(line)
    ]


def check_repository() -> None:
    """Raise PublishError when there is nothing to publish from, or to."""
    if not shutil.which("git"):
        raise PublishError("git is not installed; install it from https://git-scm.com")
    if run("rev-parse", "HEAD").returncode:
        raise PublishError(
            "this folder is no git repository with a commit; README.md says how to make it one"
        )
    if run("remote", "get-url", REMOTE).returncode:
        raise PublishError(
            f'git knows no remote "{REMOTE}"; add it: git remote add {REMOTE} ADDRESS'
        )
    if said("rev-parse", "--abbrev-ref", "HEAD") == BRANCH:
        raise PublishError(
            f"you are on the branch {BRANCH}, which publishing overwrites; go back: git switch main"
        )


def wrong_settings(siteurl: str, settings: dict[str, Any]) -> list[str]:
    """What in the settings must not be public."""
    host = urlsplit(siteurl).hostname or ""
    found = [
        f"publishconf.py: {key} gives drafts an address; take it out"
        for key, value in sorted(settings.items())
        if key.startswith("DRAFT_") and key.endswith("SAVE_AS") and value
    ]
    if not siteurl.startswith("https://"):
        found.insert(0, f"publishconf.py: SITEURL is {siteurl}; it must start with https://")
    elif host.endswith((".example", "localhost")) or host == "127.0.0.1":
        found.insert(
            0, f"publishconf.py: SITEURL is still {siteurl}; write the address of your site there"
        )
    authority = str(settings.get("FEED_AUTHORITY"))
    if authority.partition(",")[0].endswith(".example"):
        found.append(
            f"pelicanconf.py: FEED_AUTHORITY is still {authority}; write a domain or an e-mail "
            "address of yours there, and a year when it was yours"
        )
    return found


def uncommitted() -> str:
    """The project's files that no commit holds as they are, with "is" or "are"; or nothing."""
    status = said("status", "--porcelain", "--untracked-files=all", "--no-renames", "-z", "--", ".")
    files = [entry[3:] for entry in status.split("\0") if entry[2:3] == " "]
    more = [f"{len(files) - 5} more"] if len(files) > 5 else []
    return f"{', '.join([*files[:5], *more])} {'are' if files[1:] else 'is'}" if files else ""


def domain_of(siteurl: str) -> str:
    """The domain of the site's own, for GitHub Pages to serve; empty below another's."""
    parts = urlsplit(siteurl)
    host = parts.hostname or ""
    return "" if parts.path or host.endswith(".github.io") else host.encode("idna").decode()


def wrong_domain(site: Path, domain: str) -> list[str]:
    """What to tell of a domain that the build brings along, unless it is that of the site."""
    file = site / "CNAME"
    brought = file.read_text("utf-8").strip() if file.is_file() else domain
    if brought == domain:
        return []
    return [
        f"CNAME among the site's files says {brought}: take it out, and write the site's address "
        "as SITEURL into publishconf.py, from which CNAME is made"
    ]


def losses(
    site: Path, names: set[str], tip: str, domain: str, content: Path, allow_shrink: bool
) -> list[str]:
    """What the public would lose with the site: its domain, stories, or addresses of stories."""
    problems = []
    public_domain = text_in(tip, "CNAME").strip()
    if public_domain and public_domain != domain:
        problems.append(
            f'the site has the domain {public_domain}: write SITEURL = "https://{public_domain}" '
            "into publishconf.py, or change the domain in the repository's Settings, under Pages"
        )
    old = addresses_of(text_in(tip, "addresses.json"))
    new = addresses_of((site / "addresses.json").read_text("utf-8"))
    if len(new) < LEAST_LEFT * len(old) and not allow_shrink:
        gone = ", ".join(sorted(old.keys() - new.keys())[:3])
        problems.append(
            f"of {len(old)} public stories {len(new)} would be left (gone: {gone}, …); if you "
            "mean it, publish with --allow-shrink"
        )
    new_ids = {new[story]: story for story in new.keys() - old.keys()}
    for story in sorted(old.keys() - new.keys()):
        if (named := new_ids.get(old[story])) and not allow_shrink:
            problems.append(
                f"{_file_of(named, content)}:1: feeds know the story as {story}, not as {named}: "
                f"write back the line Id: {story}; if it is another story in the old one's place, "
                "publish with --allow-shrink"
            )
    for story in sorted(old.keys() & new.keys()):
        if old[story] != new[story] and not answers(names, old[story]):
            problems.append(
                f"{_file_of(story, content)}:1: the story has moved from {old[story]} to "
                f"{new[story]}; add the line: Aliases: {old[story]}"
            )
    return problems


def _file_of(story: str, content: Path) -> str:
    """The file of the story with that id, as the writer would type it."""
    line = re.compile(rf"^id:\s*{re.escape(story)}\s*$", re.IGNORECASE | re.MULTILINE)
    files = sorted(content.rglob("*.md"), key=lambda file: (file.stem != story, file))
    for file in files:
        if file.stem == story or line.search(file.read_text("utf-8", errors="replace")):
            return (file.relative_to(ROOT) if file.is_relative_to(ROOT) else file).as_posix()
    return story
