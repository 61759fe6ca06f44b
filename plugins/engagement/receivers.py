"""The only module here that touches Pelican: signals in, article attributes out."""

import logging
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

from feedgenerator import Atom1Feed
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from pelican import signals
from pelican.contents import Article
from pelican.generators import ArticlesGenerator, Generator
from typogrify.filters import typogrify

from .cache import cached_term_counts
from .calls_to_action import NO_CALLS, CallsToAction, choose, load
from .errors import SettingsError
from .front_matter import chosen_stories, names_in, says_none
from .related_stories import Blog, related_stories
from .settings import Settings, settings_of
from .story import Story, reading_minutes

TEMPLATES = Path(__file__).parent / "templates"
FILENAME = "{filename}"
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RelatedStory:
    """One story to read next, as templates see it; ``reason`` is words and phrases, or none."""

    article: Article
    score: float
    reason: tuple[str, ...]


def register() -> None:
    """Connect to Pelican's signals."""
    signals.generator_init.connect(add_default_templates)
    signals.all_generators_finalized.connect(engage)
    signals.feed_generated.connect(add_to_feed)


def add_default_templates(generator: Generator) -> None:
    """Let templates include engagement/…, also in a theme that knows nothing of it."""
    # Last in line, so a theme's template of the same name wins.
    generator.env.loader = ChoiceLoader([generator.env.loader, FileSystemLoader(TEMPLATES)])


def engage(generators: Iterable[Generator]) -> None:
    """Give every article its calls to action, its related stories and its reading time.

    Drafts and hidden articles get them too, and are offered to nobody.
    """
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            try:
                _engage(generator)
            except SettingsError as error:
                # With its words as the exit code: no traceback under any way to run Pelican.
                raise SystemExit(str(error)) from None


def add_to_feed(context: dict[str, Any], feed: Any) -> None:
    """Put the form-free variant of both after each full text of a feed."""
    template, articles = context["engagement_feed"]
    for item in feed.items:
        # Atom has its full text in content; RSS in description, unless that is the summary.
        part = "content" if isinstance(feed, Atom1Feed) else "description"
        if part == "description" and context["RSS_FEED_SUMMARY_ONLY"]:
            continue
        article = articles.get(item["link"].removesuffix("?ref=feed"))
        if article:
            item[part] = (item[part] or "") + template.render(context, article=article)


def blog_of(
    generator: ArticlesGenerator, settings: Settings, problems: list[str]
) -> tuple[list[Article], Blog]:
    """The generator's articles, and in the same order what ranking knows of them.

    Wrong front matter is appended to ``problems``: file, line, value and remedy.
    """
    listed = [*generator.articles, *generator.translations]
    unlisted = [
        *generator.hidden_articles,
        *generator.hidden_translations,
        *generator.drafts,
        *generator.drafts_translations,
    ]
    offered = [article for article in listed if article.date <= settings.now]
    articles = [*offered, *(a for a in listed if a.date > settings.now), *unlisted]
    barred = (
        _series_neighbours(offered)
        if not settings.related_stories.include_series_neighbours
        else {}
    )
    names = _Names(articles, len(offered))
    pinned: dict[int, list[int]] = {}
    silent = set()
    for number, article in enumerate(articles):
        value = article.metadata.get("related", "")
        if says_none(value):
            silent.add(number)
        else:
            pinned[number] = names.chosen(number, "related", problems)
        excluded = names.chosen(number, "unrelated", problems)
        for other in set(pinned.get(number, ())) & set(excluded):
            problems.append(
                f'{_place(article, "unrelated")}: "{articles[other].slug}" is also in Related; '
                "take it out of one of them"
            )
        barred[number] = [*barred.get(number, ()), *excluded]
    blog = Blog(
        [story_of(article) for article in articles],
        len(offered),
        {number: pins for number, pins in pinned.items() if pins},
        barred,
        frozenset(silent),
    )
    return articles, blog


def story_of(article: Article) -> Story:
    """The article as ranking and choosing know it."""
    return Story(
        slug=article.slug,
        lang=article.lang,
        title=Markup(article.title).striptags(),
        # Not article.summary: without one in front matter that repeats the body's beginning.
        summary=Markup(article.metadata.get("summary", "")).striptags(),
        # Not article.content: its links differ with the site's address, its text does not.
        body=article._content,
        tags=tuple(tag.name for tag in getattr(article, "tags", ())),
        category=article.category.name if hasattr(article, "category") else "",
        date=article.date,
    )


def _engage(generator: ArticlesGenerator) -> None:
    problems: list[str] = []
    settings = _collected(lambda: settings_of(generator.settings), problems) or settings_of({})
    offers = _collected(lambda: _offers(generator, settings), problems) or NO_CALLS
    in_posts: list[str] = []
    articles, blog = blog_of(generator, settings, in_posts)
    without_calls = {id(article) for article in articles if _refuses_calls(article, in_posts)}
    if problems or (in_posts and not generator.settings.get("KEEP_GOING")):
        raise SettingsError([*problems, *in_posts])
    for problem in in_posts:
        logger.error(problem)

    counts = cached_term_counts(
        blog.stories, settings.related_stories.weights, Path(generator.settings["CACHE_PATH"])
    )
    ranked = related_stories(blog, counts, settings.related_stories)
    for article, story, related in zip(articles, blog.stories, ranked, strict=True):
        article.reading_minutes = reading_minutes(story.body)
        article.related_stories = tuple(
            RelatedStory(articles[each.index], each.score, each.reason) for each in related
        )
        article.calls_to_action = {} if id(article) in without_calls else choose(offers)
    join = posixpath.join if generator.settings["RELATIVE_URLS"] else urljoin
    siteurl = generator.settings["SITEURL"] + "/"
    generator.context["engagement_feed"] = (
        generator.get_template("engagement/feed"),
        {
            join(siteurl, article.url): article
            for article in (*generator.articles, *generator.translations)
        },
    )


def _offers(generator: ArticlesGenerator, settings: Settings) -> CallsToAction:
    """What calls_to_action.toml offers. Raises SettingsError when it cannot be used."""
    file = Path(generator.path, settings.calls_to_action.file)
    shown = _shown(file)
    try:
        toml = file.read_text("utf-8-sig")
    except FileNotFoundError:
        logger.warning("%s is not there; no story shows a call to action", shown)
        return NO_CALLS
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        problem = f"{shown}:{line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        raise SettingsError([problem]) from None
    except OSError as error:
        raise SettingsError([f"{shown}: cannot be read: {error.strerror}"]) from None
    return load(toml, shown, typogrify if generator.settings["TYPOGRIFY"] else str)


def _refuses_calls(article: Article, problems: list[str]) -> bool:
    """Whether the front matter says ``Calls: none``; any other value is wrong."""
    value = article.metadata.get("calls")
    if value is None or says_none(value):
        return value is not None
    problems.append(
        f'{_place(article, "calls")}: "{value}" is unknown; write "Calls: none", '
        "or take the line out"
    )
    return False


class _Names:
    """The names by which front matter can choose articles: slugs and paths."""

    def __init__(self, articles: Sequence[Article], offered: int) -> None:
        self._articles, self._offered = articles, offered
        self._published: dict[str, dict[str, int]] = {}
        self._unpublished = {
            name
            for article in articles[offered:]
            for name in (article.slug, article.relative_source_path)
        }

    def chosen(self, own: int, key: str, problems: list[str]) -> list[int]:
        """The numbers of the articles that the front matter of number ``own`` names."""
        article = self._articles[own]
        if key not in article.metadata:
            return []
        named = [_as_named(article, name) for name in names_in(article.metadata[key])]
        published = self._published_for(article.lang)
        found: list[str] = []
        numbers = chosen_stories(named, own, published, self._unpublished, found)
        for other in (self._articles[number] for number in numbers):
            if other.lang != article.lang:
                found.append(f'"{other.slug}" is in another language ({other.lang}); take it out')
        problems += [f"{_place(article, key)}: {problem}" for problem in found]
        return numbers

    def _published_for(self, lang: str) -> dict[str, int]:
        """Numbers by name: a slug is the version in that language, or else the first."""
        if lang not in self._published:
            numbers = self._published[lang] = {}
            for number, other in enumerate(self._articles[: self._offered]):
                numbers[other.relative_source_path] = number
                if other.lang == lang or other.slug not in numbers:
                    numbers[other.slug] = number
        return self._published[lang]


def _as_named(article: Article, name: str) -> str:
    """A slug as it is; of a ``{filename}`` link the path from the content folder."""
    if not name.startswith(FILENAME):
        return name
    path = name.removeprefix(FILENAME)
    folder = "" if path.startswith("/") else article.relative_dir
    return posixpath.normpath(posixpath.join(folder, path.lstrip("/")))


def _series_neighbours(articles: Sequence[Article]) -> dict[int, list[int]]:
    """For each article of a series the numbers of those before and after it, by date."""
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, article in enumerate(articles):
        if name := str(article.metadata.get("series", "")).strip():
            series[name, article.lang].append(number)
    neighbours: dict[int, list[int]] = defaultdict(list)
    for numbers in series.values():
        numbers.sort(key=lambda number: (articles[number].date, articles[number].slug))
        for one, next_one in pairwise(numbers):
            neighbours[one].append(next_one)
            neighbours[next_one].append(one)
    return dict(neighbours)


def _place(article: Article, key: str) -> str:
    """``file:line: Key`` of a front-matter line; line 1 when it is not found there."""
    file = Path(article.source_path)
    lines = enumerate(file.read_text("utf-8-sig", errors="replace").splitlines(), 1)
    line = next((n for n, text in lines if text.strip().lower().startswith(f"{key}:")), 1)
    return f"{_shown(file)}:{line}: {key.title()}"


def _shown(file: Path) -> str:
    """The path as the writer would type it: from where she stands, when that is above it."""
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


def _collected(make: Callable[[], T], problems: list[str]) -> T | None:
    """What ``make`` gives, or None with its problems added to the list."""
    try:
        return make()
    except SettingsError as error:
        problems += error.problems
        return None
