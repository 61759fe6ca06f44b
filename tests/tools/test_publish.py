"""Publishing to a real git repository on this machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sites import SmallSite, files_below, post

from tools import publish as publish_module
from tools.build import ROOT, BuildError, build, site_settings
from tools.publish import BRANCH, PublishError, publish

SITEURL = "https://writer.github.io/blog"


def git(folder: Path, *words: str) -> str:
    """What git says in the folder."""
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: None) -> Path:
    """A bare remote, and a clone of it where the project publishes from."""
    # The settings of whoever runs the tests (hooks, signatures) must not count.
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    bare, clone = tmp_path / "remote.git", tmp_path / "clone"
    git(tmp_path, "init", "--bare", "--quiet", str(bare))
    git(tmp_path, "clone", "--quiet", str(bare), str(clone))
    git(clone, "config", "user.name", "Writer")
    git(clone, "config", "user.email", "writer@site.example")
    (clone / "README.md").write_text("source")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "Source")
    git(clone, "push", "--quiet", "origin", "HEAD")
    content = clone / "content"
    SmallSite(content, content).write(
        {"posts/trust/a.md": post("A", Summary="One."), "pages/b.md": post("B", Summary="Two.")}
    )
    monkeypatch.setattr(publish_module, "ROOT", clone)
    monkeypatch.setattr(
        publish_module, "site_settings", lambda conf: site_settings(conf, content=content)
    )
    monkeypatch.setattr(
        publish_module,
        "build",
        lambda conf, siteurl, strict: build(
            {"publishconf.py": conf}[conf],
            content=content,
            siteurl=siteurl,
            strict=strict,
            output=tmp_path / "output",
        ),
    )
    return bare


def published(remote: Path, tmp_path: Path) -> dict[str, bytes]:
    """The files on the branch, from a clone of its own."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    git(tmp_path, "clone", "--quiet", "--branch", BRANCH, str(remote), str(copy))
    shutil.rmtree(copy / ".git")
    return files_below(copy)


def test_the_branch_holds_exactly_what_was_built(remote: Path, tmp_path: Path) -> None:
    said = publish(SITEURL)
    assert said.startswith("Published ")
    assert said.endswith(f"{SITEURL}/")
    output = files_below(tmp_path / "output")
    assert published(remote, tmp_path) == output
    assert ".nojekyll" in output
    assert b'href="/blog/' in output["index.html"]
    assert b"localhost" not in b"".join(output.values())


def test_a_second_publish_keeps_history_domain_and_source(remote: Path, tmp_path: Path) -> None:
    source = git(tmp_path / "clone", "rev-parse", "HEAD")
    publish(SITEURL)
    copy = tmp_path / "by hand"
    git(tmp_path, "clone", "--quiet", "--branch", BRANCH, str(remote), str(copy))
    git(copy, "config", "user.name", "Writer")
    git(copy, "config", "user.email", "writer@site.example")
    (copy / "CNAME").write_text("blog.site.example\n")
    git(copy, "add", ".")
    git(copy, "commit", "--quiet", "-m", "Domain")
    git(copy, "push", "--quiet")
    publish(SITEURL)
    assert published(remote, tmp_path)["CNAME"].strip() == b"blog.site.example"
    subjects = git(remote, "log", "--format=%s", BRANCH).splitlines()
    assert subjects == [f"Publish {source[:7]}", "Domain", f"Publish {source[:7]}"]
    assert git(tmp_path / "clone", "rev-parse", "HEAD") == source


def test_a_refused_push_is_told_without_a_traceback(remote: Path) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PublishError, match="^git could not push gh-pages to origin: its"):
        publish(SITEURL)


def test_the_branch_that_is_published_is_not_published_from(remote: Path, tmp_path: Path) -> None:
    publish(SITEURL)
    git(tmp_path / "clone", "switch", "--quiet", BRANCH)
    with pytest.raises(PublishError, match="you are on the branch gh-pages"):
        publish(SITEURL)


def test_a_folder_that_is_no_repository_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish_module, "ROOT", tmp_path)
    with pytest.raises(PublishError, match="this folder is no git repository with a commit"):
        publish(SITEURL)


@pytest.mark.parametrize(
    ("siteurl", "remote_name", "problem"),
    [
        (None, "origin", "publishconf.py: SITEURL is still https://.*example; write the address"),
        ("https://localhost:8000", "origin", "SITEURL is still https://localhost:8000"),
        ("http://site.org", "origin", "SITEURL is http://site.org; it must start with https://"),
        ("writer.github.io", "origin", 'the address of the site is "writer.github.io"'),
        (SITEURL, "upstream", 'git knows no remote "upstream"; add it: git remote add upstream'),
    ],
)
def test_what_cannot_be_right_is_refused_before_building(
    remote: Path, tmp_path: Path, siteurl: str | None, remote_name: str, problem: str
) -> None:
    with pytest.raises((PublishError, BuildError), match=problem):
        publish(siteurl, remote_name)
    assert not (tmp_path / "output").exists()
    assert BRANCH not in git(remote, "branch", "--list")


def test_publishconf_takes_everything_else_from_pelicanconf() -> None:
    ours, public = site_settings("pelicanconf.py"), site_settings("publishconf.py")
    differing = {key for key in ours if ours[key] != public[key]}
    assert differing == {"SITEURL", "FEED_DOMAIN"}
    assert (ROOT / "publishconf.py").exists()


def test_every_placeholder_is_listed_and_nothing_is_published(remote: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    (clone / "pelicanconf.py").write_text('# TODO: no matter\nAUTHOR = "TODO: your name"\n')
    SmallSite(clone / "content", clone).write(
        {
            "calls_to_action.toml": 'action = "TODO@site.example" # TODO\nurl = "TODO: where"\n',
            "pages/about.md": post(
                "About", "# TODO: a heading\n\nWrite to `TODO: an address` or `TODO: a place`."
            ),
            "posts/draft.md": post("Later", "TODO: everything", Status="Draft"),
            "posts/todo.md": post("My TODO list", "A TODO list."),
        }
    )
    with pytest.raises(PublishError) as raised:
        publish(None)
    assert str(raised.value).splitlines() == [
        "publishconf.py: SITEURL is still https://outcome-giraffe.example; "
        "write the address of your site there",
        "pelicanconf.py:2: decide, and write it in place of: TODO: your name",
        "content/calls_to_action.toml:1: decide, and write it in place of: TODO@site.example",
        "content/calls_to_action.toml:2: decide, and write it in place of: TODO: where",
        "content/pages/about.md:4: decide, and write it in place of: TODO: a heading",
        "content/pages/about.md:6: decide, and write it in place of: `TODO: an address`",
        "content/pages/about.md:6: decide, and write it in place of: `TODO: a place`",
    ]
    assert not (tmp_path / "output").exists()
    assert BRANCH not in git(remote, "branch", "--list")
