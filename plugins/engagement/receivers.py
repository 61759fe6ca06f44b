"""The only module here that runs Pelican: signals in, attributes and files out."""

import logging
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

from feedgenerator.django.utils.encoding import iri_to_uri
from jinja2 import ChoiceLoader, FileSystemLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from pelican import Pelican, signals
from pelican.contents import Article, Page
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from typogrify.filters import typogrify

from .by_hand import CallsByHand, with_calls_by_hand, without_calls_by_hand
from .cache import cached_related_stories
from .calls_file import CallsFile, read, unknown_names
from .contents import blog_of, calls_by_hand, calls_of, place, shown, subject_of
from .errors import SettingsError, did_you_mean
from .events import next_end
from .pauses import offset_after
from .placements import IN_TEXT, NO_CALLS, CallsToAction, Subject
from .settings import Settings, settings_of
from .site_calls import (
    LISTING_SLOTS,
    NOT_FOUND_SLOTS,
    PAGE_SLOTS,
    STORY_SLOTS,
    PlacedCall,
    SiteCalls,
)
from .story import reading_minutes
from .texts import Text, text_of
from .toml_lines import with_lines

HERE = Path(__file__).parent
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RelatedStory:
    """One story to read next, as templates see it; ``reason`` is words and phrases, or none."""

    article: Article
    score: float
    reason: tuple[str, ...]


class FeedParts:
    """What stands after the stories in feeds, made when a feed first asks for it."""

    def __init__(self, generator: ArticlesGenerator) -> None:
        self._generator = generator
        self._texts: dict[str, str] = {}
        self._template = generator.get_template("engagement/feed")

    def after(self, link: str, context: dict[str, Any]) -> str:
        """The text after the story that the link leads to; empty for what is no story."""
        # A story is in many feeds: of the site, of its topic, of its tags.
        if link not in self._texts:
            article = self._articles.get(link)
            self._texts[link] = self._template.render(context, article=article) if article else ""
        return self._texts[link]

    @cached_property
    def _articles(self) -> dict[str, Article]:
        """The articles by their links in feeds."""
        settings = self._generator.settings
        join = posixpath.join if settings["RELATIVE_URLS"] else urljoin
        siteurl = settings["SITEURL"] + ("/" if join is urljoin else "")
        listed = (*self._generator.articles, *self._generator.translations)
        return {iri_to_uri(join(siteurl, article.url)): article for article in listed}


class CallFiles:
    """Writes the files that calls to action need, as one of Pelican's generators."""

    def __init__(self, context: dict[str, Any], output_path: str, **_: object) -> None:
        self._context, self._output = context, Path(output_path)

    def generate_output(self, _: object) -> None:
        """Write each gathering's calendar, and the script if a call needs it."""
        files = self._context["site_calls"].files((HERE / "signups.js").read_bytes())
        for path, content in files.items():
            file = self._output / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.initialized.connect(read_calls_by_hand)
    signals.get_generators.connect(call_files)
    signals.generator_init.connect(prepare_templates)
    signals.all_generators_finalized.connect(engage)
    signals.feed_generated.connect(add_to_feed)


def read_calls_by_hand(pelican: Pelican) -> None:
    """Teach Markdown the line [[cta name]]."""
    markdown = pelican.settings["MARKDOWN"]
    others = [each for each in markdown.get("extensions", ()) if not isinstance(each, CallsByHand)]
    # A new dict: Pelican's own default must not grow with each build of a process.
    pelican.settings["MARKDOWN"] = {**markdown, "extensions": [*others, CallsByHand()]}


def call_files(_: Pelican) -> type[CallFiles]:
    """The generator of the calls' own files."""
    return CallFiles


def prepare_templates(generator: Generator) -> None:
    """Let templates include engagement/…, also in a theme that knows nothing of it."""
    # Last in line, so a theme's template of the same name wins.
    defaults = FileSystemLoader(HERE / "templates")
    generator.env.loader = ChoiceLoader([generator.env.loader, defaults])
    generator.env.globals["calls_in"] = calls_in
    generator.env.filters["with_calls"] = with_calls


@pass_context
def calls_in(context: Context, slot: str) -> tuple[PlacedCall, ...]:
    """The calls that the page being written shows in a slot."""
    content = context.get("article") or context.get("page")
    placed: dict[str, tuple[PlacedCall, ...]] = (
        content.calls_to_action if content else _calls_of_other_page(context)
    )
    return placed.get(slot, ())


# The plugin "incremental" writes a page anew when something has changed that is read for it.
calls_in.reads = (  # type: ignore[attr-defined]  # mypy knows no attributes of functions.
    *("article.calls_to_action", "page.calls_to_action"),
    *("site_calls.in_force", "site_calls.settings", "site_calls._data"),
    *("output_file", "404_SAVE_AS", "page_name", "articles_page.object_list.*.slug"),
    *("category.name", "category.slug", "tag.name", "tag.slug", "author.name", "author.slug"),
)


@pass_context
def with_calls(context: Context, html: str, content: Article | Page) -> str:
    """The HTML, which holds the content's text, with the calls that stand within the text."""
    template = context.environment.get_template("engagement/call_to_action.html")
    variables = context.get_all()

    def rendered(placed: PlacedCall) -> str:
        return template.render(variables, placed=placed)

    text: str = content.content
    placed = content.calls_to_action
    middle = placed.get("middle", ())
    by_hand = {each.call.name: rendered(each) for each in placed.get(IN_TEXT, ())}
    result = text
    # From the last to the first, so that those before stay where they are.
    for call in reversed(middle):
        offset = offset_after(result, call.tags_before)
        result = f"{result[:offset]}{rendered(call)}{result[offset:]}"
    result = with_calls_by_hand(result, lambda name: by_hand.get(name, ""))
    changed = html.replace(text, result, 1)
    return Markup(changed) if isinstance(html, Markup) else changed


with_calls.reads = ("#0", "#1.content", "#1.calls_to_action")  # type: ignore[attr-defined]  # As above.
with_calls.renders = ("engagement/call_to_action.html",)  # type: ignore[attr-defined]  # As above.


def engage(generators: Iterable[Generator]) -> None:
    """Give every article and page its calls to action, and every article what to read next.

    Drafts and hidden articles get them too, and are offered to nobody.
    """
    generators = list(generators)
    pages = [page for each in generators for page in _pages(each)]
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            try:
                _engage(generator, pages)
            except SettingsError as error:
                # With its words as the exit code: no traceback under any way to run Pelican.
                raise SystemExit(str(error)) from None


def add_to_feed(context: dict[str, Any], feed: Any) -> None:
    """Put the form-free variant of both after each full text of a feed."""
    parts: FeedParts = context["engagement_feed"]
    for item in feed.items:
        for key in ("content", "description"):
            if item[key]:
                item[key] = without_calls_by_hand(item[key])
        # Pelican's RSS has its full text in description, unless that is the summary.
        part = "content" if item["content"] is not None else "description"
        if part == "description" and context["RSS_FEED_SUMMARY_ONLY"]:
            continue
        if text := parts.after(item["link"].removesuffix("?ref=feed"), context):
            item[part] = (item[part] or "") + text


# For incremental builds: beside each article what the template reads.
add_to_feed.reads = ("RSS_FEED_SUMMARY_ONLY",)  # type: ignore[attr-defined]  # As above.
add_to_feed.renders = ("engagement/feed.html",)  # type: ignore[attr-defined]  # As above.


def _pages(generator: Generator) -> Iterator[Page]:
    """The pages that the generator will write."""
    if isinstance(generator, PagesGenerator):
        yield from generator.pages
        yield from generator.translations
        yield from generator.hidden_pages
        yield from generator.hidden_translations
        yield from generator.draft_pages
        yield from generator.draft_translations


def _engage(generator: ArticlesGenerator, pages: list[Page]) -> None:
    problems: list[str] = []
    settings = _collected(lambda: settings_of(generator.settings), problems) or settings_of({})
    file = _collected(lambda: _calls_file(generator, settings), problems)
    offers = file.offers if file else NO_CALLS
    in_posts: list[str] = []
    articles, blog = blog_of(generator, settings, in_posts)
    site_calls = SiteCalls(
        offers,
        settings.calls_to_action,
        settings.now,
        generator.settings["SITEURL"],
        generator.settings["SITENAME"],
    )
    generator.context["site_calls"] = site_calls
    generator.settings.get("HOLDS_UNTIL", []).extend(
        end
        for call in offers.calls.values()
        if call.event and (end := next_end(call.event, settings.now))
    )
    apply = generator.settings.get("MAP", map)
    unused: list[str] = []
    if file:
        name = shown(Path(generator.path, settings.calls_to_action.file))
        contents = (*articles, *pages)
        # To find pauses takes long, and they may be of no use.
        has_middle = any(each.slot == "middle" for each in site_calls.live.placements)
        with_pauses = has_middle or any("calls" in article.metadata for article in articles)
        middle = astuple(settings.calls_to_action.middle) if with_pauses else None
        htmls = [content._content for content in contents]
        texts: list[Text] = list(apply(partial(text_of, middle), htmls))
        subjects = [
            subject_of(content, words) for content, (words, *_) in zip(contents, texts, strict=True)
        ]
        wrong = _problems_with_site(generator, offers, articles, pages, subjects, name)
        problems += file.problems
        # With posts: it may be for want of one that was left out.
        in_posts += with_lines(wrong, name, file.toml)
        unused = _place_calls(site_calls, file.names, contents, texts, subjects, in_posts)
    together = generator.settings.get("UNUSABLE")
    if together is not None:
        # The plugin "checks" tells it with all else, and ends the build.
        together += [f"{each} [settings]" for each in problems]
        together += [f"{each} [engagement]" for each in in_posts]
    elif problems or (in_posts and not generator.settings.get("KEEP_GOING")):
        raise SettingsError([*problems, *in_posts])
    else:
        for problem in in_posts:
            logger.error(problem)
    for name in unused:
        logger.warning('the call "%s" shows nowhere; give it a [[placement]], or take it out', name)
    for name in sorted(offers.calls.keys() - site_calls.live.calls.keys()):
        logger.warning('the call "%s" shows no more: the gathering is over', name)
    for placement in offers.placements:
        if placement.when.last_day and placement.when.last_day < settings.now.date():
            logger.warning("%s is over: until %s", placement.source, placement.when.last_day)

    ranked = cached_related_stories(
        blog, settings.related_stories, Path(generator.settings["CACHE_PATH"]), apply
    )
    for article, related in zip(articles, ranked, strict=True):
        article.related_stories = tuple(
            RelatedStory(articles[each.index], each.score, each.reason) for each in related
        )
    generator.context["engagement_feed"] = FeedParts(generator)


def _place_calls(
    site_calls: SiteCalls,
    names: Collection[str],
    contents: Sequence[Article | Page],
    texts: Sequence[Text],
    subjects: Sequence[Subject],
    problems: list[str],
) -> list[str]:
    """Set ``calls_to_action`` and ``reading_minutes``; append what is wrong in posts and pages.

    Returns which of the calls, whose ``names`` these are, nothing places.
    """
    used = {each.call for each in site_calls.offers.placements}
    story_slots = (*STORY_SLOTS, "feed")
    for content, text, subject in zip(contents, texts, subjects, strict=True):
        words, in_text, strays, pauses = text
        is_story = isinstance(content, Article)
        named = calls_of(content, story_slots if is_story else PAGE_SLOTS, names, problems)
        by_hand = (
            calls_by_hand(content, in_text, strays, names, problems) if in_text or strays else []
        )
        on_page = chain.from_iterable(names for slot, names in named.items() if slot != "feed")
        for name in sorted({*on_page} & {*by_hand}):
            problems.append(
                f'{place(content, "calls")}: "{name}" stands in the text too; take one out'
            )
        used.update(by_hand, *named.values())
        if not is_story:
            content.calls_to_action = site_calls.on_page(
                content.slug, PAGE_SLOTS, subject, by_hand, named
            )
            continue
        content.reading_minutes = reading_minutes(words)
        content.calls_to_action = site_calls.on_story(content.slug, subject, pauses, by_hand, named)
        in_middle = [name for name in named.get("middle", ()) if name in site_calls.live.calls]
        if len(content.calls_to_action.get("middle", ())) < len(in_middle):
            problems.append(
                f"{place(content, 'calls')}: the story has no natural pause for "
                f'"{in_middle[-1]}@middle"; write the line [[cta {in_middle[-1]}]] where it belongs'
            )
    return sorted({*names} - used)


def _problems_with_site(
    generator: ArticlesGenerator,
    offers: CallsToAction,
    articles: list[Article],
    pages: list[Page],
    subjects: Sequence[Subject],
    file: str,
) -> Iterator[str]:
    """What in the writer's file does not fit the site: names in rules, links to its pages.

    ``subjects`` are those of the articles and of the pages.
    """
    stories = subjects[: len(articles)]
    # Of pages not the category, which is the folder's name to Pelican.
    others = [replace(subject, categories=()) for subject in subjects[len(articles) :]]
    known = {
        key: {name for subject in (*stories, *others) for name in getattr(subject, key)}
        for key in ("categories", "tags_any", "series", "authors")
    }
    yield from dict.fromkeys(unknown_names(offers, known))
    own = {f"/{content.url}" for content in (*articles, *pages) if content.save_as}
    everything = own | {f"/{address}" for address in _other_addresses(generator)}
    for call in offers.calls.values():
        for key, address in dict.fromkeys(call.own_links):
            if address not in everything:
                problem = f'call.{call.name}.{key}: there is no page "{address}"'
                problem += did_you_mean(address, own)
                if call.kind == "signup" and key != "body":
                    yield f"{file}: {problem}"
                else:
                    # It may be a file that another plugin makes.
                    logger.warning("%s: %s", file, problem)


def _other_addresses(generator: ArticlesGenerator) -> Iterator[str]:
    """The addresses of the site's lists and files, from its root."""
    settings = generator.settings
    lists = (*generator.categories, *generator.tags.items(), *generator.authors)
    yield ""
    # Not their urls: who asks for one fixes it, and {attach} could move the file no more.
    yield from generator.context["static_content"]
    yield from (each.url for each, _ in lists if each.save_as)
    for template in settings["DIRECT_TEMPLATES"]:
        save_as = settings.get(f"{template.upper()}_SAVE_AS", f"{template}.html")
        yield settings.get(f"{template.upper()}_URL", save_as)
    yield from (value for key, value in settings.items() if key.startswith("FEED_ALL") and value)


def _calls_of_other_page(context: Context) -> dict[str, tuple[PlacedCall, ...]]:
    """The calls by slot for a listing, or for the page that says that another is missing."""
    site_calls: SiteCalls = context["site_calls"]
    if context.get("output_file") == context.get("404_SAVE_AS", "404.html"):
        return site_calls.on_page("404", NOT_FOUND_SLOTS, Subject())
    category, tag, author = (context.get(name) for name in ("category", "tag", "author"))
    subject = Subject(
        categories=(category.name,) if category else (),
        tags_any=(tag.name,) if tag else (),
        authors=(author.name,) if author else (),
    )
    page_name = str(context.get("page_name", "index")).removesuffix("/index")
    home = "home" if page_name == "index" else page_name
    slug = next((one.slug for one in (category, tag, author) if one), home)
    # A page that lists no stories, such as the archives, leaves all to its footer.
    lists_stories = "articles_page" in context and context["articles_page"].object_list
    return site_calls.on_page(slug, LISTING_SLOTS if lists_stories else ("footer",), subject)


def _calls_file(generator: ArticlesGenerator, settings: Settings) -> CallsFile:
    """What calls_to_action.toml says. Raises SettingsError when it cannot be read."""
    file = Path(generator.path, settings.calls_to_action.file)
    name = shown(file)
    try:
        toml = file.read_text("utf-8-sig")
    except FileNotFoundError:
        logger.warning("%s is not there; no story shows a call to action", name)
        return CallsFile(NO_CALLS, frozenset(), (), "")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        problem = f"{name}:{line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        raise SettingsError([problem]) from None
    except OSError as error:
        raise SettingsError([f"{name}: cannot be read: {error.strerror}"]) from None
    return read(toml, name, typogrify if generator.settings["TYPOGRIFY"] else str)


def _collected(make: Callable[[], T], problems: list[str]) -> T | None:
    """What ``make`` gives, or None with its problems added to the list."""
    try:
        return make()
    except SettingsError as error:
        problems += error.problems
        return None
