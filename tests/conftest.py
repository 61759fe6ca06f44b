"""Small sites written inside tests, and the real one built once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sites import NOW, SITEURL, SmallSite

from tools.build import build


@pytest.fixture
def small_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SmallSite]:
    """Make a site from content files, on a fixed day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOW)

    def make(files: dict[str, str | bytes]) -> SmallSite:
        site = SmallSite(tmp_path / "my content", tmp_path / "my output")
        site.content.mkdir(exist_ok=True)
        site.write(files)
        return site

    return make


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own site, built once, under a sub-path."""
    return build(output=tmp_path_factory.mktemp("real") / "site", siteurl=SITEURL).output
