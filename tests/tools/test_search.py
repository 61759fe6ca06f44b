"""The search index of a build: what is in it, and what happens where there can be none."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sites import SmallSite, post

from tools.build import BuildError
from tools.search import search_index

Make = Callable[..., SmallSite]
NEEDED = {
    "pagefind.js",
    "pagefind-entry.json",
    "pagefind.en_*.pf_meta",
    "wasm.en.pagefind",
    "index/en_*.pf_index",
    "fragment/en_*.pf_fragment",
}


def texts(site: SmallSite) -> dict[str, dict[str, Any]]:
    """What the index knows of each page, by its address in the site."""
    found = {}
    for file in (site.output / "pagefind" / "fragment").iterdir():
        text = gzip.decompress(file.read_bytes()).removeprefix(b"pagefind_dcd")
        page = json.loads(text)
        found[page["url"]] = page
    return found


def test_stories_and_pages_are_in_it_and_nothing_that_stands_around_them(small_site: Make) -> None:
    call = '[call.talk]\nkind = "link"\nheading = "H"\nbody = "B"\nbutton = "S"\nurl = "/about/"\n'
    site = small_site(
        {
            "calls_to_action.toml": call,
            "posts/a.md": post(
                "A & <b>",
                "Flour.\n\n[[cta talk]]\n\n## Salt\n\nEnd.",
                Tags="tea",
                Allow="bad-title (x)",
            ),
            "posts/b.md": post("B", "Mehl.", Lang="de", Category='Tea & "more"'),
            "posts/c.md": post("C", Status="draft"),
            "posts/d.md": post("D", Status="hidden"),
            "posts/e.md": post("E", Date="2031-01-01 09:00"),
            "pages/about.md": "Title: About\n\nI bake.",
            "pages/thanks.md": "Title: Thanks\nStatus: hidden\n\nThank you.",
            "static/old.html": "<!doctype html><html><p>caf\xe9".encode("latin-1"),
        }
    )
    site.build()
    found = texts(site)
    assert {url: (page["meta"]["title"], page["content"]) for url, page in found.items()} == {
        "/a/": ("A &\xa0<b>", "Flour. Salt. End."),
        "/about/": ("About", "I bake."),
        "/de/b/": ("B", "Mehl."),
    }
    assert found["/a/"]["meta"]["topic"] == "posts"
    assert found["/de/b/"]["meta"]["topic"] == 'Tea & "more"'
    assert "topic" not in found["/about/"]["meta"]


def test_where_nothing_is_public_nothing_is_in_it(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(Status="draft")})
    site.build()
    names = [name for name in site.files() if name.startswith("pagefind/")]
    assert names == ["pagefind/pagefind.js"]


def test_only_the_files_that_searching_needs_are_kept(small_site: Make) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    names = [name for name in site.files() if name.startswith("pagefind/")]
    patterns = {re.sub(r"en_\w+", "en_*", name.removeprefix("pagefind/")) for name in names}
    assert patterns == NEEDED


def test_it_is_the_same_in_whatever_order_the_pages_come(real_site: Path) -> None:
    pages = {
        page.relative_to(real_site).as_posix(): page.read_text("utf-8")
        for page in sorted(real_site.rglob("*.html"))
    }
    built = {
        file.relative_to(real_site / "pagefind").as_posix(): file.read_bytes()
        for file in (real_site / "pagefind").rglob("*")
        if file.is_file()
    }
    assert search_index(pages, "en") == built
    assert search_index(dict(reversed(pages.items())), "en") == built


def test_a_language_that_pagefind_does_not_know_is_searched_all_the_same() -> None:
    files = search_index({"a/index.html": "<html><p data-pagefind-body>ok</p>"}, "tlh")
    assert "wasm.unknown.pagefind" in files
    assert json.loads(files["pagefind-entry.json"])["languages"]["tlh"]["page_count"] == 1


def test_the_writer_hears_nothing_of_it(
    small_site: Make, capfd: pytest.CaptureFixture[str]
) -> None:
    small_site({"posts/a.md": post()}).build()
    said = capfd.readouterr()
    assert [line for line in (said.out + said.err).splitlines() if "index" in line.lower()] == []


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("#!/bin/sh\necho the disk is full >&2\nexit 3\n", "the disk is full"),
        ("#!/bin/sh\nhead -c 1 >/dev/null\nexit 0\n", "it ended without an answer"),
        ("#!/bin/sh\nprintf 'no base64,'\ncat >/dev/null\n", "no search index"),
        ("#!/bin/sh\nprintf '%s,' \"$(printf '{}' | base64)\"\ncat >/dev/null\n", "payload"),
        (
            "#!/bin/sh\n"
            'printf \'%s,\' "$(printf \'{"payload": {"type": "Error", "message": "too old"}}\''
            ' | base64 -w 0)"\ncat >/dev/null\n',
            "too old",
        ),
        ("no program", "Exec format error"),
    ],
)
def test_when_it_fails_the_last_good_output_stays(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, why: str
) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    before = site.files()
    program = tmp_path / "pagefind"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(program))
    # Of the same pages the index is known.
    assert site.build().pages
    site.write({"posts/a.md": post("Another title")})
    with pytest.raises(BuildError, match=r"made no search index.*remove the folder .venv") as told:
        site.build()
    assert why in str(told.value)
    assert site.files() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "my content",
        "my output",
        "pagefind",
    ]


def test_when_it_is_missing_the_remedy_is_told(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = small_site({"posts/a.md": post()})
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(tmp_path / "gone"))
    with pytest.raises(BuildError, match=r"No such file.*gone.*remove the folder .venv"):
        site.build()

    def missing() -> Path:
        raise FileNotFoundError("Could not find any of [pagefind]")

    for executable in (missing, lambda: None):
        monkeypatch.setattr("pagefind.service.get_executable", executable)
        with pytest.raises(BuildError, match=r"Pagefind.*remove the folder .venv"):
            site.build()
    assert not site.output.exists()
