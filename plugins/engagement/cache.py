"""Keep what a ranking has found out, in one file, for the next one."""

import io
import json
import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple, fields
from functools import partial
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .candidates import Found
from .related_stories import Blog, Related, related_stories_again
from .settings import RelatedStoriesSettings
from .terms import packed_counts, unpacked

FILE_NAME = "engagement-related"
_DIGEST_SIZE = 16
_CODE = b"".join(
    (Path(__file__).parent / name).read_bytes()
    for name in (
        *("cache.py", "candidates.py", "reasons.py", "related_stories.py"),
        *("stop_words.py", "terms.py", "vectors.py"),
    )
)
_ARRAYS = ("source", "target", "dot", "near", "best")


def cached_related_stories(
    blog: Blog,
    settings: RelatedStoriesSettings,
    folder: Path,
    apply: Callable[..., Iterable[Any]] = map,
) -> list[list[Related]]:
    """The stories related to each story of the blog, as ``related_stories`` has them.

    What has not changed since the last time is taken from the folder's file. It can be deleted
    at any time; one that cannot be read or written is done without. ``apply`` does what
    Python's ``map`` does.
    """
    file = folder / FILE_NAME
    # Which signs are letters is Python's to know.
    made_by = _CODE + repr((unicodedata.unidata_version, astuple(settings))).encode()
    texts = [
        json.dumps((each.lang, each.title, each.summary, each.category, each.tags))
        + f"\n{each.body}"
        for each in blog.stories
    ]
    key = _key(blog, texts)
    last = _loaded(file, made_by)
    if last and last["blog"].tobytes() == key:
        return [
            [Related(index, score, tuple(reason), *rest) for index, score, reason, *rest in found]
            for found in json.loads(last["lists"].tobytes())
        ]
    packed = apply(partial(packed_counts, astuple(settings.weights)), texts)
    counts = [unpacked(*each) for each in packed]
    lists, found = related_stories_again(blog, counts, settings, _found(last) if last else {})
    with suppress(OSError):
        _write(file, _dumped(key, lists, found), made_by)
    return lists


def _key(blog: Blog, texts: Iterable[str]) -> bytes:
    """The hash of all that the related stories depend on besides settings and code."""
    rest = (
        blog.offered,
        sorted((number, [*pins]) for number, pins in blog.pinned.items()),
        sorted((number, sorted(others)) for number, others in blog.barred.items()),
        sorted(blog.silent),
        [(story.slug, story.date.timestamp()) for story in blog.stories],
    )
    digest = blake2b(repr(rest).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.digest()


def _dumped(key: bytes, lists: Iterable[Iterable[Related]], found: Mapping[str, Found]) -> bytes:
    """The file's data: by language the arrays of what was found, and texts as JSON."""
    all_of = attrgetter(*(each.name for each in fields(Related)))
    reasons = {lang: [*its.reasons.items()] for lang, its in found.items()}
    arrays = {
        "blog": np.frombuffer(key, np.uint8),
        "lists": _json([[all_of(each) for each in related] for related in lists]),
        "reasons": _json(reasons),
    }
    for number, its in enumerate(found.values()):
        arrays |= {f"{name} {number}": getattr(its, name) for name in _ARRAYS}
        arrays[f"digests {number}"] = np.frombuffer(b"".join(its.digests), np.uint8)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _json(value: object) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def _found(last: Mapping[str, npt.NDArray[Any]]) -> dict[str, Found]:
    """What was found by language."""
    found = {}
    for number, (lang, reasons) in enumerate(json.loads(last["reasons"].tobytes()).items()):
        digests = last[f"digests {number}"].tobytes()
        found[lang] = Found(
            [digests[at : at + _DIGEST_SIZE] for at in range(0, len(digests), _DIGEST_SIZE)],
            **{name: last[f"{name} {number}"] for name in _ARRAYS},
            reasons={tuple(way): tuple(reason) for way, reason in reasons},
        )
    return found


def _loaded(file: Path, made_by: bytes) -> Mapping[str, npt.NDArray[Any]] | None:
    """What the file holds; None when it is missing, damaged, or made by other code or settings."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    data = content[_DIGEST_SIZE:]
    if content[:_DIGEST_SIZE] != _seal(data, made_by):
        return None
    arrays: Mapping[str, npt.NDArray[Any]] = np.load(io.BytesIO(data), allow_pickle=False)
    return arrays


def _seal(data: bytes, made_by: bytes) -> bytes:
    """What stands before data that is whole and was made by this code under these settings."""
    return blake2b(data + made_by, digest_size=_DIGEST_SIZE).digest()


def _write(file: Path, data: bytes, made_by: bytes) -> None:
    """Write the file in one step, so that no other build reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        new.write_bytes(_seal(data, made_by) + data)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
