"""Run bootstrap.py as a person does, in a folder whose name has a space, without the network."""

import ast
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "bootstrap.py"
COMMAND = "py bootstrap.py" if os.name == "nt" else "python3 bootstrap.py"
AGAIN = f"then run `{COMMAND}` again."
FIRST_TIME = "Setting up (first time, about a minute) ..."
UNREACHED = f"The package index cannot be reached: connect to the network, {AGAIN}"
# Tells how it was run, then does what the test asks of the task.
STUB_INVOKE = """
import json, os, sys
print(json.dumps({"version": %r, "arguments": sys.argv[1:], "folder": os.getcwd()}), flush=True)
exec(os.environ.get("TASK", ""))
"""
signals_only = pytest.mark.skipif(
    os.name == "nt", reason="on Windows a process cannot send Ctrl-C to another one alone"
)


def lock_of_stub_invoke(folder: Path, version: str) -> str:
    """Return the hash lock of a wheel of that version, made in the folder."""
    wheel = folder / f"invoke-{version}-py3-none-any.whl"
    info = f"invoke-{version}.dist-info"
    files = {
        "invoke/__main__.py": STUB_INVOKE % version,
        f"{info}/METADATA": f"Name: invoke\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            # A ZipInfo has no time of day, so that every wheel of a version has one hash.
            archive.writestr(zipfile.ZipInfo(name), text)
    return f"invoke=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


class Project:
    """A folder with bootstrap.py in it, and the environment it is run in."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        self.folder = folder
        self.wheels = wheels
        self.lock = folder / "requirements.txt"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": wheels.as_uri(),
        }

    def make(self) -> None:
        """Lay out what a fresh checkout has."""
        self.folder.mkdir()
        shutil.copy(SOURCE, self.folder)
        self.lock.write_text(lock_of_stub_invoke(self.wheels, "1.0"))

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run_python("bootstrap.py", *arguments, **environment)

    def run_python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**self.environment, **environment},
        )

    def start(self, **environment: str) -> "subprocess.Popen[str]":
        """Return bootstrap.py running in a process group that can be sent Ctrl-C."""
        return subprocess.Popen(
            [sys.executable, "bootstrap.py"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**self.environment, **environment},
            start_new_session=True,
        )

    def replace_module(self, name: str, source: str) -> dict[str, str]:
        """Return the environment in which `python -m name` runs the source."""
        folder = self.folder / "instead"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(source)
        return {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def first_run(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Project, subprocess.CompletedProcess[str]]:
    """A project after its first run, and that run: making a .venv takes seconds."""
    folder = tmp_path_factory.mktemp("first")
    project = Project(folder / "my blog", folder)
    project.make()
    return project, project.run("build")


@pytest.fixture
def ready(first_run: tuple[Project, object], tmp_path: Path) -> Project:
    """A project that is set up."""
    project = Project(tmp_path / "my blog", tmp_path)
    shutil.copytree(first_run[0].folder, project.folder, symlinks=True, copy_function=copied)
    return project


def copied(source: str, target: str) -> None:
    """Copy a file of a project; a package's is linked, for pip replaces files, never writes in."""
    copy = os.link if "site-packages" in source else shutil.copy2
    copy(source, target)


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """A project as checked out."""
    project = Project(tmp_path / "my blog", tmp_path)
    project.make()
    return project


def task(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """Return how the stub of Invoke was run."""
    ran: dict[str, object] = json.loads(done.stdout)
    return ran


# ── Running tasks ────────────────────────────────────────────────────────────
def test_first_run_says_it_sets_up_and_nothing_else(
    first_run: tuple[Project, subprocess.CompletedProcess[str]],
) -> None:
    project, done = first_run
    assert done.stderr.splitlines() == [FIRST_TIME]
    assert task(done) == {
        "version": "1.0",
        "arguments": ["--search-root", str(project.folder.resolve()), "build"],
        "folder": str(project.folder.resolve()),
    }


def test_second_run_installs_nothing_and_says_nothing(ready: Project) -> None:
    done = ready.run("build", PIP_FIND_LINKS="")
    assert (done.returncode, done.stderr) == (0, "")


def test_arguments_and_exit_code_pass_through(ready: Project) -> None:
    done = ready.run("new", "A title", "--draft", TASK="sys.exit(7)")
    assert done.returncode == 7
    assert task(done)["arguments"] == [
        "--search-root", str(ready.folder.resolve()), "new", "A title", "--draft",
    ]  # fmt: skip


def test_task_runs_in_the_folder_of_the_caller(ready: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, ready.folder / "bootstrap.py", "build"],
        check=True,
        capture_output=True,
        text=True,
        cwd=elsewhere,
        env=ready.environment,
    )
    assert task(done)["folder"] == str(elsewhere.resolve())


def test_no_task_lists_the_tasks(ready: Project) -> None:
    arguments = task(ready.run())["arguments"]
    assert isinstance(arguments, list)
    assert arguments[-1] == "--list"


@signals_only
def test_a_task_ended_by_a_signal_ends_as_a_shell_says_it(ready: Project) -> None:
    done = ready.run("build", TASK="import signal; os.kill(os.getpid(), signal.SIGTERM)")
    assert done.returncode == 128 + signal.SIGTERM


# ── When it installs again ───────────────────────────────────────────────────
def test_a_changed_lock_is_installed(ready: Project) -> None:
    ready.lock.write_text(lock_of_stub_invoke(ready.wheels, "2.0"))
    done = ready.run("build")
    assert done.stderr.splitlines() == ["Setting up (the lock has changed) ..."]
    assert task(done)["version"] == "2.0"


@pytest.mark.parametrize("change", ["another Python", "Python gone"])
def test_venv_is_made_anew_when_its_python_is_not_this_one(
    ready: Project, first_run: tuple[Project, object], change: str
) -> None:
    venv = ready.folder / ".venv"
    stamp = (venv / "installed.txt").read_text()
    lock_of_stub_invoke(ready.wheels, "1.0")
    if change == "another Python":
        (venv / "installed.txt").write_text(stamp.replace(stamp.split()[0], "3.11.0rc0"))
    else:
        shutil.rmtree(venv / ("Scripts" if os.name == "nt" else "bin"))
    (venv / "leftover").touch()
    # What `python -m venv` and `ensurepip` do, without the seconds they take.
    ready.replace_module("ensurepip", "")
    clear = ready.replace_module(
        "venv",
        "import os, shutil, sys\n"
        "assert '--clear' in sys.argv\n"
        "shutil.rmtree(sys.argv[-1])\n"
        f"shutil.copytree({str(first_run[0].folder / '.venv')!r}, sys.argv[-1], symlinks=True, "
        "ignore=lambda *_: ['installed.txt'], copy_function=os.link)",
    )
    done = ready.run("build", **clear)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)
    assert not (venv / "leftover").exists()
    assert (venv / "installed.txt").read_text() == stamp


def test_a_failed_install_is_tried_again_even_with_the_old_lock(ready: Project) -> None:
    old = ready.lock.read_text()
    ready.lock.write_text(old.replace("1.0", "3.0"))
    assert ready.run("build").returncode == 1
    ready.lock.write_text(old)
    done = ready.run("build")
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)
    assert ready.run("build").stderr == ""


# ── What it says when it cannot ──────────────────────────────────────────────
def test_every_python_can_read_it() -> None:
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 7))


def run_after(project: Project, statement: str) -> subprocess.CompletedProcess[str]:
    """Return bootstrap.py run in a Python that the statement has changed."""
    return project.run_python(
        "-c",
        f"import runpy, sys; {statement}; sys.argv = ['bootstrap.py', 'build']\n"
        "runpy.run_path('bootstrap.py', run_name='__main__')",
    )


def test_an_older_python_is_named_in_one_line(bare: Project) -> None:
    done = run_after(bare, "sys.version_info = (3, 10, 14, 'final', 0)")
    assert done.returncode == 1
    assert done.stderr == f"Python 3.10.14 is too old: install Python 3.11 or newer, {AGAIN}\n"
    assert not (bare.folder / ".venv").exists()


def test_a_python_without_ensurepip_names_the_package_to_install(bare: Project) -> None:
    done = run_after(bare, "sys.modules['ensurepip'] = None")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        FIRST_TIME,
        f"Python lacks venv: `sudo apt-get install python3-venv` on Debian, {AGAIN}",
    ]


def test_no_network_is_one_line_without_the_noise_of_pip(ready: Project) -> None:
    ready.lock.write_text(lock_of_stub_invoke(ready.wheels, "2.0"))
    del ready.environment["PIP_NO_INDEX"]
    done = ready.run(
        "build", PIP_FIND_LINKS="", PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="1"
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [UNREACHED]


@pytest.mark.parametrize(
    "log",
    [
        "OSError: HTTPSConnectionPool(host='a', port=443): Max retries exceeded with url: /b.whl",
        "ReadTimeoutError: HTTPSConnectionPool(host='a', port=443): Read timed out.",
    ],
    ids=["gone", "stalled"],
)
def test_a_network_that_goes_while_downloading_is_one_line(ready: Project, log: str) -> None:
    ready.lock.write_text("changed")
    done = ready.run("build", **ready.replace_module("pip", f"import sys; sys.exit({log!r})"))
    assert done.stderr.splitlines()[1:] == [UNREACHED]


def test_a_refused_certificate_is_told_in_the_words_of_pip(ready: Project) -> None:
    log = "after connection broken by 'SSLError(bad certificate)'\nERROR: No matching distribution"
    ready.lock.write_text("changed")
    done = ready.run("build", **ready.replace_module("pip", f"import sys; sys.exit({log!r})"))
    assert done.stderr.splitlines()[1:] == [
        *log.splitlines(), f"Setting up failed: put that right, {AGAIN}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reason",
    [
        "[Errno 13] Permission denied: '/blog/.venv'",
        "[Errno 28] No space left on device",
        "[Errno 30] Read-only file system: '/blog/.venv'",
        "[Errno 122] Disk quota exceeded",
        "[WinError 5] Access is denied: 'C:\\\\blog'",
        "[WinError 112] There is not enough space on the disk",
    ],
)
def test_a_venv_that_cannot_be_written_is_one_line(bare: Project, reason: str) -> None:
    log = f"noise\nError: {reason}\n"
    done = bare.run("build", **bare.replace_module("venv", f"import sys; sys.exit({log!r})"))
    assert done.stderr.splitlines() == [
        FIRST_TIME,
        f".venv cannot be written ({reason}): make room or allow writing there, {AGAIN}",
    ]


def test_a_disk_that_fills_up_while_pip_is_put_in_is_one_line(bare: Project) -> None:
    log = "noise\nOSError: [Errno 28] No space left on device"
    full = bare.replace_module("ensurepip", f"import sys; sys.exit({log!r})")
    assert ".venv cannot be written ([Errno 28]" in bare.run("build", **full).stderr.splitlines()[1]


def test_other_failures_end_with_the_last_lines_of_pip(ready: Project) -> None:
    changed = lock_of_stub_invoke(ready.wheels, "2.0").split("sha256:")[0] + "sha256:" + "0" * 64
    ready.lock.write_text(changed)
    done = ready.run("build")
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert done.stderr.splitlines()[-1] == f"Setting up failed: put that right, {AGAIN}"


def test_a_package_without_a_hash_is_refused(ready: Project) -> None:
    ready.lock.write_text(lock_of_stub_invoke(ready.wheels, "2.0").split(" --hash")[0])
    done = ready.run("build")
    assert done.returncode == 1
    assert done.stderr.splitlines()[1].startswith("ERROR: Hashes are required")


def test_a_missing_lock_is_named_without_a_traceback(ready: Project) -> None:
    ready.lock.unlink()
    done = ready.run("build")
    assert done.returncode == 1
    assert "requirements.txt" in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[-1] == f"Setting up failed: put that right, {AGAIN}"


# ── Ctrl-C ───────────────────────────────────────────────────────────────────
SLEEP = "import time\nprint('started', flush=True)\ntime.sleep(60)"


@signals_only
def test_the_task_decides_how_ctrl_c_ends_it(ready: Project) -> None:
    ending = "import time\ntry:\n  print('started', flush=True)\n  time.sleep(60)\n"
    ending += "except KeyboardInterrupt:\n  time.sleep(1)\n  sys.exit(3)"
    with ready.start(TASK=ending) as running:
        assert running.stdout is not None
        while running.stdout.readline() != "started\n":
            pass
        os.killpg(running.pid, signal.SIGINT)
        _, errors = running.communicate()
    assert (running.returncode, errors) == (3, "")


@signals_only
def test_ctrl_c_while_setting_up_is_one_line(bare: Project) -> None:
    sleep = "import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(60)"
    with bare.start(**bare.replace_module("venv", sleep)) as running:
        while not (bare.folder / "started").exists():
            assert running.poll() is None
        os.killpg(running.pid, signal.SIGINT)
        _, errors = running.communicate()
    assert running.returncode == 130
    assert errors.splitlines() == [
        FIRST_TIME,
        "Setting up was stopped; it starts over with the next command.",
    ]
