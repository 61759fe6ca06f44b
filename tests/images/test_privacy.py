"""What a published photo tells besides its picture: nothing."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from images import pictures
from images.metadata import without_metadata
from photos import LATITUDE, PLACE, PNG, camera_exif, photo, pixels, saved
from PIL import Image, PngImagePlugin
from sites import SmallSite, errors, post

from tools.build import BuildError

Make = Callable[..., SmallSite]
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + PLACE + b"</x:xmpmeta>"
LAST_PIXELS = b"the film clip that a phone puts after the picture " + PLACE


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file."""
    check = struct.pack(">I", crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def segment(marker: int, content: bytes) -> bytes:
    """A part of a JPEG file."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(**options: object) -> bytes:
    """A JPEG with the place in every part where programs put it."""
    data = photo(60, 40, exif=camera_exif(), xmp=XMP, comment=PLACE, **options)
    parts = [
        segment(0xED, b"Photoshop 3.0\0" + PLACE),
        segment(0xE2, b"FPXR\0" + PLACE),
        segment(0xEB, b"JP" + PLACE),
        segment(0xE0, b"JFXX\0" + PLACE),
    ]
    return data[:2] + b"".join(parts) + data[2:] + photo(9, 6, exif=camera_exif()) + LAST_PIXELS


def png(**options: object) -> bytes:
    """Such a PNG."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", PLACE.decode())
    info.add_text("Place", PLACE.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    data = photo(60, 40, "PNG", exif=camera_exif(), pnginfo=info, **options)
    return data[:33] + chunk(b"caBX", PLACE) + data[33:] + LAST_PIXELS


def webp(**options: object) -> bytes:
    """Such a WebP."""
    data = photo(60, 40, "WEBP", exif=camera_exif(), xmp=XMP, **options)
    extra = b"HIDE" + struct.pack("<I", len(PLACE)) + PLACE
    return data[:4] + struct.pack("<I", len(data) - 8 + len(extra)) + data[8:] + extra + LAST_PIXELS


def avif(**options: object) -> bytes:
    """Such an AVIF."""
    return photo(60, 40, "AVIF", exif=camera_exif(), xmp=XMP, **options)


MAKERS = {"x.jpg": jpeg, "x.png": png, "x.webp": webp, "x.avif": avif}
FORMATS = {"x.jpg": "JPEG", "x.png": "PNG", "x.webp": "WEBP", "x.avif": "AVIF"}
WHOLE = {name: make() for name, make in MAKERS.items()}
PLACES = [PLACE, LAST_PIXELS, b"\x00\x00\x00\x34\x00\x00\x00\x01\x00\x00\x00\x1f"]


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether two files show the very same."""
    first, second = Image.open(BytesIO(one)), Image.open(BytesIO(other))
    return first.mode == second.mode and first.tobytes() == second.tobytes()


@pytest.mark.parametrize("name", MAKERS)
def test_no_published_file_tells_where_a_photo_was_taken(small_site: Make, name: str) -> None:
    data = MAKERS[name]()
    assert Image.open(BytesIO(data)).getexif().get_ifd(0x8825)[2] == LATITUDE
    assert all(place in data for place in (PLACES[0], PLACES[2]))
    site = small_site(
        {
            "posts/a.md": post(body=f"![x]({{attach}}{name})\n\n[whole]({{attach}}y-{name})"),
            f"posts/{name}": data,
            f"posts/y-{name}": data,
            f"static/unseen/{name.upper()}": data,
        }
    )
    site.build()
    files = site.files()
    for published in (f"a/{name}", f"a/y-{name}", f"static/unseen/{name.upper()}"):
        assert same_pixels(files[published], data)
        image = Image.open(BytesIO(files[published]))
        assert not {*image.getexif()}, published
        assert not {"comment", "photoshop", "mp"} & {*image.info}, published
    for file, content in files.items():
        assert not any(place in content for place in PLACES), file


@pytest.mark.parametrize("name", MAKERS)
def test_what_draws_the_picture_stays(name: str) -> None:
    profile = b"a profile of colours" * 9
    data = MAKERS[name](icc_profile=profile)
    clean = without_metadata(data)
    assert Image.open(BytesIO(clean)).info["icc_profile"] == profile
    assert without_metadata(clean) == clean
    assert same_pixels(clean, data)


def test_a_jpeg_of_several_scans_and_with_restarts_stays_whole() -> None:
    for options in ({"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 2}):
        data = jpeg(**options)
        clean = without_metadata(data)
        assert PLACE not in clean
        assert same_pixels(clean, data)


def test_a_jpeg_in_inks_keeps_how_it_was_saved() -> None:
    data = saved(pixels(60, 40, "CMYK"), "JPEG", exif=camera_exif())
    assert same_pixels(without_metadata(data), data)


def test_a_file_with_several_photos_shows_the_first(small_site: Make) -> None:
    other = pixels(30, 20)
    data = saved(pixels(60, 40), "MPO", save_all=True, append_images=[other], exif=camera_exif())
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.jpg)"), "static/x.jpg": data}
    )
    site.build()
    published = Image.open(BytesIO(site.files()["static/x.jpg"]))
    assert (published.format, published.size) == ("JPEG", (60, 40))
    assert 'width="60" height="40"' in site.read("a/index.html")


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("name", ["x.jpg", "x.png", "x.webp"])
def test_how_a_photo_is_turned_stays(name: str, orientation: int) -> None:
    clean = without_metadata(MAKERS[name](), orientation)
    image = Image.open(BytesIO(clean))
    image.load()
    assert {**image.getexif()} == {0x0112: orientation}


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.jpg", jpeg()[:300], "it is damaged, or not what its name says; export it again"),
        ("x.heic", b"\0\0\0\x18ftypheic" + PLACE, "it is damaged, or not what its name says"),
        ("x.tif", photo(9, 6, "TIFF"), "it is damaged, or not what its name says"),
        ("x.png", PNG[:-12] + chunk(b"tEXt", PLACE), "its file is not whole"),
    ],
)
def test_a_photo_that_cannot_be_cleaned_is_told_and_never_published(
    small_site: Make, name: str, data: bytes, reason: str
) -> None:
    site = small_site({"posts/a.md": post(), f"static/{name}": data})
    with pytest.raises(BuildError) as raised:
        site.build()
    assert f"static/{name}:1: it is not published: {reason}" in str(raised.value)
    (said,) = errors(site.build(keep_going=True))
    assert reason in said
    assert f"static/{name}" not in site.files()
    assert "a/index.html" in site.files()


@pytest.mark.parametrize("name", MAKERS)
def test_a_second_look_catches_what_cleaning_missed(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pictures, "without_metadata", lambda data, _: data)
    for tells in ({"exif": camera_exif()}, {"xmp": XMP}):
        if name == "x.png" and "xmp" in tells:
            continue
        data = photo(60, 40, FORMATS[name], **tells)
        with pytest.raises(ValueError, match="it tells more than its picture, and cannot be cl"):
            pictures.published(data, tmp_path)


def test_the_writers_own_files_stay_as_they_are(small_site: Make) -> None:
    data = jpeg()
    site = small_site(
        {"posts/a.md": post(body="![x]({static}/static/x.jpg)"), "static/x.jpg": data}
    )
    site.build()
    assert (site.content / "static/x.jpg").read_bytes() == data


def test_links_to_files_instead_of_copies_leave_the_writers_own_alone(
    small_site: Make, settings: dict[str, object]
) -> None:
    settings["STATIC_CREATE_LINKS"] = True
    site = small_site({"posts/a.md": post(), "static/x.jpg": jpeg(), "static/x.txt": "x"})
    site.build()
    assert (site.content / "static/x.jpg").read_bytes() == jpeg()
    assert PLACE not in site.files()["static/x.jpg"]
    assert site.files()["static/x.txt"] == b"x"


@given(st.sampled_from(sorted(MAKERS)), st.integers(0, 5000), st.integers(1, 255))
def test_a_damaged_file_is_cleaned_or_refused_and_never_crashes(
    name: str, place: int, change: int
) -> None:
    whole = WHOLE[name]
    at = place % len(whole)
    flipped = whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]
    for damaged in (flipped, whole[:at], whole[:at] + whole[at + 7 :]):
        try:
            without_metadata(damaged)
        except ValueError as error:
            assert str(error).startswith("it")
