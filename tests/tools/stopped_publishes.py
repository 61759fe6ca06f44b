"""Publish again and again in processes of their own, each stopped at another moment.

Run by test_stopped_publish.py; prints a line of JSON for each. Its arguments are a folder to work
in, the folder of a built site, and the real git.
"""

import contextlib
import io
import json
import os
import shlex
import shutil
import signal
import sys
from pathlib import Path

import pytest
from invoke import Context, Exit
from publishing import BRANCH, ENVIRONMENT, PUBLIC, Project, git, project_in
from sites import files_below

import tasks

# Numbers the calls of git in a publish, of which some run side by side, and stops the process
# group before one of them.
GIT = """#!/bin/sh
call=1
while ! mkdir "$CALLS/$call" 2>/dev/null; do call=$((call + 1)); done
[ "$call" != "$STOP_AT" ] || kill -s "$STOP" 0
exec {git} "$@"
"""
HOOK = '#!/bin/sh\ncat >/dev/null\n[ "$STOP_AT" != {name} ] || kill -s "$STOP" 0\n'
HOOKS = ("pre-receive", "update", "post-receive")


def published(project: Project) -> dict[str, object]:
    """How the task ended, in a process and a group of its own: code, what was said, signal."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        # Whoever runs the tests in the background has it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        said = io.StringIO()
        code = 0
        with contextlib.redirect_stdout(said):
            try:
                tasks.publish.body(Context(), siteurl=PUBLIC)
            except Exit as end:
                code = end.code
                said.write(end.message)
        os.write(theirs, json.dumps({"code": code, "said": said.getvalue()}).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return dict(json.loads(told)) if told else {"code": None, "said": ""}


def main(folder: Path, site: Path, real_git: str) -> None:
    """Stop a publish before calls of git and in each hook of the remote, in two ways.

    Not before the first calls, which only look at the clone.
    """
    os.environ.update(ENVIRONMENT)
    project = project_in(folder, site)
    wrappers, calls = folder / "bin", folder / "calls"
    wrappers.mkdir()
    for file, text in (
        (wrappers / "git", GIT.format(git=shlex.quote(real_git))),
        *((project.remote / "hooks" / name, HOOK.format(name=name)) for name in HOOKS),
    ):
        file.write_text(text)
        file.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        project.take_part(patch)
        published(project)
        (project.site / "words.txt").write_text("new")
        before = project.tip()
        published(project)
        assert project.published() == files_below(project.site)
        wanted = git(project.remote, "log", "-1", "--format=%T %P", BRANCH)
        refs = git(project.clone, "for-each-ref", "refs/heads")
        for how, step in ((signal.SIGINT, 1), (signal.SIGKILL, 6)):
            for moment in (*HOOKS, *map(str, range(5, 100, step))):
                git(project.remote, "update-ref", f"refs/heads/{BRANCH}", before)
                shutil.rmtree(calls, ignore_errors=True)
                calls.mkdir()
                os.environ |= {"CALLS": str(calls), "STOP_AT": moment, "STOP": how.name[3:]}
                path = os.environ["PATH"]
                os.environ["PATH"] = f"{wrappers}{os.pathsep}{path}"
                ended = published(project)
                os.environ["PATH"] = path
                tip = project.tip()
                print(
                    json.dumps(
                        {
                            **ended,
                            "how": how.name,
                            "moment": moment,
                            "is_before": tip == before,
                            "is_wanted": wanted
                            == git(project.remote, "log", "-1", "--format=%T %P", BRANCH),
                            "refs": git(project.clone, "for-each-ref", "refs/heads") == refs,
                            "left": [each.name for each in project.clone.glob(".build.*")],
                        }
                    ),
                    flush=True,
                )
                if ended["code"] == 0 and moment not in HOOKS:
                    break  # There was no such call.


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
