"""What tests of publishing share: a site built once, projects that publish it."""

import shutil
from pathlib import Path

import pytest
from publishing import CONTENT, ENVIRONMENT, PUBLIC, Project, git, project_in
from sites import SmallSite

from tools.publish import publish


@pytest.fixture(scope="session")
def public_site(tmp_path_factory: pytest.TempPathFactory, today: None) -> Path:
    """A small site, built for its public address."""
    folder = tmp_path_factory.mktemp("public")
    site = SmallSite(folder / "content", folder / "site")
    site.write(CONTENT)
    site.build(siteurl=PUBLIC)
    return site.output


@pytest.fixture(scope="session")
def projects(public_site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of two projects, made once to be copied: one "new", and one that is "public"."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ("new", "public")}
    with pytest.MonkeyPatch.context() as patch:
        for key, value in ENVIRONMENT.items():
            patch.setenv(key, value)
        for name, folder in folders.items():
            project = project_in(folder, public_site)
            if name == "public":
                project.take_part(patch)
                publish(PUBLIC)
    return folders


@pytest.fixture(params=["new"])
def project(
    request: pytest.FixtureRequest,
    projects: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """A project with a remote of its own, where the functions of tools.publish work."""
    for key, value in ENVIRONMENT.items():
        monkeypatch.setenv(key, value)
    shutil.copytree(projects[request.param], tmp_path, dirs_exist_ok=True)
    project = Project(tmp_path / "remote.git", tmp_path / "clone", tmp_path / "site")
    git(project.clone, "remote", "set-url", "origin", str(project.remote))
    project.take_part(monkeypatch)
    return project
