"""Two real feed readers subscribe, come back after an edit, and know every story again."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from reader import Entry, make_reader
from sites import SmallSite, post

Make = Callable[..., SmallSite]
Serve = Callable[[Path, str], str]
KINDS = ("rss.xml", "atom.xml", "json")


@pytest.fixture
def address(small_site: Make, serve: Serve) -> tuple[SmallSite, str]:
    """A site of two stories, and where it is served."""
    site = small_site({"posts/a.md": post("Frist", Id="a"), "posts/b.md": post("Second", Id="b")})
    site.output.mkdir()
    url = serve(site.output, "/blog")
    site.build(siteurl=url)
    return site, url


def edit(site: SmallSite, url: str) -> None:
    """Mend a title and its address, take a story's date back, write a new one; move nothing."""
    site.write(
        {
            "posts/a.md": post("First", Id="a", Slug="first", Modified="2025-06-01"),
            "posts/b.md": post("Second", Id="b", Date="2025-04-01"),
            "posts/c.md": post("Third", Id="c", Date="2025-07-01"),
        }
    )
    site.build(siteurl=url)
    # A server tells of a change to the second, and all of this takes no longer.
    for file in (site.output / "feeds").iterdir():
        os.utime(file, (file.stat().st_mtime + 60,) * 2)


@pytest.mark.parametrize("kind", KINDS)
def test_reader_shows_an_edit_as_an_update_and_nothing_twice(
    address: tuple[SmallSite, str], kind: str
) -> None:
    site, url = address
    with make_reader(":memory:") as reader:
        feed = f"{url}/feeds/all.{kind}"
        reader.add_feed(feed)
        reader.update_feed(feed)
        first = {entry.title: entry for entry in reader.get_entries()}
        assert {*first} == {"Frist", "Second"}
        for entry in first.values():
            reader.mark_entry_as_read(entry)
        again = reader.update_feed(feed)
        assert not again or (again.new, again.modified) == (0, 0)
        edit(site, url)
        changed = reader.update_feed(feed)
        assert changed
        assert (changed.new, changed.modified) == (1, 2)
        second: dict[str | None, Entry] = {entry.title: entry for entry in reader.get_entries()}
        assert {*second} == {"First", "Second", "Third"}
        assert second["First"].id == first["Frist"].id
        assert [entry.title for entry in reader.get_entries(read=False)] == ["Third"]
        text = second["First"].get_content(prefer_summary=False)
        assert text
        assert "Some\u00a0words." in text.value


@pytest.mark.parametrize("kind", KINDS[:2])
def test_newsboat_shows_an_edit_as_an_update_and_nothing_twice(
    address: tuple[SmallSite, str], tmp_path: Path, kind: str
) -> None:
    newsboat = shutil.which("newsboat")
    if not newsboat:
        assert not os.environ.get("CI"), ".ci/run installs newsboat; it is not there"
        pytest.skip("no newsboat: apt-get install newsboat")
    site, url = address
    home = tmp_path / "home"
    home.mkdir()
    (home / "urls").write_text(f"{url}/feeds/all.{kind}\n")
    (home / "config").write_text("")
    files = ["-u", str(home / "urls"), "-c", str(home / "cache.db"), "-C", str(home / "config")]

    def titles() -> dict[str, str]:
        subprocess.run(
            [newsboat, *files, "--execute=reload"], check=True, capture_output=True, timeout=60,
            env={**os.environ, "HOME": str(home)},
        )  # fmt: skip
        with closing(sqlite3.connect(home / "cache.db")) as cache:
            rows = cache.execute("SELECT guid, title FROM rss_item").fetchall()
        assert len(rows) == len({guid for guid, _ in rows})
        return dict(rows)

    own = "tag:outcome-giraffe.example,2026:"
    assert titles() == titles() == {f"{own}a": "Frist", f"{own}b": "Second"}
    edit(site, url)
    assert titles() == {f"{own}a": "First", f"{own}b": "Second", f"{own}c": "Third"}
