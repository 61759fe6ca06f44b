"""Building into a fresh folder and swapping it in."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import SmallSite, files_below, post

from tools import build as build_module
from tools.build import ROOT, BuildError, build

Make = Callable[..., SmallSite]


def test_the_last_good_output_goes_only_when_the_next_is_whole(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    before = site.files()
    monkeypatch.setattr(build_module, "run_pelican", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        site.build()
    assert site.files() == before
    assert sorted(p.name for p in site.output.parent.iterdir()) == ["my content", "my output"]


def test_the_last_good_output_comes_back_when_the_swap_is_stopped(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    before = site.files()
    rename = Path.rename

    def stopped(error: BaseException) -> Callable[[Path, Path], Path]:
        def one(self: Path, target: Path) -> Path:
            if target == site.output and not self.name.endswith(".old"):
                raise error
            return rename(self, target)

        return one

    for error, told in (
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(13, "Permission denied"), BuildError),
    ):
        monkeypatch.setattr(Path, "rename", stopped(error))
        with pytest.raises(told):
            # Elsewhere nothing is made of the same, so that the whole output is replaced.
            site.build(siteurl=f"https://{told.__name__}.example")
        assert site.files() == before
        assert sorted(p.name for p in site.output.parent.iterdir()) == ["my content", "my output"]


def test_new_pages_are_merged_into_the_last_output_whatever_happens_meanwhile(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site({"posts/a.md": post(), "posts/b.md": post("B")})
    site.build()
    (site.output / "left-over").mkdir()
    (site.output / "left-over" / "by-hand.html").write_text("mine")
    about = site.output / "about.html"
    about.symlink_to(site.output / "a" / "index.html")
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if target.is_relative_to(site.output):
            os.kill(os.getpid(), signal.SIGINT)
        return replace(self, target)

    site.write({"posts/a.md": post("Another")})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", interrupted)
        site.build()
    merged = site.files()
    assert "Another" in site.read("a/index.html")
    assert not (site.output / "left-over").exists()
    assert not about.is_symlink()
    shutil.rmtree(site.output)
    site.build()
    assert site.files() == merged


def test_a_merge_that_cannot_be_is_told_and_made_good_by_the_next_build(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site({"posts/a.md": post(), "posts/b.md": post("B")})
    site.build()
    replace = Path.replace

    def refused(self: Path, target: Path) -> Path:
        if target == site.output / "archives/index.html":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    site.write({"posts/a.md": post("Another")})
    wrong = pytest.raises(BuildError, match="cannot be replaced: No space left on device")
    with monkeypatch.context() as patch, wrong:
        patch.setattr(Path, "replace", refused)
        site.build()
    site.build()
    mended = site.files()
    shutil.rmtree(site.output)
    site.build()
    assert site.files() == mended


def test_what_is_no_longer_written_is_gone(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(), "posts/b.md": post()})
    site.build()
    (site.content / "posts/b.md").unlink()
    site.build()
    assert "b/index.html" not in site.files()


def test_a_folder_with_other_files_is_never_replaced(small_site: Make, tmp_path: Path) -> None:
    site = small_site({"posts/a.md": post()})
    site.output.mkdir()
    (site.output / "novel.txt").write_text("my novel")
    with pytest.raises(BuildError, match="holds files that no build made"):
        site.build()
    (site.output / ".nojekyll").touch()
    with pytest.raises(BuildError, match="holds files that no build made"):
        site.build()
    assert site.files() == {".nojekyll": b"", "novel.txt": b"my novel"}
    for output in (tmp_path, site.content / "posts"):
        with pytest.raises(BuildError, match="overlap"):
            build(content=site.content, output=output)
    with pytest.raises(BuildError, match="is a file"):
        build(content=site.content, output=site.content / ".." / "my output" / "novel.txt")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"content": Path("no/such")}, "there is no folder no/such"),
        ({"siteurl": "site.example"}, 'is "site.example"; write it like'),
        ({"output": Path("/proc/nowhere")}, "/proc/nowhere cannot be written"),
        ({"conf": "no_such.py"}, "no_such.py: FileNotFoundError"),
    ],
)
def test_wrong_arguments_are_told_in_a_line(options: dict[str, object], problem: str) -> None:
    with pytest.raises(BuildError, match=problem) as raised:
        build(**options)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)


def test_a_plugin_that_cannot_be_used_stops_the_build(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site({"posts/a.md": post()})
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module,
        "site_settings",
        lambda conf, **options: {**given(conf, **options), "PLUGINS": ["posts", "absent"]},
    )
    with pytest.raises(BuildError, match="Cannot load plugin `absent`"):
        site.build()


def test_something_unexpected_is_told_without_a_traceback(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = small_site({"posts/a.md": post()})
    monkeypatch.setattr("engagement.receivers.cached_related_stories", lambda *_: 1 / 0)
    monkeypatch.setattr(build_module, "REPORT", tmp_path / "build-error.log")
    with pytest.raises(
        BuildError, match=r"(?s)^ZeroDivisionError: division by zero.This should not"
    ):
        site.build()
    assert "Traceback" in (tmp_path / "build-error.log").read_text()


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("a\n{% blck %}", "index.html:2: TemplateSyntaxError: Encountered unknown tag 'blck'"),
        ("a\n\n{{ nothing.such }}", "index.html:3: UndefinedError: 'nothing' is undefined"),
        ('{% include "gone.html" %}', "index.html:1: TemplateNotFound"),
    ],
)
def test_a_broken_template_is_told_with_its_line(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, template: str, problem: str
) -> None:
    site = small_site({"posts/a.md": post()})
    (tmp_path / "index.html").write_text(template)
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module,
        "site_settings",
        lambda conf, **options: (
            (settings := given(conf, **options))
            | {
                "THEME_TEMPLATES_OVERRIDES": [
                    str(tmp_path),
                    *settings["THEME_TEMPLATES_OVERRIDES"],
                ],
            }
        ),
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    assert problem in str(raised.value)


def test_a_clone_of_the_published_site_is_never_replaced(small_site: Make) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    (site.output / ".git").mkdir()
    with pytest.raises(BuildError, match="holds files that no build made"):
        site.build()


def test_two_builds_agree_byte_for_byte_whatever_the_hash_seed(tmp_path: Path) -> None:
    outputs = []
    for seed in ("1", "2"):
        output = tmp_path / seed
        subprocess.run(
            [sys.executable, "-m", "invoke", "build", "--output", str(output)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        outputs.append(files_below(output))
    assert outputs[0] == outputs[1]
    assert "index.html" in outputs[0]


def test_the_task_says_what_was_left_out_and_exits_with_1(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(), "posts/bad.md": "nothing"})
    words = ["build", "--content", str(site.content), "--output", str(site.output)]

    def run(*more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "invoke", *words, *more],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )

    stopped = run()
    assert (stopped.returncode, "bad.md:1: error: no title" in stopped.stderr) == (1, True)
    assert "Nothing was written." in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not site.output.exists()
    went_on = run("--keep-going")
    assert (went_on.returncode, "bad.md:1: error: no title" in went_on.stderr) == (1, True)
    assert "a/index.html" in site.files()
    (site.content / "posts/bad.md").unlink()
    assert run().returncode == 0


def test_a_page_that_is_kept_and_covered_by_a_file_of_its_name_counts_once(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site({"posts/a.md": post()})
    given = build_module.site_settings
    over = {"EXTRA_PATH_METADATA": {"static/a.txt": {"path": "a/index.html"}}}
    monkeypatch.setattr(
        build_module, "site_settings", lambda conf, **options: given(conf, **options) | over
    )
    pages = site.build().pages
    site.write({"static/a.txt": "Mine."})
    for _ in range(2):
        assert site.build().pages == pages
        assert site.read("a/index.html") == "Mine."
    (site.content / "static/a.txt").unlink()
    assert site.build().pages == pages
    assert "A&nbsp;story" in site.read("a/index.html")
