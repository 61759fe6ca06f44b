"""What reading one post by itself finds: all that no other post has a say in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from posts.front_matter import FrontMatter

from .allow import allowed
from .body import doubled_words, wrong_text
from .heads import Finding, wrong_dates, wrong_keys, wrong_names, wrong_summary, wrong_title
from .html import page_of
from .names import wrong_list
from .reading import reading_ease
from .source import Source
from .spelling import misspelt


@dataclass(frozen=True)
class Known:
    """What the posts of a site are held against: names, words, and the year it is."""

    keys: tuple[str, ...]
    authors: tuple[str, ...]
    words: tuple[str, ...]
    year: int


class Text(NamedTuple):
    """A post: its file's text, and the HTML that this has become.

    ``ready`` is whether readers will get it: what they will not may be unfinished.
    """

    source: str
    html: str
    ready: bool
    english: bool


class Proof(NamedTuple):
    """What the post says of itself, and what is wrong with it.

    ``head`` is there only if it allows something. ``tags`` and ``topic`` are the lines that give
    the post these; 0 for none, or for some that are no names. ``links`` are HTML attributes and
    addresses, each once, ``external`` the addresses of other sites that may be asked whether they
    are there, with their lines. ``ids`` are None, and there are no links, unless the post is ready.
    """

    head: FrontMatter | None
    findings: tuple[Finding, ...]
    tags: int
    topic: int
    links: tuple[tuple[str, str], ...] = ()
    external: tuple[tuple[int, str], ...] = ()
    ids: tuple[str, ...] | None = None
    reading_ease: float | None = None


def proof_of(known: Known, text: Text) -> Proof:
    """The proof of a text: it depends on nothing else."""
    source = Source(text.source)
    head = source.head
    lists = [*wrong_list(head)]
    findings = [
        *wrong_keys(head, source.lines, known.keys),
        *wrong_dates(head, known.year),
        *wrong_names(head, known.authors),
        *lists,
        *wrong_title(head),
    ]
    first = head.first()
    allowing = head if "allow" in first else None
    if not text.ready:
        return Proof(allowing, tuple(findings), 0, 0)
    page = page_of(text.html)
    findings += wrong_summary(head)
    findings += wrong_text(source)
    findings += ((source.line_of(*wanted), rule, words) for rule, words, wanted in page.findings)
    ease = None
    if text.english:
        findings += doubled_words(source)
        findings += misspelt(source, frozenset(known.words))
        ease = reading_ease(source)
    links = tuple(dict.fromkeys(page.links))
    tags, topic = (
        first[key].line if key in first and not lists else 0 for key in ("tags", "category")
    )
    return Proof(
        allowing,
        tuple(findings),
        tags,
        topic,
        links,
        tuple(_external(source, links)),
        tuple(sorted(page.ids)),
        ease,
    )


def _external(source: Source, links: tuple[tuple[str, str], ...]) -> Iterator[tuple[int, str]]:
    """The links to other sites with their lines, unless the front matter keeps them unasked."""
    if "external-link" not in allowed("", source.head)[0]:
        for key, link in links:
            if key == "href" and link.startswith(("http://", "https://", "//")):
                yield source.line_of(link), link
