"""Find a browser among those of a made-up machine, and install one where there is none."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import browser

ROOT = Path(__file__).parents[2]
PLAYWRIGHT = (sys.executable, "-m", "playwright", "install", "chromium")
APT_UPDATE = ("apt-get", "update")
APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")


def program(folder: Path, name: str) -> Path:
    """Return a new program of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (f"{name}.exe" if os.name == "nt" else name)
    path.touch(mode=0o755)
    return path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH of a machine that has no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "PLACES", ())
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    return folder


@pytest.fixture
def without_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare a test the second that asking Playwright takes."""
    monkeypatch.setattr(browser, "playwright_browser", lambda: None)


Attempts = list[tuple[str, ...]]
TakeAttempts = Callable[..., Attempts]


@pytest.fixture
def take_attempts(path: Path, monkeypatch: pytest.MonkeyPatch) -> TakeAttempts:
    """Collect the attempts to install instead of making them; one of them may succeed."""

    def take(succeeding: tuple[str, ...] = ()) -> Attempts:
        attempts: Attempts = []

        def attempt(*command: str) -> bool:
            attempts.append(command)
            if command == succeeding:
                program(path, "chromium")
            return command == succeeding

        monkeypatch.setattr(browser, "attempt", attempt)
        return attempts

    return take


# ── Finding ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "name", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
)
def test_finds_every_usual_name_on_path(path: Path, name: str) -> None:
    expected = program(path, name)
    assert browser.find_browser() == expected


def test_the_environment_variable_goes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(path, "chromium")
    chosen = program(path.parent / "my apps", "chrome")
    monkeypatch.setenv("CHROMIUM", str(chosen))
    assert browser.find_browser() == chosen


def test_the_environment_variable_may_be_a_name_on_path(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = program(path, "my-browser")
    monkeypatch.setenv("CHROMIUM", chosen.name)
    assert browser.find_browser() == chosen


def test_an_environment_variable_that_names_nothing_is_an_error_that_names_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, take_attempts: TakeAttempts
) -> None:
    program(path, "chromium")
    attempts = take_attempts()
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(browser.NoBrowserError, match="CHROMIUM names '/no/such"):
        browser.ensure_browser()
    assert attempts == []


def test_an_empty_environment_variable_counts_as_unset(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "")
    expected = program(path, "chromium")
    assert browser.find_browser() == expected


def test_finds_a_usual_place_below_home_and_one_named_by_a_variable(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    monkeypatch.setenv("APPS", str(path.parent))
    expected = program(path.parent / "Apps", "Chromium")
    for start in ("~", "$APPS"):
        monkeypatch.setattr(browser, "PLACES", ("/no/such/place", f"{start}/Apps/{expected.name}"))
        assert browser.find_browser() == expected


def test_finds_the_one_that_playwright_installed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as it: print(it.chromium.executable_path)"
    )
    answer = subprocess.check_output([sys.executable, "-c", question], text=True)
    where = Path(answer.strip())
    assert where.is_relative_to(path.parent / "playwright")
    assert browser.playwright_browser() is None
    where.parent.mkdir(parents=True)
    where.touch()
    assert browser.find_browser() == where


@pytest.mark.usefixtures("path", "without_playwright")
def test_none_is_one_line_that_names_the_three_ways() -> None:
    with pytest.raises(browser.NoBrowserError) as raised:
        browser.find_browser()
    message = str(raised.value)
    assert "\n" not in message
    for way in ("apt-get install chromium", "-m playwright install chromium", "variable CHROMIUM"):
        assert way in message


# ── Installing ───────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("without_playwright")
def test_installs_nothing_where_a_browser_is(path: Path, take_attempts: TakeAttempts) -> None:
    expected = program(path, "chromium")
    attempts = take_attempts()
    assert browser.ensure_browser() == expected
    assert attempts == []


@pytest.mark.usefixtures("without_playwright")
def test_asks_playwright_first(path: Path, take_attempts: TakeAttempts) -> None:
    program(path, "apt-get")
    attempts = take_attempts(PLAYWRIGHT)
    assert browser.ensure_browser().stem == "chromium"
    assert attempts == [PLAYWRIGHT]


@pytest.mark.usefixtures("without_playwright")
def test_root_on_debian_installs_the_package(
    path: Path, monkeypatch: pytest.MonkeyPatch, take_attempts: TakeAttempts
) -> None:
    program(path, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    attempts = take_attempts(APT_INSTALL)
    assert browser.ensure_browser().stem == "chromium"
    assert attempts == [PLAYWRIGHT, APT_UPDATE, APT_INSTALL]


@pytest.mark.usefixtures("without_playwright")
@pytest.mark.parametrize(("user", "has_apt"), [(1000, True), (0, False)])
def test_where_nothing_can_be_installed_the_ways_are_named(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    take_attempts: TakeAttempts,
    user: int,
    has_apt: bool,
) -> None:
    if has_apt:
        program(path, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    attempts = take_attempts()
    with pytest.raises(browser.NoBrowserError, match="environment variable CHROMIUM"):
        browser.ensure_browser()
    assert attempts == [PLAYWRIGHT]


def test_an_attempt_tells_whether_the_command_succeeds(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEBIAN_FRONTEND", raising=False)
    noise = "import os, sys; print('noise'); print('noise', file=sys.stderr); "
    assert browser.attempt(sys.executable, "-c", noise)
    assert not browser.attempt(sys.executable, "-c", f"{noise}sys.exit(1)")
    apt = "assert os.environ['DEBIAN_FRONTEND'] == 'noninteractive' and not sys.stdin.read()"
    assert browser.attempt(sys.executable, "-c", noise + apt)
    told = capfd.readouterr()
    assert told.out == ""
    assert [line.split(":")[0] for line in told.err.splitlines()].count(
        "No browser yet, trying"
    ) == 3
    assert "\nnoise" not in told.err


def test_an_attempt_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "SECONDS_PER_ATTEMPT", 0.2)
    assert not browser.attempt(sys.executable, "-c", "import time; time.sleep(3)")


# ── As a command ─────────────────────────────────────────────────────────────
def run_as_command(chosen: Path) -> subprocess.CompletedProcess[str]:
    """Return `python -m tools.browser`, run with CHROMIUM set."""
    return subprocess.run(
        [sys.executable, "-m", "tools.browser"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "CHROMIUM": str(chosen)},
    )


def test_the_command_prints_the_path(tmp_path: Path) -> None:
    chosen = program(tmp_path / "my apps", "chrome")
    done = run_as_command(chosen)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{chosen}\n", "")


def test_the_command_fails_with_one_line(tmp_path: Path) -> None:
    done = run_as_command(tmp_path / "gone")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
