"""The only module here that touches Pelican: its settings and contents in, files out."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from pelican import Pelican, signals
from pelican.contents import Article, Content
from pelican.generators import Generator

from .files import Place, manifest, robots, sitemap
from .policy import with_data_allowed
from .structured_data import Data, Posting, Site, blog_posting, breadcrumbs, graph, website
from .stylesheet import StylesheetError, bundled, hashed_name

# The site's own pages that nobody looks for.
UNLISTED = ("404", "search")


class SiteFiles:
    """Writes the files, as one of Pelican's generators."""

    def __init__(
        self, context: dict[str, Any], settings: dict[str, Any], output_path: str, **_: object
    ) -> None:
        self._context, self._settings = context, settings
        self._output = Path(output_path)
        try:
            self._css = bundled(Path(settings["THEME"], "css", "style.css"))
        except StylesheetError as error:
            # With its words as the exit code: no traceback under any way to run Pelican.
            raise SystemExit(str(error)) from None
        context["stylesheet"] = f"{settings['THEME_STATIC_DIR']}/{hashed_name(self._css)}"

    def generate_output(self, _: object) -> None:
        """Write each file. The writer's own are copied later, over these if need be."""
        siteurl, root = self._context["SITEURL"], self._context["localsiteurl"]
        files = {
            self._context["stylesheet"]: self._css,
            "sitemap.xml": sitemap(siteurl, self._places()),
            "robots.txt": robots(siteurl),
            "site.webmanifest": manifest(
                self._settings["SITENAME"],
                self._settings.get("SITESUBTITLE", ""),
                self._settings["DEFAULT_LANG"],
                root,
                f"{root}/{self._settings['THEME_STATIC_DIR']}",
                self._settings["PAPER"]["light"],
            ),
        }
        for name, text in files.items():
            file = self._output / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())

    def _places(self) -> Iterator[Place]:
        """What is public, but for the later pages of lists, which lead to nothing new."""
        stories = [*_with_translations(self._context["articles"])]
        newest = _newest(stories)
        for name in self._settings["DIRECT_TEMPLATES"]:
            if name not in UNLISTED:
                url = self._settings.get(f"{name.upper()}_URL", f"{name}.html")
                yield Place(url, newest)
        for kind in ("categories", "tags", "authors"):
            for each, listed in self._context[kind]:
                if each.save_as:
                    yield Place(each.url, _newest(listed))
        for content in (*stories, *_with_translations(self._context["pages"])):
            yield Place(content.url, _newest([content]))


def register() -> None:
    """Connect to Pelican's signals."""
    signals.get_generators.connect(site_files)
    signals.generator_init.connect(prepare_templates)
    signals.content_written.connect(allow_data)


def site_files(_: Pelican) -> type[SiteFiles]:
    """The generator of the files."""
    return SiteFiles


def allow_data(path: str, **_: object) -> None:
    """Let the written page's security policy name the data within it."""
    if path.endswith(".html"):
        page = Path(path)
        html = page.read_text("utf-8")
        changed = with_data_allowed(html)
        if changed != html:
            page.write_text(changed, "utf-8", newline="")


# For incremental builds: nothing of the site but the written page.
allow_data.reads = ()  # type: ignore[attr-defined]  # mypy knows no attributes of functions.


def prepare_templates(generator: Generator) -> None:
    """Let templates ask for structured_data()."""
    generator.env.globals["structured_data"] = structured_data


@pass_context
def structured_data(context: Context) -> Data | None:
    """What the page being written says of itself; None for a page that has nothing to say."""
    site = _site(context)
    article, listed = context.get("article"), context.get("category") or context.get("tag")
    home = (site.name, site.url)
    if article:
        if article.status == "draft":
            return None
        posting = _posting(context, article)
        topic = (article.category.name, f"{site.url}{article.category.url}")
        way = (home, topic, (posting.headline, posting.url))
        return graph([blog_posting(site, posting), breadcrumbs(way)])
    if listed:
        return graph([breadcrumbs((home, (listed.name, f"{site.url}{listed.url}")))])
    if context.get("output_file") == context["INDEX_SAVE_AS"]:
        return graph([website(site)])
    return None


# The plugin "incremental" writes a page anew when something has changed that is read for it.
structured_data.reads = (  # type: ignore[attr-defined]  # mypy knows no attributes of functions.
    *("SITENAME", "SITESUBTITLE", "SITEURL", "DEFAULT_LANG", "THEME_STATIC_DIR", "SEARCH_URL"),
    *("AUTHOR", "INDEX_SAVE_AS", "output_file"),
    *("category.name", "category.url", "tag.name", "tag.url"),
    *("article.status", "article.url", "article.title", "article.summary", "article.lang"),
    *("article.date", "article.modified", "article.authors.*.name", "article.tags.*.name"),
    *("article.category.name", "article.category.url", "article.card.path"),
)


def _with_translations(contents: Iterable[Content]) -> Iterator[Content]:
    for content in contents:
        yield content
        yield from content.translations


def _newest(contents: Iterable[Content]) -> Any:
    """When the last of them changed, or None when it is not known."""
    changes = (
        getattr(content, "modified", None) or getattr(content, "date", None) for content in contents
    )
    return max((change for change in changes if change), default=None)


def _site(context: Context) -> Site:
    url = f"{context['SITEURL']}/"
    return Site(
        name=context["SITENAME"],
        description=context.get("SITESUBTITLE") or context["SITENAME"],
        url=url,
        lang=context["DEFAULT_LANG"],
        logo=f"{url}{context['THEME_STATIC_DIR']}/apple-touch-icon.png",
        search=f"{url}{context['SEARCH_URL']}",
    )


def _posting(context: Context, article: Article) -> Posting:
    siteurl = context["SITEURL"]
    card = getattr(article, "card", None)
    return Posting(
        url=f"{siteurl}/{article.url}",
        headline=Markup(article.title).striptags(),
        description=Markup(article.summary).striptags(),
        published=article.date,
        modified=getattr(article, "modified", article.date),
        authors=tuple(author.name for author in article.authors) or (context["AUTHOR"],),
        topic=article.category.name,
        tags=tuple(tag.name for tag in getattr(article, "tags", ())),
        lang=article.lang or context["DEFAULT_LANG"],
        image=f"{siteurl}/{card.path}" if card else "",
    )
