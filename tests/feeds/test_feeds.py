"""What readers get, through whole builds."""

import html
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import html5lib
import pytest
from feed_rules import problems
from feeds.identity import authority
from photos import photo
from sites import SITEURL, SmallSite, errors, post

from tools import build as build_module
from tools.build import ROOT, BuildError

Make = Callable[..., SmallSite]
RSS, ATOM, JSON = "feeds/all.rss.xml", "feeds/all.atom.xml", "feeds/all.json"
OURS = "tag:outcome-giraffe.example,2026:"


def ids(site: SmallSite) -> list[set[str]]:
    """The ids of the entries in each format."""
    return [
        *(
            {entry.id for entry in feedparser.parse(site.read(each)).entries}
            for each in (RSS, ATOM)
        ),
        {item["id"] for item in json.loads(site.read(JSON))["items"]},
    ]


def sound(site: SmallSite) -> None:
    """Every feed of the site keeps every rule."""
    for file in (*site.output.glob("feeds/**/*.xml"), site.output / JSON):
        kind = file.name.split(".")[-2] if file.suffix == ".xml" else "json"
        assert problems(file.read_text("utf-8"), kind) == [], file


def full_texts(site: SmallSite) -> list[str]:
    """The first entry's full text in each format."""
    rss, atom = (ElementTree.fromstring(site.read(each).encode()) for each in (RSS, ATOM))
    texts = [rss.findtext("channel/item/{*}encoded"), atom.findtext("{*}entry/{*}content")]
    return [
        *(each or "" for each in texts),
        json.loads(site.read(JSON))["items"][0]["content_html"],
    ]


def test_an_id_stays_whatever_else_of_the_story_changes(small_site: Make) -> None:
    site = small_site({"posts/a.md": post("A", Id="a-b.c_d~e"), "posts/b.md": post("B")})
    site.build()
    first = [{f"{OURS}a-b.c_d~e", f"{OURS}b"}] * 3
    assert ids(site) == first
    changed: dict[str, str | bytes] = {
        "posts/a.md": post("Z", Id="a-b.c_d~e", Date="2024-01-01", Slug="z", Modified="2025-06-01"),
        "posts/b.md": post("Y", Date="2024-02-02", Slug="y", Category="Other"),
    }
    site.write(changed)
    site.build(siteurl="https://elsewhere.example")
    assert "https://elsewhere.example/z/" in site.read(ATOM)
    assert ids(site) == first
    (site.content / "posts/a.md").rename(site.content / "posts/renamed.md")
    site.build()
    assert ids(site) == first


def test_every_wrong_id_is_told_with_file_line_and_remedy(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site(
        {
            "posts/a.md": post("A", Id="same"),
            "posts/b.md": post("B", Status="draft", Id="same"),
            "posts/c.md": post("C", Id="d"),
            "posts/d.md": post("D"),
            "posts/e.md": post("E", Id="a b"),
            "posts/f.md": post("F", Id=""),
            "posts/g.md": post("G", Id="g\nId: h"),
            "posts/h.md": post("H"),
        }
    )
    monkeypatch.chdir(site.content)
    with pytest.raises(BuildError) as raised:
        site.build()
    remedy = "write another Id in the newer of them, the copy"
    assert str(raised.value).splitlines() == [
        f'posts/a.md:3: the Id "same" is that of posts/b.md too; {remedy}',
        f'posts/b.md:4: the Id "same" is that of posts/a.md too; {remedy}',
        f'posts/c.md:3: the Id "d" is that of posts/d.md too; {remedy}',
        f'posts/d.md:1: the Id "d" is that of posts/c.md too; {remedy}',
        'posts/e.md:3: Id "a b" may hold only the letters a to z, digits and - . _ ~; change it',
        "posts/f.md:3: Id is empty; take the line out, and python3 bootstrap.py ids writes one",
        "posts/g.md:3: Id stands there twice; take one out",
        'posts/g.md:4: "Id" is in line 3 already; keep one of them',
    ]
    assert not site.output.exists()
    built = site.build(keep_going=True)
    assert len(errors(built)) == 8
    assert ids(site) == [{f"{OURS}h"}] * 3


def test_public_stories_without_an_id_are_told_with_the_task(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = small_site({f"posts/{name}.md": post(name) for name in "abc"})
    site.write({"posts/0.md": post("Draft", Status="draft"), "posts/c.md": post("C", Id="c")})
    monkeypatch.chdir(site.content)
    said = [str(each) for each in site.build().problems if each.rule == "no-id"]
    assert said == [
        f"posts/{name}.md:1: warning: no Id, so the file's name serves, and must stay as it is; "
        "python3 bootstrap.py ids writes it down [no-id]"
        for name in "ab"
    ]


def test_an_authority_that_is_missing_stops_the_build(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, FEED_AUTHORITY=None)
    with pytest.raises(BuildError, match="^FEED_AUTHORITY is missing; write a domain or an e-mail"):
        small_site({"posts/a.md": post()}).build()


@pytest.mark.parametrize("given", ["site.example", "Site.example,2026", "site.example,2026-13", 7])
def test_an_authority_that_is_none_is_told(given: object) -> None:
    with pytest.raises(ValueError, match=f'^FEED_AUTHORITY is "{given}"; write a domain'):
        authority(given)


@pytest.mark.parametrize("given", ["site.example,2026", "me@site.example,2026-02-03"])
def test_a_domain_or_an_address_with_a_date_is_an_authority(given: str) -> None:
    assert authority(given).uri("x") == f"tag:{given}:x"


def with_settings(monkeypatch: pytest.MonkeyPatch, **changed: object) -> None:
    """Build with other settings than the project's."""
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module, "site_settings", lambda conf, **options: given(conf, **options) | changed
    )


def test_every_address_is_absolute_and_nothing_but_the_text_is_there(small_site: Make) -> None:
    body = """See [there](#end), [b]({filename}b.md) and [mail](mailto:a@site.example).[^1]

![A light]({static}/static/x.jpg)

<p class="x" style="color: red"><a href="/blog/b/">root</a> <a href="b?x=1&amp;y">near</a></p>
<picture><source srcset="/blog/static/x.jpg 1x"><img src="/blog/static/x.jpg" alt="Own"></picture>
<video src="/blog/v.mp4" poster="/blog/p.png" controls></video>

## The end {#end}

[^1]: A note.
"""
    files: dict[str, str | bytes] = {
        "posts/a.md": post("A", body, Date="2025-06-01"),
        "posts/b.md": post("B"),
        "static/x.jpg": photo(90, 60),
    }
    site = small_site(files)
    site.build(drafts=True, keep_going=True)
    sound(site)
    for text in full_texts(site):
        root = html5lib.parse(text, namespaceHTMLElements=False)
        links = [a.get("href") for a in root.iter("a")]
        here = f"{SITEURL}/a/"
        assert links[:4] == [
            f"{here}#end",
            f"{SITEURL}/b/",
            "mailto:a@site.example",
            f"{here}#fn:1",
        ]
        assert links[4:] == [
            f"{SITEURL}/b/", f"{here}b?x=1&y", f"{here}#fnref:1", f"{SITEURL}/b/"
        ]  # fmt: skip
        images = [dict(image.attrib) for image in root.iter("img")]
        size = {"src": f"{SITEURL}/static/x.jpg", "width": "90", "height": "60"}
        assert images == [{"alt": "A light", **size}, {"alt": "Own", **size}]
        (video,) = root.iter("video")
        assert (video.get("src"), video.get("poster")) == (
            f"{SITEURL}/v.mp4", f"{SITEURL}/p.png"
        )  # fmt: skip
        for gone in ("<picture", "<source", "srcset", "style=", "class=", " id="):
            assert gone not in text


HOSTILE = {
    "an end of CDATA": "Say ]]> and &lt;![CDATA[ twice",
    "control characters": "A \x01\x02\x0b\x1b bell, \x85 and \ufffd",
    "signs": "Tea & more < less > \"most\" 'all' AT&T R&D",
    "markup": "Use <b>bold</b>, </title> and <script>alert(1)</script>, &copy; &amp; &#65;",
    "emoji": "Giraffe 🦒 family 👩‍👩‍👧 flag 🇳🇴",
    "right to left": "שלום \u202eolleh\u202c مرحبا",
    "entities": "&nbsp;&#8217;&bogus; &#x1; &#xD800; &",
}


def test_hostile_words_stay_words_in_sound_feeds(small_site: Make) -> None:
    files: dict[str, str | bytes] = {
        f"posts/{n}.md": post(
            words, f"{words}\n\n<div>{words}", Summary=words, Tags=f"tea, {words}", Author=words
        )
        for n, words in enumerate(HOSTILE.values())
    }
    site = small_site(files)
    site.build(drafts=True, keep_going=True)
    sound(site)
    items = json.loads(site.read(JSON))["items"]
    assert not [item for item in items if "<script" in item["content_html"]]
    (title,) = (item["title"] for item in items if "</title>" in item["title"])
    for feed in (RSS, ATOM):
        titles = ElementTree.fromstring(site.read(feed).encode()).findall(".//{*}title")
        texts = ["".join(html5lib.parseFragment(each.text).itertext()) for each in titles]
        # A reader of HTML shows the same: the invisible sign keeps it from taking it for HTML.
        assert title in [text.replace("\u2060", "") for text in texts]


def test_a_story_of_a_megabyte_is_whole_in_each_feed(small_site: Make) -> None:
    large = "<pre>" + "Words &amp; <em>more</em> ]]> 🦒\n" * 32_000 + "</pre>\n\nThe end."
    site = small_site({"posts/a.md": post(body=large)})
    assert (site.content / "posts/a.md").stat().st_size > 1_000_000
    site.build()
    for text in full_texts(site):
        assert text.count("<em>") == 32_000
        assert "The\u00a0end." in text


def test_titles_and_summaries_are_plain_text_with_the_right_characters(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post(
                'It\'s "Tea & more"...', Summary="It's R&D -- a < b", Author="Zoë & co"
            )
        }
    )
    site.build()
    (item,) = json.loads(site.read(JSON))["items"]
    assert item["title"] == "It’s “Tea &\u00a0more”…"
    assert item["summary"] == "It’s R&D — a <\u00a0b"
    rss, atom = (ElementTree.fromstring(site.read(each).encode()) for each in (RSS, ATOM))
    assert rss.findtext("channel/item/title") == item["title"]
    assert atom.findtext("{*}entry/{*}title") == item["title"]
    for summary in (rss.findtext("channel/item/description"), atom.findtext("{*}entry/{*}summary")):
        assert html.unescape(summary or "") == item["summary"]
    assert [each["name"] for each in item["authors"]] == ["Zoë & co"]


def test_no_draft_hidden_or_later_story_is_in_any_feed(small_site: Make) -> None:
    site = small_site(
        {
            "posts/trust/a.md": post("A", Tags="tea"),
            "posts/trust/b.md": post("B", "Zebra.", Status="draft", Tags="only drafts"),
            "posts/c.md": post("C", "Zebra.", Status="hidden", Category="Only hidden"),
            "posts/d.md": post("D", "Zebra.", Date="2031-01-01", Tags="only later"),
        }
    )
    site.build()
    names = {name for name in site.files() if name.startswith("feeds/")}
    assert names == {
        RSS, ATOM, JSON, "feeds/index.html", "feeds/topics.opml", "feeds/topic/trust.rss.xml",
        "feeds/topic/trust.atom.xml", "feeds/tag/tea.rss.xml", "feeds/tag/tea.atom.xml",
    }  # fmt: skip
    assert not [name for name in names if "Zebra" in site.read(name)]
    assert ids(site) == [{f"{OURS}a"}] * 3


def test_the_newest_story_is_first_and_no_more_than_twenty_are_there(small_site: Make) -> None:
    files: dict[str, str | bytes] = {
        f"posts/{n:02}.md": post(f"Story {n}", Date=f"2025-03-{n:02}") for n in range(1, 26)
    }
    site = small_site(files | {"posts/de.md": post("Neu", Lang="de", Slug="01", Date="2025-04-01")})
    site.build()
    items = json.loads(site.read(JSON))["items"]
    titles = ["Neu", *(f"Story\u00a0{n}" for n in range(25, 6, -1))]
    assert [item["title"] for item in items] == titles
    assert [item["language"] for item in items[:2]] == ["de", "en"]
    for feed in (RSS, ATOM):
        assert [entry.title for entry in feedparser.parse(site.read(feed)).entries] == titles
    sound(site)


def test_a_feed_says_when_its_newest_entry_changed_and_a_call_changes_no_date(
    small_site: Make,
) -> None:
    call = '[call.talk]\nkind = "link"\nheading = "H"\nbody = "B"\nbutton = "Go"\nurl = "/b/"\n'
    call += '[[placement]]\ncall = "talk"\nslot = "feed"\n'
    site = small_site(
        {
            "calls_to_action.toml": call,
            "posts/a.md": post("A", Date="2025-05-01 09:00", Modified="2025-06-02 10:30"),
            "posts/b.md": post("B", Date="2025-05-03 09:00"),
        }
    )
    site.build()
    before = [dates(site, feed) for feed in (RSS, ATOM)]
    assert "Mon, 02 Jun 2025 10:30:00 -0400</lastBuildDate>" in site.read(RSS)
    assert feedparser.parse(site.read(ATOM)).feed.updated == "2025-06-02T10:30:00-04:00"
    for text in full_texts(site):
        assert "Go</a>" in text
        assert "Read next" in text
    site.write({"calls_to_action.toml": call.replace('"H"', '"Changed"')})
    site.build()
    assert [dates(site, feed) for feed in (RSS, ATOM)] == before
    assert "Changed" in site.read(RSS)


def dates(site: SmallSite, feed: str) -> list[str]:
    """All moments in a feed of XML, in order."""
    root = ElementTree.fromstring(site.read(feed).encode())
    names = ("updated", "published", "lastBuildDate", "pubDate")
    return [each.text or "" for each in root.iter() if each.tag.rpartition("}")[2] in names]


def test_feeds_are_the_same_on_another_day_and_in_another_process(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {
        f"posts/{name}.md": post(name, "Flour and yeast.", Tags="tea, milk") for name in "cabd"
    }
    site = small_site(files)
    site.build()
    first = {name: data for name, data in site.files().items() if name.startswith("feeds/")}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798761600")
    words = ["-m", "invoke", "build", "--siteurl", SITEURL, "--content", str(site.content)]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, *words, "--output", str(tmp_path / "again")],
        cwd=ROOT, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    again = SmallSite(site.content, tmp_path / "again").files()
    assert {name: again[name] for name in first} == first
    titles = [item["title"] for item in json.loads(site.read(JSON))["items"]]
    assert titles == ["a", "b", "c", "d"]


def test_opml_leads_to_each_topic(small_site: Make) -> None:
    site = small_site(
        {"posts/a.md": post("A", Category="Trust"), "posts/b.md": post("B", Category="Tea & <b>")}
    )
    site.build()
    root = ElementTree.fromstring(site.read("feeds/topics.opml"))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    found = {each.get("text"): each.attrib for each in root.iterfind("body/outline/outline")}
    assert [*found] == ["Tea & <b>", "Trust"]
    assert found["Trust"]["xmlUrl"] == f"{SITEURL}/feeds/topic/trust.rss.xml"
    assert found["Trust"]["htmlUrl"] == f"{SITEURL}/topic/trust/"
    assert {each["type"] for each in found.values()} == {"rss"}


def test_every_page_announces_its_feeds_and_one_lists_them_all(small_site: Make) -> None:
    site = small_site({"posts/a.md": post("A", Category="Trust", Tags="tea")})
    site.build()
    own = [f"{SITEURL}/{each}" for each in (RSS, ATOM, JSON)]
    topic, tag = (
        [f"{SITEURL}/feeds/{of}.{kind}.xml" for kind in ("rss", "atom")]
        for of in ("topic/trust", "tag/tea")
    )
    for name in site.files():
        if name.endswith(".html"):
            page = html5lib.parse(site.read(name), namespaceHTMLElements=False)
            links = [each for each in page.iter("link") if each.get("rel") == "alternate"]
            wanted = {"topic/trust/index.html": topic, "tag/tea/index.html": tag}.get(name, [])
            assert [each.get("href") for each in links] == own + wanted, name
            assert all("Outcome Giraffe" in each.get("title", "") for each in links)
            assert any(a.get("href") == "/blog/feeds/" for a in page.iter("a")), name
    page = html5lib.parse(site.read("feeds/index.html"), namespaceHTMLElements=False)
    assert ["".join(code.itertext()) for code in page.iter("code")] == own + topic + tag


def test_where_rss_is_to_have_summaries_alone_it_has_no_full_text(
    small_site: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, RSS_FEED_SUMMARY_ONLY=True, FEED_APPEND_REF=True)
    site = small_site(
        {"posts/a.md": post("A", "## Zebra\n\n[Here](#zebra) we are.", Summary="Short.")}
    )
    site.build()
    sound(site)
    assert "Zebra" not in site.read(RSS)
    assert ids(site) == [{f"{OURS}a"}] * 3
