"""What is found quickly is what Pelican finds."""

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from incremental.lookups import Listed, translations
from pelican import generators
from pelican.log import LimitFilter
from pelican.utils import process_translations


def some(chance: Random, count: int) -> list[Any]:
    """Contents of which some are translations of others."""
    return [
        SimpleNamespace(
            number=number,
            slug=chance.choice("abcdef"),
            lang=chance.choice(["en", "de"]),
            in_default_lang=chance.random() < 0.5,
            translation=chance.random() < 0.2,
            metadata={"translation": chance.choice(["true", "false"])} if number % 3 else {},
            source_path=f"{number}.md",
        )
        for number in range(count)
    ]


def told(found: tuple[list[Any], list[Any]]) -> object:
    """Which are originals, which are translations, and of which others."""
    return [
        [(each.number, [other.number for other in each.translations]) for each in its]
        for its in found
    ]


@pytest.mark.parametrize("by", ["slug", {"slug"}, ["slug", "lang"], ["number"]])
def test_translations_are_those_that_pelican_finds(
    by: Any, caplog: pytest.LogCaptureFixture
) -> None:
    all_said: list[str] = []
    for seed in range(50):
        ours, theirs = (some(Random(seed), 20) for _ in range(2))
        found = told(translations(process_translations, ours, by))
        said = [*caplog.messages]
        caplog.clear()
        # Pelican says nothing twice.
        LimitFilter._raised_messages.clear()
        assert found == told(process_translations(theirs, by))
        assert said == caplog.messages
        all_said += said
        caplog.clear()
        LimitFilter._raised_messages.clear()
        assert [each.number for each in ours] == [each.number for each in theirs]
    assert all_said


@pytest.mark.parametrize("by", [None, "", "nothing", 3])
def test_where_nothing_tells_translations_pelican_says_what_it_says(by: Any) -> None:
    results = []
    for find in (process_translations, lambda *given: translations(process_translations, *given)):
        try:
            found = find(some(Random(1), 5), by)
            results.append([[each.number for each in its] for its in found])
        except Exception as error:
            results.append([[type(error).__name__, str(error)]])
    assert results[0] == results[1]


def test_pelican_asks_it() -> None:
    from incremental.receivers import register  # noqa: PLC0415 - it is what is looked at

    register()
    assert generators.process_translations.func is translations


def test_what_is_listed_is_what_is_in_the_list() -> None:
    one, other, equal = [1], [2], [1]
    listed = Listed([one, other])
    assert [*listed] == [one, other]
    assert (one in listed, other in listed, equal in listed) == (True, True, False)
