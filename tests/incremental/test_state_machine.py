"""After whatever changes, an incremental build leaves byte for byte what a clean one leaves."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from blinker import Signal
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from incremental import receivers as incremental
from incremental.fingerprints import UnknownValueError
from jinja2 import Environment
from photos import pixels, saved
from sites import SmallSite, files_below, post

from tools import build as build_module
from tools.build import ROOT, BuildError

# How many changes, each with a build; more of them for a long run.
STEPS = int(os.environ.get("INCREMENTAL_STEPS", "280"))
# They can be done side by side. In the first run of each part next to nothing changes.
PARTS = 4
STEPS_EACH = 23

LONG = "\n\n".join(f"{name} went her way. " + "One more word. " * 18 for name in "ABCDEFGHIJ")
PICTURES = [saved(pixels(12, 9), "PNG"), saved(pixels(24, 9), "PNG")]
DAYS = ["2025-12-20", "2026-01-01", "2026-01-08", "2026-02-01", "2026-03-15"]


def link(name: str, words: str, *placements: str) -> str:
    """A call, and where it stands: each placement its slot and further lines."""
    return (
        f'[call.{name}]\nkind = "link"\nheading = "{words}"\nbody = "Come."\nbutton = "Yes"\n'
        f'url = "https://x.example/{name}"\n'
        + "".join(f'[[placement]]\ncall = "{name}"\nslot = {each}\n' for each in placements)
    )


GATHERING = (
    '[call.lunch]\nkind = "event"\nheading = "Lunch"\nbody = "Come."\nbutton = "Join"\n'
    'url = "/about/"\nstarts = "2025-12-03 12:00"\ntime_zone = "America/New_York"\n'
    'repeats = "weekly"\nminutes = 60\naddress = "Here"\nuntil = 2026-02-15\n'
    '[[placement]]\ncall = "lunch"\nslot = ["end", "listing", "feed"]\n'
)
CALLS = [
    link("join", "Join us", '["end", "feed", "page"]'),
    link("join", "Join them", '["end", "feed", "page"]'),
    link("join", "Join us", '["end", "footer", "listing", "404"]', '"middle"'),
    link("join", "Join us", '"end"\nwhen = { from = 2026-01-05, until = 2026-02-10 }', '"footer"'),
    link("join", "Join us", '["end", "listing"]\nwhen = { categories = ["Trust"] }', '"page"'),
    link("join", "Join us", '"footer"') + GATHERING,
    "",
]


def base() -> dict[str, str | bytes]:
    """The content that each run begins with."""
    return {
        "posts/trust/one.md": post(
            "One", "See [two]({filename}two.md).", Category="Trust", Tags="a, b", Id="one"
        ),
        "posts/trust/two.md": post(
            "Two", LONG, Category="Trust", Tags="a", Series="Steps", Id="two"
        ),
        "posts/trust/three.md": post(
            "Three", "![A light]({static}/static/images/a.png)", Series="Steps", Id="three"
        ),
        "posts/career/four.md": post("Four", "Words on work.", Category="Career", Id="four"),
        "posts/career/fuenf.md": post(
            "Fünf", "Wörter.", Lang="de", Category="Career", Slug="four", Id="fuenf"
        ),
        "posts/career/six.md": post(
            "Six", "## Of it\n\nWords.\n\n## More\n\nWords.", Aliases="sechs/", Id="six"
        ),
        "posts/career/seven.md": post("Seven", Status="draft", Id="seven"),
        "posts/career/eight.md": post("Eight", Date="2026-01-15 09:00", Tags="b", Id="eight"),
        "pages/about.md": "Title: About\n\nOf us.\n",
        "pages/privacy.md": "Title: Privacy\n\nNothing is kept.\n",
        "static/images/a.png": PICTURES[0],
        "static/notes.txt": "Notes.\n",
        "calls_to_action.toml": CALLS[0],
    }


# Of each key values that a post may have, and some that it may not; None takes the key out.
KEYS: dict[str, list[str | None]] = {
    "Title": ["One & only", 'The "map" of NASA', "Two", "<b>Bold</b>"],
    "Date": ["2025-05-01 09:00", "2024-02-29", "2026-01-20 10:00", "2025-05-02 09:00", "never"],
    "Modified": [None, "2025-12-01", "2025-06-01 09:00"],
    "Slug": [None, "moved", "four", "one"],
    "Tags": [None, "a", "a, b", "b, c, d", "A"],
    "Category": [None, "Trust", "Career", "Community"],
    "Status": [None, "published", "draft", "hidden"],
    "Summary": [None, "A few words.", "A few -- other -- words."],
    "Lang": [None, "en", "de"],
    "Translation": [None, "true"],
    "Series": [None, "Steps", "Walks"],
    "Related": [None, "one", "two, six", "none"],
    "Unrelated": [None, "two", "one, four"],
    "Calls": [None, "none", "join@end", "none@feed", "absent"],
    "Aliases": [None, "old/", "older/, 2019/old.html", "two/", "topics/", "topic/trust/"],
    "Id": [None, "one", "other"],
    "Author": [None, "Ann", "Ann & Bob"],
    "Allow": [None, "no-summary"],
    "Save_as": [None, "own/place.html\nUrl: own/place.html"],
    "Url": [None],
    "Template": [None, "page", "story"],
}
BODIES = [
    "Words.",
    'Other words -- "quoted" ones; one of Ann\'s.',
    LONG,
    f"{LONG}\n\n[[cta join]]\n\n{LONG}",
    "See [one]({filename}/posts/trust/one.md) and [about]({filename}/pages/about.md).",
    "See [gone]({filename}gone.md).",
    "![A light]({static}/static/images/a.png)\n\n![More]({static}/static/images/b.png)",
    "[Notes]({static}/static/notes.txt)",
    "## First\n\nWords.[^1]\n\n## Second\n\nWords.\n\n[^1]: A note.",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```",
    "An <b>open tag",
    "[A topic]({category}Trust), [a tag]({tag}a), [home]({index}).",
]
NAMES = [
    *("posts/trust/one.md", "posts/trust/two.md", "posts/trust/three.md", "posts/career/four.md"),
    *("posts/career/fuenf.md", "posts/career/six.md", "posts/career/seven.md"),
    *("posts/career/eight.md", "posts/trust/nine.md", "posts/career/two.md", "posts/ten.md"),
    *("pages/about.md", "pages/privacy.md", "pages/more.md"),
]
FILES: dict[str, list[str | bytes | None]] = {
    "static/images/a.png": [*PICTURES, None],
    "static/images/b.png": [*PICTURES, None],
    "static/images/c.svg": ['<svg xmlns="http://www.w3.org/2000/svg"/>', None],
    "static/notes.txt": ["Notes.\n", "Other notes.\n", None],
    "static/robots.txt": ["User-agent: *\n", None],
    "dictionary.txt": ["Ann\n", "words\n", None],
    "calls_to_action.toml": [*CALLS, None, "[call.join]\n"],
}
# What is put at the end of a file of the theme; a file that the theme lacks is all of that.
THEME: dict[str, list[str | None]] = {
    "templates/article.html": [None, "<!-- {{ article.series }} -->"],
    "templates/base.html": [None, "<!-- base -->", "{{ articles|length }}", "{{ no.such.thing }}"],
    "templates/index.html": [None, "{% block more %}{% endblock %}"],
    "templates/page.html": [None, "{{ NOW }}"],
    "templates/story.html": [None, '{% extends "article.html" %}', "Mine: {{ article.title }}"],
    "templates/partials/story_card.html": [None, "<i>card</i>", "{{ loop }}"],
    "templates/partials/site_footer.html": [
        None,
        "{{ dates|map(attribute='slug')|join }}",
        "{% for topic, all in categories %}{{ all|length }}{% endfor %}",
        "{{ hello|default('no one') }}",
        "{{ SITENAME|marked }}",
        "{{ tags|sort|map(attribute=0)|join }}",
        "{% include 'partials/own.html' ignore missing %}",
    ],
    "templates/partials/own.html": [None, "Mine", "{{ SITENAME }}"],
    "templates/engagement/related_stories.html": [None, "<!-- related -->"],
    "templates/engagement/call_to_action.html": [None, "<p>{{ placed.call.heading }}</p>"],
    "templates/engagement/feed.html": [None, "<p>{{ article.title }}</p>"],
    "templates/aliases/redirect.html": [None, "to {{ content.url }}"],
    "static/icon.svg": [None, "<!-- icon -->"],
    "css/article.css": [None, "a { color: red }"],
}


def digests(folder: Path) -> dict[str, str]:
    """A digest of each file below the folder by its name there."""
    return {name: blake2b(data).hexdigest() for name, data in files_below(folder).items()}


def shout(text: str) -> str:
    """One value of a setting that is a function."""
    return text.upper()


def whisper(text: str) -> str:
    """Another."""
    return text.lower()


SETTINGS: dict[str, list[Any]] = {
    "SITENAME": ["Another & one"],
    "SITESUBTITLE": ["Something else"],
    "DEFAULT_PAGINATION": [1, 3, False],
    "TOPICS": [{"Trust": "Other words."}, {}],
    "FOOTER_PAGES": [["about"]],
    "RELATED_STORIES": [{"limit": 1}, {"limit": 0}],
    "JINJA_GLOBALS": [{"hello": shout("x")}, {"hello": whisper("X")}],
    "ARTICLE_ORDER_BY": ["slug", "reversed-title", lambda each: each.title[-1]],
    "JINJA_FILTERS": [{"marked": whisper}],
    "SUMMARY_MAX_LENGTH": [2],
    "TYPOGRIFY": [False],
    "FEED_MAX_ITEMS": [2],
    "RSS_FEED_SUMMARY_ONLY": [True],
    "DEFAULT_LANG": ["de"],
    "TIMEZONE": ["Europe/Berlin"],
    "SLUGIFY_SOURCE": ["title"],
    "EXTRA_PATH_METADATA": [{"static/notes.txt": {"path": "one/index.html"}}],
    "FEED_ALL_JSON": [None],
    "CATEGORY_SAVE_AS": [""],
    "NEWEST_FIRST_ARCHIVES": [False],
    "WITH_FUTURE_DATES": [False],
}


class Site(RuleBasedStateMachine):
    """A blog whose writer, theme, settings and clock do what they like."""

    folder: Path
    patch: pytest.MonkeyPatch
    cleanly: dict[str, tuple[Any, dict[str, str]]]

    def __init__(self) -> None:
        super().__init__()
        for name in ("content", "theme", "output", "cache"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(ROOT / "theme", self.folder / "theme")
        start = self.folder / "start"
        if start.is_dir():
            for name in ("output", "cache"):
                shutil.copytree(start / name, self.folder / name)
        self.content = base()
        self.theme: dict[str, str] = {}
        self.changed: dict[str, Any] = {}
        self.options: dict[str, Any] = {}
        self.day = DAYS[1]
        self.good = self._state()
        self.touched = True
        if not start.is_dir():
            self._check()
            for name in ("output", "cache"):
                shutil.copytree(self.folder / name, start / name)

    # ── What changes ─────────────────────────────────────────────────────────

    @rule(name=st.sampled_from(NAMES), data=st.data())
    def change_a_key(self, name: str, data: st.DataObject) -> None:
        if name not in self.content:
            self.content[name] = post("New", Id=name.replace("/", "-")[:-3])
        key = data.draw(st.sampled_from([*KEYS]))
        value = data.draw(st.sampled_from(KEYS[key]))
        head, _, body = str(self.content[name]).partition("\n\n")
        lines = [each for each in head.split("\n") if not each.startswith(f"{key}: ")]
        lines += [f"{key}: {value}"] if value is not None else []
        self.content[name] = "\n".join(lines) + f"\n\n{body}"
        self._check()

    @rule(name=st.sampled_from(NAMES), body=st.sampled_from(BODIES))
    def change_a_text(self, name: str, body: str) -> None:
        if name not in self.content:
            self.content[name] = post("New", Id=name.replace("/", "-")[:-3])
        head, _, _ = str(self.content[name]).partition("\n\n")
        self.content[name] = f"{head}\n\n{body}\n"
        self._check()

    @rule(name=st.sampled_from(NAMES))
    def remove_or_bring_back(self, name: str) -> None:
        if name in self.content:
            del self.content[name]
        else:
            self.content[name] = base().get(name, post("New", Id="new"))
        self._check()

    @rule(name=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def rename(self, name: str, other: str) -> None:
        if name in self.content:
            self.content[other] = self.content.pop(name)
        self._check()

    @rule(name=st.sampled_from([*FILES]), data=st.data())
    def change_a_file(self, name: str, data: st.DataObject) -> None:
        self._set(self.content, name, data.draw(st.sampled_from(FILES[name])))
        self._check()

    @rule(name=st.sampled_from([*THEME]), data=st.data())
    def change_the_theme(self, name: str, data: st.DataObject) -> None:
        self._set(self.theme, name, data.draw(st.sampled_from(THEME[name])))
        self._check()

    @rule(key=st.sampled_from([*SETTINGS]), data=st.data())
    def change_a_setting(self, key: str, data: st.DataObject) -> None:
        if key in self.changed:
            del self.changed[key]
        else:
            self.changed[key] = data.draw(st.sampled_from(SETTINGS[key]))
        self._check()

    @rule(day=st.sampled_from(DAYS))
    def move_the_clock(self, day: str) -> None:
        self.day = day
        self._check()

    @rule(option=st.sampled_from(["keep_going", "keep_going", "drafts", "strict"]))
    def switch_an_option(self, option: str) -> None:
        if not self.options.pop(option, False):
            self.options[option] = True
        self._check()

    @rule(error=st.sampled_from(["posts/bad.md", "posts/trust/worse.md"]))
    def switch_a_post_that_cannot_be_used(self, error: str) -> None:
        self._set(self.content, error, None if error in self.content else "no title\n")
        self.options["keep_going"] = True
        self._check()

    # ── What goes wrong ──────────────────────────────────────────────────────

    @rule(
        data=st.data(),
        how=st.sampled_from(["edit", "empty", "cut", "remove", "link", "add", "folder", "way"]),
    )
    def touch_the_output(self, data: st.DataObject, how: str) -> None:
        # Without its mark a build would not touch the folder.
        files = sorted(digests(self.folder / "output").keys() - {build_module.MARK})
        file = self.folder / "output" / data.draw(st.sampled_from(files))
        self._damage(file, how)
        self.touched = True
        self._check()

    @rule(
        data=st.data(),
        how=st.sampled_from(["flip", "edit", "empty", "cut", "remove", "link", "swap", "all"]),
    )
    def damage_the_cache(self, data: st.DataObject, how: str) -> None:
        files = [each for each in sorted((self.folder / "cache").rglob("*")) if each.is_file()]
        if files:
            file = data.draw(st.sampled_from(files))
            if how == "all":
                shutil.rmtree(self.folder / "cache")
            elif how == "swap":
                file.write_bytes(data.draw(st.sampled_from(files)).read_bytes())
            elif how == "flip":
                whole = bytearray(file.read_bytes() or b"x")
                whole[data.draw(st.integers(0, 10**6)) % len(whole)] ^= 1
                file.write_bytes(whole)
            else:
                self._damage(file, how)
            self.touched = True
        self._check()

    @rule(name=st.sampled_from(NAMES), body=st.sampled_from(BODIES), at=st.integers(0, 400))
    def interrupt_a_build(self, name: str, body: str, at: int) -> None:
        if name in self.content:
            head, _, _ = str(self.content[name]).partition("\n\n")
            self.content[name] = f"{head}\n\n{body}\n"
        self._write()
        before = digests(self.folder / "output")
        count = iter(range(at))
        send = Signal.send

        def stopped(self: Signal, *args: Any, **kwargs: Any) -> Any:
            if next(count, None) is None:
                raise KeyboardInterrupt
            return send(self, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Signal, "send", stopped)
            try:
                self._build("output", "cache")
            except KeyboardInterrupt:
                assert digests(self.folder / "output") == before
            except BuildError:
                pass
        self.touched = True
        self._check()

    @rule(
        output=st.sampled_from(["output", "other"]),
        siteurl=st.sampled_from(["https://other.example", "https://site.example/blog"]),
        drafts=st.booleans(),
    )
    def build_another_site_with_the_same_cache(
        self, output: str, siteurl: str, drafts: bool
    ) -> None:
        self._write()
        with suppress(BuildError):
            self._build(output, "cache", siteurl=siteurl, drafts=drafts)
        self.touched = True
        self._check()

    # ── How it is checked ────────────────────────────────────────────────────

    def _set(self, where: dict[str, Any], name: str, value: Any) -> None:
        if value is None:
            where.pop(name, None)
        else:
            where[name] = value

    def _damage(self, file: Path, how: str) -> None:
        data = file.read_bytes()
        if how == "way":
            # Its folder lies elsewhere, with all that is in it.
            elsewhere = self.folder / "elsewhere"
            if file.parent != self.folder / "output":
                shutil.rmtree(elsewhere, ignore_errors=True)
                file.parent.rename(elsewhere)
                file.parent.symlink_to(elsewhere)
        elif how == "folder":
            file.unlink()
            file.mkdir()
            file.joinpath("added.html").write_text("added")
        elif how == "add":
            file.with_name("added.html").write_text("added")
        elif how == "edit":
            file.write_bytes(b"x" + data)
        elif how in ("empty", "cut"):
            file.write_bytes(data[: len(data) // 2 if how == "cut" else 0])
        else:
            file.unlink()
            if how == "link":
                (self.folder / "other place").write_bytes(data)
                file.symlink_to(self.folder / "other place")

    def _state(self) -> tuple[Any, ...]:
        return (
            dict(self.content),
            dict(self.theme),
            dict(self.changed),
            dict(self.options),
            self.day,
        )

    def _write(self) -> None:
        """Put content and theme on disk; what is as it should be is not touched."""
        content = self.folder / "content"
        for name in digests(content).keys() - self.content.keys():
            (content / name).unlink()
        SmallSite(content, content).write(self.content)
        for name in THEME:
            mine, given = self.folder / "theme" / name, ROOT / "theme" / name
            text = given.read_text() if given.is_file() else ""
            if name in self.theme or given.is_file():
                mine.parent.mkdir(parents=True, exist_ok=True)
                mine.write_text(text + self.theme.get(name, ""))
            else:
                mine.unlink(missing_ok=True)

    def _build(self, output: str, cache: str, **options: Any) -> Any:
        """Build; return all that is told."""
        changed = {
            "CACHE_PATH": str(self.folder / cache),
            "THEME": str(self.folder / "theme"),
            "THEME_TEMPLATES_OVERRIDES": [str(self.folder / "theme/static")],
            "JINJA_FILTERS": {"marked": shout},
            **self.changed,
        }
        self.patch.setattr(
            build_module, "site_settings", lambda conf, **given: GIVEN(conf, **given) | changed
        )
        seconds = datetime.fromisoformat(f"{self.day}T12:00").replace(tzinfo=UTC).timestamp()
        self.patch.setenv("SOURCE_DATE_EPOCH", f"{seconds:.0f}")
        site = SmallSite(self.folder / "content", self.folder / output)
        built = site.build(**{**self.options, **options})
        return (built.pages, built.problems, built.held_back)

    def _told(self, output: str, cache: str) -> Any:
        try:
            return self._build(output, cache)
        except BuildError as error:
            return str(error), error.problems

    def _check(self) -> None:
        """Build, and compare with what is built from nothing."""
        if self._state() == self.good and not self.touched:
            return
        self.touched = False
        self._write()
        before = digests(self.folder / "output")
        state = blake2b(repr(self._state()).encode()).hexdigest()
        if state not in self.cleanly:
            for name in ("clean", "nothing"):
                shutil.rmtree(self.folder / name, ignore_errors=True)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(incremental, "code_digest", _not_known)
                told = self._told("clean", "nothing")
            self.cleanly[state] = (told, digests(self.folder / "clean"))
        told, files = self.cleanly[state]
        assert self._told("output", "cache") == told
        now = digests(self.folder / "output")
        if files:
            assert [*now] == [*files]
            assert not [name for name in now if now[name] != files[name]]
            self.good = self._state()
        else:
            assert now == before
            # One mistake would hide all else.
            self.content, self.theme, self.changed, self.options = map(dict, self.good[:4])
            self.day = self.good[4]


GIVEN = build_module.site_settings


def _not_known(_: object) -> bytes:
    raise UnknownValueError("the plugin is out of the way")


def _compiled_once(compiled: Callable[..., Any]) -> Callable[..., Any]:
    """A clean build compiles all templates, several times, and nearly always the same ones."""
    known: dict[Any, Any] = {}

    def once(self: Environment, source: Any, *args: Any, **kwargs: Any) -> Any:
        key = (source, args, *kwargs.items(), *sorted(self.filters), *sorted(self.globals))
        if key not in known:
            known[key] = compiled(self, source, *args, **kwargs)
        return known[key]

    return once


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Site]]:
    """The machine, whose builds have neither a search index nor drawn cards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_module, "_write_search_index", lambda *_: None)
        patch.setattr("images.receivers.card", lambda title, foot, *_: f"{title}\0{foot}".encode())
        patch.setattr(Environment, "compile", _compiled_once(Environment.compile))
        Site.folder, Site.patch, Site.cleanly = tmp_path_factory.mktemp("machine"), patch, {}
        yield Site


@pytest.mark.parametrize("part", range(PARTS))
def test_an_incremental_build_leaves_what_a_clean_one_leaves(
    machine: type[Site], part: int
) -> None:
    run_state_machine_as_test(
        seed(part)(machine),
        settings=settings(
            max_examples=STEPS // PARTS // STEPS_EACH,
            stateful_step_count=STEPS_EACH,
            deadline=None,
            database=None,
            # A failure is told at once: its few steps need not be made fewer.
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=[*HealthCheck],
        ),
    )
