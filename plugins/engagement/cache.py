"""Keep terms and related stories between builds, by the hash of what they depend on."""

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from hashlib import blake2b
from pathlib import Path

import numpy as np

from .related_stories import Blog, Related, related_stories
from .settings import FieldWeights, RelatedStoriesSettings
from .story import Story
from .terms import TermCounts, term_counts

FILE_NAME = "engagement-terms.npz"
RELATED_FILE_NAME = "engagement-related"
_DIGEST_SIZE = 16


def _code(*names: str) -> bytes:
    return b"".join((Path(__file__).parent / name).read_bytes() for name in names)


_CODE = _code("terms.py", "stop_words.py", "cache.py")
_RANKING_CODE = _code("related_stories.py", "vectors.py", "reasons.py")


def cached_related_stories(
    blog: Blog, settings: RelatedStoriesSettings, folder: Path
) -> list[list[Related]]:
    """The stories related to each story of the blog, as ``related_stories`` has them.

    If nothing that they depend on has changed, they are those that the folder's cache holds from
    the last time. It can be deleted at any time; one that cannot be read or written is done
    without.
    """
    file = folder / RELATED_FILE_NAME
    key = _blog_digest(blog, settings)
    known = _loaded_lists(file, key)
    if known is not None:
        return known
    counts = cached_term_counts(blog.stories, settings.weights, folder)
    lists = related_stories(blog, counts, settings)
    text = json.dumps([[astuple(each) for each in found] for found in lists]).encode()
    with suppress(OSError):
        _write(file, lambda new: new.write_bytes(_seal(key, text) + text))
    return lists


def cached_term_counts(
    stories: Sequence[Story], weights: FieldWeights, folder: Path
) -> list[TermCounts]:
    """The terms of each story: from the folder's cache where it has them, else counted.

    The cache then holds these stories and no others. It can be deleted at any time; one that
    cannot be read or written is done without.
    """
    file = folder / FILE_NAME
    known = _loaded(file)
    keys = _digests(stories, weights)
    counts = [
        known.get(key) or term_counts(story, weights)
        for key, story in zip(keys, stories, strict=True)
    ]
    by_key = dict(zip(keys, counts, strict=True))
    if by_key.keys() != known.keys():
        with suppress(OSError):
            _save(file, by_key)
    return counts


def _blog_digest(blog: Blog, settings: RelatedStoriesSettings) -> bytes:
    """The hash of all that the related stories depend on."""
    digest = blake2b(_RANKING_CODE, digest_size=_DIGEST_SIZE)
    rest = (
        [(story.slug, story.date.timestamp()) for story in blog.stories],
        blog.offered,
        sorted((number, [*pins]) for number, pins in blog.pinned.items()),
        sorted((number, sorted(others)) for number, others in blog.barred.items()),
        sorted(blog.silent),
        astuple(settings),
    )
    digest.update(repr(rest).encode("utf-8", "surrogatepass"))
    for each in _digests(blog.stories, settings.weights):
        digest.update(each)
    return digest.digest()


def _digests(stories: Sequence[Story], weights: FieldWeights) -> list[bytes]:
    """The hash of all that each story's terms depend on."""
    # The same for every story: the code, the weights, and Python's tables of letters.
    same = blake2b(_CODE, digest_size=_DIGEST_SIZE)
    same.update(repr((sys.byteorder, unicodedata.unidata_version, astuple(weights))).encode())
    return [_digest(story, same.copy()) for story in stories]


def _digest(story: Story, digest: blake2b) -> bytes:
    """The hash of all that a story's terms depend on, begun with what is the same for all."""
    parts = (story.lang, story.title, story.summary, story.category, story.body, *story.tags)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.digest()


def _loaded_lists(file: Path, key: bytes) -> list[list[Related]] | None:
    """The lists that the file holds; None when it is missing, damaged, or of another key."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    text = content[_DIGEST_SIZE:]
    if content[:_DIGEST_SIZE] != _seal(key, text):
        return None
    return [
        [Related(index, score, tuple(reason), *rest) for index, score, reason, *rest in found]
        for found in json.loads(text)
    ]


def _seal(key: bytes, text: bytes) -> bytes:
    """What stands before a text that is whole and was written for this key."""
    return blake2b(key + text, digest_size=_DIGEST_SIZE).digest()


def _loaded(file: Path) -> dict[bytes, TermCounts]:
    """What the file holds; nothing when it is missing or not what this code wrote."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            digests, sizes, text_sizes = arrays["digests"], arrays["sizes"], arrays["text_sizes"]
            keys, counts, places = arrays["keys"], arrays["counts"], arrays["places"]
            text = arrays["text"].tobytes()
        ends, text_ends = np.cumsum(sizes).tolist(), np.cumsum(text_sizes).tolist()
        if {len(keys), len(counts), len(places)} != {sizes.sum()} or len(text) != text_sizes.sum():
            return {}
        return {
            digest.tobytes(): TermCounts(
                keys[end - size : end],
                counts[end - size : end],
                places[end - size : end],
                text[text_end - text_size : text_end].decode("utf-8", "surrogatepass"),
            )
            for digest, size, end, text_size, text_end in zip(
                digests, sizes.tolist(), ends, text_sizes.tolist(), text_ends, strict=True
            )
        }
    except Exception:  # What a damaged archive raises is no fixed set; the terms are counted anew.
        return {}


def _save(file: Path, known: Mapping[bytes, TermCounts]) -> None:
    """Write the file."""
    texts = [counts.words.encode("utf-8", "surrogatepass") for counts in known.values()]
    _write(
        file,
        lambda new: np.savez(
            new,
            digests=np.frombuffer(b"".join(known), np.uint8).reshape(-1, _DIGEST_SIZE),
            sizes=np.array([len(counts.keys) for counts in known.values()], np.int64),
            text_sizes=np.array([len(text) for text in texts], np.int64),
            keys=np.concatenate([np.empty(0, np.uint64), *(c.keys for c in known.values())]),
            counts=np.concatenate([np.empty(0, np.float32), *(c.counts for c in known.values())]),
            places=np.concatenate([np.empty(0, np.int32), *(c.places for c in known.values())]),
            text=np.frombuffer(b"".join(texts), np.uint8),
        ),
    )


def _write(file: Path, write: Callable[[Path], object]) -> None:
    """Write the file in one step, so that no other build reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.stem}.{os.getpid()}{file.suffix}")
    try:
        write(new)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
