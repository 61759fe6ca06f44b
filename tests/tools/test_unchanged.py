"""A build that would make what the last one made is not made."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import engagement
import pytest
from incremental.listening import listening
from pelican import Pelican
from sites import SmallSite, post

from tools import build as build_module
from tools.build import BuildError, explained
from tools.unchanged import digest_of

Make = Callable[..., SmallSite]
CALLS = """
[call.gathering]
kind = "event"
heading = "Come"
body = "We meet."
button = "Join"
url = "https://meet.example/"
starts = "2025-01-01 10:00"
time_zone = "UTC"
minutes = 60
repeats = "weekly"
address = "https://meet.example/"

[call.unused]
kind = "link"
heading = "Never shown"
body = "Never."
button = "Look"
url = "https://site.example/"

[[placement]]
call = "gathering"
slot = "end"
"""
FILES: dict[str, str | bytes] = {
    "posts/one.md": post("One", "A word word is doubled."),
    "posts/draft.md": post("Draft", Status="draft"),
    "posts/later.md": post("Later", Date="2026-01-05 09:00"),
    "pages/about.md": "Title: About\n\nOf us.\n",
}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Pelican]:
    """Each time that Pelican does its work."""
    done: list[Pelican] = []
    run = Pelican.run

    def noted(self: Pelican) -> None:
        done.append(self)
        run(self)

    monkeypatch.setattr(Pelican, "run", noted)
    return done


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    seconds = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", f"{seconds:.0f}")


def test_with_nothing_changed_the_same_is_told_and_nothing_is_done(
    small_site: Make, runs: list[Pelican]
) -> None:
    site = small_site(FILES | {"calls_to_action.toml": CALLS})
    with listening() as heard:
        first = site.build()
    before, logged = site.files(), {each.getMessage() for each in heard}
    shown_nowhere = {each for each in logged if '"unused" shows nowhere' in each}
    assert shown_nowhere and first.problems and first.held_back
    with listening() as heard:
        second = site.build()
    assert len(runs) == 1
    assert (second.output, second.pages) == (first.output, first.pages)
    assert (second.problems, second.held_back) == (first.problems, first.held_back)
    assert {each.getMessage() for each in heard} >= shown_nowhere
    assert second.reasons.keys() == first.reasons.keys()
    assert "was kept" in explained(second, "/one/")
    assert site.files() == before
    assert sorted(p.name for p in site.output.parent.iterdir()) == ["my content", "my output"]


CHANGES: dict[str, Callable[[SmallSite], object]] = {
    "a post": lambda site: site.write({"posts/one.md": post("One", "Other words.")}),
    "a new file": lambda site: site.write({"static/new.txt": "new"}),
    "an empty file": lambda site: site.write({"static/.hidden": ""}),
    "a file's name": lambda site: (site.content / "posts/one.md").rename(
        site.content / "posts/two.md"
    ),
    "a link": lambda site: (site.content / "posts/link.md").symlink_to("one.md"),
    "a page": lambda site: (site.output / "one/index.html").write_text("mine"),
    "a page less": lambda site: (site.output / "one/index.html").unlink(),
    "a file more": lambda site: (site.output / "more.txt").write_text("more"),
    "no output": lambda site: shutil.rmtree(site.output),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=[*CHANGES])
def test_a_change_of_what_goes_in_or_came_out_is_built(
    small_site: Make, runs: list[Pelican], change: Callable[[SmallSite], object]
) -> None:
    site = small_site(FILES)
    site.build()
    change(site)
    site.build()
    assert len(runs) == 2
    assert "more.txt" not in site.files()
    assert "mine" not in site.read("about/index.html")


@pytest.mark.parametrize(
    ("then", "is_built"),
    [
        ("2026-01-01T00:00:01", False),
        ("2026-01-01T04:59:59", False),
        ("2026-01-01T05:00:00", True),  # midnight in New York
        ("2025-12-31T23:59:59", True),  # the clock was set back
    ],
)
def test_the_clock_alone_may_change_a_site(
    small_site: Make,
    runs: list[Pelican],
    monkeypatch: pytest.MonkeyPatch,
    then: str,
    is_built: bool,
) -> None:
    site = small_site(FILES)
    site.build()
    set_clock(monkeypatch, then)
    site.build()
    assert (len(runs) == 2) is is_built


@pytest.mark.parametrize(
    ("files", "before", "then"),
    [
        # A story comes.
        ({"posts/a.md": post(Date="2025-12-31 19:30")}, "2026-01-01T00:29", "2026-01-01T00:30"),
        # A gathering ends.
        (
            {"calls_to_action.toml": CALLS.replace("2025-01-01 10:00", "2025-01-02 02:00")},
            "2026-01-01T02:59",
            "2026-01-01T03:00",
        ),
    ],
    ids=["story", "gathering"],
)
def test_what_comes_or_ends_at_an_hour_is_built_then(
    small_site: Make,
    runs: list[Pelican],
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str | bytes],
    before: str,
    then: str,
) -> None:
    site = small_site(FILES | files)
    site.build()
    was_there = (site.output / "a/index.html").exists()
    set_clock(monkeypatch, before)
    site.build()
    assert len(runs) == 1
    set_clock(monkeypatch, then)
    site.build()
    assert len(runs) == 2
    assert not was_there
    assert (site.output / "a/index.html").exists() == ("posts/a.md" in files)


@pytest.mark.parametrize("option", ["keep_going", "drafts", "strict"])
def test_what_is_asked_for_is_built(small_site: Make, runs: list[Pelican], option: str) -> None:
    site = small_site({"posts/one.md": post("One")})
    site.build()
    # Here "strict" has something to complain of.
    with suppress(BuildError):
        site.build(**{option: True})
    assert len(runs) >= 2


def test_a_plugin_that_does_not_say_what_it_reads_is_asked_each_time(
    small_site: Make, runs: list[Pelican], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site(FILES)
    site.build()
    monkeypatch.delattr(engagement, "DEPENDS_ON")
    site.build()
    site.build()
    assert len(runs) == 3


def test_files_that_plugins_name_count(tmp_path: Path) -> None:
    assert digest_of([tmp_path / "none"])
    (tmp_path / "none").write_text("now it is there")
    assert digest_of([tmp_path / "none"]) != digest_of([tmp_path / "still none"])


def test_a_damaged_note_is_done_without(
    small_site: Make, runs: list[Pelican], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = build_module.site_settings
    changed = {"CACHE_PATH": str(tmp_path / "cache")}
    monkeypatch.setattr(
        build_module, "site_settings", lambda conf, **each: given(conf, **each) | changed
    )
    site = small_site(FILES)
    site.build()
    (note,) = (tmp_path / "cache" / "builds").iterdir()
    note.write_text(note.read_text("utf-8")[:-5], "utf-8")
    site.build()
    assert len(runs) == 2
