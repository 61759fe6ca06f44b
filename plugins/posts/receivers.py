"""The only module here that touches Pelican: signals in, posts held back or left out."""

import html
import posixpath
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from markupsafe import Markup
from pelican import Pelican, signals
from pelican.contents import Article, Content
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator, PelicanTemplateNotFound
from pelican.readers import MarkdownReader, Readers

from .clock import now
from .raw_markup import unwelcome
from .tables import AlignmentClasses
from .unusable import NO_TITLE, located, reasons, same_address, unwritable, wrong_case

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
    signals.content_object_init.connect(hold_back)
    signals.article_generator_pretaxonomy.connect(leave_out_articles)
    signals.page_generator_finalized.connect(hold_back_pictures)
    signals.all_generators_finalized.connect(leave_out_pages)
    signals.all_generators_finalized.connect(tell_dead_links)
    signals.all_generators_finalized.connect(tell_unwelcome_markup)
    signals.get_writer.connect(stop_before_writing)


class TextReader(MarkdownReader):  # type: ignore[misc]  # Pelican publishes no types.
    """Markdown whose titles and summaries are text: markup in them is shown, not obeyed."""

    def process_metadata(self, name: str, value: Any) -> Any:
        """The value as Pelican wants it; escaped here, before Typogrify adds its own markup."""
        if name in ("title", "summary"):
            text = " ".join(value) if isinstance(value, list) else value
            return html.escape(text, quote=False)
        return super().process_metadata(name, value)


def start_the_clock(pelican: Pelican) -> None:
    """Fix ``NOW`` for this build, and begin its lists: ``UNUSABLE`` and ``HELD_BACK`` posts."""
    try:
        pelican.settings.setdefault("NOW", now(pelican.settings["TIMEZONE"]))
    except ValueError as error:
        raise SystemExit(str(error)) from None
    markdown = pelican.settings["MARKDOWN"]
    others = [
        each for each in markdown.get("extensions", ()) if not isinstance(each, AlignmentClasses)
    ]
    pelican.settings["MARKDOWN"] = {**markdown, "extensions": [*others, AlignmentClasses()]}
    pelican.settings["UNUSABLE"] = []
    pelican.settings["HELD_BACK"] = []


def read_titles_as_text(readers: Readers) -> None:
    """Read every Markdown file with TextReader."""
    for ending in MarkdownReader.file_extensions:
        readers.reader_classes[ending] = TextReader


def link_from_the_root(generator: Generator) -> None:
    """Start links in content with the path of SITEURL: they hold at any origin.

    Full texts in feeds take SITEURL itself, so their links stay absolute.
    """
    generator.context["localsiteurl"] = urlsplit(generator.settings["SITEURL"]).path.rstrip("/")


def hold_back(content: Content) -> None:
    """Keep a story dated ahead, and every draft, from a public address."""
    content.scheduled = (
        isinstance(content, Article)
        and hasattr(content, "date")
        and content.status in ("published", "hidden")
        and content.date > content.settings["NOW"]
    )
    if content.scheduled:
        content.status = "draft"
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
        drafts = [*generator.drafts, *generator.drafts_translations]
        generator.settings["HELD_BACK"] += [
            (_shown(generator, draft.relative_source_path), draft.date if draft.scheduled else None)
            for draft in drafts
        ]
    hold_back_pictures(generator)


def hold_back_pictures(generator: ArticlesGenerator | PagesGenerator) -> None:
    """Keep the pictures that only drafts show from being published with the others."""
    links: dict[bool, set[str]] = {True: set(), False: set()}
    for content in _contents(generator).values():
        links[bool(content.save_as)] |= content.get_static_links()
    public = generator.context.setdefault("public_static_links", set())
    public |= links[True]
    generator.context["static_links"] -= links[False] - public


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
            settings["UNUSABLE"] += wrong_case(
                [_shown(generator, file) for file in files], MarkdownReader.file_extensions
            )
    generated: dict[str, Content | None] = generators[0].context["generated_content"]
    left_out = generators[0].context["left_out"]
    for path, content in sorted(generated.items()):
        if content is None and path not in left_out:
            generators[0].settings["UNUSABLE"] += reasons(
                _shown(generators[0], path),
                (Path(generators[0].path) / path).read_bytes(),
                _error(generators[0], path),
                needs_date=not path.startswith(tuple(generators[0].settings["PAGE_PATHS"])),
            )


def tell_dead_links(generators: list[Generator]) -> None:
    """Say which links with {filename}, {static} or {attach} lead to nothing public."""
    for generator in generators:
        if isinstance(generator, ArticlesGenerator | PagesGenerator):
            for _, content in sorted(_contents(generator).items()):
                if content.save_as:
                    generator.settings["UNUSABLE"] += _dead_links(generator, content)


def tell_unwelcome_markup(generators: list[Generator]) -> None:
    """Say which HTML in posts and pages the security policy blocks, or would harm a reader."""
    for generator in generators:
        if isinstance(generator, ArticlesGenerator | PagesGenerator):
            for path, content in sorted(_contents(generator).items()):
                for what, remedy in dict.fromkeys(unwelcome(content._content)):
                    source = Path(content.source_path).read_text("utf-8-sig")
                    # Of what Markdown has made into HTML the value alone is there.
                    value = what.partition("=")[2].strip("\"'")
                    places = [source.find(each) for each in (what, value) if each]
                    line = source.count("\n", 0, max(0, *places)) + 1
                    generator.settings["UNUSABLE"].append(
                        f"{_shown(generator, path)}:{line}: {what} {remedy}"
                    )


def stop_before_writing(pelican: Pelican) -> None:
    """End the build with all that is wrong, unless KEEP_GOING."""
    if pelican.settings["UNUSABLE"] and not pelican.settings.get("KEEP_GOING"):
        raise SystemExit("\n".join(pelican.settings["UNUSABLE"]))


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
    for path, content in sorted(contents.items()):
        if not Markup(content.title).striptags():
            found[path].append(("title", NO_TITLE))
        if wrong := unwritable(content.save_as, content.url, getattr(content, "slug", "")):
            found[path].append(("slug", wrong))
        if not content.save_as:
            continue
        if not _has_template(generator, content.template):
            what = f'there is no template "{content.template}"; take the line out'
            found[path].append(("template", what))
        if path not in found:
            paths_by_save_as[content.save_as.casefold()].append(_shown(generator, path))
    duplicates = same_address(paths_by_save_as)
    for path in contents:
        shown = _shown(generator, path)
        if shown in duplicates:
            found[path].append(("slug", duplicates[shown]))
    if not found:
        return
    gone = [contents[path] for path in found]
    for name in _lists(generator):
        setattr(generator, name, list(_without(getattr(generator, name), gone)))
    for content in contents.values():
        content.translations = list(_without(content.translations, gone))
    for path, problems in found.items():
        generator.context["generated_content"][path] = None
        text = Path(generator.path, path).read_text("utf-8-sig")
        generator.settings["UNUSABLE"] += [
            located(_shown(generator, path), text, *problem) for problem in problems
        ]
    generator.context["left_out"] |= found.keys()


def _dead_links(generator: Generator, content: Content) -> list[str]:
    """What to tell of each link in the content that leads to nothing public."""
    pages, files = generator.context["generated_content"], generator.context["static_content"]
    found = []
    for match in content._get_intrasite_link_regex().finditer(content._content):
        kind, target = match["what"], urlsplit(html.unescape(match["value"])).path
        if kind not in ("filename", "static", "attach"):
            continue
        folder = "" if target.startswith("/") else content.relative_dir
        path = posixpath.normpath(posixpath.join(folder, unquote(target).lstrip("/")))
        if kind == "filename" and pages.get(path):
            if pages[path].save_as:
                continue
            wrong = "leads to a story that is not public; take it out until it is"
        elif path in files and Path(generator.path, path).is_file():
            continue
        elif kind == "filename" and path in pages:
            wrong = "leads to a post that cannot be used; mend that post"
        else:
            # Pelican counts a linked file as there before it looks.
            others = [known for known in (pages if kind == "filename" else files) if known != path]
            near = get_close_matches(path, others, n=1)
            meant = f'; did you mean "{near[0]}"?' if near else ""
            wrong = f'leads to no file: there is no "{path}"{meant}'
        link = f"{{{kind}}}{match['value']}"
        text = Path(content.source_path).read_text("utf-8-sig")
        line = next((n for n, each in enumerate(text.splitlines(), 1) if link in each), 1)
        found.append(f"{_shown(generator, content.relative_source_path)}:{line}: {link} {wrong}")
    return found


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


def _shown(generator: Generator, path: str) -> str:
    """The path as the writer would type it: from where she stands, when that is above it."""
    whole = Path(generator.path, path)
    here = Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()
