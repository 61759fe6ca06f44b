"""Take what an image tells besides its picture out of its file, without touching a pixel."""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

# What draws the picture stays: its data, transparency, colours and density. The rest is where
# places, names, cameras and earlier versions hide, so all that is not known goes.
PNG_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs"
    b" acTL fcTL fdAT".split()
)
WEBP_CHUNKS = frozenset((b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
WEBP_HAS_EXIF, WEBP_HAS_XMP = 0x08, 0x04
# A JPEG's marker: 0xff, and not what stands for itself, restarts or fills.
JPEG_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
JPEG_SCAN, JPEG_END = 0xDA, 0xD9
PNG_START = b"\x89PNG\r\n\x1a\n"
NOT_WHOLE = "its file is not whole"


class _Box(NamedTuple):
    """A box of an AVIF file; its content goes from ``start`` to ``end``."""

    kind: bytes
    start: int
    end: int


def without_metadata(data: bytes, orientation: int = 1) -> bytes:
    """The JPEG, PNG, WebP or AVIF file with the same picture, and none of its metadata.

    ``orientation`` from 2 to 8 is told in the new file, as EXIF counts it; an AVIF file has
    its own way to tell it, which stays. What follows the picture's end goes too, such as a
    phone's film clip.

    Raises ValueError when the file is of another kind, or not whole.
    """
    exif = _orientation(orientation) if orientation != 1 else b""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data, exif)
        if data.startswith(PNG_START):
            return _png(data, exif)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data, exif)
        if data[4:8] == b"ftyp":
            return _avif(data)
    except (struct.error, IndexError):
        raise ValueError(NOT_WHOLE) from None
    raise ValueError("it is no JPEG, PNG, WebP or AVIF file")


def _orientation(value: int) -> bytes:
    """EXIF that tells the orientation alone; 1 tells nothing at all."""
    entries = [struct.pack("<HHIHH", 0x0112, 3, 1, value, 0)] if value != 1 else []
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + b"".join(entries) + bytes(4)


def _jpeg(data: bytes, exif: bytes) -> bytes:
    kept = [data[:2]]
    segment = b"Exif\0\0" + exif
    tells = b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment if exif else b""
    at = 2
    while True:
        marker = JPEG_MARKER.search(data, at)
        if not marker:
            raise ValueError(NOT_WHOLE)
        kind, start = marker[1][0], marker.end()
        if kind == JPEG_END:
            return b"".join([*kept, b"\xff\xd9"])
        end = start + struct.unpack_from(">H", data, start)[0]
        if end > len(data):
            raise ValueError(NOT_WHOLE)
        is_jfif = kind == 0xE0 and data[start + 2 :].startswith(b"JFIF\0")
        if tells and not is_jfif:
            kept.append(tells)
            tells = b""
        if _draws(kind, data[start + 2 : start + 14]):
            kept.append(b"\xff" + data[start - 1 : end])
        at = end
        if kind == JPEG_SCAN:
            following = JPEG_MARKER.search(data, end)
            if not following:
                raise ValueError(NOT_WHOLE)
            at = following.start()
            kept.append(data[end:at])


def _draws(kind: int, content: bytes) -> bool:
    """Whether a JPEG's segment is needed to draw it; of application data few are."""
    if kind == 0xE0:
        return content.startswith(b"JFIF\0")
    if kind == 0xE2:
        return content.startswith(b"ICC_PROFILE\0")
    if kind == 0xEE:
        return content.startswith(b"Adobe")
    return not (0xE0 <= kind <= 0xEF or kind == 0xFE)


def _png(data: bytes, exif: bytes) -> bytes:
    kept = [PNG_START]
    at = len(PNG_START)
    while True:
        (size,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            raise ValueError(NOT_WHOLE)
        if kind in PNG_CHUNKS:
            kept.append(data[at:end])
        if kind == b"IHDR" and exif:
            kept.append(_png_chunk(b"eXIf", exif))
        if kind == b"IEND":
            return b"".join(kept)
        at = end


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    size, check = struct.pack(">I", len(content)), struct.pack(">I", crc32(kind + content))
    return size + kind + content + check


def _webp(data: bytes, exif: bytes) -> bytes:
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise ValueError(NOT_WHOLE)
    kept = []
    at = 12
    while at < end:
        (size,) = struct.unpack_from("<I", data, at + 4)
        following = at + 8 + size + size % 2
        if at + 8 + size > end:
            raise ValueError(NOT_WHOLE)
        kind, chunk = data[at : at + 4], data[at:following]
        if kind == b"VP8X":
            flags = chunk[8] & ~(WEBP_HAS_EXIF | WEBP_HAS_XMP) | (WEBP_HAS_EXIF if exif else 0)
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if kind in WEBP_CHUNKS:
            kept.append(chunk)
        at = following
    if exif:
        kept.append(b"EXIF" + struct.pack("<I", len(exif)) + exif)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _avif(data: bytes) -> bytes:
    """The file with its EXIF and XMP items blanked where they are, so that no offset changes."""
    blanked = bytearray(data)
    for meta in _boxes(data, 0, len(data)):
        if meta.kind != b"meta":
            continue
        boxes = {box.kind: box for box in _boxes(data, meta.start + 4, meta.end)}
        if b"iinf" not in boxes or b"iloc" not in boxes:
            continue
        kinds = dict(_item_kinds(data, boxes[b"iinf"]))
        idat = boxes[b"idat"].start if b"idat" in boxes else 0
        for item, start, size in _extents(data, boxes[b"iloc"], idat):
            if kinds.get(item) == b"Exif":
                blank = bytes(4) + _orientation(1)
                blanked[start : start + size] = blank[:size].ljust(size, b"\0")
            elif kinds.get(item) == b"mime":
                blanked[start : start + size] = b" " * size
    if len(blanked) != len(data):
        raise ValueError(NOT_WHOLE)
    return bytes(blanked)


def _boxes(data: bytes, at: int, end: int) -> Iterator[_Box]:
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            (size,), header = struct.unpack_from(">Q", data, at + 8), 16
        following = at + size if size else end
        if following < at + header or following > end:
            raise ValueError(NOT_WHOLE)
        yield _Box(kind, at + header, following)
        at = following


def _item_kinds(data: bytes, iinf: _Box) -> Iterator[tuple[int, bytes]]:
    """The number and kind of each item of an AVIF file."""
    version = data[iinf.start]
    for box in _boxes(data, iinf.start + (8 if version else 6), iinf.end):
        if box.kind == b"infe":
            layout = ">I2x4s" if data[box.start] > 2 else ">H2x4s"
            yield struct.unpack_from(layout, data, box.start + 4)


def _extents(data: bytes, iloc: _Box, idat: int) -> Iterator[tuple[int, int, int]]:
    """Each stretch of the file that belongs to an item: the item's number, start and size."""
    version, sizes = data[iloc.start], data[iloc.start + 4 : iloc.start + 6]
    at = iloc.start + 6

    def number(size: int) -> int:
        nonlocal at
        if at + size > iloc.end:
            raise ValueError(NOT_WHOLE)
        at += size
        return int.from_bytes(data[at - size : at], "big")

    wide = 4 if version == 2 else 2
    for _ in range(number(wide)):
        item = number(wide)
        in_idat = version > 0 and number(2) & 15 == 1
        number(2)  # of another file; an AVIF file has none
        base = number(sizes[1] >> 4) + (idat if in_idat else 0)
        for _ in range(number(2)):
            if version > 0:
                number(sizes[1] & 15)
            start = base + number(sizes[0] >> 4)
            yield item, start, number(sizes[0] & 15)
