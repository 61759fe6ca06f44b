"""What was found out of an object holds as long as nothing that was met has changed."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from incremental.fingerprints import Fingerprints
from incremental.states import States
from incremental.template_reads import Reads, template_reads
from jinja2 import DictLoader, Environment
from markupsafe import Markup

SETTINGS = {"many": "settings"}


class Story:
    """What has a place."""

    def __init__(self, title: str, **attributes: object) -> None:
        self.title, self.settings = title, SETTINGS
        self.__dict__ |= attributes

    @property
    def loud(self) -> str:
        return self.title.upper()

    @property
    def doubtful(self) -> str:
        logging.getLogger("story").warning("doubtful")
        return self.title


class Tag:
    def __init__(self, name: str) -> None:
        self.name = name


@dataclass(frozen=True, slots=True)
class Call:
    words: Markup
    more: object = None


def read_by(source: str) -> Reads:
    return template_reads(Environment(loader=DictLoader({"x": source})), "x").variables["v"]


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., tuple[bytes, bool]]:
    """Build with stories; the digest of what is read of the first, and whether it was known."""

    def built(
        source: str,
        *stories: Story,
        made_by: bytes = b"code",
        links: Callable[[Any], bool | None] = lambda _: False,
    ) -> tuple[bytes, bool]:
        objects = {str(number): story for number, story in enumerate(stories)}
        states = States(
            tmp_path / "states",
            made_by,
            objects,
            (SETTINGS,),
            links,
            lambda: [story.title for story in stories],
        )
        nodes = read_by(source)
        fingerprints = Fingerprints({}, (), states)
        fresh = Fingerprints({}, ()).of(stories[0], nodes)
        digest = fingerprints.of(stories[0], nodes)
        assert digest == fresh
        states.save()
        again = States(tmp_path / "states", made_by, objects, (SETTINGS,), links, lambda: None)
        return digest, bool(again._old)

    return built


def known(
    tmp_path: Path, build: Callable[..., Any], source: str, before: list[Story], now: list[Story]
) -> bool:
    """Whether what was found out of the first story before is still taken to hold now."""
    _, is_learned = build(source, *before)
    assert is_learned
    objects = {str(number): story for number, story in enumerate(now)}
    states = States(
        tmp_path / "states",
        b"code",
        objects,
        (SETTINGS,),
        lambda _: False,
        lambda: [story.title for story in now],
    )
    fingerprints = Fingerprints({}, (), states)
    return states.known("0", fingerprints._signature(read_by(source))) is not None


PAGE = "{{ v.title }}{{ v.loud }}{{ v.next.title }}{{ v.tag.name }}{{ v.call.words }}{{ v.meta.a }}"


def stories(
    title: str = "One",
    next_title: str = "Two",
    tag: str = "tag",
    words: str = "Come",
    a: object = "a",
    date: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    unread: str = "",
) -> list[Story]:
    call = Call(Markup(words))
    other = Story(next_title, unread=unread)
    return [
        Story(
            title, next=other, tag=Tag(tag), call=call, meta={"a": a}, date=date, tags=[Tag(tag)]
        ),
        other,
    ]


def test_what_was_found_out_holds_for_equal_stories(
    tmp_path: Path, build: Callable[..., Any]
) -> None:
    assert known(tmp_path, build, PAGE, stories(), stories())


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"next_title": "Another"},
        {"tag": "another"},
        {"words": "Go"},
        {"a": "b"},
        {"a": Markup("a")},
        {"a": ("a",)},
        {"a": "title"},
        {"date": datetime(2026, 1, 2, tzinfo=UTC)},
        {"unread": "but met"},
    ],
    ids=repr,
)
def test_it_does_not_hold_when_what_was_met_has_changed(
    tmp_path: Path, build: Callable[..., Any], change: dict[str, Any]
) -> None:
    assert not known(tmp_path, build, PAGE, stories(), stories(**change))


def test_of_what_was_not_met_nothing_counts(tmp_path: Path, build: Callable[..., Any]) -> None:
    assert known(tmp_path, build, "{{ v.title }}", stories(), stories(next_title="Another"))


def test_another_story_may_be_next(tmp_path: Path, build: Callable[..., Any]) -> None:
    first, second, third = Story("One"), Story("Same"), Story("Same")
    first.next = second
    build("{{ v.title }}{{ v.next.title }}", first, second, third)
    first.next = third
    assert not known_now(tmp_path, "{{ v.title }}{{ v.next.title }}", first, second, third)


def known_now(tmp_path: Path, source: str, *now: Story) -> bool:
    objects = {str(number): story for number, story in enumerate(now)}
    states = States(
        tmp_path / "states", b"code", objects, (SETTINGS,), lambda _: False, lambda: None
    )
    return states.known("0", Fingerprints({}, (), states)._signature(read_by(source))) is not None


def test_front_matter_that_differs_from_its_attribute_is_told_apart(
    tmp_path: Path, build: Callable[..., Any]
) -> None:
    title = "One"
    assert not known(
        tmp_path,
        build,
        "{{ v.meta.title }}",
        [Story(title, meta={"title": title})],
        [Story(title, meta={"title": "Two"})],
    )


@pytest.mark.parametrize(
    "attribute",
    [lambda: "x", re.compile("x"), (each for each in ())],
    ids=["function", "compiled", "generator"],
)
def test_nothing_is_noted_of_what_hides_a_part_of_itself(
    build: Callable[..., Any], attribute: object
) -> None:
    assert not build("{{ v.title }}", Story("One", attribute=attribute))[1]
    assert not build("{{ v.title }}", Story("One", attributes=[attribute]))[1]


def test_what_is_read_of_a_story_without_a_place_is_not_noted(build: Callable[..., Any]) -> None:
    class Holder:
        """Not told apart by its attributes alone, as it has none."""

        @property
        def story(self) -> Story:
            return Story("hidden")

    assert not build("{{ v.holder.story.title }}", Story("One", holder=Holder()))[1]


def test_a_property_from_elsewhere_is_read_each_time(
    build: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = eval("lambda self: 'any'", {"__name__": "another.module"})
    monkeypatch.setattr(Story, "foreign", property(foreign), raising=False)
    assert not build("{{ v.foreign }}", Story("One"))[1]
    assert build("{{ v.title }}", Story("One"))[1]


def test_settings_are_read_each_time(build: Callable[..., Any]) -> None:
    assert not build("{{ v.settings.many }}", Story("One"))[1]


def test_what_was_warned_of_is_warned_of_again(build: Callable[..., Any]) -> None:
    assert not build("{{ v.doubtful }}", Story("One"))[1]


def test_links_count_with_all_addresses(tmp_path: Path, build: Callable[..., Any]) -> None:
    source = "{{ v.title }}"
    one, two = Story("One"), Story("Two")
    build(source, one, two, links=lambda _: True)

    def is_known(*addresses: str) -> bool:
        states = States(
            tmp_path / "states",
            b"code",
            {"0": one, "1": two},
            (SETTINGS,),
            lambda _: True,
            lambda: [*addresses],
        )
        signature = Fingerprints({}, (), states)._signature(read_by(source))
        return states.known("0", signature) is not None

    assert is_known("One", "Two")
    assert not is_known("One", "Three")


def test_reading_that_may_move_a_file_is_done_each_time(build: Callable[..., Any]) -> None:
    assert not build("{{ v.title }}", Story("One"), links=lambda _: None)[1]


def test_other_code_and_damage_are_done_without(tmp_path: Path, build: Callable[..., Any]) -> None:
    source = "{{ v.title }}"
    build(source, Story("One"), made_by=b"other")
    assert not known_now(tmp_path, source, Story("One"))
    build(source, Story("One"))
    assert known_now(tmp_path, source, Story("One"))
    (tmp_path / "states").write_text((tmp_path / "states").read_text()[:-9])
    assert not known_now(tmp_path, source, Story("One"))
