"""What these tests share: a cache of their own, and a site whose settings a test can change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import build as build_module


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests that do not look into it: cards are drawn once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def settings(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Settings that stand in for the project's own in each build of the test; change them."""
    changed: dict[str, object] = {"CACHE_PATH": str(shared_cache)}
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module, "site_settings", lambda conf, **options: given(conf, **options) | changed
    )
    return changed


@pytest.fixture
def cache(tmp_path: Path, settings: dict[str, object]) -> Callable[[], dict[str, Path]]:
    """What the cache of images holds, by name: one of the test's own, empty at first."""
    settings["CACHE_PATH"] = str(tmp_path / "cache")
    return lambda: {file.name: file for file in sorted((tmp_path / "cache/images").glob("*"))}
