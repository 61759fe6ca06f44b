"""The terms of many stories, taken over from build to build."""

from datetime import UTC, datetime

import pytest
from engagement.settings import FieldWeights
from engagement.story import Story
from engagement.term_table import Packed, TermTable, packed, table_of
from engagement.terms import term_counts

NOTHING = TermTable()


def counted(body: str) -> Packed:
    story = Story("s", "en", "", "", body, (), "", datetime(2024, 1, 1, tzinfo=UTC))
    return packed(term_counts(story, FieldWeights()))


BREAD, BOATS, MAPS, EMPTY = (
    counted(body) for body in ("bread and boats " * 4, "boats of wool", "maps", "")
)


def content(table: TermTable) -> list[object]:
    arrays = (table.keys, table.start, table.term, table.count)
    return [*((part.dtype, part.tolist()) for part in arrays), list(table.forms)]


@pytest.mark.parametrize(
    ("rows", "new", "all_of_them"),
    [
        ([0, 1, 2], [], [BREAD, BOATS, EMPTY]),
        ([2, 1, 0], [], [EMPTY, BOATS, BREAD]),
        ([1, 1], [], [BOATS, BOATS]),
        ([-1, 1, -1], [MAPS, BREAD], [MAPS, BOATS, BREAD]),
        ([], [], []),
    ],
)
def test_a_table_made_of_another_is_what_it_would_be_without(
    rows: list[int], new: list[Packed], all_of_them: list[Packed]
) -> None:
    earlier = table_of(NOTHING, [-1] * 3, [BREAD, BOATS, EMPTY])
    expected = table_of(NOTHING, [-1] * len(all_of_them), all_of_them)
    assert content(table_of(earlier, rows, new)) == content(expected)


@pytest.mark.parametrize("many", [1, 100])
def test_a_table_has_the_terms_of_each_story(many: int) -> None:
    table = table_of(NOTHING, [-1] * 2 * many, [BREAD, BOATS] * many)
    for number, (keys, counts, _) in enumerate((BREAD, BOATS)):
        part = slice(*table.start[number : number + 2])
        assert table.keys[table.term[part]].tobytes() == keys
        assert table.count[part].tobytes() == counts


def test_only_terms_that_count_often_have_a_form() -> None:
    assert sorted(BREAD[2].split("\n")) == ["boats", "boats bread", "bread"]
    assert BOATS[2] == ""
