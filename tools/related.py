"""Report on related stories: what each story shows and why, and how good the choice is."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from engagement.by_hand import CallsByHand
from engagement.contents import blog_of
from engagement.errors import SettingsError
from engagement.evaluation import Quality, quality, without_story_links
from engagement.receivers import prepare_templates
from engagement.related_stories import Blog, Related, related_stories
from engagement.settings import Settings, settings_of
from engagement.terms import term_counts
from pelican import signals
from pelican.contents import Article
from pelican.generators import ArticlesGenerator

from .build import BuildError, read_site, site_settings

CONF = "pelicanconf.py"
PLACE_KEPT = "adopted: it would be recommended nowhere else"


@dataclass(frozen=True)
class Ranked:
    """A blog that was read and ranked; lists are in the order of ``blog.stories``.

    ``shown`` is how many of each list the site shows, ``listed`` how many a report lists.
    """

    blog: Blog
    lists: Sequence[Sequence[Related]]
    shown: Sequence[int]
    listed: Sequence[int]
    problems: Sequence[str]


def ranked(content: Path | None = None, count: int | None = None) -> Ranked:
    """Read the posts, leaving out what cannot be used, and rank them; nothing is written.

    Raises BuildError when there is nothing to read.
    """
    settings, _, blog, problems = _read(content)
    limit = settings.related_stories.limit
    shown = [max(limit, len(blog.pinned.get(i, ()))) for i in range(len(blog.stories))]
    lists = _lists(settings, blog, max([count or 0, *shown]))
    return Ranked(blog, lists, shown, [count or each for each in shown], problems)


def evaluated(content: Path | None = None, links: Path | None = None) -> Quality:
    """The quality of the ranking, measured with the links that the author wrote.

    Links between stories, and their words, are taken out before ranking. With ``links``, a
    file of two slugs a line set apart by a tab, its pairs count instead.

    Raises BuildError when there is no link to measure with, or a line is wrong.
    """
    settings, articles, blog, _ = _read(content)
    public = range(blog.offered)
    # Only the text counts: a pin or a bar would measure the writer, not the ranking.
    blog = Blog(blog.stories[: blog.offered], blog.offered)
    stories, pairs = [], set()
    story_at = {urlsplit(urljoin("/", articles[i].url)).path: i for i in public}
    for i in public:
        base = f"/{articles[i].url}"
        body, targets = without_story_links(
            articles[i].get_content("/"),
            lambda href, base=base: story_at.get(urlsplit(urljoin(base, href)).path),  # type: ignore[misc]
        )
        stories.append(replace(blog.stories[i], body=body))
        pairs |= {(i, target) for target in targets if target != i}
    if links:
        # Reversed: of translations, which share a slug, the first is the original.
        pairs = _pairs_in(links, {blog.stories[i].slug: i for i in reversed(public)})
    linked: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        linked[one].add(other)
        linked[other].add(one)
    lists = _lists(settings, replace(blog, stories=stories), 10)
    try:
        return quality([[each.index for each in found] for found in lists], linked)
    except ValueError as error:
        raise BuildError(f"nothing to measure with: {error}") from None


def report(found: Ranked) -> Iterator[str]:
    """Lines for people: each story's recommendations, who is short of them, who adopted."""
    stories = found.blog.stories
    inbound = _inbound(found)
    for i in sorted(range(len(stories)), key=lambda i: stories[i].slug):
        state = f"{inbound[i]} inbound" if i < found.blog.offered else "not public"
        yield f"{stories[i].slug}  ({state})"
        for place, each in enumerate(found.lists[i][: found.listed[i]], 1):
            notes = ["pinned"] * each.pinned + [PLACE_KEPT] * each.adopted
            why = "; ".join([", ".join(each.reason), *notes]).strip("; ")
            yield f"  {place}  {each.score:5.2f}  {stories[each.index].slug}  {why}".rstrip()
    adopted = sum(each.adopted for entries in found.lists for each in entries)
    orphans = [stories[i].slug for i in range(found.blog.offered) if not inbound[i]]
    yield f"{found.blog.offered} stories, {adopted} adopted, {len(orphans)} recommended nowhere"
    yield from (f"  {slug}" for slug in orphans)


def rows(found: Ranked) -> Iterator[str]:
    """Lines for programs: source, rank, target, score and reason, set apart by tabs."""
    stories = found.blog.stories
    for i in range(found.blog.offered):
        for place, each in enumerate(found.lists[i][: found.listed[i]], 1):
            reason = ", ".join(each.reason)
            target = stories[each.index].slug
            yield f"{stories[i].slug}\t{place}\t{target}\t{each.score:.6f}\t{reason}"


def _read(
    content: Path | None,
) -> tuple[Settings, list[Article], Blog, tuple[str, ...]]:
    """Let Pelican read the posts, and stop it before it writes."""
    settings = site_settings(CONF, content=content, keep_going=True)
    # Without engagement itself: what is wrong with the calls to action is no matter here.
    settings["PLUGINS"] = [name for name in settings["PLUGINS"] if name != "engagement"]
    signals.generator_init.connect(prepare_templates)  # the theme's templates need its filter
    settings["MARKDOWN"]["extensions"].append(CallsByHand())
    try:
        settings_of(settings)
    except SettingsError as error:
        raise BuildError("\n".join(error.problems)) from None
    site = read_site(settings)
    (generator,) = (each for each in site.generators if isinstance(each, ArticlesGenerator))
    ours = settings_of(settings)  # with the moment that now is NOW
    problems = [str(each) for each in site.problems if each.severity == "error"]
    articles, blog = blog_of(generator, ours, problems)
    return ours, articles, blog, tuple(problems)


def _lists(settings: Settings, blog: Blog, count: int) -> list[list[Related]]:
    weights = settings.related_stories.weights
    counts = [term_counts(story, weights) for story in blog.stories]
    return related_stories(blog, counts, settings.related_stories, count)


def _inbound(found: Ranked) -> Counter[int]:
    """How often each story is shown by a public one."""
    return Counter(
        each.index
        for entries, shown in zip(found.lists[: found.blog.offered], found.shown, strict=False)
        for each in entries[:shown]
    )


def _pairs_in(file: Path, numbers: dict[str, int]) -> set[tuple[int, int]]:
    """The pairs of stories that the file's lines name. Raises BuildError with every problem."""
    pairs, problems = set(), []
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{file} cannot be read: {error}") from None
    for line, text in enumerate(lines, 1):
        slugs = text.split("\t")
        unknown = [slug for slug in slugs if slug not in numbers]
        if len(slugs) != 2:
            problems.append(f"{file}:{line}: write two slugs, set apart by a tab")
        elif unknown:
            problems += [f'{file}:{line}: there is no story "{slug}"' for slug in unknown]
        else:
            pairs.add((numbers[slugs[0]], numbers[slugs[1]]))
    if problems:
        raise BuildError("\n".join(problems))
    return pairs
