"""Keep what a ranking has found out, in one file, for the next one."""

import json
import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from .candidates import Found
from .related_stories import Blog, Related, related_stories_again
from .settings import RelatedStoriesSettings
from .term_table import TermTable, packed_counts
from .vectors import Vectors

FILE_NAME = "engagement-related"
_DIGEST_SIZE = 16
_CODE = b"".join(
    (Path(__file__).parent / name).read_bytes()
    for name in (
        *("cache.py", "candidates.py", "forms.py", "reasons.py", "related_stories.py"),
        *("stop_words.py", "term_table.py", "terms.py", "vectors.py"),
    )
)
_FOUND = ("source", "target", "dot", "near", "best")
_TABLE = ("keys", "start", "term", "count")
# Stands between the phrases of a reason, none of which has one.
_TAB = "\t"
Part = bytes | memoryview
Arrays = Mapping[str, npt.NDArray[Any]]


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
    digests = digests_of(blog)
    key = _key(blog, digests)
    last = _loaded(file, made_by)
    if last and last["blog"].tobytes() == key:
        return _lists(last)
    earlier = _found(last) if last else {}
    known = {digest for found in earlier.values() for digest in found.digests}
    new = [number for number, digest in enumerate(digests) if digest not in known]
    texts = [
        json.dumps((each.lang, each.title, each.summary, each.category, each.tags))
        + f"\n{each.body}"
        for each in map(blog.stories.__getitem__, new)
    ]
    counts = apply(partial(packed_counts, astuple(settings.weights)), texts)
    of_new = dict(zip(new, counts, strict=True))
    lists, found = related_stories_again(blog, digests, of_new, settings, earlier)
    with suppress(OSError):
        _write(file, _dumped(key, lists, found), made_by)
    return lists


def digests_of(blog: Blog) -> list[bytes]:
    """For each story a digest of all that is known of it by itself."""
    digests = []
    for number, story in enumerate(blog.stories):
        barred = sorted(blog.stories[other].slug for other in blog.barred.get(number, ()))
        of_text = (story.lang, story.title, story.summary, story.category, story.tags)
        rest = (number < blog.offered, story.slug, story.date.timestamp(), barred)
        head = repr((of_text, rest)).encode("utf-8", "surrogatepass")
        digest = blake2b(b"%d:" % len(head) + head, digest_size=_DIGEST_SIZE)
        digest.update(story.body.encode("utf-8", "surrogatepass"))
        digests.append(digest.digest())
    return digests


def _key(blog: Blog, digests: Iterable[bytes]) -> bytes:
    """The hash of all that the related stories depend on besides settings and code."""
    rest = (
        sorted((number, [*pins]) for number, pins in blog.pinned.items()),
        sorted((number, sorted(others)) for number, others in blog.barred.items()),
        sorted(blog.silent),
    )
    return blake2b(repr(rest).encode() + b"".join(digests), digest_size=_DIGEST_SIZE).digest()


def _dumped(
    key: bytes, lists: Iterable[Sequence[Related]], found: Mapping[str, Found]
) -> list[Part]:
    """The file's data: by language what was found, and texts as JSON."""
    every = [each for related in lists for each in related]
    columns = (
        [len(related) for related in lists],
        [each.index for each in every],
        [each.score for each in every],
        [_TAB.join(each.reason) for each in every],
        [each.pinned for each in every],
        [each.adopted for each in every],
    )
    arrays = {
        "blog": np.frombuffer(key, np.uint8),
        "lists": _json(columns),
        "languages": _json([*found]),
    }
    for number, its in enumerate(found.values()):
        reasons = [_TAB.join(reason) for reason in its.reasons.values()]
        table = its.vectors.table
        parts = {name: getattr(its, name) for name in _FOUND}
        parts |= {name: getattr(table, name) for name in _TABLE}
        parts |= {
            "digests": np.frombuffer(b"".join(its.digests), np.uint8),
            "value": its.vectors.value,
            "forms": _json(table.forms),
            "ways": np.array([*its.reasons], np.int64),
            "reasons": _json(reasons),
        }
        arrays |= {f"{name} {number}": part for name, part in parts.items()}
    return _joined(arrays)


def _lists(last: Arrays) -> list[list[Related]]:
    """The related stories that the file has."""
    sizes, *columns = json.loads(last["lists"].tobytes())
    every = iter(
        [
            Related(index, score, _reason(reason), pinned, adopted)
            for index, score, reason, pinned, adopted in zip(*columns, strict=True)
        ]
    )
    return [[next(every) for _ in range(size)] for size in sizes]


def _found(last: Arrays) -> dict[str, Found]:
    """What was found by language."""
    found = {}
    for number, lang in enumerate(json.loads(last["languages"].tobytes())):
        its = {
            name: last[f"{name} {number}"]
            for name in (
                *_FOUND,
                *_TABLE,
                "digests",
                "value",
                "forms",
                "ways",
                "reasons",
            )
        }
        digests = its["digests"].tobytes()
        reasons = map(_reason, json.loads(its["reasons"].tobytes()))
        forms = json.loads(its["forms"].tobytes())
        table = TermTable(**{name: its[name] for name in _TABLE}, forms=forms)
        found[lang] = Found(
            [digests[at : at + _DIGEST_SIZE] for at in range(0, len(digests), _DIGEST_SIZE)],
            Vectors(table, its["value"]),
            **{name: its[name] for name in _FOUND},
            reasons=dict(
                zip(map(tuple, its["ways"].reshape(-1, 3).tolist()), reasons, strict=True)
            ),
        )
    return found


def _reason(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(_TAB)) if joined else ()


def _json(value: object) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def _joined(arrays: Arrays) -> list[Part]:
    """The arrays one after another, after their names, types and sizes."""
    # The largest items first, and all at multiples of eight: each has its natural place.
    ordered = sorted(arrays.items(), key=lambda each: -each[1].itemsize)
    head = json.dumps([(name, part.dtype.str, part.size) for name, part in ordered]).encode()
    head += b" " * (-len(head) % 8)
    parts = (np.ascontiguousarray(part).data.cast("B") for _, part in ordered if part.size)
    return [len(head).to_bytes(8), head, *parts]


def _loaded(file: Path, made_by: bytes) -> Arrays | None:
    """What the file holds; None when it is missing, damaged, or made by other code or settings."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    if content[:_DIGEST_SIZE] != _seal([memoryview(content)[_DIGEST_SIZE:]], made_by):
        return None
    at = _DIGEST_SIZE + 8
    end = at + int.from_bytes(content[_DIGEST_SIZE:at])
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, kind, size in json.loads(content[at:end]):
        arrays[name] = np.frombuffer(content, kind, size, end)
        end += arrays[name].nbytes
    return arrays


def _seal(data: Iterable[Part], made_by: bytes) -> bytes:
    """What stands before data that is whole and was made by this code under these settings."""
    check = 0
    for part in data:
        check = crc32(part, check)
    return blake2b(b"%d " % check + made_by, digest_size=_DIGEST_SIZE).digest()


def _write(file: Path, data: list[Part], made_by: bytes) -> None:
    """Write the file in one step, so that no other build reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        with new.open("wb") as opened:
            opened.writelines((_seal(data, made_by), *data))
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
