"""Front matter that is edited: one line changes, and not a byte beside it."""

import pytest

from tools.front_matter import with_line, without_line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Title: A\n\nWords.\n", "Title: A\nId: x\n\nWords.\n"),
        ("Title: A\r\nTags: b\r\n\r\nWords.\r\n", "Title: A\r\nTags: b\r\nId: x\r\n\r\nWords.\r\n"),
        ("\ufeffTitle: A\n\nWords.", "\ufeffTitle: A\nId: x\n\nWords."),
        ("Title: A\rTags: b\r\rWords.", "Title: A\rTags: b\rId: x\r\rWords."),
        ("---\nTitle: A\n---\nWords: b\n", "---\nTitle: A\nId: x\n---\nWords: b\n"),
        ("Title: A\nSummary: b\n    c\n\nd: e", "Title: A\nSummary: b\n    c\nId: x\n\nd: e"),
        ("Title: A", "Title: A\nId: x"),
        ("Title: A\nWords at once.", "Title: A\nId: x\nWords at once."),
        ("Title: \u2028A\n\n\x0c\u2029B", "Title: \u2028A\nId: x\n\n\x0c\u2029B"),
    ],
)
def test_a_new_line_comes_last_in_the_front_matter_and_the_rest_stays(
    before: str, after: str
) -> None:
    assert with_line(before, "Id", "x") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Title: A\ndate: 1\n\nDate: 2\n", "Title: A\nDate: 3\n\nDate: 2\n"),
        ("\ufeffDATE: 1\r\nTitle: A\r\n\r\n", "\ufeffDate: 3\r\nTitle: A\r\n\r\n"),
        ("Date: 1\n    2\nTitle: A\nDate: 4\n", "Date: 3\nTitle: A\n"),
        ("Title: A\nDate: 1", "Title: A\nDate: 3"),
        ("", "Date: 3\n"),
        ("\ufeff", "\ufeffDate: 3\n"),
    ],
)
def test_a_line_that_is_there_is_replaced_where_it_stands(before: str, after: str) -> None:
    assert with_line(before, "Date", "3") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Title: A\nStatus: draft\n\nStatus: b\n", "Title: A\n\nStatus: b\n"),
        ("\ufeffstatus: draft\r\nTitle: A\r\n\r\nB", "\ufeffTitle: A\r\n\r\nB"),
        ("---\nStatus: draft\n    more\nTitle: A\n---\nB", "---\nTitle: A\n---\nB"),
        ("Title: A\n\nB", "Title: A\n\nB"),
    ],
)
def test_a_line_is_taken_out_of_the_front_matter_alone(before: str, after: str) -> None:
    assert without_line(before, "Status") == after
