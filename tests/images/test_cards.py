"""What a shared link shows: a card for each story, and the lines in the head that name it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import html5lib
import numpy as np
import pytest
from font_source_serif_pro import SourceSerifProSemibold
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from images.cards import card
from PIL import Image, ImageFont
from sites import SITEURL, SmallSite, post

from tools.build import BuildError

Make = Callable[..., SmallSite]
INK, ACCENT = (0x2A, 0x22, 0x1C), (0x96, 0x48, 0x0F)
# From a little above the capitals, for some letters are higher.
COLUMN = (80, 70, 780, 460)


def image_of(data: bytes) -> Image.Image:
    """The card, which has the size that services ask for."""
    image = Image.open(BytesIO(data))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    return image.convert("RGB")


def words_of(data: bytes) -> bytes:
    """The pixels of the title's column."""
    return image_of(data).crop(COLUMN).tobytes()


def where(data: bytes, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """The smallest box around all pixels of that colour."""
    down, across = np.nonzero((np.asarray(image_of(data)) == colour).all(axis=2))
    return across.min(), down.min(), across.max(), down.max()


def head(site: SmallSite, name: str) -> dict[str, list[str]]:
    """What the lines in a page's head say to those who show a link to it."""
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(site.read(name))
    found: dict[str, list[str]] = {}
    for meta in page.iter("meta"):
        key = meta.get("property") or meta.get("name")
        found.setdefault(key or "", []).append(meta.get("content"))
    return found


def test_a_story_tells_what_a_link_to_it_shows(
    small_site: Make, settings: dict[str, object]
) -> None:
    site = small_site(
        {
            "posts/a.md": post(
                'Fish & "chips" <b>',
                Summary="Salt & <i>vinegar</i>",
                Allow="bad-title (hostile), template-markup (hostile)",
                Category="Food & more",
                Tags='a "b", c',
                Modified="2025-06-01 10:00",
            )
        }
    )
    site.build()
    said = head(site, "a/index.html")
    assert {key: said[key] for key in said if ":" in key} == {
        "og:title": ["Fish & “chips”\xa0<b>"],
        "og:description": ["Salt &\xa0<i>vinegar</i>"],
        "og:type": ["article"],
        "og:url": [f"{SITEURL}/a/"],
        "og:site_name": ["Outcome Giraffe"],
        "og:locale": ["en"],
        "og:image": [f"{SITEURL}/cards/a.png"],
        "og:image:type": ["image/png"],
        "og:image:width": ["1200"],
        "og:image:height": ["630"],
        "og:image:alt": ["A card with the patches of a giraffe\u2019s coat"],
        "article:published_time": ["2025-05-01T09:00:00-04:00"],
        "article:modified_time": ["2025-06-01T10:00:00-04:00"],
        "article:section": ["Food & more"],
        "article:tag": ['a "b"', "c"],
        "twitter:card": ["summary_large_image"],
    }
    image_of(site.files()["cards/a.png"])


def test_other_pages_show_the_sites_card(small_site: Make, settings: dict[str, object]) -> None:
    site = small_site(
        {"posts/a.md": post(Tags="t"), "pages/p.md": "Title: P\nSummary: About p.\n\nText."}
    )
    site.build()
    image_of(site.files()["card.png"])
    for name, title, address in (
        ("index.html", "Networking as the patient work of building trust", ""),
        ("p/index.html", "P", "p/"),
        ("tag/t/index.html", "t", "tag/t/"),
    ):
        said = head(site, name)
        assert said["og:type"] == ["website"]
        assert said["og:url"] == [f"{SITEURL}/{address}"]
        assert said["og:image"] == [f"{SITEURL}/card.png"]
        assert title in said["og:title"][0]
        assert not [key for key in said if key.startswith("article:")]
    assert "og:url" not in head(site, "404.html")


def test_each_story_version_and_draft_has_a_card_of_its_own(
    small_site: Make, settings: dict[str, object]
) -> None:
    site = small_site(
        {
            "posts/a.md": post("A"),
            "posts/a-de.md": post("A auf Deutsch", Slug="a", Lang="de"),
            "posts/drafts/a.md": post("Anew", Status="draft", Id="anew"),
            "posts/card.md": post("Card"),
        }
    )
    site.build()
    cards = {name for name in site.files() if name.endswith(".png") and "theme" not in name}
    assert cards == {"card.png", "cards/a.png", "cards/de/a.png", "cards/card.png"}
    assert head(site, "de/a/index.html")["og:image"] == [f"{SITEURL}/cards/de/a.png"]
    assert head(site, "de/a/index.html")["og:locale"] == ["de"]
    site.build(drafts=True)
    assert head(site, "drafts/a/index.html")["og:image"] == [f"{SITEURL}/cards/drafts/a.png"]
    image_of(site.files()["cards/drafts/a.png"])


def test_a_draft_without_a_date_tells_none(small_site: Make, settings: dict[str, object]) -> None:
    site = small_site({"posts/a.md": "Title: A\nStatus: draft\n\nText."})
    site.build(drafts=True)
    assert "article:published_time" not in head(site, "drafts/a/index.html")


@pytest.mark.parametrize(
    "title",
    [
        "Trust",
        "Say what you did on Tuesday",
        "What it takes to write the note of the next day, the message you never sent, and the "
        "hello after five years of silence",
        "W" * 120,
        "i" * 800,
        "one " * 100,
    ],
)
def test_a_title_of_any_length_stays_in_its_column(tmp_path: Path, title: str) -> None:
    data = card(title, "The site", "", tmp_path)
    left, top, right, bottom = where(data, INK)
    assert COLUMN[0] <= left < COLUMN[0] + 20
    assert COLUMN[1] <= top < COLUMN[1] + 20
    assert right <= COLUMN[2]
    assert bottom <= COLUMN[3]
    # The foot stands below the title, and the coat beside both.
    foot = np.asarray(image_of(data))[500:560, 80:780]
    assert (foot == ACCENT).all(axis=2).any()
    assert where(data, ACCENT)[2] == 1199


def test_a_short_title_is_large(tmp_path: Path) -> None:
    _, top, _, bottom = where(card("H", "", "", tmp_path), INK)
    assert bottom - top > 70


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Hello 😀 there ⚡️", "Hello there"),
        ("A naïve café", "A naive cafe"),
        ("One — two", "One - two"),
        ("Hello مرحبا", "Hello"),
        ("a\u0301b\u200d\ufe0fc\x07", "abc"),
        ("Fish\xa0and\u2028chips", "Fish and chips"),
        ("שלום עולם", "The site"),
        ("第一章 1", "The site"),
        ("😀", ""),
        ("", ""),
    ],
)
def test_letters_that_the_font_lacks_are_left_out(tmp_path: Path, title: str, shown: str) -> None:
    expected = card(shown, "The site", "", tmp_path)
    assert words_of(card(title, "The site", "", tmp_path)) == words_of(expected)


def test_a_font_of_the_writers_choice_sets_the_title(
    small_site: Make, settings: dict[str, object], tmp_path: Path
) -> None:
    # The one in Pillow as a file, so that no font of the machine is needed.
    own = ImageFont.load_default(10)
    assert isinstance(own, ImageFont.FreeTypeFont)
    (tmp_path / "font.otf").write_bytes(own.font_bytes)
    (tmp_path / "no font.otf").write_text("no font")
    site = small_site({"posts/a.md": post("A title")})
    cards = []
    for images in ({}, {"font": str(tmp_path / "font.otf")}, {"font": SourceSerifProSemibold}):
        settings["IMAGES"] = images
        site.build()
        cards.append(words_of(site.files()["cards/a.png"]))
    without, same, another = cards
    assert without == same != another
    settings["IMAGES"] = {"font": str(tmp_path / "no font.otf")}
    with pytest.raises(BuildError, match="IMAGES.font: must be the path of a font file that is"):
        site.build()


@given(st.text(max_size=60), st.text(max_size=30))
@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_title_has_a_card_and_always_the_same(tmp_path: Path, title: str, foot: str) -> None:
    first = card(title, foot, "", tmp_path / "one")
    assert first == card(title, foot, "", tmp_path / "one")
    assert image_of(first).getpixel((5, 5)) == (0xFC, 0xF8, 0xF1)


def test_a_card_is_kept_until_its_title_changes(small_site: Make) -> None:
    site = small_site({"posts/one.md": post("One"), "posts/two.md": post("Two")})
    site.build()
    before = site.files()
    site.write({"posts/two.md": post("Another title")})
    built = site.build()
    assert built.reasons["cards/one.png"] == ""
    assert built.reasons["cards/two.png"] == "changed: what it is made of"
    after = site.files()
    assert after["cards/one.png"] == before["cards/one.png"]
    assert after["cards/two.png"] != before["cards/two.png"]
    (site.content / "posts/one.md").unlink()
    site.build()
    assert "cards/one.png" not in site.files()
