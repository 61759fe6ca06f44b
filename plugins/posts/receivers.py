"""The only module here that touches Pelican: signals in, posts held back or left out."""

import html
import os
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from warnings import catch_warnings, simplefilter

from dateutil.parser import UnknownTimezoneWarning
from markdown import Markdown
from markupsafe import Markup
from pelican import Pelican, signals
from pelican.contents import Article, Content, Page
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator, PelicanTemplateNotFound
from pelican.readers import _DISCARD, MarkdownReader, Readers

from .clock import now
from .content_folder import content_files, visible
from .front_matter import front_matter
from .limits import beyond
from .static_links import KINDS, linked_file, no_address, static_links
from .tables import Tables
from .unusable import (
    NO_TITLE,
    NOT_MARKDOWN,
    OF_LISTS,
    STRANGE,
    elsewhere,
    located,
    long_name,
    own_folders,
    reasons,
    reserved,
    same_address,
    text_of,
    unwritable,
    wrong_case,
)

ARTICLE_LISTS = (
    "articles",
    "translations",
    "hidden_articles",
    "hidden_translations",
    "drafts",
    "drafts_translations",
)
PAGE_LISTS = (
    "pages",
    "translations",
    "hidden_pages",
    "hidden_translations",
    "draft_pages",
    "draft_translations",
)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(start_the_clock)
    signals.readers_init.connect(read_titles_as_text)
    signals.generator_init.connect(link_from_the_root)
    signals.generator_init.connect(read_what_may_be_read)
    signals.content_object_init.connect(hold_back)
    signals.article_generator_pretaxonomy.connect(leave_out_articles)
    signals.page_generator_finalized.connect(publish_pictures)
    signals.all_generators_finalized.connect(leave_out_pages)


class TextReader(MarkdownReader):  # type: ignore[misc]  # Pelican publishes no types.
    """Markdown whose titles and summaries are text: markup in them is shown, not obeyed.

    The file's text stays with the post, as its ``source_text``.
    """

    # To make one takes a fifth of the time that a post takes.
    _ready: Markdown | None = None

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """The post's HTML and metadata. Raises ValueError for what cannot be read."""
        text = text_of(Path(source_path).read_bytes())
        _, too_much = beyond(text)
        if too_much:
            raise ValueError(too_much)
        self._source_path = source_path
        self._md, self._ready = self._ready or _markdown(self.settings["MARKDOWN"]), None
        # Pelican takes the one that finds metadata out, here of the copy.
        steps, self._md.preprocessors = self._md.preprocessors, self._md.preprocessors[:]
        content = self._md.reset().convert(text)
        if link := no_address(content):
            raise ValueError(f'the link "{link}" is no address')
        # The extension "meta" sets it.
        metadata = self._parse_metadata(getattr(self._md, "Meta", {}))
        self._md.preprocessors = steps
        # Only now: one that stopped halfway would begin the next post there.
        self._ready = self._md
        return content, {**metadata, "source_text": text}

    def process_metadata(self, name: str, value: Any) -> Any:
        """The value as Pelican wants it; escaped here, before Typogrify adds its own markup.

        Pelican makes an attribute of every key, its own inner ones too: what FRONT_MATTER_KEYS
        does not name is discarded.
        """
        if name not in self.settings.get("FRONT_MATTER_KEYS", (name,)):
            return _DISCARD
        if name in ("title", "summary"):
            text = " ".join(value) if isinstance(value, list) else value
            return html.escape(text, quote=False)
        if name == "status":
            # Pelican drops what says "skip", and says nothing.
            return {"skip": "skip it"}.get(value.strip().lower(), value.strip().lower()) or _DISCARD
        with catch_warnings():
            # The plugin "checks" tells it.
            simplefilter("ignore", UnknownTimezoneWarning)
            return super().process_metadata(name, value)


def start_the_clock(pelican: Pelican) -> None:
    """Fix ``NOW`` for this build, and begin its lists: ``UNUSABLE`` and ``HELD_BACK`` posts.

    ``HOLDS_UNTIL`` has the moments at which something may change because of the clock alone.
    """
    try:
        pelican.settings.setdefault("NOW", now(pelican.settings["TIMEZONE"]))
    except ValueError as error:
        raise SystemExit(str(error)) from None
    markdown = pelican.settings["MARKDOWN"]
    others = [each for each in markdown.get("extensions", ()) if not isinstance(each, Tables)]
    pelican.settings["MARKDOWN"] = {**markdown, "extensions": [*others, Tables()]}
    folder = Path(pelican.settings["PATH"])
    files, problems = content_files(folder, pelican.settings["IGNORE_FILES"])
    pelican.settings["CONTENT_FILES"] = files
    shown = _shown(folder)
    pelican.settings["UNUSABLE"] = [f"{shown(path)}:1: {words}" for path, words in problems]
    pelican.settings["HELD_BACK"] = []
    tomorrow = pelican.settings["NOW"].date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), pelican.settings["NOW"].tzinfo)
    pelican.settings["HOLDS_UNTIL"] = [midnight]


def read_titles_as_text(readers: Readers) -> None:
    """Read every Markdown file with TextReader."""
    for ending in MarkdownReader.file_extensions:
        readers.reader_classes[ending] = TextReader


def link_from_the_root(generator: Generator) -> None:
    """Start links in content with the path of SITEURL: they hold at any origin.

    Full texts in feeds take SITEURL itself, so their links stay absolute.
    """
    generator.context["localsiteurl"] = urlsplit(generator.settings["SITEURL"]).path.rstrip("/")


def read_what_may_be_read(generator: Generator) -> None:
    """Let the generator find no file but those in CONTENT_FILES, which Pelican's walk may leave."""
    generator.get_files = partial(_files, generator)
    if isinstance(generator, ArticlesGenerator | PagesGenerator):
        # Not before it is known what is public, see publish_pictures.
        generator.add_static_links = _leave_alone


def hold_back(content: Content) -> None:
    """Keep a story dated ahead, and every draft, from a public address."""
    vars(content).setdefault("source_text", "")
    if isinstance(content, Article | Page):
        # Pelican would work it out anew with each address that somebody asks for.
        content.get_relative_source_path = partial(_source_path, content)
    content.scheduled = (
        isinstance(content, Article)
        and hasattr(content, "date")
        and content.status in ("published", "hidden")
        and content.date > content.settings["NOW"]
    )
    if content.scheduled:
        content.status = "draft"
        content.settings["HOLDS_UNTIL"].append(content.date)
    if content.status == "draft":
        # Save_as and Url in front matter would override the address of drafts.
        for override in ("override_save_as", "override_url"):
            vars(content).pop(override, None)


def leave_out_articles(generator: ArticlesGenerator) -> None:
    """Take the articles that cannot be written out of the generator's lists."""
    site_pages: dict[str, list[str]] = defaultdict(list)
    for template in generator.settings["DIRECT_TEMPLATES"]:
        save_as = generator.settings.get(f"{template.upper()}_SAVE_AS", f"{template}.html")
        site_pages[save_as.casefold()].append(f'the site\'s own page "{template}"')
    generator.context["paths_by_save_as"] = site_pages
    generator.context["left_out"] = set()
    _leave_out(generator)
    if not generator.settings.get("SHOW_DRAFTS"):
        shown = _shown(generator.path)
        generator.settings["HELD_BACK"] += [
            (shown(draft.relative_source_path), draft.date if draft.scheduled else None)
            for draft in (*generator.drafts, *generator.drafts_translations)
        ]
    publish_pictures(generator)


def publish_pictures(generator: ArticlesGenerator | PagesGenerator) -> None:
    """Let the files be published that public posts show or link to, and none of drafts alone."""
    settings = generator.settings
    linking = [
        content
        for content in chain.from_iterable(getattr(generator, name) for name in _lists(generator))
        if content.save_as and any(kind in content._content for kind in KINDS)
    ]
    if not linking:
        return
    each = settings.get("MAP", map)
    of_pelican = linking[0]._get_intrasite_link_regex().pattern
    found = each(partial(static_links, of_pelican), [content._content for content in linking])
    links = {
        (link, "" if link.startswith("/") else posixpath.dirname(content.relative_source_path))
        for content, its in zip(linking, found, strict=True)
        for link in its
    }
    files = {*settings["CONTENT_FILES"]}
    # A link may name any file of the machine. What is not there is told as a dead link.
    generator.context["static_links"] |= {
        file
        for file in {linked_file(*link) for link in links}
        if file in files
        or not (
            posixpath.normpath(file).startswith(("/", ".."))
            or os.path.lexists(Path(generator.path, file))
        )
    }


def leave_out_pages(generators: list[Generator]) -> None:
    """Take out the pages that cannot be written, and say of every file why it is not used."""
    for generator in generators:
        if isinstance(generator, PagesGenerator):
            _leave_out(generator)
            for name in ("pages", "hidden_pages", "draft_pages"):
                generator.context[name] = getattr(generator, name)
        if isinstance(generator, ArticlesGenerator):
            settings = generator.settings
            files = generator.get_files(
                settings["ARTICLE_PATHS"], settings["ARTICLE_EXCLUDES"], extensions=False
            ) | generator.get_files(settings["PAGE_PATHS"], extensions=False)
            told = wrong_case(files, MarkdownReader.file_extensions)
            settings["UNUSABLE"] += map(_shown(generator.path), told)
    generated: dict[str, Content | None] = generators[0].context["generated_content"]
    left_out = generators[0].context["left_out"]
    for path, content in sorted(generated.items()):
        if content is None and path not in left_out:
            generators[0].settings["UNUSABLE"] += reasons(
                _shown(generators[0].path)(path),
                (Path(generators[0].path) / path).read_bytes(),
                _error(generators[0], path),
                needs_date=not path.startswith(tuple(generators[0].settings["PAGE_PATHS"])),
            )


def _markdown(settings: dict[str, Any]) -> Markdown:
    """Python-Markdown, for one post after the other."""
    markdown = Markdown(**settings)
    # For every piece of text it looks up some twenty patterns, which is slow in its own registry.
    inline: Any = markdown.treeprocessors["inline"]
    inline.inlinePatterns = [*markdown.inlinePatterns]
    return markdown


def _lists(generator: ArticlesGenerator | PagesGenerator) -> tuple[str, ...]:
    """The names of the generator's lists of contents."""
    return ARTICLE_LISTS if isinstance(generator, ArticlesGenerator) else PAGE_LISTS


def _contents(generator: ArticlesGenerator | PagesGenerator) -> dict[str, Content]:
    """All that the generator read and can use, by its path from the content folder."""
    return {
        content.relative_source_path: content
        for name in _lists(generator)
        for content in getattr(generator, name)
    }


def _leave_out(generator: ArticlesGenerator | PagesGenerator) -> None:
    """Take what cannot be written out of the generator's lists, with its reasons to UNUSABLE."""
    contents = _contents(generator)
    paths_by_save_as = generator.context["paths_by_save_as"]
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    lists = (*generator.settings["DIRECT_TEMPLATES"], *OF_LISTS)
    own = own_folders(generator.settings)
    show, left_out = _shown(generator.path), generator.settings.get("LEFT_OUT", ())
    for path, content in sorted(contents.items()):
        shown = show(path)
        if shown in left_out:
            found[path] = []
            continue
        if not Markup(content.title).striptags():
            found[path].append(("title", NO_TITLE))
        key = _address_key(content)
        slug = getattr(content, "slug", "")
        save_as, url = content.save_as, content.url
        vars(content).pop("get_relative_source_path", None)
        # Pelican would make them up anew each time that somebody asks: some 60 times a post.
        content.get_url_setting = {"save_as": save_as, "url": url}.__getitem__
        if wrong := unwritable(save_as, url, slug, key.capitalize()):
            found[path].append((key, f"{wrong} [bad-address]"))
        if not save_as:
            continue
        if not content.source_text:
            found[path].append(("", NOT_MARKDOWN))
        if content.template in lists or not _has_template(generator, content.template):
            what = f'there is no template "{content.template}"; take the line out [no-template]'
            found[path].append(("template", what))
        topic = [content.category] if hasattr(content, "category") else []
        for what, names in (("category", topic), ("tags", getattr(content, "tags", []))):
            if wrong := long_name((each.name, each.slug) for each in names):
                found[path].append((what, wrong))
        wrong = ""
        if content.status != "draft":
            wrong = reserved(save_as, own, key.capitalize())
        if key in ("save_as", "url"):
            wrong = wrong or elsewhere(save_as, url)
        if wrong and path not in found and save_as.casefold() not in paths_by_save_as:
            found[path].append((key, f"{wrong} [bad-address]"))
        if path not in found:
            paths_by_save_as[save_as.casefold()].append(shown)
    duplicates = same_address(paths_by_save_as)
    for path in contents if duplicates else ():
        if wrong := duplicates.get(show(path), ""):
            found[path].append((_address_key(contents[path]), wrong))
    if not found:
        return
    gone = [contents[path] for path in found]
    for name in _lists(generator):
        setattr(generator, name, list(_without(getattr(generator, name), gone)))
    for content in contents.values():
        content.translations = list(_without(content.translations, gone))
    for path, problems in found.items():
        generator.context["generated_content"][path] = None
        text = contents[path].source_text
        generator.settings["UNUSABLE"] += [
            located(show(path), text, *problem) for problem in problems
        ]
    generator.context["left_out"] |= found.keys()


def _address_key(content: Content) -> str:
    """The key of front matter that gives the content its address."""
    if {*STRANGE} & {*content.lang}:
        return "lang"
    overriding = [key for key in ("save_as", "url") if hasattr(content, f"override_{key}")]
    named = front_matter(content.source_text.split("\n")).first() if overriding else {}
    return next((key for key in overriding if key in named), "slug")


def _files(
    generator: Generator,
    paths: str | list[str],
    exclude: list[str] | None = None,
    extensions: Any = None,
) -> set[str]:
    """What Pelican's ``get_files`` returns, of the files that may be read."""

    def names(folders: list[str]) -> tuple[str, ...]:
        whole = [posixpath.normpath(folder) if folder else "." for folder in folders]
        return tuple("" if one == "." else f"{one}/" for one in whole)

    wanted = names([paths] if isinstance(paths, str) else paths)
    # To Pelican an empty one is none.
    unwanted = names(list(filter(None, exclude or [])))
    endings = generator.readers.extensions if extensions is None else extensions
    # Those of IGNORE_FILES are not among them.
    return {
        file
        for file in generator.settings["CONTENT_FILES"]
        if f"{file}/".startswith(wanted)
        and not f"{file}/".startswith(unwanted)
        and (endings is False or posixpath.splitext(file)[1][1:] in endings)
    }


def _without(contents: list[Content], gone: list[Content]) -> Iterator[Content]:
    return (content for content in contents if not any(content is one for one in gone))


def _has_template(generator: Generator, name: str) -> bool:
    try:
        generator.get_template(name)
    except PelicanTemplateNotFound:
        return False
    return True


def _error(generator: Generator, path: str) -> str:
    """What Pelican says when it reads the file once more."""
    try:
        generator.readers.read_file(generator.path, path, Article, context=generator.context)
    except Exception as error:
        return f"Pelican cannot read it: {error}"
    return "Pelican cannot use it"


def _source_path(content: Content, source_path: str | None = None) -> str:
    """What Pelican's ``get_relative_source_path`` returns."""
    own: str = content.relative_source_path
    return Content.get_relative_source_path(content, source_path) if source_path else own


def _leave_alone(_: Content) -> None:
    """Do nothing."""


def _shown(folder: str | Path) -> Callable[[str], str]:
    """What makes a path as the writer would type it: from where she stands, when that is above."""
    whole, here = f"{Path(folder).as_posix()}/", f"{Path.cwd().as_posix()}/"
    return lambda path: visible(f"{whole}{path}".removeprefix(here))
