"""What is counted and ranked anew between builds, and what is done without."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import engagement.cache
import numpy as np
import pytest
from engagement.cache import (
    FILE_NAME,
    RELATED_FILE_NAME,
    cached_related_stories,
    cached_term_counts,
)
from engagement.related_stories import Blog, Related, related_stories
from engagement.settings import FieldWeights, RelatedStoriesSettings
from engagement.story import Story
from engagement.terms import TermCounts, term_counts

WEIGHTS = FieldWeights()
STORIES = [
    Story("bread", "en", "Bread", "", "<p>Flour and yeast.</p>", ("Rye",), "Food",
          datetime(2024, 1, 1, tzinfo=UTC)),
    Story("boats", "en", "Boats", "At sea", "<p>Sailing <code>boats</code>.</p>", (), "",
          datetime(2024, 1, 2, tzinfo=UTC)),
    Story("empty", "en", "", "", "", (), "", datetime(2024, 1, 3, tzinfo=UTC)),
    Story("knigi", "ru", "\u041a\u043d\u0438\u0433\u0438", "", "\ud800 half a letter", ("a", "b"),
          "", datetime(2024, 1, 4, tzinfo=UTC)),
]  # fmt: skip


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slugs of the stories whose terms are counted."""
    slugs: list[str] = []

    def count(story: Story, weights: FieldWeights) -> TermCounts:
        slugs.append(story.slug)
        return term_counts(story, weights)

    monkeypatch.setattr(engagement.cache, "term_counts", count)
    return slugs


def same(some: Sequence[TermCounts], others: Sequence[TermCounts]) -> bool:
    """Whether the terms are the same in value and type."""
    return len(some) == len(others) and all(
        one.words == other.words
        and all(
            a.dtype == b.dtype and a.tolist() == b.tolist()
            for a, b in (
                (one.keys, other.keys),
                (one.counts, other.counts),
                (one.places, other.places),
            )
        )
        for one, other in zip(some, others, strict=True)
    )


FRESH = [term_counts(story, WEIGHTS) for story in STORIES]


def test_a_second_build_counts_nothing_and_finds_the_same(
    tmp_path: Path, counted: list[str]
) -> None:
    folder = tmp_path / "not" / "there yet"
    assert same(cached_term_counts(STORIES, WEIGHTS, folder), FRESH)
    assert counted == [story.slug for story in STORIES]
    again = cached_term_counts(STORIES, WEIGHTS, folder)
    assert same(again, FRESH)
    assert same(cached_term_counts(STORIES[::-1], WEIGHTS, folder), FRESH[::-1])
    assert len(counted) == len(STORIES)
    blog = Blog(STORIES, len(STORIES))
    ranked = related_stories(blog, again, RelatedStoriesSettings())
    assert ranked == related_stories(blog, FRESH, RelatedStoriesSettings())
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Breads"},
        {"summary": "New"},
        {"body": "<p>Flour and yeast!</p>"},
        {"tags": ("rye",)},
        {"tags": ()},
        {"category": "food"},
        {"lang": "de"},
        {"title": "Brea", "summary": "d"},
        {"tags": ("R", "ye")},
        {"category": "", "tags": ("Food", "Rye")},
    ],
)
def test_an_edit_counts_that_story_alone(
    tmp_path: Path, counted: list[str], change: dict[str, object]
) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    counted.clear()
    edited = [replace(STORIES[0], **change), *STORIES[1:]]  # type: ignore[arg-type]
    found = cached_term_counts(edited, WEIGHTS, tmp_path)
    assert counted == ["bread"]
    assert same(found, [term_counts(edited[0], WEIGHTS), *FRESH[1:]])
    cached_term_counts(edited, WEIGHTS, tmp_path)
    assert counted == ["bread"]


def test_a_new_slug_or_date_counts_nothing(tmp_path: Path, counted: list[str]) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    counted.clear()
    moved = [replace(s, slug=f"{s.slug}-2", date=s.date + timedelta(9)) for s in STORIES]
    assert same(cached_term_counts(moved, WEIGHTS, tmp_path), FRESH)
    assert counted == []


@pytest.mark.parametrize("name", ["title", "tags", "category", "summary", "body", "code"])
def test_other_weights_count_all(tmp_path: Path, counted: list[str], name: str) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    other = replace(WEIGHTS, **{name: 7.5})
    found = cached_term_counts(STORIES, other, tmp_path)
    assert len(counted) == 2 * len(STORIES)
    assert same(found, [term_counts(story, other) for story in STORIES])


def test_other_code_counts_all(
    tmp_path: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    for name in ("terms.py", "stop_words.py"):
        code = (Path(engagement.cache.__file__).parent / name).read_bytes()
        assert code in engagement.cache._CODE
    monkeypatch.setattr(engagement.cache, "_CODE", engagement.cache._CODE + b"#")
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    assert len(counted) == 2 * len(STORIES)


def test_deleted_stories_leave_the_cache(tmp_path: Path, counted: list[str]) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    size = (tmp_path / FILE_NAME).stat().st_size
    counted.clear()
    assert same(cached_term_counts(STORIES[1:], WEIGHTS, tmp_path), FRESH[1:])
    assert (counted, (tmp_path / FILE_NAME).stat().st_size < size) == ([], True)
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    assert counted == ["bread"]
    assert cached_term_counts([], WEIGHTS, tmp_path) == []
    counted.clear()
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    assert len(counted) == len(STORIES)


def test_stories_of_one_text_share_their_terms(tmp_path: Path) -> None:
    twins = [STORIES[0], replace(STORIES[0], slug="twin")]
    for _ in range(2):
        assert same(cached_term_counts(twins, WEIGHTS, tmp_path), [FRESH[0], FRESH[0]])


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"nothing of ours", b"\0" * 999, pickle.dumps({"digests": [1]}), b"PK\3\4" * 99],
)
def test_a_foreign_file_is_done_without_and_replaced(
    tmp_path: Path, counted: list[str], content: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH)
    counted.clear()
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    assert counted == []


def test_a_truncated_file_is_done_without(tmp_path: Path) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    whole = (tmp_path / FILE_NAME).read_bytes()
    for size in range(0, len(whole), 61):
        (tmp_path / FILE_NAME).write_bytes(whole[:size])
        assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH), size


def test_an_archive_of_other_arrays_is_done_without(tmp_path: Path) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    with np.load(tmp_path / FILE_NAME) as arrays:
        ours = dict(arrays)
    for name in ours:
        np.savez(tmp_path / FILE_NAME, **{key: ours[key] for key in ours if key != name})
        assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH), name
    for name in ("digests", "sizes", "text_sizes"):
        np.savez(tmp_path / FILE_NAME, **(ours | {name: ours[name][:-1]}))
        assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH), name


class Harmful:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_no_pickle_is_ever_loaded(tmp_path: Path, counted: list[str]) -> None:
    mark = tmp_path / "was run"
    pickle.loads(pickle.dumps(Harmful(mark)))
    assert mark.exists()
    mark.unlink()
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    with np.load(tmp_path / FILE_NAME) as arrays:
        ours = dict(arrays)
    for name, array in ours.items():
        harmful = np.array([Harmful(mark)] * len(array), dtype=object)
        np.savez(tmp_path / FILE_NAME, **(ours | {name: harmful}))
        counted.clear()
        assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH)
        assert len(counted) == len(STORIES)
    (tmp_path / FILE_NAME).write_bytes(pickle.dumps(Harmful(mark)))
    assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH)
    assert not mark.exists()


def test_a_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path / "a file"), FRESH)

    # A test may run as root, whom no permission stops.
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH)
    assert not (tmp_path / FILE_NAME).exists()


def test_the_file_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / FILE_NAME
    cached_term_counts(STORIES[:2], WEIGHTS, tmp_path)
    before = file.read_bytes()
    seen = []
    replace_file = Path.replace

    def watched(new: Path, target: Path) -> Path:
        seen.append((new.parent, file.read_bytes() == before, same(_known(new), FRESH)))
        return replace_file(new, target)

    monkeypatch.setattr(Path, "replace", watched)
    with file.open("rb") as old:
        cached_term_counts(STORIES, WEIGHTS, tmp_path)
        assert old.read() == before
    assert seen == [(tmp_path, True, True)]
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def _known(file: Path) -> list[TermCounts]:
    """What a finished file holds."""
    copy = file.parent / "copy" / FILE_NAME
    copy.parent.mkdir()
    copy.write_bytes(file.read_bytes())
    found = cached_term_counts(STORIES, WEIGHTS, copy.parent)
    copy.unlink()
    copy.parent.rmdir()
    return found


def test_a_build_that_changed_nothing_leaves_the_file_alone(tmp_path: Path) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    before = (tmp_path / FILE_NAME).stat()
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    after = (tmp_path / FILE_NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("flip", [1, 128])
def test_a_flipped_bit_anywhere_is_done_without(tmp_path: Path, flip: int) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    file = tmp_path / FILE_NAME
    whole = file.read_bytes()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= flip
        file.write_bytes(damaged)
        assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH)


def test_an_array_in_its_place_is_done_without(tmp_path: Path) -> None:
    with (tmp_path / FILE_NAME).open("wb") as file:
        np.save(file, np.arange(3))
    assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH)


@pytest.mark.parametrize("name", ["keys", "text"])
def test_sizes_that_do_not_fit_are_done_without(tmp_path: Path, name: str) -> None:
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    with (tmp_path / FILE_NAME).open("rb") as file, np.load(file) as arrays:
        ours = dict(arrays)
    np.savez(tmp_path / FILE_NAME, **(ours | {name: ours[name][:3]}))
    assert same(cached_term_counts(STORIES, WEIGHTS, tmp_path), FRESH)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Path, **_: object) -> None:
        file.write_bytes(b"half")
        raise OSError

    monkeypatch.setattr(np, "savez", full)
    cached_term_counts(STORIES, WEIGHTS, tmp_path)
    assert list(tmp_path.iterdir()) == []


# Related stories.

DEFAULTS = RelatedStoriesSettings()
WORDS = ["bread", "boats", "clocks", "gardens", "letters", "maps", "music", "tools", "salt", "rope"]
WORDS += ["glass", "wool"]
BLOG = Blog(
    [
        Story(f"s{n}", "en", f"On {word}", "", f"<p>{f'{word} {WORDS[n // 3]} ' * 4}</p>", (), "",
              datetime(2024, 1, 1 + n, tzinfo=UTC))
        for n, word in enumerate(WORDS)
    ],
    11, {2: [5]}, {3: [4]}, frozenset({7}),
)  # fmt: skip


@pytest.fixture
def rankings(monkeypatch: pytest.MonkeyPatch) -> list[Blog]:
    """The blogs that are ranked."""
    blogs: list[Blog] = []

    def rank(blog: Blog, *rest: object) -> list[list[Related]]:
        blogs.append(blog)
        return related_stories(blog, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(engagement.cache, "related_stories", rank)
    return blogs


def fresh(blog: Blog, settings: RelatedStoriesSettings = DEFAULTS) -> list[list[Related]]:
    """The related stories without a cache."""
    return related_stories(
        blog, [term_counts(each, settings.weights) for each in blog.stories], settings
    )


def edited(**change: object) -> list[Story]:
    """The blog's stories with a change in the first."""
    return [replace(BLOG.stories[0], **change), *BLOG.stories[1:]]  # type: ignore[arg-type]


def test_a_blog_that_did_not_change_is_not_ranked_again(
    tmp_path: Path, rankings: list[Blog]
) -> None:
    found = fresh(BLOG)
    assert any(each.reason for each in found[0])
    for _ in range(3):
        assert cached_related_stories(BLOG, DEFAULTS, tmp_path) == found
    assert len(rankings) == 1
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME, RELATED_FILE_NAME}


@pytest.mark.parametrize(
    "blog",
    [
        replace(BLOG, stories=edited(slug="z")),
        replace(BLOG, stories=edited(lang="de")),
        replace(BLOG, stories=edited(body="<p>bread and rope</p>")),
        replace(BLOG, stories=edited(date=datetime(2024, 1, 1, 1, tzinfo=UTC))),
        replace(BLOG, stories=BLOG.stories[::-1]),
        replace(BLOG, stories=BLOG.stories[:11]),
        replace(BLOG, offered=10),
        replace(BLOG, pinned={2: [6]}),
        replace(BLOG, pinned={2: [5, 6]}),
        replace(BLOG, barred={}),
        replace(BLOG, barred={3: [4, 5]}),
        replace(BLOG, silent=frozenset()),
    ],
)
def test_a_blog_that_changed_is_ranked_again(
    tmp_path: Path, rankings: list[Blog], blog: Blog
) -> None:
    cached_related_stories(BLOG, DEFAULTS, tmp_path)
    for _ in range(2):
        assert cached_related_stories(blog, DEFAULTS, tmp_path) == fresh(blog)
    assert rankings == [BLOG, blog]


@pytest.mark.parametrize(
    "settings",
    [
        replace(DEFAULTS, limit=4),
        replace(DEFAULTS, threshold=0.5),
        replace(DEFAULTS, include_newer=False),
        replace(DEFAULTS, weights=replace(WEIGHTS, title=9.0)),
    ],
)
def test_under_other_settings_a_blog_is_ranked_again(
    tmp_path: Path, rankings: list[Blog], settings: RelatedStoriesSettings
) -> None:
    cached_related_stories(BLOG, DEFAULTS, tmp_path)
    assert cached_related_stories(BLOG, settings, tmp_path) == fresh(BLOG, settings)
    assert len(rankings) == 2


def test_other_code_ranks_again(
    tmp_path: Path, rankings: list[Blog], monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_related_stories(BLOG, DEFAULTS, tmp_path)
    for name in ("related_stories.py", "vectors.py", "reasons.py"):
        code = (Path(engagement.cache.__file__).parent / name).read_bytes()
        assert code in engagement.cache._RANKING_CODE
    monkeypatch.setattr(engagement.cache, "_RANKING_CODE", b"#")
    cached_related_stories(BLOG, DEFAULTS, tmp_path)
    assert len(rankings) == 2


def test_damaged_lists_are_done_without(tmp_path: Path, rankings: list[Blog]) -> None:
    found = cached_related_stories(BLOG, DEFAULTS, tmp_path)
    file = tmp_path / RELATED_FILE_NAME
    whole = file.read_bytes()
    damaged = [whole[:size] for size in range(0, len(whole), 301)]
    for place in range(0, len(whole), 301):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        damaged.append(bytes(flipped))
    for content in damaged:
        file.write_bytes(content)
        assert cached_related_stories(BLOG, DEFAULTS, tmp_path) == found
        assert file.read_bytes() == whole
    assert len(rankings) == 1 + len(damaged)


def test_lists_that_cannot_be_kept_are_found_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    assert cached_related_stories(BLOG, DEFAULTS, tmp_path / "a file") == fresh(BLOG)
    (tmp_path / RELATED_FILE_NAME).mkdir()
    assert cached_related_stories(BLOG, DEFAULTS, tmp_path) == fresh(BLOG)
