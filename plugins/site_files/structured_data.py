"""What a page says of itself to search engines, in the words of schema.org."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

Data = dict[str, object]


@dataclass(frozen=True, slots=True)
class Site:
    """What every page says of its site; addresses are absolute, texts without markup."""

    name: str
    description: str
    url: str
    lang: str
    logo: str
    search: str


@dataclass(frozen=True, slots=True)
class Posting:
    """A story as search engines know it; ``image`` is empty when it has none."""

    url: str
    headline: str
    description: str
    published: datetime
    modified: datetime
    authors: tuple[str, ...]
    topic: str
    tags: tuple[str, ...]
    lang: str
    image: str


def graph(things: Iterable[Data]) -> Data:
    """All that a page says, in one document."""
    return {"@context": "https://schema.org", "@graph": [*things]}


def website(site: Site) -> Data:
    """The site, and the address where it is searched."""
    return {
        "@type": "WebSite",
        "name": site.name,
        "description": site.description,
        "url": site.url,
        "inLanguage": site.lang,
        "publisher": _publisher(site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{site.search}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def blog_posting(site: Site, story: Posting) -> Data:
    """A story: what it is called, who wrote it, when, and of what."""
    return {
        "@type": "BlogPosting",
        "headline": story.headline,
        **({"description": story.description} if story.description else {}),
        "url": story.url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": story.url},
        "datePublished": story.published.isoformat(),
        "dateModified": story.modified.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": _publisher(site),
        "articleSection": story.topic,
        "keywords": [*story.tags],
        "inLanguage": story.lang,
        **({"image": story.image} if story.image else {}),
    }


def breadcrumbs(steps: Iterable[tuple[str, str]]) -> Data:
    """The way from the home page to this one: name and address of each step."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate(steps, 1)
        ],
    }


def _publisher(site: Site) -> Data:
    return {
        "@type": "Organization",
        "name": site.name,
        "url": site.url,
        "logo": {"@type": "ImageObject", "url": site.logo},
    }
