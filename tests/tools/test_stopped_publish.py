"""Publishing that is stopped, by Ctrl-C or for good, at every moment that matters."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from publishing import ENVIRONMENT, PUBLIC

from tools.build import ROOT

HERE = Path(__file__).parent


@pytest.mark.skipif(os.name == "nt", reason="needs process groups and signals of Unix")
def test_whenever_it_is_stopped_the_branch_is_as_before_or_as_wanted(
    tmp_path: Path, public_site: Path
) -> None:
    real_git = shutil.which("git")
    assert real_git
    path = [str(ROOT), str(ROOT / "plugins"), str(ROOT / "tests")]
    done = subprocess.run(
        [sys.executable, HERE / "stopped_publishes.py", tmp_path, public_site, real_git],
        env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ends = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    stopped = [end for end in ends if end["code"] != 0]
    assert len([end for end in stopped if end["how"] == "SIGINT"]) >= 20
    assert len([end for end in stopped if end["how"] == "SIGKILL"]) >= 5
    for end in ends:
        assert end["is_before"] or end["is_wanted"], end
        assert end["refs"], end
        if end["how"] == "SIGKILL":
            continue
        assert not end["left"], end
        assert "\n" not in end["said"].strip(), end
        if end["code"]:
            assert end["code"] == 130, end
            state = (
                "the site is as it was" if end["is_before"] else f"too late: it is done, {PUBLIC}"
            )
            assert state.partition(",")[0] in end["said"], end
        else:
            assert end["is_wanted"], end
    by_moment = {(end["how"], end["moment"]): end for end in ends}
    assert by_moment["SIGINT", "pre-receive"]["is_before"]
    assert by_moment["SIGINT", "post-receive"]["is_wanted"]
