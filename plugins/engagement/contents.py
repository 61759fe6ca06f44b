"""What ranking and choosing take from Pelican's articles and pages."""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from .by_hand import lines_by_hand
from .errors import did_you_mean
from .front_matter import calls_in_slots, chosen_stories, names_in, says_none
from .placements import Slot, Subject
from .related_stories import Blog
from .settings import Settings
from .story import Story

if TYPE_CHECKING:
    from pelican.contents import Article, Content
    from pelican.generators import ArticlesGenerator

FILENAME = "{filename}"
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)


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
                f'{place(article, "unrelated")}: "{articles[other].slug}" is also in Related; '
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
        title=_without_tags(article.title),
        # Not article.summary: without one in front matter that repeats the body's beginning.
        summary=_without_tags(article.metadata.get("summary", "")),
        # Not article.content: its links differ with the site's address, its text does not.
        body=article._content,
        tags=tuple(tag.name for tag in getattr(article, "tags", ())),
        category=article.category.name if hasattr(article, "category") else "",
        date=article.date,
    )


def _without_tags(markup: str) -> str:
    """The same as Markup's ``striptags``, for many texts without a tag."""
    if "<" in markup:
        return Markup(markup).striptags()
    return unescape(" ".join(markup.split()))


def subject_of(content: Content, words: int) -> Subject:
    """What the rules of placements know of an article or a page."""
    category = getattr(content, "category", None)
    return Subject(
        categories=(category.name,) if category else (),
        tags_any=tuple(tag.name for tag in getattr(content, "tags", ())),
        series=(series,) if (series := _series_of(content)) else (),
        authors=tuple(author.name for author in getattr(content, "authors", ())),
        words=words,
    )


def calls_of(
    content: Content, slots: Collection[Slot], names: Collection[str], problems: list[str]
) -> dict[Slot, list[str]]:
    """The calls that its front matter names for slots, see ``calls_in_slots``."""
    value = content.metadata.get("calls")
    if value is None:
        return {}
    found: list[str] = []
    chosen = calls_in_slots(value, slots, names, found)
    problems += [f"{place(content, 'calls')}: {problem}" for problem in found]
    return chosen


def calls_by_hand(
    content: Content,
    named: Sequence[str],
    strays: Iterable[str],
    names: Collection[str],
    problems: list[str],
) -> list[str]:
    """The calls that stand in its text, by a line [[cta name]] each, in order.

    ``named`` and ``strays`` are what its HTML holds, see ``Text``.
    """
    for name in dict.fromkeys(named):
        wrong = f'there is no call "{name}"{did_you_mean(name, names)}'
        if name not in names:
            problems += [f"{line}: {wrong}" for line in _lines_by_hand(content, name)]
        elif named.count(name) > 1:
            line = _lines_by_hand(content, name)[0]
            problems.append(f"{line}: [[cta {name}]] stands there twice; take one out")
    for text, count in Counter(strays).items():
        first, *words = text.strip("[]").split()
        near = get_close_matches(" ".join(words).lower(), names, n=1) or sorted(names)
        wrong = (
            "works in Markdown alone; take it out"
            if not content.source_path.lower().endswith((".md", ".markdown", ".mkd", ".mdown"))
            else "must stand alone on a line, outside of lists and quotations"
            if first.lower() == "cta" and len(words) == 1
            else f"must be written like [[cta {near[0] if near else 'name'}]]"
        )
        lines = _lines_of_strays(content, text)[:count]
        problems += [f"{line}: {text} {wrong}" for line in lines]
    return [name for name in dict.fromkeys(named) if name in names]


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
        problems += [f"{place(article, key)}: {problem}" for problem in found]
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
        if name := _series_of(article):
            series[name, article.lang].append(number)
    neighbours: dict[int, list[int]] = defaultdict(list)
    for numbers in series.values():
        numbers.sort(key=lambda number: (articles[number].date, articles[number].slug))
        for one, next_one in pairwise(numbers):
            neighbours[one].append(next_one)
            neighbours[next_one].append(one)
    return dict(neighbours)


def _series_of(content: Content) -> str:
    """The series that it is a part of; empty when it is of none."""
    return str(content.metadata.get("series", "")).strip()


def place(article: Article, key: str) -> str:
    """``file:line: Key`` of a front-matter line; line 1 when it is not found there."""
    file = Path(article.source_path)
    lines = enumerate(file.read_text("utf-8-sig", errors="replace").splitlines(), 1)
    line = next((n for n, text in lines if text.strip().lower().startswith(f"{key}:")), 1)
    return f"{shown(file)}:{line}: {key.title()}"


def _lines_by_hand(content: Content, name: str) -> list[str]:
    """``file:line`` of each [[cta name]] that stands alone in the source, at least one."""
    lines = lines_by_hand(_source_without_code(content), name)
    # Where Markdown sees less code than is taken out here, the call is at least near another.
    return [f"{shown(Path(content.source_path))}:{line}" for line in lines] or _lines_of_strays(
        content, f"[[cta {name}]]"
    )[:1]


def _lines_of_strays(content: Content, call: str) -> list[str]:
    """``file:line`` of each such call in the source, at least one.

    Those come first that do not stand alone on their line.
    """
    source = _source_without_code(content)
    words = r"\s+".join(map(re.escape, call.strip("[]").split()))
    found: list[tuple[bool, int]] = []
    # What Markdown or Typogrify has changed is at least near another call.
    for wanted in (rf"\[\[?\s*{words}\s*\]\]?", r"\[\[?\s*cta\b[^\[\]]*\]\]?", r"\A"):
        for match in [] if found else re.finditer(wanted, source, re.IGNORECASE):
            start = source.rfind("\n", 0, match.start()) + 1
            line = source[start : match.end()] + source[match.end() :].partition("\n")[0]
            alone = line.strip() == match[0] and not line.startswith(" " * 4)
            found.append((alone, source.count("\n", 0, match.start()) + 1))
    return [f"{shown(Path(content.source_path))}:{line}" for _, line in sorted(found)]


def _source_without_code(content: Content) -> str:
    """The file's text with as many empty lines in place of fenced code, where no call stands."""
    source = Path(content.source_path).read_text("utf-8-sig", errors="replace")
    return _FENCED.sub(lambda code: "\n" * code[0].count("\n"), source)


def shown(file: Path) -> str:
    """The path as the writer would type it: from where she stands, when that is above it."""
    here = Path.cwd()
    path = (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
    # A line end in a name must not end the message.
    return path if path.isprintable() else repr(path)[1:-1]
