"""Every rule of the three formats holds for what is built, and is broken by one fixture."""

from collections.abc import Callable
from pathlib import Path

import pytest
from feed_rules import RULES, problems
from sites import SITEURL, SmallSite, post

FEEDS = {"rss": "feeds/all.rss.xml", "atom": "feeds/all.atom.xml", "json": "feeds/all.json"}
Make = Callable[..., SmallSite]
# For each rule what breaks it: words of the feed, and what to write in their place.
BROKEN = {
    "rss": {
        "version_is_two": ('version="2.0"', 'version="0.9"'),
        "channel_has_what_it_must_once": ("<language>en</language>", ""),
        "elements_are_known": ("<lastBuildDate>", "<ttl>9</ttl><lastBuildDate>"),
        "items_come_last": ("</item></channel>", "</item><docs>x</docs></channel>"),
        "channel_links_to_itself": ('rel="self"', 'rel="via"'),
        "addresses_are_whole": (f"<link>{SITEURL}/b/", "<link>/b/"),
        "language_is_a_code": (">en<", ">English<"),
        "image_is_that_of_the_channel": ("touch-icon.png", "touch-icon.svg"),
        "dates_are_of_rfc_2822": ("<pubDate>Fri,", "<pubDate>Sat,"),
        "titles_are_plain": ("<title>First", "<title>&lt;b>First&lt;/b>"),
        "items_have_each_thing_once": ("<pubDate>", "<pubDate/><pubDate>"),
        "descriptions_come_before_texts": ("<description>Words.</description>", ""),
        "guids_are_tag_uris_and_no_links": (' isPermaLink="false"', ""),
        "guids_differ": (":b</guid>", ":a</guid>"),
        "authors_have_names": (">Ada</dc:creator>", "> </dc:creator>"),
        "texts_are_html_that_readers_keep": (f'href="{SITEURL}/b/', 'href="/b/'),
        "built_when_the_newest_entry_changed": ("Date>Sat, 03 May", "Date>Thu, 03 Apr"),
        "nothing_is_blank_or_lost": ("<category>Trust<", "<category><"),
    },
    "atom": {
        "follows_the_schema_of_rfc_4287": ("<published>", "<issued/><published>"),
        "feed_links_to_itself_and_to_its_page": ('rel="self"', 'rel="via"'),
        "links_are_whole": (f'href="{SITEURL}/b/" rel', 'href="/b/" rel'),
        "ids_are_tag_uris": (":b</id>", ":b b</id>"),
        "ids_differ": (":b</id>", ":a</id>"),
        "every_author_has_a_name": ("<name>Ada</name>", "<name/>"),
        "dates_are_of_rfc_3339": ("T09:00:00-04:00</published>", "T09:00:00</published>"),
        "updated_when_the_newest_entry_was": (
            "xml</id><updated>2025-05-03",
            "xml</id><updated>2025-05-04",
        ),
        "its_language_is_said": (' xml:lang="en"', ""),
        "plain_texts_are_plain": ("<title>First", "<title>&lt;b>First&lt;/b>"),
        "html_is_what_readers_keep": (f'href="{SITEURL}/b/', 'style="x" href="'),
        "nothing_is_blank_or_lost": ("Words.", "\ufffd"),
    },
    "json": {
        "version_is_one_point_one": ("version/1.1", "version/1"),
        "the_feed_says_what_it_must": ('"home_page_url"', '"home"'),
        "keys_are_known": ('"title": "First', '"x": 1, "title": "First'),
        "urls_are_whole": (f'"url": "{SITEURL}', '"url": "'),
        "items_have_an_id_of_their_own": (':b"', ':a"'),
        "items_have_a_text_that_readers_keep": ("<p>", "<p><script>x</script>"),
        "moments_are_of_rfc_3339": ('09:00:00-04:00"', '09:00"'),
        "authors_are_named": ('"name": "Ada"', '"name": ""'),
        "plain_values_are_plain": ("Words.", "Wo\\u0000rds."),
    },
}


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The feeds of a good small site."""
    folder = tmp_path_factory.mktemp("feeds")
    site = SmallSite(folder / "content", folder / "output")
    site.write(
        {
            "posts/trust/a.md": post(
                "First", "Go to [the other]({filename}b.md).", Category="Trust", Author="Ada",
                Date="2025-05-02 09:00", Summary="Words.", Id="a",
            ),
            "posts/trust/b.md": post(
                "Other", Category="Trust", Modified="2025-05-03 10:00", Id="b"
            ),
        }
    )  # fmt: skip
    site.build()
    return {kind: site.read(name) for kind, name in FEEDS.items()}


@pytest.mark.parametrize("kind", FEEDS)
def test_a_good_feed_breaks_no_rule(feeds: dict[str, str], kind: str) -> None:
    assert problems(feeds[kind], kind) == []


@pytest.mark.parametrize("kind", FEEDS)
def test_every_rule_has_a_fixture_that_breaks_it(kind: str) -> None:
    assert [*BROKEN[kind]] == [*RULES[kind]]


@pytest.mark.parametrize(
    ("kind", "rule"), [(kind, rule) for kind in BROKEN for rule in BROKEN[kind]]
)
def test_a_rule_tells_what_breaks_it(feeds: dict[str, str], kind: str, rule: str) -> None:
    old, new = BROKEN[kind][rule]
    assert old in feeds[kind]
    assert any(
        each.startswith(f"{rule}:") for each in problems(feeds[kind].replace(old, new), kind)
    )


@pytest.mark.parametrize("kind", FEEDS)
def test_what_is_cut_off_is_not_well_formed(feeds: dict[str, str], kind: str) -> None:
    assert problems(feeds[kind][:-20], kind)[0].startswith("well_formed:")


def test_every_feed_of_the_real_site_breaks_no_rule(real_site: Path) -> None:
    files = [*(real_site / "feeds").rglob("*.xml"), real_site / "feeds" / "all.json"]
    assert len(files) > 40
    for file in files:
        kind = file.name.split(".")[-2] if file.suffix == ".xml" else "json"
        assert problems(file.read_text("utf-8"), kind) == [], file


def test_a_feed_without_entries_breaks_no_rule_and_is_as_old_as_its_ids(small_site: Make) -> None:
    site = small_site({})
    site.build()
    for kind, name in FEEDS.items():
        assert problems(site.read(name), kind) == []
    assert "1 Jan 2026 00:00:00" in site.read(FEEDS["rss"])
    assert "<updated>2026-01-01T00:00:00+00:00<" in site.read(FEEDS["atom"])
