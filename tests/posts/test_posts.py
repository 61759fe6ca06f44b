"""What becomes of a Markdown file, in whole builds of small sites."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from markdown.blockprocessors import ParagraphProcessor
from photos import PNG
from posts.receivers import TextReader
from sites import SITEURL, SmallSite, errors, post

from tools import build as build_module
from tools.build import BuildError

Make = Callable[..., SmallSite]
HOSTILE = '<script>alert("x")</script> & <b>'


def test_front_matter_is_text_wherever_it_stands(small_site: Make) -> None:
    site = small_site(
        {"posts/a.md": post(HOSTILE, Tags=HOSTILE, Category=HOSTILE, Summary=HOSTILE)}
    )
    site.build(drafts=True, keep_going=True)
    for name, data in site.files().items():
        # In JSON all is text.
        if not name.startswith("theme/") and not name.endswith(".json"):
            assert b"<script>alert" not in data.replace(b"&lt;script>", b""), name
            assert b"<b>" not in data, name
    assert "&lt;script&gt;alert" in site.read("a/index.html")


def test_a_title_keeps_its_typography(small_site: Make) -> None:
    site = small_site({"posts/a.md": post('Fish & "chips"')})
    site.build()
    assert '<span class="amp">&amp;</span>' in site.read("a/index.html")
    assert "<title>Fish &amp;\xa0“chips” · " in site.read("a/index.html")


def test_a_story_dated_ahead_waits_for_its_day_in_the_sites_time_zone(small_site: Make) -> None:
    site = small_site(
        {
            "posts/past.md": post(Date="2025-12-31 18:59"),
            "posts/ahead.md": post(Date="2025-12-31 19:01"),
        }
    )
    site.build()
    assert (site.output / "past/index.html").exists()
    assert not [name for name in site.files() if "ahead" in name or "drafts" in name]
    assert "ahead" not in site.read("feeds/all.atom.xml")


def test_a_draft_has_no_public_address_not_even_by_save_as(small_site: Make) -> None:
    site = small_site(
        {"posts/a.md": post(Status="draft", Save_as="secret.html", Url="secret.html")}
    )
    site.build()
    assert not [name for name in site.files() if "secret" in name or name.startswith("a/")]


def test_a_picture_that_only_a_draft_shows_is_not_public(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post(body="![both]({attach}both.png)"),
            "posts/b.md": post(
                body="![both]({attach}both.png) ![own]({attach}own.png)", Status="draft"
            ),
            "posts/c.md": post(body="![c]({static}ahead.png)", Date="2027-01-01"),
            "posts/own.png": PNG,
            "posts/both.png": PNG,
            "posts/ahead.png": PNG,
        }
    )
    site.build()
    assert [name for name in site.files() if name in ("a/both.png", "a/own.png")] == ["a/both.png"]
    assert "posts/ahead.png" not in site.files()
    site.build(drafts=True)
    assert [n for n in site.files() if n.endswith("own.png")] == ["drafts/b/own.png"]


def test_pages_and_translations_that_are_drafts_have_no_public_file(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post("A"),
            "posts/a-de.md": post("A auf Deutsch", Slug="a", Lang="de", Status="draft"),
            "pages/p.md": "Title: P\nStatus: draft\n\n![p]({attach}p.png)",
            "pages/p.png": PNG,
            "pages/q-de.md": "Title: Q\nStatus: draft\nLang: de\n\nq",
        }
    )
    site.build()
    found = [name for name in site.files() if name.startswith(("de/", "p/", "q", "drafts/"))]
    assert found == []
    site.build(drafts=True)
    assert {"drafts/p/index.html", "drafts/p/p.png"} <= site.files().keys()
    assert {"drafts/de/a/index.html", "drafts/de/q-de/index.html"} <= site.files().keys()


def test_a_hidden_story_dated_ahead_waits_too(small_site: Make) -> None:
    site = small_site(
        {"posts/a.md": post(Status="hidden", Date="2027-01-01"), "posts/b.md": post()}
    )
    site.build()
    assert "a/index.html" not in site.files()


def test_a_draft_needs_no_date_and_shows_none(small_site: Make) -> None:
    site = small_site({"posts/a.md": "Title: A\nStatus: draft\n\nText."})
    assert [day for _, day in site.build().held_back] == [None]
    site.build(drafts=True)
    assert "9999" not in site.read("drafts/a/index.html")


def test_a_second_page_of_stories_is_reached_from_the_first(small_site: Make) -> None:
    site = small_site({f"posts/s{n}.md": post(f"S{n}", Tags="t") for n in range(13)})
    site.build()
    assert 'rel="next" href="/blog/page/2/"' in site.read("index.html")
    second = site.read("page/2/index.html")
    assert 'rel="prev" href="/blog/"' in second
    assert f'<link rel="canonical" href="{SITEURL}/page/2/">' in second
    assert "page 2" in second.split("</title>")[0]
    assert 'rel="prev" href="/blog/tag/t/"' in site.read("tag/t/page/2/index.html")


def test_what_is_held_back_is_told_with_its_day(small_site: Make) -> None:
    site = small_site(
        {"posts/b.md": post(Status="draft"), "posts/c.md": post(Date="2027-01-01 10:00")}
    )
    held_back = {Path(file).name: day for file, day in site.build().held_back}
    assert held_back["b.md"] is None
    assert f"{held_back['c.md']:%Y-%m-%d %H:%M}" == "2027-01-01 10:00"
    assert site.build(drafts=True).held_back == ()


def test_drafts_and_stories_dated_ahead_are_shown_and_marked_on_request(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post("A"),
            "posts/b.md": post("B", Status="draft"),
            "posts/c.md": post("C", Date="2026-02-01"),
        }
    )
    site.build(drafts=True)
    assert "draft-badge" not in site.read("a/index.html")
    assert "Draft" in site.read("drafts/b/index.html").split("draft-badge")[1]
    assert "1 February 2026" in site.read("drafts/c/index.html").split("draft-badge")[1]
    home = site.read("index.html")
    assert "/drafts/b/" in home
    assert "/drafts/c/" in home
    site.build()
    assert "draft" not in site.read("index.html")


def test_links_hold_under_a_sub_path_and_are_absolute_in_feeds(small_site: Make) -> None:
    site = small_site({"posts/a.md": post(body="[b]({filename}b.md)"), "posts/b.md": post()})
    site.build(siteurl="https://site.example/sub/")
    assert 'href="/sub/b/">b</a>' in site.read("a/index.html")
    assert "https://site.example/sub/b/" in site.read("feeds/all.rss.xml")
    site.build(siteurl="https://site.example")
    assert 'href="/b/">b</a>' in site.read("a/index.html")


UNUSABLE = [
    ("posts/x.md", "Title: T\n\nx", 'x.md:1: no date; write "Date: 2026-01-31"'),
    ("posts/x.md", "Date: 2026-01-01\n\nx", 'x.md:1: no title; write "Title: …"'),
    ("posts/x.md", "Date: 2026-01-01\nTitle:\n\nx", "x.md:2: no title"),
    ("posts/x.md", post(Date="2026-13-01"), 'x.md:2: date "2026-13-01" is not a date; write it'),
    ("posts/x.md", post(Modified="soon"), 'x.md:3: modified "soon" is not a date'),
    ("posts/x.md", post(Status="pubished"), 'x.md:3: status "pubished" is unknown; known: publ'),
    ("posts/x.md", "\n" + post(), "x.md:1: a blank line stands before the front matter"),
    ("posts/x.md", post("Caf\xe9").encode("latin-1"), "x.md:1: byte 0xe9 is not UTF-8; save"),
    ("posts/x.MD", post(), "x.MD:1: the ending is not in small letters, so it is not read"),
    ("posts/x.md", post(Slug="../../up"), 'x.md:3: slug "../../up" leads out of the site'),
    ("posts/x.md", post(Save_as="/etc/up.html"), 'x.md:3: save_as "/etc/up.html" leads out'),
    ("posts/x.md", post(Template="nope"), 'x.md:3: there is no template "nope"; take the line'),
    ("posts/x.md", post(Slug="x" * 300), "x.md:3: its address is too long"),
    ("posts/x.md", post(Slug="a\0b"), "x.md:3: its address 'a\\x00b' holds a control"),
    ("posts/x.md", post(Slug="a/b"), "x.md:3: its address holds / and would not work; write Sl"),
    ("posts/x.md", post(Slug="what?now"), "x.md:3: its address holds ? and would not work"),
    ("posts/x.md", post(Url="/evil.example/"), 'x.md:3: its address "/evil.example/" leads out'),
    ("posts/x.html", "<p>Hello</p>", "x.html:1: posts are Markdown files whose names end in .md"),
    ("posts/x.md", post(Slug="archives"), "x.md:3: has the same address as the site's own page"),
    ("posts/x.md", post(Save_as="index.html"), "x.md:3: has the same address as the site's own"),
    ("posts/x.md", post(Slug="GOOD"), "x.md:3: has the same address as"),
    ("posts/x.md", post(body="One.\n\n[a](//[b)"), 'x.md:6: the link "//[b" is no address'),
    ("posts/x.md", post(body="![a]({static}//[b)"), 'x.md:4: the link "//[b" is no address'),
    ("pages/x.md", "Slug: good\nTitle: P\n\nx", "x.md:1: has the same address as"),
    ("pages/x.md", "Slug: p\n\nx", "x.md:1: no title"),
    ("pages/x.md", "Title: P\nTemplate: nope\n\nx", 'x.md:2: there is no template "nope"'),
]


@pytest.mark.parametrize(("name", "text", "problem"), UNUSABLE)
def test_a_post_that_cannot_be_used_stops_the_build_or_is_left_out(
    small_site: Make, name: str, text: str | bytes, problem: str
) -> None:
    site = small_site({"posts/good.md": post("Good")})
    site.build()
    alone = site.files()
    site.write({name: text})
    with pytest.raises(BuildError) as raised:
        site.build()
    assert problem in str(raised.value)
    assert site.files() == alone
    (said,) = errors(site.build(keep_going=True))
    assert problem in said
    assert site.files() == alone


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("[x]({filename}b.md)", ""),
        ("[x]({filename}/posts/b.md#part)", ""),
        ("[x]({filename}../pages/p.md)", ""),
        ("![x]({static}/posts/x%20y.png)", ""),
        ("![x]({attach}x%20y.png)", ""),
        ("[x]({tag}news)", ""),
        ("[x]({filename}bb.md)", 'no "posts/bb.md"; did you mean "posts/b.md"?'),
        ("[x]({filename}d.md)", "leads to a story that is not public; take it out until it is"),
        ("[x]({filename}bad.md)", "leads to a post that cannot be used; mend that post"),
        ("![x]({static}/posts/z.png)", 'leads to no file: there is no "posts/z.png"'),
        ("![x]({attach}xx%20y.png)", 'no "posts/xx y.png"; did you mean "posts/x y.png"?'),
    ],
)
def test_a_link_that_leads_nowhere_is_told_with_its_line(
    small_site: Make, link: str, problem: str
) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", f"One line.\n\nAnother: {link}"),
            "posts/b.md": post("B", "## Part\n\n![x]({static}x%20y.png)", Tags="news"),
            "posts/d.md": post("D", "Draft with [a dead link]({filename}gone.md).", Status="draft"),
            "posts/bad.md": post("Bad", Date="soon"),
            "posts/x y.png": PNG,
            "pages/p.md": "Title: P\n\np",
        }
    )
    about_links = [line for line in errors(site.build(keep_going=True)) if "bad.md:" not in line]
    assert len(about_links) == bool(problem), about_links
    if problem:
        assert "a.md:6: {" in about_links[0]
        assert problem in about_links[0]
        with pytest.raises(BuildError, match="a.md:6"):
            site.build()
    assert ("a/index.html" in site.files()) == (not problem)


def test_all_unusable_posts_are_told_at_once_in_the_order_of_files(small_site: Make) -> None:
    site = small_site(
        {f"posts/{n}-{name[6:]}": text for n, (name, text, _) in enumerate(UNUSABLE[:12], 10)}
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    said = str(raised.value).splitlines()
    assert [int(line.split("/posts/")[1][:2]) for line in said] == list(range(10, 22))


def test_a_wrong_clock_is_told(small_site: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    site = small_site({"posts/a.md": post()})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(BuildError, match='SOURCE_DATE_EPOCH is "yesterday"; it must be a whole'):
        site.build()


def test_a_wrong_time_zone_is_told(small_site: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    site = small_site({"posts/a.md": post()})
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module,
        "site_settings",
        lambda conf, **options: {**given(conf, **options), "TIMEZONE": "America/NewYork"},
    )
    with pytest.raises(BuildError, match='no time zone "America/NewYork"; did you mean "America/'):
        site.build()


def test_a_post_is_read_as_if_it_were_the_only_one(tmp_path: Path) -> None:
    uses = "HTML, a [link][it] and a note[^1].\n\n1. one\n\n## Part\n\n<div>&copy;</div>"
    defines = "\n\n*[HTML]: Language\n\n[it]: /there\n\n[^1]: Said here."
    texts = {
        "a.md": post("A", f"{uses}{defines}", Tags="t", Summary="S"),
        "b.md": post("B", uses),
        "c.md": "",
        "d.md": post("D", f"{uses}{defines}".replace("1. one", "3. three")),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in texts]
    settings = build_module.site_settings("pelicanconf.py")
    reader = TextReader(settings)
    for file in (*files, *files[::-1]):
        assert reader.read(file) == TextReader(settings).read(file), file


def test_a_post_that_cannot_be_read_leaves_nothing_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text(post(body="- STOP"))
    (tmp_path / "b.md").write_text(post(body="A paragraph."))
    real = ParagraphProcessor.run

    def run(self: ParagraphProcessor, parent: Any, blocks: list[str]) -> None:
        if "STOP" in blocks[0]:
            raise ValueError
        real(self, parent, blocks)

    monkeypatch.setattr(ParagraphProcessor, "run", run)
    reader = TextReader(build_module.site_settings("pelicanconf.py"))
    before = reader.read(str(tmp_path / "b.md"))
    with pytest.raises(ValueError):
        reader.read(str(tmp_path / "a.md"))
    assert reader.read(str(tmp_path / "b.md")) == before
