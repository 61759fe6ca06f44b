"""The task as a writer types it, in a copy of the whole project with small content."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from publishing import CONTENT, ENVIRONMENT, PUBLIC, Project, clone_of, commit_all, git
from sites import NOW, SmallSite, post

from tools.build import ROOT
from tools.pages_branch import BRANCH

PARTS = ("plugins", "theme", "tools", ".github", ".gitignore", "tasks.py", "pelicanconf.py",
         "publishconf.py", "bootstrap.py", "requirements.txt")  # fmt: skip
ADDRESS = re.compile(r'SITEURL = "https://[^"]*\.example"')


def run(project: Project, *words: str) -> "subprocess.CompletedProcess[str]":
    """A task in the project, on a fixed day."""
    return subprocess.run(
        [sys.executable, "-m", "invoke", "--search-root", str(project.clone), *words],
        cwd=project.clone,
        env={**os.environ, **ENVIRONMENT, "SOURCE_DATE_EPOCH": NOW, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def whole_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone with the project's code, small content, and nothing left to decide."""
    folder = tmp_path_factory.mktemp("whole")
    project = Project(folder / "remote.git", folder / "clone", folder)
    git(folder, "init", "--bare", "--quiet", "--initial-branch=main", str(project.remote))
    clone_of(project.remote, project.clone)
    git(project.clone, "switch", "--quiet", "-c", "main")
    for part in PARTS:
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, project.clone / part, ignore=ignored)
        else:
            shutil.copy(ROOT / part, project.clone / part)
    SmallSite(project.clone / "content", project.clone).write(CONTENT)
    for name, old, new in (
        ("pelicanconf.py", '"TODO: your name"', '"A. Writer"'),
        ("pelicanconf.py", r"outcome-giraffe\.example,", "writer@site.org,"),
        ("publishconf.py", ADDRESS.pattern, f'SITEURL = "{PUBLIC}"'),
    ):
        file = project.clone / name
        file.write_text(re.sub(old, new, file.read_text("utf-8")), "utf-8")
    commit_all(project.clone, "A blog")
    git(project.clone, "push", "--quiet", "origin", "main")
    return project


def workflow_commands() -> list[str]:
    """Each line that .github/workflows/publish.yml runs."""
    workflow = (ROOT / ".github/workflows/publish.yml").read_text("utf-8")
    return re.findall(r"^\s+run: (.*)$", workflow, re.MULTILINE)


def test_a_project_is_published_seen_moved_and_taken_back(whole_project: Project) -> None:
    assert workflow_commands() == ["python3 bootstrap.py publish"]
    project = whole_project
    story = project.clone / "content/posts/trust/now.md"
    first = run(project, "publish")
    assert first.returncode == 0, first.stderr
    assert f"they will be at {PUBLIC}/" in first.stdout
    one = project.published()
    assert {"index.html", ".nojekyll", "search/index.html", "addresses.json"} <= one.keys()
    assert "CNAME" not in one
    assert b'href="/blog/' in one["index.html"]
    assert b"localhost" not in b"".join(one.values())

    # A story of another day and a draft stay where they are.
    story.write_text(post("Now", Id="now", Summary="One."))
    story.with_name("later.md").write_text(post("Later", Date="2027-01-01", Summary="One."))
    story.with_name("draft.md").write_text(post("Draft", Status="draft"))
    commit_all(project.clone, "Now")
    seen = run(project, "publish", "--dry-run").stdout
    assert f"added    {PUBLIC}/now/" in seen
    assert "/later/" not in seen
    assert "/draft/" not in seen
    assert project.published() == one
    assert run(project, "publish").returncode == 0
    assert "now/index.html" in project.published()
    back = run(project, "publish", "--rollback")
    assert back.stdout.startswith("Rolled back to the site of commit "), back.stderr
    assert project.published() == one
    assert len(project.subjects()) == 3
    assert git(project.clone, "status", "--porcelain") == ""
    assert not list(project.clone.glob(".build.*"))


def test_a_post_that_cannot_be_used_keeps_the_site_as_it_is(whole_project: Project) -> None:
    bad = whole_project.clone / "content/posts/bad.md"
    bad.write_text("nothing")
    commit_all(whole_project.clone, "Bad")
    before = whole_project.tip()
    refused = run(whole_project, "publish")
    git(whole_project.clone, "reset", "--hard", "--quiet", "HEAD^")
    assert refused.returncode == 1
    assert "content/posts/bad.md:1: error: no title" in refused.stderr
    assert refused.stderr.rstrip().endswith("Nothing was published.")
    assert "Traceback" not in refused.stderr
    assert whole_project.tip() == before


def test_two_at_once_both_end_well_and_the_branch_is_a_line(whole_project: Project) -> None:
    two = whole_project.clone / "content/posts/trust/two.md"
    two.write_text(post("Two", Id="two", Summary="One."))
    commit_all(whole_project.clone, "Two")
    before = len(whole_project.subjects()) if whole_project.tip() else 0
    with ThreadPoolExecutor() as pool:
        ends = list(pool.map(lambda _: run(whole_project, "publish"), range(2)))
    assert [end.returncode for end in ends] == [0, 0], [end.stderr for end in ends]
    # Who comes second finds that there is nothing left to do, or has made the very same commit.
    assert "Published" in {end.stdout.partition(" ")[0] for end in ends}
    assert len(whole_project.subjects()) == before + 1
    assert "two/index.html" in whole_project.published()
    assert not git(whole_project.remote, "rev-list", "--merges", BRANCH)
