"""The preview's builds: each in a copy of a process that has all code loaded already."""

import gc
import io
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path

from invoke import Exit

from .build import ROOT

Told = tuple[str, str]
# Elsewhere a copy may not do what a process does.
FORKS = sys.platform == "linux"


class Builder:
    """Builds the preview in ``output``, for the address ``siteurl``, again and again."""

    def __init__(self, siteurl: str, output: Path) -> None:
        self.siteurl = siteurl
        self._words = [sys.executable, "-m", "tools.builder", siteurl, str(output)]
        self._process: subprocess.Popen[str] | None = None

    def build(self) -> Told:
        """What the task ``build`` prints, and what it says to standard error."""
        for _ in range(2):
            process = self._process = self._process or self._started()
            assert process.stdin and process.stdout
            try:
                process.stdin.write("build\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except BrokenPipeError:
                answer = ""
            except KeyboardInterrupt:
                # It gets the Ctrl-C too, and a moment to take its unfinished folder away.
                process.communicate()
                raise
            if answer:
                built, told = json.loads(answer)
                return built, told
            # Where it cannot make copies, it is good for one build.
            self.end()
        return "", "The build ended without a word; start the preview again."

    def end(self) -> None:
        """Let the next build load all code anew."""
        if self._process:
            self._process.terminate()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(self._words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def serve_builds(build: Callable[[], Told]) -> None:
    """Answer each line that comes with what a build tells, as JSON.

    The first build loads code, word lists and the like for those that follow.
    """
    first = True
    for _ in sys.stdin:
        told = build() if first or not FORKS else _in_a_copy(build)
        print(json.dumps(told), flush=True)
        if not FORKS:
            return
        if first:
            # Copies share what nobody writes to; the collector would, at each object.
            gc.collect()
            gc.freeze()
        first = False


def _in_a_copy(build: Callable[[], Told]) -> Told:
    """What a build tells that runs in a copy of this process, and leaves nothing behind in it."""
    ours, theirs = os.pipe()
    copy = os.fork()
    if not copy:
        # It ends before there is much to collect.
        gc.disable()
        with os.fdopen(theirs, "w") as answer:
            json.dump(build(), answer)
        os._exit(0)
    os.close(theirs)
    try:
        with os.fdopen(ours) as answer:
            text = answer.read()
    finally:
        os.waitpid(copy, 0)
    built, told = json.loads(text or '["", "The build ended without a word."]')
    return built, told


def _built(siteurl: str, output: str) -> Told:
    """Run the task; what it has to say is returned."""
    from tasks import build  # noqa: PLC0415 - all code, for this process alone

    built, told = io.StringIO(), io.StringIO()
    with redirect_stdout(built), redirect_stderr(told):
        try:
            build.body(None, drafts=True, keep_going=True, siteurl=siteurl, output=output)
        except Exit as error:
            print(error.message or "", file=sys.stderr)
        except Exception:
            traceback.print_exc()
    return built.getvalue(), told.getvalue()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        serve_builds(partial(_built, *sys.argv[1:]))
