"""The only module here that runs Pelican: articles in, ids and feeds out."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pelican import Pelican, signals
from pelican.contents import Article
from pelican.generators import ArticlesGenerator, Generator
from pelican.writers import Writer

from .channels import channels, opml
from .formats import Atom, JsonFeed, Rss
from .identity import authority, file_id, problem_with, shared
from .markup import plain

FORMATS = {"rss": Rss, "atom": Atom, "json": JsonFeed}
logger = logging.getLogger(__name__)
NO_ID = (
    "no Id, so the file's name serves, and must stay as it is; python3 bootstrap.py ids writes "
    "it down"
)


class FeedWriter(Writer):  # type: ignore[misc]  # Pelican publishes no types.
    """Pelican's writer with feeds of our own."""

    def write_feed(
        self, elements: Iterable[Article], context: dict[str, Any], path: str, *args: Any, **kw: Any
    ) -> Any:
        """See Writer.write_feed. Of stories on one day the first address comes first."""
        # A story whose two tags have one address is there twice.
        known = [*{story.entry_id: story for story in elements if story.entry_id}.values()]
        known.sort(key=lambda story: story.save_as)
        known.sort(key=lambda story: story.date, reverse=True)
        self._path = path
        return super().write_feed(known, context, path, *args, **kw)

    def _create_new_feed(self, feed_type: str, feed_title: str | None, context: Any) -> Any:
        site = context["SITENAME"]
        own = (each for each in context["feed_channels"] if self._path in _paths(each))
        page = next((each.url for each in own), "")
        owner = context["feed_authority"]
        icon = context.get("FEED_ICON")
        return FORMATS[feed_type](
            title=f"{site}: {feed_title}" if feed_title else site,
            link=f"{self.site_url}/{page}",
            description=context.get("SITESUBTITLE") or site,
            language=context["DEFAULT_LANG"],
            author_name=context.get("AUTHOR") or site,
            feed_url=self.feed_url,
            feed_guid=owner.uri(self._path),
            since=owner.since,
            icon=f"{self.site_url}/{icon}" if icon else None,
        )

    def _add_item_to_the_feed(self, feed: Any, item: Article) -> None:
        super()._add_item_to_the_feed(feed, item)
        entry = feed.items[-1]
        summary_alone = isinstance(feed, Rss) and self.settings["RSS_FEED_SUMMARY_ONLY"]
        entry |= {
            "unique_id": item.entry_id,
            "unique_id_is_permalink": False,
            "content": None if summary_alone else item.get_content(self.site_url),
            "description": plain(item.summary),
            "authors": [each.name for each in getattr(item, "authors", ())]
            or [feed.feed["author_name"]],
            "language": item.lang,
        }


# For incremental builds: what is read besides what Pelican's own writer reads.
FeedWriter.write_feed.reads = (  # type: ignore[attr-defined]  # mypy knows no such attributes.
    *("elements.*.entry_id", "elements.*.save_as", "elements.*.date", "elements.*.lang"),
    *("elements.*.authors.*.name", "feed_channels", "feed_authority", "FEED_ICON"),
    *("SITEURL", "DEFAULT_LANG", "AUTHOR"),
)


class FeedFiles:
    """Writes what Pelican does not know, as one of its generators: JSON Feed and OPML."""

    def __init__(self, context: dict[str, Any], output_path: str, **_: object) -> None:
        self._context, self._output = context, Path(output_path)

    def generate_output(self, writer: FeedWriter) -> None:
        """Write the files."""
        context = self._context
        if context.get("FEED_ALL_JSON"):
            stories = [
                each for story in context["articles"] for each in (story, *story.translations)
            ]
            writer.write_feed(stories, context, context["FEED_ALL_JSON"], feed_type="json")
        if context.get("FEED_OPML"):
            topics = (each for each in context["feed_channels"] if each.of == "topic")
            file = self._output / context["FEED_OPML"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(opml(context["SITENAME"], context["SITEURL"], topics).encode())


def register() -> None:
    """Connect to Pelican's signals."""
    signals.get_generators.connect(feed_files)
    signals.all_generators_finalized.connect(prepare_feeds)
    signals.get_writer.connect(feed_writer)


def feed_files(_: Pelican) -> type[FeedFiles]:
    """The generator of the files."""
    return FeedFiles


def feed_writer(_: Pelican) -> type[FeedWriter]:
    """The writer of pages and feeds."""
    return FeedWriter


def prepare_feeds(generators: Iterable[Generator]) -> None:
    """Give every article its ``entry_id``, and templates the ``feed_channels``.

    What is wrong stops the build: told by the plugin ``posts`` with all else, or else here. A
    story whose id is wrong has none, and is in no feed.
    """
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            settings, context = generator.settings, generator.context
            try:
                context["feed_authority"] = authority(settings.get("FEED_AUTHORITY"))
            except ValueError as error:
                # With its words as the exit code: no traceback under any way to run Pelican.
                raise SystemExit(str(error)) from None
            topics = [category for category, _ in generator.categories]
            context["feed_channels"] = channels(settings, topics, generator.tags)
            wrong, missing = _identify(generator)
            if "UNUSABLE" in settings:
                settings["UNUSABLE"] += [*wrong, *missing]
                continue
            for problem in missing:
                logger.warning(problem)
            if wrong and not settings.get("KEEP_GOING"):
                raise SystemExit("\n".join(wrong))
            for problem in wrong:
                logger.error(problem)


def _identify(generator: ArticlesGenerator) -> tuple[list[str], list[str]]:
    """Set each article's ``entry_id``; return what is wrong with ids, and which are missing."""
    articles = {
        _shown(article): article
        for article in (
            *generator.articles,
            *generator.translations,
            *generator.hidden_articles,
            *generator.hidden_translations,
            *generator.drafts,
            *generator.drafts_translations,
        )
    }
    wrong, names, missing = {}, {}, []
    for file, article in sorted(articles.items()):
        given = article.metadata.get("id")
        if given is None:
            # Nobody knows a draft yet.
            if article.status == "published":
                missing.append(f"{file}:1: {NO_ID} [no-id]")
            names[file] = file_id(article.source_path)
        elif problem := problem_with(given):
            wrong[file] = f"{problem} [bad-id]"
        else:
            names[file] = given
    wrong |= {file: f"{problem} [bad-id]" for file, problem in shared(names).items()}
    for file, article in articles.items():
        name = names.get(file) if file not in wrong else None
        article.entry_id = generator.context["feed_authority"].uri(name) if name else ""
    told = [f"{file}:{_line(articles[file])}: {each}" for file, each in sorted(wrong.items())]
    return told, missing


def _paths(channel: Any) -> list[str]:
    return [feed.path for feed in channel.feeds]


def _line(article: Article) -> int:
    """The line of its Id; 1 when there is none."""
    text = Path(article.source_path).read_text("utf-8-sig", errors="replace")
    lines = enumerate(text.splitlines(), 1)
    return next((n for n, line in lines if line.strip().lower().startswith("id:")), 1)


def _shown(article: Article) -> str:
    """The file's path as the writer would type it: from where she stands, when that is above."""
    file, here = Path(article.source_path), Path.cwd()
    path = (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
    # A line end in a name must not end the message.
    return path if path.isprintable() else repr(path)[1:-1]
