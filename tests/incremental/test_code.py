"""Settings that differ in anything but what passes have different digests."""

import subprocess
import sys
from pathlib import Path

import pytest
from incremental.code import code_digest, settings_digest
from incremental.fingerprints import UnknownValueError
from pelican.settings import read_settings

ROOT = Path(__file__).parents[2]


def digest(tmp_path: Path, text: str) -> bytes:
    """The digest of what a file of settings says."""
    file = tmp_path / "conf.py"
    file.write_text(text)
    return settings_digest(read_settings(str(file)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A = 1", "A = 2"),
        ("A = 1", "A = True"),
        ("A = 1", "B = 1"),
        ("A = [1, 2]", "A = (1, 2)"),
        ("A = {1: 2, 3: 4}", "A = {3: 4, 1: 2}"),
        ("A = lambda: 1", "A = lambda: 2"),
        ("A = [lambda: 1]", "A = [lambda: 2]"),
        ("def A(x=1): return x", "def A(x=2): return x"),
        ("def A(*, x=1): return x", "def A(*, x=2): return x"),
        ("a = 1\ndef A(): return a", "a = 2\ndef A(): return a"),
        ("def a(): return 1\ndef A(): return a()", "def a(): return 2\ndef A(): return a()"),
        ("class A:\n    b = 1", "class A:\n    b = 2"),
        ("def a(b): return lambda: b\nA = a(1)", "def a(b): return lambda: b\nA = a(2)"),
        ("from json import loads as A", "from json import dumps as A"),
        ("from fractions import Fraction as A", "from decimal import Decimal as A"),
    ],
)
def test_what_differs_has_another_digest(tmp_path: Path, one: str, other: str) -> None:
    assert digest(tmp_path, one) == digest(tmp_path, one)
    assert digest(tmp_path, one) != digest(tmp_path, other)


@pytest.mark.parametrize("text", ["A = object()", "A = print", "A = []\nA.append(A)"])
def test_what_cannot_be_known_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnknownValueError):
        digest(tmp_path, text)


def test_what_passes_does_not_count(tmp_path: Path) -> None:
    assert digest(tmp_path, "NOW = object()") == digest(tmp_path, "")


def test_every_process_finds_the_same(tmp_path: Path) -> None:
    code = (
        "import sys, site_files; sys.path.insert(0, '.'); from incremental.code import *;"
        "from pelican.settings import read_settings;"
        "print(settings_digest(read_settings('pelicanconf.py')), code_digest([site_files]))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "plugins")},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_a_plugin_of_one_file_or_many_counts_with_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    single, package = tmp_path / "single_plugin.py", tmp_path / "package_plugin"
    (package / "templates").mkdir(parents=True)
    for file in (single, package / "__init__.py", package / "templates" / "a.html"):
        file.write_text("")
    plugins = [__import__("single_plugin"), __import__("package_plugin")]
    seen = {code_digest(plugins)}
    for file in (single, package / "__init__.py", package / "templates" / "a.html"):
        file.write_text("# more")
        seen.add(code_digest(plugins))
    (package / "new.py").write_text("")
    seen.add(code_digest(plugins))
    assert len(seen) == 5
    assert code_digest(plugins) == code_digest(reversed(plugins))
