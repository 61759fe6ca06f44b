"""The blog at a glance, as text and as a page: topics, months, drafts, what is missing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from textwrap import fill

from engagement.story import word_count
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from pelican.contents import Article
from posts.content_folder import visible

from .build import ROOT, read_site, site_settings
from .calls import calls_in_order

CONF = "pelicanconf.py"
PAGE = ROOT / ".cache" / "report" / "index.html"
# A terminal's columns, and those that a bar leaves to its number and blanks.
WIDTH = 80
LEFT_OF_BARS = 9
PUBLIC, DRAFT, SCHEDULED = "public", "draft", "scheduled"
NOTES = {PUBLIC: "", DRAFT: " (a draft)", SCHEDULED: " (waiting)"}


@dataclass(frozen=True)
class StoryFacts:
    """What the report knows of a story.

    ``inbound`` is how many public stories list it as related; ``calls`` are written name (slot);
    ``date`` is None of a draft without one; ``summarised`` is whether the writer wrote a summary.
    """

    title: str
    path: str
    topic: str
    state: str
    date: datetime | None
    words: int
    inbound: int
    calls: tuple[str, ...]
    summarised: bool


@dataclass(frozen=True)
class Overview:
    """All stories, the newest first; public ones by topic and by month; what is wrong."""

    name: str
    stories: tuple[StoryFacts, ...]
    problems: tuple[str, ...]

    def those(self, state: str) -> list[StoryFacts]:
        """The stories in that state."""
        return [story for story in self.stories if story.state == state]

    @property
    def topics(self) -> dict[str, int]:
        """How many public stories each topic has, the largest first."""
        counts = Counter(story.topic for story in self.those(PUBLIC))
        return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))

    @property
    def months(self) -> dict[str, int]:
        """How many stories came out in each month, from the first to the last, as 2026-01."""
        dates = [story.date for story in self.those(PUBLIC) if story.date]
        counts = Counter(date.year * 12 + date.month - 1 for date in dates)
        every = range(min(counts), max(counts) + 1) if counts else ()
        return {f"{month // 12}-{month % 12 + 1:02}": counts[month] for month in every}

    @property
    def lists(self) -> dict[str, list[StoryFacts]]:
        """The stories that ask for something, by what it is."""
        public = self.those(PUBLIC)
        return {
            "Drafts": self.those(DRAFT),
            "Waiting for their day": self.those(SCHEDULED),
            "Without a summary": [story for story in self.stories if not story.summarised],
            "No other story leads to it": [story for story in public if not story.inbound],
            "Without an invitation": [story for story in public if not story.calls],
        }


def overview(content: Path | None = None) -> Overview:
    """Read the site, leaving out what cannot be used; no site is written.

    Raises BuildError when it cannot be read.
    """
    settings = site_settings(CONF, content=content, keep_going=True)
    site = read_site(settings)
    context = site.generators[0].context
    read = [each for each in context["generated_content"].values() if isinstance(each, Article)]
    inbound = Counter(
        id(related.article)
        for article in read
        if article.status != "draft"
        for related in article.related_stories
    )
    stories = [
        StoryFacts(
            title=Markup(article.title).striptags(),
            path=visible(article.relative_source_path),
            topic=str(article.category),
            state=SCHEDULED
            if article.scheduled
            else DRAFT
            if article.status == "draft"
            else PUBLIC,
            # Pelican gives a draft without a date the last one there is.
            date=article.date if article.date.year < datetime.max.year else None,
            words=word_count(article._content),
            inbound=inbound[id(article)],
            calls=tuple(f"{each.call.name} ({each.slot})" for each in calls_in_order(article)),
            summarised=bool(article.metadata.get("summary")) and "TODO" not in article.summary,
        )
        for article in read
    ]
    errors = tuple(str(each) for each in site.problems if each.severity == "error")
    stories.sort(key=lambda story: story.path)
    stories.sort(key=lambda story: story.date.timestamp() if story.date else 0, reverse=True)
    return Overview(settings["SITENAME"], tuple(stories), errors)


def report(found: Overview) -> Iterator[str]:
    """Lines for the terminal: first what the writer can do, then what there is."""
    public = found.those(PUBLIC)
    words = sum(story.words for story in public)
    yield f"{len(public)} public {'story' if len(public) == 1 else 'stories'}, {words:,} words"
    for title, stories in found.lists.items():
        if stories:
            yield f"\n{title}: {len(stories)}"
            yield from (f"  {_day(story)}  {story.path}" for story in stories)
    if found.problems:
        yield f"\nLeft out, or to be mended: {len(found.problems)}"
        for problem in found.problems:
            yield fill(
                problem, WIDTH, subsequent_indent="  ", break_long_words=False,
                break_on_hyphens=False,
            )  # fmt: skip
    for title, counts in (("Topics", found.topics), ("Months", found.months)):
        yield f"\n{title}:"
        width = max(map(len, counts), default=0)
        most = max(counts.values(), default=0)
        scale = min(1, (WIDTH - width - LEFT_OF_BARS) / most) if most else 1
        yield from (
            f"  {name:<{width}}  {count:3}  {'█' * ceil(count * scale)}".rstrip()
            for name, count in counts.items()
        )
    yield "\nStories:"
    for story in found.stories:
        yield f"  {story.path}{NOTES[story.state]}"
        leading = f"{story.inbound} {'story leads' if story.inbound == 1 else 'stories lead'} here"
        shown = f"invitations: {', '.join(story.calls) or 'none'}"
        facts = f"{_day(story)}  {story.words:,} words, {leading}, {shown}"
        yield fill(facts, WIDTH, initial_indent="    ", subsequent_indent=" " * 16)


def _day(story: StoryFacts) -> str:
    return f"{story.date:%Y-%m-%d}" if story.date else "no date   "


def written_page(found: Overview, file: Path | None = None) -> Path:
    """Write the report as one page that asks for nothing else; its file. May raise OSError."""
    file = file or PAGE
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = templates.get_template("report.html").render(found=found, PUBLIC=PUBLIC, NOTES=NOTES)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{html}\n", "utf-8")
    return file
