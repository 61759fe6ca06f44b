"""How far long work has come: lines in a pipe, a bar on a terminal."""

import os
import pty
import subprocess
import sys

import pytest

from tools.build import ROOT
from tools.progress import progress

BAR = """
from tools.progress import progress
assert [*progress("Reading", iter("abc"), 3)] == ["a", "b", "c"]
"""


def test_in_a_pipe_long_work_is_told_in_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert [*progress("Reading", iter(range(1000)), 1000)] == [*range(1000)]
    assert capsys.readouterr().err.splitlines() == [
        f"Reading: {done} of 1000" for done in (0, 250, 500, 750)
    ]


def test_in_a_pipe_short_work_is_not_worth_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert [*progress("Reading", "abc", 3)] == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def test_on_a_terminal_there_is_a_bar() -> None:
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", BAR], cwd=ROOT, stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "Reading" in shown
    assert "100%" in shown
