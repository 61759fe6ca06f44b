"""The only module here that touches Pelican: signals in, article attributes out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import escape
from pelican import signals
from pelican.contents import Article
from pelican.generators import ArticlesGenerator, Generator

from .headings import Heading, headings


@dataclass(frozen=True)
class SeriesPart:
    """A story's place in its series: its ``number`` from 1, and all ``stories``, oldest first."""

    name: str
    number: int
    stories: tuple[Article, ...]


def register() -> None:
    """Connect to Pelican's signals."""
    signals.all_generators_finalized.connect(lead_on)


def lead_on(generators: Iterable[Generator]) -> None:
    """Give every public article ``headings``, ``newer``, ``older`` and ``series_part``.

    Each language is a sequence of its own. Drafts have their headings alone.
    """
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            public = [*generator.articles, *generator.translations]
            for article in public:
                article.newer = article.older = article.series_part = None
            for stories in _by_language(public).values():
                _link_by_date(stories)
                _link_series(stories)
            unlisted = (
                *generator.hidden_articles,
                *generator.hidden_translations,
                *generator.drafts,
                *generator.drafts_translations,
            )
            stories = [*public, *unlisted]
            each = generator.settings.get("MAP", map)
            found = each(headings, [story._content for story in stories])
            for story, its in zip(stories, found, strict=True):
                story.headings = [Heading(id, escape(text)) for id, text in its]


def _by_language(articles: Iterable[Article]) -> dict[str, list[Article]]:
    """The articles of each language, oldest first."""
    found: dict[str, list[Article]] = defaultdict(list)
    for article in sorted(articles, key=lambda each: (each.date, each.slug)):
        found[article.lang].append(article)
    return found


def _link_by_date(stories: Iterable[Article]) -> None:
    for older, newer in pairwise(stories):
        older.newer, newer.older = newer, older


def _link_series(stories: Iterable[Article]) -> None:
    parts: dict[str, list[Article]] = defaultdict(list)
    for story in stories:
        if name := str(story.metadata.get("series", "")).strip():
            parts[name].append(story)
    for name, members in parts.items():
        # One story is no series yet.
        for number, story in enumerate(members if len(members) > 1 else (), 1):
            story.series_part = SeriesPart(name, number, tuple(members))
