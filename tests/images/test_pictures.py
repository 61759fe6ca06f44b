"""What becomes of the pictures in stories and pages, in whole builds of small sites."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element
from zlib import crc32

import feedparser
import html5lib
import numpy as np
import pytest
from images.markup import image_tags
from images.settings import settings_of
from photos import PNG, camera_exif, photo, pixels, saved
from PIL import Image, ImageCms
from sites import SITEURL, SmallSite, errors, post

from tools.build import ROOT, BuildError

Make = Callable[..., SmallSite]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}><path d="M0 0h9"/></svg>'
SMALL = {"widths": [40, 80], "sizes": "40rem"}


@pytest.fixture(autouse=True)
def small_variants(settings: dict[str, object]) -> None:
    """Variants that are made in no time."""
    settings["IMAGES"] = SMALL


def parsed(html: str) -> Element:
    """The page as a browser reads it, refusing any error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def images(site: SmallSite, name: str = "a/index.html") -> list[Element]:
    """The images on a page."""
    return parsed(site.read(name)).findall(".//img")


def widths(site: SmallSite, kind: str, name: str = "a/index.html") -> list[int]:
    """The widths at which the first picture on a page is offered in a format."""
    source = parsed(site.read(name)).find(f".//picture/source[@type='image/{kind}']")
    if source is None:
        return []
    found = []
    for each in source.get("srcset", "").split(", "):
        address, width = each.split(" ")
        image = image_at(site.output / address.removeprefix("/blog/"))
        assert (image.format or "").lower() == kind
        assert f"{image.width}w" == width
        found.append(image.width)
    return found


def image_at(path: Path) -> Image.Image:
    """The image in a file, which is not kept open."""
    return Image.open(BytesIO(path.read_bytes()))


def opened(site: SmallSite, suffix: str) -> Image.Image:
    """The largest variant with this suffix in the output."""
    found = [image_at(file) for file in site.output.glob(f"images/*{suffix}")]
    return max(found, key=lambda image: image.width)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_photo_is_offered_smaller_and_in_newer_formats(small_site: Make, format: str) -> None:
    file = f"x.{'jpg' if format == 'JPEG' else format.lower()}"
    site = small_site(
        {
            "posts/a.md": post(body=f"![A light]({{static}}/static/images/{file})"),
            f"static/images/{file}": photo(120, 90, format, quality=95),
        }
    )
    site.build()
    assert widths(site, "avif") == [40, 80]
    assert widths(site, "webp") == [40, 80]
    page = site.read("a/index.html")
    (picture,) = parsed(page).findall(".//picture")
    assert [child.tag for child in picture] == ["source", "source", "img"]
    assert [child.get("sizes") for child in picture][:2] == ["40rem", "40rem"]
    assert dict(picture[2].attrib) == {
        "src": f"/blog/static/images/{file}",
        "alt": "A light",
        "width": "120",
        "height": "90",
        "decoding": "async",
    }
    assert image_at(site.output / f"static/images/{file}").size == (120, 90)


def test_no_variant_is_larger_than_the_original(small_site: Make) -> None:
    site = small_site(
        {"posts/a.md": post(body="![x]({attach}x.png)"), "posts/x.png": photo(60, 30, "PNG")}
    )
    site.build()
    assert widths(site, "avif") == [40, 60]
    assert opened(site, "60.avif").size == (60, 30)


def test_a_format_that_saves_nothing_is_not_offered(small_site: Make) -> None:
    plain = saved(Image.new("P", (200, 100)), "PNG")
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.png)"), "static/x.png": plain}
    )
    site.build()
    (image,) = images(site)
    assert (image.get("width"), image.get("height")) == ("200", "100")
    for kind in ("avif", "webp"):
        smaller = [f for f in site.output.glob(f"images/*-80.{kind}")]
        assert bool(smaller) == bool(widths(site, kind))
        assert all(f.stat().st_size < len(plain) for f in smaller)
    assert not widths(site, "avif")


def test_a_format_whose_largest_variant_saves_nothing_is_not_offered_smaller(
    small_site: Make,
) -> None:
    coarse = photo(90, 60, "WEBP", quality=30)
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.webp)"), "static/x.webp": coarse}
    )
    site.build()
    assert not [*widths(site, "avif"), *widths(site, "webp")]
    assert not (site.output / "images").exists()


def test_all_but_the_first_image_of_a_text_load_late(small_site: Make) -> None:
    body = "\n\n".join(f"![{n}]({{static}}/static/x.png)" for n in range(3))
    text = {"posts/a.md": post(body=body), "pages/p.md": f"Title: P\n\n{body}"}
    site = small_site({**text, "static/x.png": PNG})
    site.build()
    for name in ("a/index.html", "p/index.html"):
        assert [i.get("loading") for i in images(site, name)] == [None, "lazy", "lazy"]
        assert {i.get("decoding") for i in images(site, name)} == {"async"}


@pytest.mark.parametrize(
    ("written", "width", "height"),
    [
        ("", "8", "6"),
        ('width="300" height="20"', "300", "20"),
        ('width="300"', "300", "225"),
        ("height=300", "400", "300"),
        ('WIDTH="50%"', "50%", None),
        ('width="300" height="225" loading="eager" decoding="sync"', "300", "225"),
    ],
)
def test_what_the_writer_says_of_an_image_stays(
    small_site: Make, written: str, width: str, height: str | None
) -> None:
    tag = f'<img src="{{static}}/static/x.png" alt="x" {written}'
    site = small_site(
        {"posts/a.md": post(body=f"{tag}>\n{tag} />\n<img{tag[4:]} >"), "static/x.png": PNG}
    )
    site.build()
    for image in images(site):
        assert (image.get("width"), image.get("height")) == (width, height)
        assert image.get("alt") == "x"
    last = images(site)[-1]
    assert (last.get("loading"), last.get("decoding")) == (
        ("eager", "sync") if "eager" in written else ("lazy", "async")
    )


def test_a_picture_element_of_the_writer_gets_sizes_alone(small_site: Make) -> None:
    own = (
        '<picture><source srcset="/blog/static/y.jpg" media="print">'
        '<img src="{static}/static/x.jpg" alt="x"></picture>'
        '<img src="{static}/static/x.jpg" srcset="/blog/static/x.jpg 2x" alt="x">'
    )
    site = small_site(
        {"posts/a.md": post(body=own), "static/x.jpg": photo(90, 60), "static/y.jpg": photo(9, 6)}
    )
    site.build()
    assert len(parsed(site.read("a/index.html")).findall(".//source")) == 1
    assert [i.get("width") for i in images(site)] == ["90", "90"]


def test_of_two_attributes_with_one_name_the_first_counts_as_in_browsers() -> None:
    html = "<p><IMG SRC='/a&amp;b.png' src=c.png alt></p><!-- <img src=d> --><imgs src=e>"
    (tag,) = image_tags(html)
    assert tag.attributes == {"src": "/a&b.png", "alt": ""}
    assert html[tag.start : tag.end].startswith("<IMG")


def test_an_image_in_a_comment_or_in_code_is_none(small_site: Make) -> None:
    body = '<!-- <img src="x.png"> -->\n\n`<img src="y.png">`\n\n    ![](z.png)\n'
    site = small_site({"posts/a.md": post(body=body)})
    site.build()
    assert '<!-- <img src="x.png"> -->' in site.read("a/index.html")


def test_other_kinds_of_links_to_an_image_find_it(small_site: Make) -> None:
    body = (
        "![x]({static}my%20pic.png)\n\n![x](<{attach}my pic.png>)\n\n"
        "![x](/blog/static/a%26b.png?v=1#top)\n\n[![x]({static}/static/a&amp;b.png)](/blog/)\n\n"
        "![x][ref]\n\n[ref]: {static}/static/a&b.png"
    )
    site = small_site(
        {"posts/a.md": post(body=body), "posts/my pic.png": PNG, "static/a&b.png": PNG}
    )
    site.build()
    assert [i.get("width") for i in images(site)] == ["8"] * 5


def test_a_drawing_stays_and_gets_its_size(small_site: Make) -> None:
    sizes = {
        'width="64" height="36"': ("64", "36"),
        'width="64.4px" height="36"': ("64", "36"),
        'viewBox="0 0 640 360"': ("640", "360"),
        'width="100%" height="100%" viewBox="-5,-5 64 36.2"': ("64", "36"),
        'width="10cm" viewBox="0 0 640 360"': ("640", "360"),
    }
    drawings = {f"static/{n}.svg": SVG.format(each) for n, each in enumerate(sizes)}
    body = "\n\n".join(f"![x]({{static}}/{name})" for name in drawings)
    site = small_site({"posts/a.md": post(body=body), **drawings})
    site.build()
    assert [(i.get("width"), i.get("height")) for i in images(site)] == [*sizes.values()]
    for name, svg in drawings.items():
        assert site.read(name) == svg
    assert "<picture" not in site.read("a/index.html")


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_what_moves_stays_and_gets_its_size(small_site: Make, format: str) -> None:
    frames = [pixels(90, 60), pixels(90, 60).rotate(90)]
    moving = saved(frames[0], format, save_all=True, append_images=frames[1:])
    file = f"x.{format.lower()}"
    site = small_site(
        {"posts/a.md": post(body=f"![x]({{static}}/static/{file})"), f"static/{file}": moving}
    )
    site.build()
    assert image_at(site.output / f"static/{file}").n_frames == 2  # type: ignore[attr-defined]
    assert images(site)[0].get("width") == "90"
    assert "<picture" not in site.read("a/index.html")
    assert not (site.output / "images").exists()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_photo_stands_upright(small_site: Make, format: str) -> None:
    # Taken with the phone on its side: what is dark on the left belongs on top.
    taken = Image.new("L", (90, 60), 255)
    taken.paste(0, (0, 0, 45, 60))
    data = saved(taken.convert("RGB"), format, exif=camera_exif(6), quality=95)
    file = f"x.{'jpg' if format == 'JPEG' else format.lower()}"
    site = small_site({"posts/a.md": post(body=f"![x]({{attach}}{file})"), f"posts/{file}": data})
    site.build()
    (image,) = images(site)
    assert (image.get("width"), image.get("height")) == ("60", "90")
    # The browser still has to turn the original itself.
    published = image_at(site.output / f"a/{file}")
    assert (published.size, published.getexif()[0x0112]) == ((90, 60), 6)
    for variant in site.output.glob("images/*-40.*"):
        upright = image_at(variant).convert("L")
        assert upright.size == (40, 60)
        assert upright.getpixel((20, 5)) < 40  # type: ignore[operator]
        assert upright.getpixel((20, 55)) > 215  # type: ignore[operator]


def test_variants_have_the_colours_that_the_profile_means(small_site: Make) -> None:
    # Its "red" is sRGB's blue.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = bytearray(profile.tobytes())
    red, blue = data.index(b"rXYZ"), data.index(b"bXYZ")
    red_at, blue_at = data[red + 4 : red + 8], data[blue + 4 : blue + 8]
    data[red + 4 : red + 8], data[blue + 4 : blue + 8] = blue_at, red_at
    swapped = saved(Image.new("RGB", (80, 80), "red"), "JPEG", icc_profile=bytes(data), quality=95)
    site = small_site(
        {
            "posts/a.md": post(body="![x]({static}/static/x.jpg)"),
            "static/x.jpg": swapped,
            "posts/b.md": post(body="![y]({static}/static/y.jpg)"),
            "static/y.jpg": photo(80, 80, icc_profile=b"no profile at all"),
        }
    )
    site.build()
    (source,) = parsed(site.read("a/index.html")).findall(".//source[@type='image/webp']")
    name = source.get("srcset", "").split("/blog/")[-1].split(" ")[0]
    image = image_at(site.output / name)
    red, _, blue = image.convert("RGB").getpixel((20, 20))  # type: ignore[misc]
    assert blue > 200 > 60 > red
    for variant in site.output.glob("images/*"):
        assert not {"icc_profile", "exif"} & {*image_at(variant).info}
    assert image_at(site.output / "static/x.jpg").info["icc_profile"] == bytes(data)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "I;16", "1"])
def test_pictures_of_every_mode_get_variants(small_site: Make, mode: str) -> None:
    format = "JPEG" if mode == "CMYK" else "PNG"
    deep = Image.fromarray(np.asarray(pixels(90, 60, "L")).astype(np.uint16) * 257)
    data = saved(deep if mode == "I;16" else pixels(90, 60).convert(mode), format)
    suffix = "jpg" if format == "JPEG" else "png"
    site = small_site(
        {
            "posts/a.md": post(body=f"![x]({{static}}/static/x.{suffix})"),
            f"static/x.{suffix}": data,
        }
    )
    site.build()
    variant = opened(site, "80.webp") if list(site.output.glob("images/*80.webp")) else None
    assert variant is None or variant.size == (80, 53)
    if mode not in ("1", "P"):
        assert variant is not None
        expected = pixels(90, 60, "L").resize((80, 53)).getpixel((70, 45))
        assert abs(variant.convert("L").getpixel((70, 45)) - expected) < 40  # type: ignore[operator]


def test_what_is_seen_through_stays_so(small_site: Make) -> None:
    image = pixels(90, 60, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize((90, 60)))
    site = small_site(
        {
            "posts/a.md": post(body="![x]({static}/static/x.png)"),
            "static/x.png": saved(image, "PNG"),
        }
    )
    site.build()
    for kind in ("avif", "webp"):
        low, high = opened(site, f"80.{kind}").getchannel("A").getextrema()
        assert low < 20 < 235 < high  # type: ignore[operator]


def test_the_content_of_a_story_stays_as_pelican_made_it(small_site: Make) -> None:
    site = small_site(
        {"posts/a.md": post(body="![A light]({static}/static/x.jpg)", Summary="S"),
         "static/x.jpg": photo(90, 60)}
    )  # fmt: skip
    site.build()
    assert "<picture" not in site.read("index.html")
    for feed in ("feeds/all.rss.xml", "feeds/all.atom.xml"):
        (entry,) = feedparser.parse(site.read(feed)).entries
        text = entry.content[0].value if "content" in entry else entry.description
        assert "<picture" not in text
        (image,) = html5lib.parse(text, namespaceHTMLElements=False).findall(".//img")
        assert dict(image.attrib) == {
            "src": f"{SITEURL}/static/x.jpg",
            "alt": "A light",
            "width": "90",
            "height": "60",
        }


@pytest.mark.parametrize("siteurl", ["https://site.example", "https://site.example/a/b"])
def test_pictures_hold_under_any_address(small_site: Make, siteurl: str) -> None:
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.jpg)"), "static/x.jpg": photo(90, 60)}
    )
    site.build(siteurl=siteurl)
    base = siteurl.removeprefix("https://site.example")
    (source, *_) = parsed(site.read("a/index.html")).findall(".//source")
    for each in source.get("srcset", "").split(", "):
        assert (site.output / each.split(" ")[0].removeprefix(f"{base}/")).is_file()


def test_drafts_show_their_pictures_in_a_preview_only(small_site: Make) -> None:
    site = small_site(
        {
            "posts/a.md": post(body="![x]({attach}x.jpg)", Status="draft"),
            "posts/x.jpg": photo(90, 60),
        }
    )
    site.build()
    assert not (site.output / "images").exists()
    site.build(drafts=True)
    assert widths(site, "webp", "drafts/a/index.html") == [40, 80]


TEXT = "One line.\n\nAnother: "
WRONG = [
    ("![](X)", 8, 'x.png" has no words for readers who cannot see it; write between the brackets'),
    ("![ ](X)", 8, 'x.png" has no words'),
    ("[![](X)](/blog/)", 8, 'x.png" has no words'),
    ("![][ref]\n\n[ref]: X", 10, 'x.png" has no words'),
    ('<img src="X">', 8, 'x.png" has no words'),
    ("![x](https://else.example/x.png)", 8, '"https://else.example/x.png" comes from another site'),
    ("![x](//else.example/x.png)", 8, '"//else.example/x.png" comes from another site; put the'),
    ("![x](data:image/png;base64,iVBOR)", 8, '"data:image/png;base64,iVBOR" comes from another'),
    ("![x](x.png)", 8, '"x.png" is no file of this site; put the file into your content folder'),
    ("![x](/static/x.png)", 8, '"/static/x.png" is no file of this site'),
    ('<img alt="x">', 1, '"" is no file of this site'),
]


@pytest.mark.parametrize(("written", "line", "problem"), WRONG)
def test_an_image_that_cannot_stay_so_is_told_with_its_line_and_remedy(
    small_site: Make, written: str, line: int, problem: str
) -> None:
    body = TEXT + written.replace("X", "{static}/static/x.png")
    site = small_site(
        {
            "posts/a.md": post(body=f'<img src="{{static}}/static/x.png" alt="">\n\n{body}'),
            "posts/b.md": post("B"),
            "static/x.png": PNG,
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    (said,) = str(raised.value).splitlines()
    assert f"posts/a.md:{line}: " in said
    assert problem in said
    assert errors(site.build(keep_going=True, drafts=True)) == [said]
    assert {"a/index.html", "b/index.html"} <= site.files().keys()


def test_an_image_may_say_that_it_only_decorates(small_site: Make) -> None:
    tags = [f'<img src="{{static}}/static/x.png" {alt}>' for alt in ('alt=""', "alt", "ALT=''")]
    site = small_site({"posts/a.md": post(body="\n\n".join(tags)), "static/x.png": PNG})
    site.build()
    assert [image.get("alt") for image in images(site)] == ["", "", ""]


BOMB = saved(Image.new("1", (10_000, 5_001)), "PNG")
BROKEN = [
    ("x.jpg", b"", "its file is empty; put the picture there again"),
    ("x.jpg", b"no picture", "it is damaged, or not what its name says; export it again"),
    ("x.jpg", photo(90, 60)[:-400], "its file is not whole; export it again as JPEG or PNG"),
    ("x.jpg", photo(9, 6)[:200] + photo(90, 60)[-90:], "it is damaged"),
    ("x.png", photo(90, 60, "PNG")[:-400], "its file is not whole"),
    ("x.png", photo(90, 60, "PNG").replace(b"IDAT", b"IDAx"), "it is damaged"),
    ("x.webp", photo(90, 60, "WEBP")[:-400], "it is damaged"),
    ("x.avif", photo(90, 60, "AVIF")[:-400], "it is damaged"),
    ("x.gif", b"GIF89a", "it is damaged"),
    ("x.jpg", photo(90, 60, "PNG"), "it is a PNG file; let its name end in .png"),
    ("x.png", photo(90, 60, "WEBP"), "it is a WEBP file; let its name end in .webp"),
    ("x.jpg", photo(90, 60, "GIF"), "it is no JPEG, PNG, WebP or AVIF file; export it again"),
    ("x.tiff", photo(90, 60, "TIFF"), "not every browser can show .tiff; export it again as"),
    ("x.bmp", photo(90, 60, "BMP"), "not every browser can show .bmp"),
    ("x.png", BOMB, "it has 50 megapixels, and 50 are the most; save it smaller, 2400 pixels"),
    ("x.svg", b"<svg", "it is no SVG drawing (unclosed token"),
    ("x.svg", b"", "its file is empty"),
    ("x.svg", b"<svg viewBox='0 0 1 1'/>", "it is no SVG drawing; its first tag must be <svg x"),
    ("x.svg", SVG.format("").encode(), 'it names no size; write viewBox="0 0 640 360" into its'),
    ("x.svg", SVG.format('viewBox="0 0 0 9"').encode(), "it names no size"),
]


def test_an_image_that_no_page_can_show_is_told_with_the_line_of_each_post(
    small_site: Make,
) -> None:
    site = small_site({"posts/good.md": post()})
    for number, (name, data, _) in enumerate(BROKEN, 10):
        text = f"{TEXT}![x]({{static}}/static/{number}/{name})"
        site.write({f"posts/{number}.md": post(body=text), f"static/{number}/{name}": data})
    site.write({"posts/first-again.md": post(body="![x]({static}/static/10/x.jpg)")})
    with pytest.raises(BuildError) as raised:
        site.build()
    *said, again = str(raised.value).splitlines()
    assert f"posts/first-again.md:4: {site.content}/static/10/x.jpg cannot be shown: " in again
    for number, line, (name, _, problem) in zip(range(10, 99), said, BROKEN, strict=False):
        where = f"posts/{number}.md:6: {site.content}/static/{number}/{name} cannot be shown: "
        assert f"{where}{problem}" in line
    assert len(said) == len(BROKEN)
    assert errors(site.build(keep_going=True)) == [*said, again]
    assert "good/index.html" in site.files()


def test_all_that_is_wrong_is_told_at_once(small_site: Make, settings: dict[str, object]) -> None:
    site = small_site(
        {
            "posts/a.md": post(body="![](x.png)\n\n![]({static}/static/x.jpg)"),
            "posts/b.md": post(Date="soon"),
            "static/x.jpg": b"x",
        }
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    places = [line.split("/posts/")[1][:6] for line in str(raised.value).splitlines()]
    assert places == ["a.md:4", "a.md:4", "a.md:6", "a.md:6", "b.md:2"]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"width": [1]}, 'IMAGES: unknown key "width"; known: widths'),
        (
            {"widths": []},
            "IMAGES.widths: must be a list of whole numbers of pixels like [480, 800]",
        ),
        ({"widths": [480, "800"]}, "IMAGES.widths: must be a list"),
        ({"widths": [True]}, "IMAGES.widths: must be a list"),
        ({"sizes": " "}, "IMAGES.sizes: must be text as in the HTML attribute sizes, not ' '"),
        ({"avif_quality": 0}, "IMAGES.avif_quality: must be a whole number from 1 to 100, not 0"),
        ({"webp_quality": 7.5}, "IMAGES.webp_quality: must be a whole number from 1 to 100"),
        ({"font": "/no/font.otf"}, "IMAGES.font: must be the path of a font file that is there"),
        ({"font": None}, "IMAGES.font: must be the path"),
        (["widths"], "IMAGES: must be a dict of keys and values, not ['widths']"),
    ],
)
def test_a_wrong_setting_is_told_with_what_is_right(table: object, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        settings_of(table)


def test_wrong_settings_are_told_all_at_once(small_site: Make, settings: dict[str, object]) -> None:
    settings["IMAGES"] = {"sizes": 1, "wdths": [], "avif_quality": 200}
    with pytest.raises(BuildError) as raised:
        small_site({"posts/a.md": post()}).build(keep_going=True)
    assert len(str(raised.value).splitlines()) == 3


def test_two_builds_agree_byte_for_byte_with_and_without_a_cache(
    small_site: Make, cache: Callable[[], dict[str, Path]]
) -> None:
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.jpg)"), "static/x.jpg": photo(90, 60)}
    )
    site.build()
    first = site.files()
    kept = {name: file.stat().st_mtime_ns for name, file in cache().items()}
    assert len(kept) == 4 + 3
    shutil.rmtree(site.output)
    site.build()
    assert site.files() == first
    assert {name: file.stat().st_mtime_ns for name, file in cache().items()} == kept
    for file in cache().values():
        file.unlink()
    shutil.rmtree(site.output)
    site.build()
    assert site.files() == first


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "a folder"])
def test_a_damaged_cache_is_made_anew(
    small_site: Make, cache: Callable[[], dict[str, Path]], damage: str
) -> None:
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.jpg)"), "static/x.jpg": photo(90, 60)}
    )
    site.build()
    first = site.files()
    whole = {name: file.read_bytes() for name, file in cache().items()}
    for file in cache().values():
        data = file.read_bytes()
        file.unlink()
        if damage == "a folder":
            file.mkdir()
        else:
            changed = bytes([data[40] ^ 1])
            file.write_bytes(
                {"cut": data[:-20], "changed": data[:40] + changed + data[41:], "emptied": b""}[
                    damage
                ]
            )
    shutil.rmtree(site.output)
    site.build()
    assert site.files() == first
    if damage != "a folder":
        assert {name: file.read_bytes() for name, file in cache().items()} == whole


def test_a_cache_that_cannot_be_written_is_done_without(
    small_site: Make, settings: dict[str, object], tmp_path: Path
) -> None:
    tmp_path.joinpath("a file").write_text("in the way")
    settings["CACHE_PATH"] = str(tmp_path / "a file")
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.jpg)"), "static/x.jpg": photo(90, 60)}
    )
    site.build()
    assert widths(site, "webp") == [40, 80]


def test_a_change_of_quality_or_picture_makes_new_variants(
    small_site: Make, settings: dict[str, object]
) -> None:
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.jpg)"), "static/x.jpg": photo(90, 60)}
    )

    def names() -> set[str]:
        site.build()
        return {name for name in site.files() if name.startswith("images/")}

    first = names()
    settings["IMAGES"] = {**SMALL, "webp_quality": 20}
    coarser = names()
    assert {name for name in coarser if name.endswith(".avif")} < first
    assert not {name for name in coarser if name.endswith(".webp")} & first
    site.write({"static/x.jpg": photo(90, 61)})
    assert not names() & (first | coarser)


def test_another_blog_can_take_the_plugin_alone(tmp_path: Path) -> None:
    theme, content = tmp_path / "theme/templates", tmp_path / "content"
    theme.mkdir(parents=True)
    content.mkdir()
    (theme / "article.html").write_text(
        '{% extends "!simple/article.html" %}{% block content %}{{ article.content|with_images }}'
        "<p>{{ article.card.path }}</p>{% endblock %}"
    )
    content.joinpath("a.md").write_text(post(body="![x]({attach}x.jpg)"))
    content.joinpath("x.jpg").write_bytes(photo(600, 60))
    conf = tmp_path / "conf.py"
    conf.write_text(
        f"PLUGIN_PATHS = [{str(ROOT / 'plugins')!r}]\nPLUGINS = ['images']\nPATH = 'content'\n"
        "SITEURL = 'https://site.example'\nSITENAME = 'S'\nTHEME = 'simple'\nTIMEZONE = 'UTC'\n"
        "THEME_TEMPLATES_OVERRIDES = ['theme/templates']\nCACHE_PATH = 'cache'\n"
    )
    command = [sys.executable, "-m", "pelican", "-s", str(conf), "-o", str(tmp_path / "out")]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    page = (tmp_path / "out/a-story.html").read_text()
    (address,) = re.findall(r"https://site.example/(images/\S+-480.avif) 480w", page)
    assert image_at(tmp_path / "out" / address).size == (480, 48)
    assert '<img alt="x" src="https://site.example/x.jpg" width="600" height="60"' in page
    assert image_at(tmp_path / "out/cards/a-story.png").size == (1200, 630)
    content.joinpath("a.md").write_text(post(body="![]({attach}x.jpg)"))
    stopped = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert stopped.returncode == 1
    assert "content/a.md:4: " in stopped.stderr
    assert "Traceback" not in stopped.stderr
    content.joinpath("a.md").write_text(post(body="![x]({attach}x.jpg)"))
    conf.write_text(conf.read_text() + "RELATIVE_URLS = True\nARTICLE_SAVE_AS = 'b/{slug}.html'\n")
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    assert f"../{address} 480w" in (tmp_path / "out/b/a-story.html").read_text()


def test_an_image_far_too_large_is_refused_by_its_first_bytes(small_site: Make) -> None:
    header = bytearray(BOMB)
    header[16:24] = (200_000).to_bytes(4, "big") * 2
    header[29:33] = crc32(header[12:29]).to_bytes(4, "big")
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.png)"), "static/x.png": bytes(header)}
    )
    with pytest.raises(BuildError, match="it has far too many pixels; save it smaller"):
        site.build()
