"""On any Pelican site what is not written anew is as if it had been."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from incremental import processes, writing
from pelican import signals
from plain_sites import PlainSite
from sites import files_below, post

STORIES: dict[str, str | bytes] = {
    "one.md": post("One", "Some 'words'.", Category="Trust", Tags="a, b"),
    "two.md": post("Two", "See [one]({filename}one.md).", Category="Trust", Date="2025-05-02"),
    "three.md": post("Three", Category="Work", Tags="b", Date="2025-05-03"),
    "pages/about.md": "Title: About\n\nOf us.\n",
}


LIST = (
    "{% for each in articles_page.object_list %}"
    "<a href='{{ SITEURL }}/{{ each.url }}'>{{ each.title }}</a> {{ each.summary }} {% endfor %}"
)
# Pelican's own theme calls methods of stories, so that many of its pages are always written.
THEME = {
    **dict.fromkeys(["index.html", "category.html", "tag.html", "author.html"], LIST),
    "article.html": "<h1>{{ article.title }}</h1> {{ article.content }} {{ SITENAME|upper }}",
}


@pytest.fixture
def site(plain_site: PlainSite, tmp_path: Path) -> PlainSite:
    """One with a few stories, and with some templates of its own."""
    plain_site.write(STORIES)
    (tmp_path / "over").mkdir()
    for name, text in THEME.items():
        (tmp_path / "over" / name).write_text(text)
    plain_site.settings["THEME_TEMPLATES_OVERRIDES"] = [str(tmp_path / "over")]
    return plain_site


def reasons(site: PlainSite, **options: Any) -> dict[str, str]:
    """Why a build wrote what it wrote, but for what each build writes. It equals a clean one."""
    found = site.reasons(**options)
    return {name: why for name, why in found.items() if not why.startswith("always: ")}


def always(site: PlainSite, **options: Any) -> set[str]:
    """Why some files are written in each build."""
    return {why for why in site.reasons(**options).values() if why.startswith("always: ")}


def test_a_second_build_writes_nothing(site: PlainSite) -> None:
    first = reasons(site)
    assert first.keys() >= {"one.html", "index.html", "feeds/all.atom.xml", "tag/a.html"}
    assert set(first.values()) == {"it is new"}
    written = {name: (site.output / name).stat().st_mtime_ns for name in first}
    assert reasons(site) == {}
    assert written == {name: (site.output / name).stat().st_mtime_ns for name in first}


def test_a_changed_text_writes_its_page_and_what_shows_it(site: PlainSite) -> None:
    site.reasons()
    site.write({"one.md": post("One", "Other words.", Category="Trust", Tags="a, b")})
    found = reasons(site)
    assert found.keys() >= {"one.html", "index.html", "feeds/all.atom.xml"}
    assert not found.keys() & {"two.html", "three.html", "category/work.html"}


def test_a_moved_story_changes_who_links_to_it_and_leaves_no_page(site: PlainSite) -> None:
    site.reasons()
    site.write({"one.md": post("One", Category="Trust", Slug="uno")})
    found = reasons(site)
    assert found.keys() >= {"uno.html", "two.html"}
    assert not (site.output / "one.html").exists()
    assert not (site.output / "tag/a.html").exists()


def test_stories_come_and_go(site: PlainSite) -> None:
    site.reasons()
    site.write({"four.md": post("Four", Category="New")})
    assert reasons(site).keys() >= {"four.html", "category/new.html", "index.html"}
    (site.content / "four.md").unlink()
    assert "index.html" in reasons(site)
    assert not (site.output / "category/new.html").exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"SITENAME": "Another"},
        {"TYPOGRIFY": True},
        {"TYPOGRIFY": True, "TYPOGRIFY_DASHES": "oldschool"},
        {"DEFAULT_PAGINATION": 1},
        {"RELATIVE_URLS": True},
        {"ARTICLE_ORDER_BY": lambda article: article.title[-1]},
        {"JINJA_FILTERS": {"upper": lambda text: text[::-1]}},
        {"TIMEZONE": "Asia/Tokyo"},
        {"SUMMARY_MAX_LENGTH": 1},
        {"CATEGORY_FEED_ATOM": None, "FEED_MAX_ITEMS": 1},
        {"INTRASITE_LINK_REGEX": "[<](?P<what>.*?)[>]"},
    ],
    # Not their values: of functions these differ from process to process.
    ids=" ".join,
)
def test_a_changed_setting_writes_what_it_changes_and_back(
    site: PlainSite, settings: dict[str, Any]
) -> None:
    site.reasons()
    before = files_below(site.output)
    given = site.settings
    site.settings = given | settings
    site.reasons()
    assert reasons(site) == {}
    site.settings = given
    site.reasons()
    assert files_below(site.output) == before


def test_relative_addresses_differ_from_page_to_page(site: PlainSite) -> None:
    site.settings["RELATIVE_URLS"] = True
    assert always(site) == always(site) == {"always: RELATIVE_URLS"}


def test_an_emptied_output_is_filled(site: PlainSite) -> None:
    site.settings["DELETE_OUTPUT_DIRECTORY"] = True
    site.reasons()
    assert set(reasons(site).values()) == {"its file is not as the last build left it"}


def test_pages_of_lists_are_kept_by_what_is_on_them(site: PlainSite) -> None:
    site.settings["DEFAULT_PAGINATION"] = 1
    site.reasons()
    site.write({"one.md": post("One", "Other words.", Category="Trust", Tags="a, b")})
    found = reasons(site)
    assert "index3.html" in found
    assert not found.keys() & {"index.html", "category/trust.html"}


def test_a_story_may_write_over_another(site: PlainSite) -> None:
    site.reasons()
    site.write({"four.md": post("Four", Save_as="three.html")})
    for _ in range(2):
        assert "always: another file has its name" in always(site)
        assert "Four" in (site.output / "three.html").read_text()
    (site.content / "four.md").unlink()
    assert "three.html" in reasons(site)


def test_a_page_may_write_over_another(site: PlainSite) -> None:
    site.write({"pages/own.md": "Title: Own\nsave_as: index.html\n\nMine.\n"})
    site.settings["INDEX_SAVE_AS"] = "index.html"
    for _ in range(2):
        site.reasons()
        assert "Mine." in (site.output / "index.html").read_text()
    (site.content / "pages/own.md").unlink()
    site.reasons()
    assert "Mine." not in (site.output / "index.html").read_text()


def test_a_static_file_may_stand_in_the_place_of_a_page(site: PlainSite) -> None:
    site.reasons()
    site.write({"extra/one.txt": "Mine."})
    site.settings |= {
        "STATIC_PATHS": ["extra"],
        "EXTRA_PATH_METADATA": {"extra/one.txt": {"path": "one.html"}},
    }
    for _ in range(3):
        site.reasons()
        assert (site.output / "one.html").read_text() == "Mine."
    (site.content / "extra/one.txt").unlink()
    site.reasons()
    assert (site.output / "one.html").read_text() != "Mine."


def test_stories_in_other_formats_are_read_each_time(site: PlainSite) -> None:
    site.write(
        {
            "rest.rst": "Rest\n####\n\n:date: 2025-05-04\n\n.. include:: part.txt\n",
            "part.txt": "A part.\n",
            "page.html": "<html><head><title>Page</title><meta name='date' content='2025-05-05'/>"
            "</head><body>From HTML.</body></html>",
        }
    )
    first = reasons(site)
    assert {"rest.html", "page.html"} <= first.keys()
    assert reasons(site) == {}
    site.write({"part.txt": "Another part.\n"})
    assert "rest.html" in reasons(site)
    assert "Another part." in (site.output / "rest.html").read_text()


def test_a_warning_is_told_in_each_build(site: PlainSite, caplog: pytest.LogCaptureFixture) -> None:
    site.write({"two.md": post("Two", "See [gone]({filename}gone.md) ![](x.png).")})
    told = []
    for plugins in ((), ("incremental",), ("incremental",), ("incremental",)):
        caplog.clear()
        site.build("clean" if not plugins else "output", plugins)
        told.append([each.getMessage() for each in caplog.records if each.levelno >= 30])
    assert any("gone.md" in each for each in told[0])
    assert {*map(str, map(sorted, told))} == {str(sorted(told[0]))}


def listening(name: str, **attributes: object) -> ModuleType:
    """A plugin that writes a line below each page that is written."""
    plugin = ModuleType(name)
    plugin.__file__ = __file__

    def sign(path: str, **_: object) -> None:
        if path.endswith(".html"):
            with Path(path).open("a") as page:
                page.write("signed\n")

    def register() -> None:
        signals.content_written.connect(sign)

    vars(sign).update(attributes)
    plugin.register, plugin.sign = register, sign  # type: ignore[attr-defined]
    return plugin


def test_for_a_foreign_plugin_everything_is_written(site: PlainSite) -> None:
    foreign = listening("foreign")
    for _ in range(2):
        (why,) = always(site, plugins=("incremental", foreign))
        assert "sign" in why
        assert (site.output / "one.html").read_text().endswith("signed\n")


def test_a_plugin_may_say_what_it_reads(site: PlainSite) -> None:
    candid = listening("candid", reads=("SITENAME",))
    assert "one.html" in reasons(site, plugins=("incremental", candid))
    assert reasons(site, plugins=("incremental", candid)) == {}
    assert (site.output / "one.html").read_text().endswith("signed\n")
    # Without it pages are as before.
    assert "one.html" in reasons(site)
    assert "signed" not in (site.output / "one.html").read_text()


def test_settings_that_nobody_can_tell_apart_switch_the_plugin_off(
    site: PlainSite, caplog: pytest.LogCaptureFixture
) -> None:
    site.settings["JINJA_GLOBALS"] = {"thing": object()}
    settings = site.build()
    assert "PAGES" not in settings
    assert "everything is built anew" in caplog.text


def test_one_process_may_build_again_and_again(site: PlainSite) -> None:
    site.reasons()
    pelican = site.pelican()
    for word in ("uno", "un"):
        site.write({"one.md": post("One", word, Category="Trust"), f"{word}.md": post(word)})
        pelican.run()
        found = pelican.settings["PAGES"].reasons
        assert found["one.html"].startswith("changed: ")
        assert found["two.html"] == ""
    (site.content / "un.md").unlink()
    pelican.run()
    assert not (site.output / "un.html").exists()
    assert reasons(site) == {}


def test_on_several_processors_it_is_the_same(
    site: PlainSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incremental.processes.processors", lambda: 2)
    site.write({f"more/{i}.md": post(f"More {i}", Tags=f"t{i}") for i in range(40)})
    assert len(reasons(site)) > 80
    assert reasons(site) == {}
    site.settings["SITENAME"] = "Another"
    assert len(reasons(site)) > 40


def test_a_template_that_fails_is_told_from_any_processor(
    site: PlainSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incremental.processes.processors", lambda: 2)
    site.write({f"more/{i}.md": post(f"More {i}") for i in range(40)})
    template = tmp_path / "over/article.html"
    template.write_text("{{ article.title }}{{ 1 / (article.slug|replace('more-', ''))|int }}")
    told = []
    for plugins in (("incremental",), ()):
        with pytest.raises(ZeroDivisionError) as raised:
            site.build(plugins=plugins)
        told.append(str(raised.value))
    assert told[0] == told[1]
    template.write_text("{{ article.title }}")
    site.reasons()
    assert (site.output / "more-1.html").read_text() == "More 1"


def test_what_others_write_meanwhile_is_as_if_written_here(
    site: PlainSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    class Here:
        """Does in this process what others would do, and is not done until asked three times."""

        def __init__(self, work: Callable[[int], bool], count: int) -> None:
            begun.append(count)
            self._found, self._asked = [*map(work, range(count))], 0

        @property
        def is_done(self) -> bool:
            self._asked += 1
            return self._asked % 3 == 0

        def results(self) -> list[bool]:
            return self._found

        def end(self) -> None:
            pass

    # Beside threads, such as those of a browser, there are no others.
    monkeypatch.setattr(writing, "workers", lambda count: 1 + (count > 1))
    monkeypatch.setattr(writing, "_MUCH", 8)
    monkeypatch.setattr(writing, "Spread", Here)
    site.write({f"{n}.md": post(f"Of {n}", Tags=f"t{n}") for n in range(30)})
    found = reasons(site)
    # More than once: while one lot was written the next came together.
    assert len(begun) > 1
    assert sum(begun) < len(found)
    assert reasons(site) == {}


def test_an_error_of_what_others_write_is_told_and_they_end(
    site: PlainSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "processors", lambda: 2)
    monkeypatch.setattr(processes, "FEWEST", 2)
    monkeypatch.setattr(writing, "_MUCH", 8)
    site.write({f"{n}.md": post(f"Of {n}", Tags=f"t{n}") for n in range(30)})
    article = tmp_path / "over" / "article.html"
    article.write_text("{{ 1 // (article.title|length - 4) }}")
    with pytest.raises(ZeroDivisionError):
        site.reasons()
    assert not multiprocessing.active_children()
    article.write_text("{{ article.title }}")
    assert "of-1.html" in reasons(site)
