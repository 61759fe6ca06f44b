"""A project and its bare remote, from which and to which tests publish."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from sites import SmallSite, files_below, post

from tools import pages_branch, publish_checks
from tools import publish as publish_module
from tools.build import Built, site_settings
from tools.pages_branch import BRANCH

PUBLIC = "https://writer.github.io/blog"
STORIES = {
    f"posts/trust/story-{n}.md": post(f"Story {n}", Id=f"story-{n}", Summary="One.")
    for n in range(4)
}
ABOUT = "Title: About\nSummary: We.\n\nWe.\n"
CONTENT: dict[str, str | bytes] = {**STORIES, "pages/about.md": ABOUT}
# The settings of whoever runs the tests (hooks, signatures) must not count.
ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *words: str) -> str:
    """What git says in the folder."""
    environment = {**os.environ, **ENVIRONMENT}
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True, env=environment
    ).stdout.strip()


def clone_of(remote: Path, folder: Path, *options: str) -> Path:
    """A clone of the remote, with somebody who commits in it."""
    git(remote, "clone", "--quiet", *options, str(remote), str(folder))
    git(folder, "config", "user.name", "Writer")
    git(folder, "config", "user.email", "writer@site.org")
    return folder


def commit_all(folder: Path, message: str) -> str:
    """The id of a commit of all that there is in the folder."""
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@dataclass
class Project:
    """A clone with content, its bare remote, and ``site``: what a build of it comes to."""

    remote: Path
    clone: Path
    site: Path

    def built(self, conf: str, siteurl: str, output: Path, strict: bool) -> Built:
        """What ``tools.build.build`` returns, in no time."""
        shutil.copytree(self.site, output, symlinks=True)
        return Built(output, len(list(output.rglob("*.html"))), (), (), {})

    def take_part(self, patch: pytest.MonkeyPatch) -> None:
        """Let tools.publish work here, with a build that takes no time."""
        content = self.clone / "content"
        for module in (publish_module, publish_checks, pages_branch):
            patch.setattr(module, "ROOT", self.clone)
        decided = {"FEED_AUTHORITY": "writer@site.org,2026"}
        patch.setattr(
            publish_module,
            "site_settings",
            lambda conf: site_settings(conf, content=content) | decided,
        )
        patch.setattr(publish_module, "build", self.built)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the site that is built."""
        file = self.site / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def tip(self) -> str:
        """The last commit of the remote's branch; empty if there is none."""
        listed = git(self.remote, "for-each-ref", "--format=%(objectname)", f"refs/heads/{BRANCH}")
        return listed.strip()

    def subjects(self) -> list[str]:
        """Those of the branch's commits, the newest first."""
        return git(self.remote, "log", "--format=%s", BRANCH).splitlines()

    def published(self) -> dict[str, bytes]:
        """The files on the branch, from a clone of its own."""
        copy = self.remote.with_name("published")
        shutil.rmtree(copy, ignore_errors=True)
        git(self.remote, "clone", "--quiet", "--branch", BRANCH, str(self.remote), str(copy))
        shutil.rmtree(copy / ".git")
        return files_below(copy)

    def clone_of_branch(self, name: str) -> Path:
        """A clone of the branch, where somebody else works on it."""
        return clone_of(self.remote, self.remote.with_name(name), "--branch", BRANCH)


def project_in(folder: Path, site: Path) -> Project:
    """A new project in the folder, whose build comes to a copy of ``site``."""
    project = Project(folder / "remote.git", folder / "clone", folder / "site")
    git(folder, "init", "--bare", "--quiet", "--initial-branch=main", str(project.remote))
    clone_of(project.remote, project.clone)
    git(project.clone, "switch", "--quiet", "-c", "main")
    (project.clone / ".gitignore").write_text(".build.*/\n")
    SmallSite(project.clone / "content", project.clone).write(CONTENT)
    commit_all(project.clone, "Source")
    git(project.clone, "push", "--quiet", "origin", "main")
    shutil.copytree(site, project.site)
    return project
