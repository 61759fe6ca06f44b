"""What is ranked anew between builds, and what is done without."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import engagement.cache
import engagement.candidates
import pytest
from engagement.cache import FILE_NAME, cached_related_stories
from engagement.candidates import Found
from engagement.related_stories import Blog, Related, related_stories, related_stories_again
from engagement.settings import FieldWeights, RelatedStoriesSettings
from engagement.story import Story
from engagement.terms import term_counts
from engagement.vectors import Floats, Ints, Similarity

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

    def rank(blog: Blog, *rest: Any) -> tuple[list[list[Related]], dict[str, Found]]:
        blogs.append(blog)
        return related_stories_again(blog, *rest)

    monkeypatch.setattr(engagement.cache, "related_stories_again", rank)
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
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


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
        replace(DEFAULTS, weights=FieldWeights(title=9.0)),
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
    for name in ("candidates.py", "related_stories.py", "terms.py", "vectors.py", "reasons.py"):
        code = (Path(engagement.cache.__file__).parent / name).read_bytes()
        assert code in engagement.cache._CODE
    monkeypatch.setattr(engagement.cache, "_CODE", b"#")
    cached_related_stories(BLOG, DEFAULTS, tmp_path)
    assert len(rankings) == 2


def test_a_python_with_other_letters_ranks_again(
    tmp_path: Path, rankings: list[Blog], monkeypatch: pytest.MonkeyPatch
) -> None:
    blog = Blog(edited(), 3)
    cached_related_stories(blog, DEFAULTS, tmp_path)
    monkeypatch.setattr("unicodedata.unidata_version", "0.0.0")
    cached_related_stories(blog, DEFAULTS, tmp_path)
    assert len(rankings) == 2


def test_damaged_lists_are_done_without(tmp_path: Path, rankings: list[Blog]) -> None:
    found = cached_related_stories(BLOG, DEFAULTS, tmp_path)
    file = tmp_path / FILE_NAME
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
    (tmp_path / FILE_NAME).mkdir()
    assert cached_related_stories(BLOG, DEFAULTS, tmp_path) == fresh(BLOG)


def test_the_file_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached_related_stories(BLOG, DEFAULTS, tmp_path)
    file = tmp_path / FILE_NAME
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    changed = replace(BLOG, offered=10)
    assert cached_related_stories(changed, DEFAULTS, tmp_path) == fresh(changed)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_words_are_counted_by_what_is_given_for_map(tmp_path: Path) -> None:
    seen: list[str] = []

    def apply(function: Callable[[str], Any], texts: Iterable[str]) -> Iterator[Any]:
        for text in texts:
            seen.append(text)
            yield function(text)

    assert cached_related_stories(BLOG, DEFAULTS, tmp_path, apply) == fresh(BLOG)
    assert len({*seen}) == len(BLOG.stories)
    moved = replace(BLOG, stories=edited(slug="z", date=datetime(2023, 1, 1, tzinfo=UTC)))
    assert cached_related_stories(moved, DEFAULTS, tmp_path, apply) == fresh(moved)
    # Of the one that has changed, and all that the terms depend on, nothing else.
    assert seen[12:] == seen[:1]
    # One that now is offered, one that is no more, and two of other neighbours.
    back = replace(moved, stories=moved.stories[::-1])
    assert cached_related_stories(back, DEFAULTS, tmp_path, apply) == fresh(back)
    assert seen[13:] == [seen[number] for number in (11, 8, 3, 0)]


def test_letters_that_are_none_harm_nothing(tmp_path: Path) -> None:
    blog = replace(BLOG, stories=edited(body="\ud800 half\na letter", title="\ud800"))
    for _ in range(2):
        assert cached_related_stories(blog, DEFAULTS, tmp_path) == fresh(blog)


# Step by step: a blog that is edited, ranked by what was found before.


def changed(blog: Blog, chance: Random) -> Blog:
    """The blog with one thing changed."""
    stories = [*blog.stories]
    number = chance.randrange(len(stories))
    story = stories[number]
    kind = chance.randrange(8)
    if kind < 4:
        stories[number] = replace(
            story, body=f"{story.body}<p>{' '.join(some_words(chance, 5))}</p>"
        )
        return replace(blog, stories=stories)
    if kind == 4:
        return replace(blog, stories=stories[1:], barred={}, pinned={})
    if kind == 5:
        stories.append(some_story(chance, chance.randrange(10_000, 99_999)))
        return replace(blog, stories=stories)
    if kind == 6:
        stories[number] = replace(story, date=story.date + timedelta(chance.randrange(-50, 50)))
        return replace(blog, stories=stories, offered=chance.randrange(100, 110))
    others = chance.sample(range(len(stories)), 3)
    return replace(blog, barred={number: others[:2]}, pinned={number: others[2:]})


def some_words(chance: Random, many: int) -> list[str]:
    # Few are everywhere, many are rare.
    return [f"word{int(chance.paretovariate(0.7)) % 700}x" for _ in range(many)]


def some_story(chance: Random, number: int) -> Story:
    title, *words = some_words(chance, 40)
    return Story(f"s{number}", "en" if number % 9 else "de", title, "", " ".join(words), (),
                 "", datetime(2024, 1, 1, tzinfo=UTC) + timedelta(number % 500))  # fmt: skip


@pytest.mark.parametrize("spare", [0, 10])
@pytest.mark.parametrize("include_newer", [True, False])
def test_what_was_found_before_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int, include_newer: bool
) -> None:
    monkeypatch.setattr(engagement.candidates, "_SPARE", spare)
    monkeypatch.setattr(engagement.candidates, "_SPARE_NEAR", spare // 3)
    monkeypatch.setattr(engagement.candidates, "CANDIDATES", 15)
    settings = replace(DEFAULTS, include_newer=include_newer)
    chance = Random(f"{spare} {include_newer}")
    stories = [some_story(chance, number) for number in range(110)]
    blog = Blog([*stories, replace(stories[1], slug="twin"), stories[2]], 105)
    for _ in range(20):
        assert cached_related_stories(blog, settings, tmp_path) == fresh(blog, settings)
        blog = changed(blog, chance)


def test_an_edit_measures_few_stories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []
    block = Similarity.block

    def watched(similarity: Similarity, rows: Ints) -> Floats:
        measured.extend(rows.tolist())
        return block(similarity, rows)

    monkeypatch.setattr(Similarity, "block", watched)
    chance = Random(1)
    stories = [replace(some_story(chance, number), lang="en") for number in range(200)]
    cached_related_stories(Blog(stories, 200), DEFAULTS, tmp_path)
    assert len(measured) == 200
    measured.clear()
    stories[7] = replace(stories[7], body=f"{stories[7].body} word699x")
    cached_related_stories(Blog(stories, 200), DEFAULTS, tmp_path)
    assert 1 <= len(measured) < 60
    assert len({*measured}) == len(measured)
