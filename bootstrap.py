"""Make .venv from the hash lock, then run a task in it: `python3 bootstrap.py TASK ARGS...`.

Needs nothing but Python. An older one must still be able to read it, to be told so: nothing
newer than f-strings stands here.
"""

import hashlib
import importlib.util
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"
AGAIN = f"then run `{'py' if os.name == 'nt' else 'python3'} bootstrap.py` again."


def main(arguments: List[str]) -> int:
    """Return the exit code of the task; exit with a line that says what to do if there is none."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < (3, 11):
        sys.exit(f"Python {version} is too old: install Python 3.11 or newer, {AGAIN}")
    try:
        set_up(version)
    except KeyboardInterrupt:
        print("Setting up was stopped; it starts over with the next command.", file=sys.stderr)
        return 130
    except OSError as error:
        sys.exit(f"{remedy(str(error))}, {AGAIN}")
    return exit_code_of_task(arguments or ["--list"])


def set_up(version: str) -> None:
    """Install what the lock names, unless this Python has done so; OSError if it cannot write."""
    wanted = [version, hashlib.sha256(LOCK.read_bytes()).hexdigest()]
    found = STAMP.read_text().split() if STAMP.is_file() and PYTHON.exists() else []
    if found == wanted:
        return
    why = "the lock has changed" if found else "first time, about a minute"
    print(f"Setting up ({why}) ...", file=sys.stderr, flush=True)
    if found[:1] != wanted[:1]:
        if importlib.util.find_spec("ensurepip") is None:
            sys.exit(f"Python lacks venv: `sudo apt-get install python3-venv` on Debian, {AGAIN}")
        run_quietly(sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV))
        # In a second step: venv keeps to itself why it could not put pip in.
        run_quietly(str(PYTHON), "-m", "ensurepip", "--default-pip")
    # Should pip be stopped halfway, the packages are those of no lock.
    STAMP.write_text(version)
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check"]
    run_quietly(str(PYTHON), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(LOCK))
    STAMP.write_text("\n".join(wanted))


def run_quietly(*command: str) -> None:
    """Run the command, showing nothing; exit with what to do about it if it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    if done.returncode:
        sys.exit(f"{remedy(done.stdout + done.stderr)}, {AGAIN}")


def remedy(log: str) -> str:
    """Return what to do about a failure from its log: one line if that shows a known cause."""
    # Certificates are refused by an index that is there: pip's own words help more.
    unreached = re.search(r"connection broken by '(?!SSL)", log)
    no_index = unreached and "No matching distribution" in log
    if no_index or "Max retries exceeded" in log or "Read timed out" in log:
        return "The package index cannot be reached: connect to the network"
    unwritable = re.search(r"\[(?:Errno (?:13|28|30|122)|WinError (?:5|112))\] .*", log)
    if unwritable:
        return f".venv cannot be written ({unwritable[0]}): make room or allow writing there"
    return "\n".join([*log.strip().splitlines()[-10:], "Setting up failed: put that right"])


def exit_code_of_task(arguments: List[str]) -> int:
    """Return what the task exits with; like a shell, 128 + N if signal N ended it."""
    # Ctrl-C reaches the task as well, and how to end is for the task to say.
    signal.signal(signal.SIGINT, lambda *_: None)
    # A Windows terminal's own encoding lacks letters that titles and messages have.
    environment = {**os.environ, "PYTHONUTF8": "1"}
    task = [str(PYTHON), "-m", "invoke", "--search-root", str(ROOT), *arguments]
    code = subprocess.call(task, env=environment)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
