"""Each thing that must not be published, in a built site that has nothing else wrong."""

import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from publishing import PUBLIC

from tools import built_site
from tools.built_site import answers, problems_of

NOW = datetime(2100, 1, 1, tzinfo=UTC)
Change = Callable[[Path], object]


@pytest.fixture
def site(public_site: Path, tmp_path: Path) -> Path:
    """A copy of a built site, to be spoilt."""
    return shutil.copytree(public_site, tmp_path / "site")


def body(html: str, name: str = "about/index.html") -> Change:
    """Put HTML into a page."""

    def change(site: Path) -> None:
        text = (site / name).read_text("utf-8")
        (site / name).write_text(text.replace("</main>", f"{html}</main>"), "utf-8")

    return change


def write(name: str, content: str | bytes = "words") -> Change:
    """Add or replace a file."""

    def change(site: Path) -> None:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def replace(name: str, old: str, new: str) -> Change:
    """Change words of a file."""

    def change(site: Path) -> None:
        text = (site / name).read_text("utf-8")
        assert old in text
        (site / name).write_text(text.replace(old, new), "utf-8")

    return change


def grow(name: str, size: int) -> Change:
    """Make a file of that many bytes, which takes no room."""

    def change(site: Path) -> None:
        (site / name).touch()
        os.truncate(site / name, size)

    return change


def repository(site: Path) -> None:
    for name in ("objects", "refs"):
        (site / "old.git" / name).mkdir(parents=True)
    (site / "old.git" / "HEAD").touch()


def test_a_site_that_a_build_made_has_nothing_wrong(site: Path) -> None:
    write(".well-known/security.txt")(site)
    write("google123.html", "google-site-verification: google123.html")(site)
    body('<a href="https://python.org/x">a</a> <a href="/blog/about#top">b</a> <a href="">c</a>')(
        site
    )
    body('<a href="https://writer.github.io/other/">other</a> <a href="mailto:?subject=x">m</a>')(
        site
    )
    body('<a href="../story-1/#:~:text=words">d</a> <a href="/blog/story-1?ref=x#Content">e</a>')(
        site
    )
    body('<p id="ü">x</p><a href="#%C3%BC">f</a> <a href="tel:+123">t</a>')(site)
    assert problems_of(site, PUBLIC, NOW) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda site: (site / "index.html").unlink(), "index.html is missing: the build is not"),
        (lambda site: (site / "404.html").unlink(), "404.html is missing"),
        (lambda site: (site / ".nojekyll").unlink(), ".nojekyll is missing"),
        (lambda site: (site / "addresses.json").unlink(), "addresses.json is missing"),
        (lambda site: shutil.rmtree(site) or site.mkdir(), "^index.html is missing"),
        (write("index.html", ""), "index.html is no page: it has no <!DOCTYPE html>"),
        (write("addresses.json", "{}"), "addresses.json names no story: the site is empty"),
        (replace("about/index.html", "</html>", ""), "about/index.html ends in the middle"),
        (lambda site: (site / "feeds/all.atom.xml").unlink(),
         r'404.html: ".*/blog/feeds/all.atom.xml" leads to nothing \(so in \d+ other files\)'),
        (replace("feeds/all.rss.xml", "</rss>", ""), "all.rss.xml cannot be read: no element"),
        (write("feeds/all.rss.xml", "<rss/>"), "feeds/all.rss.xml is a feed without a story"),
        (replace("index.html", "application/", "text/"), "index.html names no feed"),
        (write("site.webmanifest", "{"), "site.webmanifest cannot be read: Expecting property"),
        (write("about/index.html", b"<!doctype html>\xff</html>"), "about/index.html cannot be r"),
        # What nobody is to see
        (write(".env"), "'.env' starts with a dot"),
        (write("static/.DS_Store"), "'static/.DS_Store' starts with a dot"),
        (write("static/.git/config"), "'static/.git' starts with a dot"),
        (write("static/.nojekyll"), "'static/.nojekyll' starts with a dot"),
        (repository, "old.git/ is a git repository"),
        (write("about/index.html~"), "'about/index.html~' is what an editor or a system left"),
        (write("#a.md#"), "'#a.md#' is what an editor"),
        (write("a.swp"), "'a.swp' is what an editor"),
        (write("Thumbs.db"), "'Thumbs.db' is what an editor"),
        (write("drafts/a/index.html"), "'drafts' is for drafts, which are not public"),
        (write('a"b.txt'), "'a\"b.txt' has a sign in its name"),
        (write("a\nb.txt"), r"'a\\nb.txt' has a sign in its name"),
        (lambda site: (site / "passwd").symlink_to("/etc/passwd"), "passwd is a symbolic link"),
        (lambda site: (site / "etc").symlink_to("/etc"), "etc is a symbolic link"),
        (lambda site: os.mkfifo(site / "pipe"), "pipe is no file"),
        (grow("a.mp4", 100_000_001), "a.mp4 has 100 MB; GitHub takes up to 100 MB a file"),
        (lambda site: [grow(f"{n}.mp4", 99_000_000)(site) for n in range(11)],
         "the site has 1.1 GB; GitHub takes up to 1 GB"),
        (replace("story-1/index.html", 'time" content="2025', 'time" content="2125'),
         "story-1/index.html is a story of 2125-.*, which is still to come"),
        # Addresses
        (body('<a href="../gone/">x</a>'), 'about/index.html: "../gone/" leads to nothing'),
        (body('<a href="/blog/About/">x</a>'), '"/blog/About/" leads to nothing'),
        (body('<a href="/about/">x</a>'), '"/about/" leads out of the site, .* below /blog/'),
        (body('<a href="#nowhere">x</a>'), '"#nowhere" leads to no place on about/index.html'),
        (body('<a href="../story-1/#no">x</a>'), '"../story-1/#no" leads to no place on story-1'),
        (body(f'<a href="{PUBLIC}/gone">x</a>'), f'"{PUBLIC}/gone" leads to nothing'),
        (body('<img src="/blog/x.png" srcset="/blog/y.png 1x, /blog/z.png 2x">'),
         '"/blog/z.png" leads to nothing'),
        (body('<video poster="/blog/p.png"></video>'), '"/blog/p.png" leads to nothing'),
        (body('<form action="/blog/send/"></form>'), '"/blog/send/" leads to nothing'),
        (body('<object data="/blog/o.svg"></object>'), '"/blog/o.svg" leads to nothing'),
        (body('<meta http-equiv="refresh" content="0; url=/blog/r/">'), '"/blog/r/" leads to no'),
        (replace("index.html", 'image" content="https', 'image" content="http://localhost:8000/#'),
         '"http://localhost:8000/#.*" leads to no public site'),
        (body('<a href="mailto:me@site.example">x</a>'), "is nobody's address; write the real"),
        (body('<a href="https://[">x</a>'), '"https://\\[" is no address'),
        (write("theme/more.css", "a { background: url('gone.png') }"), 'more.css: "gone.png"'),
        (write("theme/more.css", '@import "gone.css";'), '"gone.css" leads to nothing'),
        (replace("sitemap.xml", f"{PUBLIC}/about/", f"{PUBLIC}/gone/"), "sitemap.xml: .*/gone/"),
        (replace("feeds/all.atom.xml", PUBLIC, "http://localhost"), "atom.xml: .*no public site"),
    ],
)  # fmt: skip
def test_what_must_not_be_published_is_told(site: Path, change: Change, problem: str) -> None:
    change(site)
    problems = problems_of(site, PUBLIC, NOW)
    assert [line for line in problems if re.search(problem, line)], problems
    assert all("\n" not in line for line in problems)


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8000/x",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://192.168.1.2/",
        "https://your-site.example/",
        "https://www.example.com/",
    ],
)
def test_an_address_that_readers_cannot_reach_is_told(site: Path, address: str) -> None:
    body(f'<a href="{address}">x</a>')(site)
    assert problems_of(site, PUBLIC, NOW) == [
        f'about/index.html: "{address}" leads to no public site'
    ]


def test_one_dead_link_on_every_page_is_one_line(site: Path) -> None:
    for page in sorted(site.rglob("*.html")):
        body('<a href="/blog/gone/">x</a>', page.relative_to(site).as_posix())(site)
    pages = len(list(site.rglob("*.html")))
    assert problems_of(site, PUBLIC, NOW) == [
        f'404.html: "/blog/gone/" leads to nothing (so in {pages - 1} other files)'
    ]


@pytest.mark.parametrize(
    ("path", "answered"),
    [("", True), ("a/", True), ("a", True), ("a/index.html", True), ("b", True), ("b.html", True),
     ("b/", False), ("c", False), ("A/", False)],
)  # fmt: skip
def test_github_pages_answers_to_files_folders_and_names_without_ending(
    path: str, answered: bool
) -> None:
    assert answers({"index.html", "a/index.html", "b.html"}, path) is answered


def test_limits_are_those_of_github() -> None:
    assert built_site.LARGEST_FILE <= 100 * 1024**2
    assert built_site.LARGEST_SITE <= 1024**3
