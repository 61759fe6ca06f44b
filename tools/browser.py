"""Find the Chromium that the browser tests drive, or install one: `python -m tools.browser`.

The environment variable CHROMIUM, a path or a name on PATH, goes before every other.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/snap/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Chromium.app/Contents/MacOS/Chromium",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"%PROGRAMFILES%\Google\Chrome\Application\chrome.exe",
    r"%PROGRAMFILES(X86)%\Google\Chrome\Application\chrome.exe",
    r"%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe",
    r"%LOCALAPPDATA%\Chromium\Application\chrome.exe",
)
# In all, with apt's index, under CI's quarter of an hour.
SECONDS_PER_ATTEMPT = 240


class NoBrowserError(Exception):
    """There is no browser to test with; the message is one line that says what to do."""


def find_browser() -> Path:
    """Return the Chromium or Chrome of this machine, or raise NoBrowserError."""
    browser = installed_browser()
    if browser is None:
        raise NoBrowserError(
            "No Chromium or Chrome is found: install one (`sudo apt-get install chromium` on "
            f'Debian), run `"{sys.executable}" -m playwright install chromium`, or name one in '
            "the environment variable CHROMIUM."
        )
    return browser


def ensure_browser() -> Path:
    """Return the browser, installing one if there is none; NoBrowserError if that fails too."""
    if installed_browser() is None:
        attempt(sys.executable, "-m", "playwright", "install", "chromium")
    if installed_browser() is None and is_root_on_debian():
        attempt("apt-get", "update")
        attempt("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    return find_browser()


def installed_browser() -> Path | None:
    """Return the first browser found; NoBrowserError if CHROMIUM names none."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        program = shutil.which(chosen)
        if program is None:
            raise NoBrowserError(f"CHROMIUM names {chosen!r}, which is no program: correct it.")
        return Path(program)
    named = [Path(program) for name in NAMES if (program := shutil.which(name))]
    placed = [Path(os.path.expandvars(place)).expanduser() for place in PLACES]
    known = [path for path in (*named, *placed) if path.is_file()]
    # Last, for it takes Playwright a second to answer.
    return known[0] if known else playwright_browser()


def playwright_browser() -> Path | None:
    """Return the Chromium that Playwright installed, if it did."""
    # In a process of its own: within a test, Playwright refuses to start a second time.
    question = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    answer = subprocess.check_output([sys.executable, "-c", question], encoding="utf-8")
    path = Path(answer.strip())
    return path if path.is_file() else None


def is_root_on_debian() -> bool:
    """Return whether Debian's packages can be installed without asking."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def attempt(*command: str) -> bool:
    """Return whether the command succeeds in its time; its noise is not shown, its name is."""
    print(f"No browser yet, trying: {' '.join(command)}", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command,
            check=False,
            env=environment,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            timeout=SECONDS_PER_ATTEMPT,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        print(ensure_browser())
    except NoBrowserError as error:
        sys.exit(str(error))
