"""The only module here that touches Pelican: signals in, article attributes out."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from pelican import signals
from pelican.contents import Article
from pelican.generators import ArticlesGenerator, Generator
from typogrify.filters import typogrify

from .calls_to_action import NO_CALLS, CallsToAction, choose, load
from .errors import SettingsError
from .related_stories import links
from .settings import Settings, settings_of
from .story import Story, reading_minutes

TEMPLATES = Path(__file__).parent / "templates"
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RelatedStory:
    """One story to read next, as templates see it; ``score`` is 0 to 1."""

    article: Article
    score: float


def register() -> None:
    """Connect to Pelican's signals."""
    signals.generator_init.connect(add_default_templates)
    signals.all_generators_finalized.connect(engage)
    signals.feed_generated.connect(add_to_feed)


def add_default_templates(generator: Generator) -> None:
    """Let templates include engagement/…, also in a theme that knows nothing of it."""
    assert isinstance(generator.env.loader, ChoiceLoader)
    # Last in line, so a theme's template of the same name wins.
    generator.env.loader.loaders = [*generator.env.loader.loaders, FileSystemLoader(TEMPLATES)]


def engage(generators: Iterable[Generator]) -> None:
    """Give every article its calls to action and its related stories.

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
        part = "content" if item["content"] else "description"
        if part == "description" and context["RSS_FEED_SUMMARY_ONLY"]:
            continue
        article = articles.get(item["link"])
        if article:
            item[part] += template.render(context, article=article)


def _engage(generator: ArticlesGenerator) -> None:
    problems: list[str] = []
    settings = _collected(lambda: settings_of(generator.settings), problems)
    offers = _collected(lambda: _offers(generator, settings), problems) if settings else None
    listed = [*generator.articles, *generator.translations]
    unlisted = [
        *generator.hidden_articles,
        *generator.hidden_translations,
        *generator.drafts,
        *generator.drafts_translations,
    ]
    in_posts: list[str] = []
    refused = {
        key: {id(a) for a in chain(listed, unlisted) if _says_none(generator, a, key, in_posts)}
        for key in ("related", "calls")
    }
    keep_going = generator.settings.get("KEEP_GOING")
    if settings is None or offers is None or (in_posts and not keep_going):
        raise SettingsError([*problems, *in_posts])
    for problem in in_posts:
        logger.error(problem)

    offered = [article for article in listed if article.date <= settings.now]
    articles = [*offered, *(a for a in listed if a.date > settings.now), *unlisted]
    ranked = links([story_of(a) for a in articles], len(offered), settings.related_stories)
    for article, found in zip(articles, ranked, strict=True):
        article.reading_minutes = reading_minutes(article.content)
        article.related_stories = (
            ()
            if id(article) in refused["related"]
            else tuple(RelatedStory(articles[link.index], link.score) for link in found)
        )
        article.calls_to_action = {} if id(article) in refused["calls"] else choose(offers)
    siteurl = generator.settings["SITEURL"] + "/"
    generator.context["engagement_feed"] = (
        generator.get_template("engagement/feed"),
        {urljoin(siteurl, article.url): article for article in listed},
    )


def story_of(article: Article) -> Story:
    """The article as ranking and choosing know it."""
    return Story(
        slug=article.slug,
        lang=article.lang,
        title=Markup(article.title).striptags(),
        summary=Markup(article.summary).striptags(),
        body=article.content,
        tags=tuple(tag.name for tag in getattr(article, "tags", ())),
        date=article.date,
    )


def _offers(generator: ArticlesGenerator, settings: Settings) -> CallsToAction:
    """What calls_to_action.toml offers. Raises SettingsError when it cannot be used."""
    file = Path(generator.path, settings.calls_to_action.file)
    shown = _shown(file)
    try:
        toml = file.read_text("utf-8")
    except FileNotFoundError:
        logger.warning("%s is not there; no story shows a call to action", shown)
        return NO_CALLS
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{shown}: cannot be read: {error}"]) from None
    return load(toml, shown, typogrify if generator.settings["TYPOGRIFY"] else str)


def _says_none(
    generator: ArticlesGenerator, article: Article, key: str, problems: list[str]
) -> bool:
    """Whether the article's front matter opts out with ``key: none``; any other value is wrong."""
    value = article.metadata.get(key)
    if value is None:
        return False
    if str(value).strip().lower() != "none":
        file = Path(generator.path, article.relative_source_path)
        problems.append(
            f'{_shown(file)}:{_line(file, key)}: {key.title()}: "{value}" is unknown; '
            f'write "{key.title()}: none", or take the line out'
        )
        return False
    return True


def _line(file: Path, key: str) -> int:
    """The line, from 1, where the front matter gives ``key``; 1 when it is not found."""
    for number, line in enumerate(file.read_text("utf-8-sig").splitlines(), 1):
        if line.strip().lower().startswith(f"{key}:"):
            return number
    return 1


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
