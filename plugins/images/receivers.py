"""The only module here that runs Pelican: signals in, pictures and cards out."""

import logging
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from pelican import Pelican, signals
from pelican.contents import Article, Content
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator

from .cache import digest
from .cards import Card, card
from .markup import file_address, image_tags, links_and_images, with_pictures, with_sizes
from .pictures import PHOTOS, Picture, original, picture, published, variant_data
from .problems import NoEmptyAlt, file_name, line_of, outside, without_words
from .settings import ImageSettings, settings_of

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
SITE_CARD = "card.png"
# Each holds a decoded image or two.
MOST_AT_ONCE = 4
# An image in a text: its address, and whether it has an alt.
Shown = tuple[str, bool]
logger = logging.getLogger(__name__)


@dataclass
class SiteImages:
    """The images of one build: settings, and pictures by the path of their file in the site."""

    settings: ImageSettings
    folder: Path
    pictures: dict[str, Picture] = field(default_factory=dict)
    sources: dict[str, Path] = field(default_factory=dict)
    # Each card's title and foot by its path in the site.
    cards: dict[str, tuple[str, str]] = field(default_factory=dict)

    def found(self, base: str, address: str) -> Picture | None:
        """The picture at an address, where addresses of the site begin with ``base``."""
        return self.pictures.get(file_address(address, base) or "")


class ImageFiles:
    """Writes the images' files, as one of Pelican's generators."""

    def __init__(self, context: dict[str, Any], output_path: str, **_: object) -> None:
        self._context, self._output = context, Path(output_path)

    def generate_output(self, writer: object) -> None:
        """Write photos without what they tell, pictures' variants, and the cards."""
        images: SiteImages = self._context["site_images"]
        folder, font = images.folder, images.settings.font
        # The plugin "incremental" keeps what the last build wrote the same.
        write = getattr(writer, "write_data", self._write)
        rest = []
        for static in self._context["staticfiles"]:
            source = Path(static.source_path)
            if source.suffix.lower() not in PHOTOS or not source.is_file():
                rest.append(static)
                continue
            data = source.read_bytes()
            try:
                published(data, folder)
            except ValueError:
                logger.debug("%s is not published; it is told why", source)
            else:
                # Read again: not all photos are to be held in memory.
                write(static.save_as, digest(data), partial(_published, source, folder))
        # Pelican copies the others, after all generators of plugins.
        self._context["staticfiles"] = rest
        for path, source in images.sources.items():
            for variant in images.pictures[path].variants:
                make = partial(variant_data, variant, source, images.settings, folder)
                write(f"images/{variant.name}", variant.name, make)
        glyphs = digest(Path(font).read_bytes()) if font else ""
        for path, (title, foot) in images.cards.items():
            write(path, (title, foot, glyphs), partial(card, title, foot, font, folder))

    def _write(self, path: str, _: object, data: Callable[[], bytes]) -> None:
        file = self._output / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data())


def _published(source: Path, folder: Path) -> bytes:
    return published(source.read_bytes(), folder)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(keep_missing_words_missing)
    signals.get_generators.connect(image_files)
    signals.generator_init.connect(prepare_templates)
    signals.all_generators_finalized.connect(prepare_images)
    signals.feed_generated.connect(add_sizes_to_feed)


def keep_missing_words_missing(pelican: Pelican) -> None:
    """Teach Markdown to write no alt attribute for ``![](x.png)``."""
    markdown = pelican.settings["MARKDOWN"]
    others = [each for each in markdown.get("extensions", ()) if not isinstance(each, NoEmptyAlt)]
    # A new dict: Pelican's own default must not grow with each build of a process.
    pelican.settings["MARKDOWN"] = {**markdown, "extensions": [*others, NoEmptyAlt()]}


def image_files(_: Pelican) -> type[ImageFiles]:
    """The generator of the images' own files."""
    return ImageFiles


def prepare_templates(generator: Generator) -> None:
    """Let templates write ``content|with_images``."""
    generator.env.filters["with_images"] = with_images


@pass_context
def with_images(context: Context, html: str) -> str:
    """The HTML with its images written in full: sizes, smaller versions, late loading."""
    images: SiteImages = context["site_images"]
    base = context["localsiteurl"]
    changed = with_pictures(html, partial(images.found, base), base, images.settings.sizes)
    return Markup(changed) if isinstance(html, Markup) else changed


# The plugin "incremental" writes a page anew when something has changed that is read for it.
with_images.reads = (  # type: ignore[attr-defined]  # mypy knows no attributes of functions.
    *("localsiteurl", "site_images.pictures", "site_images.settings.sizes"),
)


def add_sizes_to_feed(context: dict[str, Any], feed: Any) -> None:
    """Give the images in a feed's texts their sizes, and no more than every reader knows."""
    images: SiteImages = context["site_images"]

    def found(address: str) -> Picture | None:
        # A writer's own HTML may start at the site's root.
        at_root = images.found(context["localsiteurl"], address)
        return at_root or images.found(context["SITEURL"], address)

    for item in feed.items:
        for key in ("content", "description"):
            if item[key]:
                item[key] = with_sizes(item[key], found)


# For incremental builds.
add_sizes_to_feed.reads = (  # type: ignore[attr-defined]  # mypy knows no attributes of functions.
    *("site_images.pictures", "localsiteurl", "SITEURL"),
)


def prepare_images(generators: Iterable[Generator]) -> None:
    """Check every image that a story or page shows, make its variants, and choose the cards.

    What is wrong stops the build: told by the plugin ``posts`` with all else, or else here.
    """
    generators = list(generators)
    context, settings = generators[0].context, generators[0].settings
    try:
        knobs = settings_of(settings.get("IMAGES", {}))
    except ValueError as error:
        # With its words as the exit code: no traceback under any way to run Pelican.
        raise SystemExit(str(error)) from None
    images = SiteImages(knobs, Path(settings["CACHE_PATH"]) / "images")
    context["site_images"] = images
    contents = [each for generator in generators for each in _contents(generator) if each.save_as]
    problems = _prepare_pictures(images, [*_shown_by(contents, settings, context)], context)
    _prepare_cards(images, contents, context)
    if "UNUSABLE" in settings:
        settings["UNUSABLE"] += problems
    elif problems and not settings.get("KEEP_GOING"):
        raise SystemExit("\n".join(problems))
    else:
        for problem in problems:
            logger.error(problem)


def _contents(generator: Generator) -> Iterator[Content]:
    """The articles or pages that the generator will write."""
    names: tuple[str, ...] = ()
    if isinstance(generator, ArticlesGenerator):
        names = ARTICLE_LISTS
    elif isinstance(generator, PagesGenerator):
        names = PAGE_LISTS
    for name in names:
        yield from getattr(generator, name)


def _shown_by(
    contents: Iterable[Content], settings: dict[str, Any], context: dict[str, Any]
) -> Iterator[tuple[Content, list[Shown]]]:
    """The images of each content that shows one, or that moves a file when it is read.

    To put addresses for all links of a text takes Pelican a while. It is asked for that of each
    link once, unless there is more to it than an address.
    """
    # Without these nothing is shown, nor moved.
    texts = [
        content
        for content in contents
        if "<img" in (content._content or "").lower() or "attach" in (content._content or "")
    ]
    if not texts:
        return
    pattern = texts[0]._get_intrasite_link_regex().pattern
    each = settings.get("MAP", map)
    found = each(partial(links_and_images, pattern), [content._content for content in texts])
    addresses: dict[tuple[str, str], str] = {}
    for content, (links, images) in zip(texts, found, strict=True):
        folder = posixpath.dirname(content.relative_source_path)
        if not all(_is_quiet(what, path, folder, context) for what, path, _ in links):
            tags = image_tags(content.content)
            yield content, [(tag.address, "alt" in tag.attributes) for tag in tags]
            continue
        for what, _, link in links:
            # Pelican notes that somebody knows where a static file is: then nothing moves it.
            if what == "static" and (folder, link) not in addresses:
                addresses[folder, link] = _address(content, link)
        shown = []
        for image, is_link, has_alt in images:
            known = addresses.get((folder, image)) if is_link else image
            shown.append((_address(content, image) if known is None else known, has_alt))
        yield content, shown


def _prepare_pictures(
    images: SiteImages, contents: list[tuple[Content, list[Shown]]], context: dict[str, Any]
) -> list[str]:
    """Make the pictures that the contents show; return what is wrong with them, in order."""
    # Only now, as what is linked with {attach} has moved.
    files = {static.url: Path(static.source_path) for static in context["staticfiles"]}
    base = context["localsiteurl"]
    addressed = {
        file_address(address, base) or ""
        for address in {address for _, its in contents for address, _ in its}
    }
    # A file that is linked and not there is Pelican's to tell.
    shown = {path: files[path] for path in sorted(addressed & {*files}) if files[path].is_file()}
    wrong = _make(images, shown)

    @cache
    def said(address: str, has_alt: bool) -> list[str]:
        path = file_address(address, base) or ""
        found = [] if has_alt else [f"{without_words(address)} [no-alt]"]
        if path not in files and not address.startswith(("{", "|")):
            found.append(f"{outside(address)} [foreign-picture]")
        if path in wrong:
            found.append(f"{_shown(shown[path])} cannot be shown: {wrong[path]} [picture]")
        return found

    problems = []
    for content, its in contents:
        if not any(said(*image) for image in its):
            continue
        text = Path(content.source_path).read_text("utf-8-sig", errors="replace")
        seen: Counter[str] = Counter()
        for address, has_alt in its:
            source = files.get(file_address(address, base) or "")
            names = {file_name(address), *([source.name] if source else [])}
            line = line_of(text, names, seen[file_name(address)])
            place = f"{_shown(Path(content.source_path))}:{line}"
            problems += [f"{place}: {what}" for what in said(address, has_alt)]
            seen[file_name(address)] += 1
    told = set(shown.values())
    problems += _unclean((path for path in files.values() if path not in told), images.folder)
    return problems


def _is_quiet(what: str, path: str, folder: str, context: dict[str, Any]) -> bool:
    """Whether Pelican puts the address for a link in a post of that folder, and does no more.

    It may also warn, or move a file.
    """
    if what not in ("filename", "static"):
        return what in ("author", "category", "index", "tag")
    contents = context["generated_content" if what == "filename" else "static_content"]
    file = path[1:] if path.startswith("/") else posixpath.normpath(posixpath.join(folder, path))
    return contents.get(file) is not None


def _address(content: Content, link: str) -> str:
    """The address that Pelican puts for a link, in its quotation marks, in the content."""
    before = "<img src="
    changed: str = content._update_content(f"{before}{link}", content.get_siteurl())
    return unescape(changed[len(before) + 1 : -1]).strip()


def _make(images: SiteImages, shown: dict[str, Path]) -> dict[str, str]:
    """Fill in the pictures of the files, by path in the site; return what is wrong with some."""

    def made(path: str) -> Picture | ValueError:
        try:
            data, suffix = shown[path].read_bytes(), shown[path].suffix
            source = original(data, suffix, images.folder)
            return picture(source, images.settings, images.folder)
        except ValueError as error:
            return error

    wrong: dict[str, str] = {}
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        for path, result in zip(shown, pool.map(made, shown), strict=True):
            if isinstance(result, ValueError):
                wrong[path] = str(result)
            else:
                images.pictures[path], images.sources[path] = result, shown[path]
    return wrong


def _unclean(sources: Iterable[Path], folder: Path) -> Iterator[str]:
    """What to tell of each photo that nothing shows, and that cannot be published as it is."""
    for source in sorted(sources):
        if source.suffix.lower() in PHOTOS and source.is_file():
            try:
                published(source.read_bytes(), folder)
            except ValueError as error:
                yield f"{_shown(source)}:1: it is not published: {error} [picture]"


def _prepare_cards(images: SiteImages, contents: list[Content], context: dict[str, Any]) -> None:
    """Give each article its ``card``, and templates the ``site_card``."""
    site = context["SITENAME"]
    images.cards[SITE_CARD] = (site, context.get("SITESUBTITLE") or "")
    context["site_card"] = Card(SITE_CARD)
    for content in contents:
        if isinstance(content, Article):
            name = content.save_as.removesuffix(".html").removesuffix("/index")
            content.card = Card(f"cards/{name}.png")
            images.cards[content.card.path] = (Markup(content.title).striptags(), site)


def _shown(file: Path) -> str:
    """The path as the writer would type it: from where she stands, when that is above it."""
    here = Path.cwd()
    path = (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
    # A line end in a name must not end the message.
    return path if path.isprintable() else repr(path)[1:-1]
