"""The only module here that touches Pelican: front matter in, redirects and the list out."""

import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader
from pelican import Pelican, signals
from pelican.contents import Content
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator

from .redirects import aliases_of, redirect_file

HERE = Path(__file__).parent
ADDRESSES = "addresses.json"
CONTENT_LISTS = (
    "articles",
    "pages",
    "translations",
    "hidden_articles",
    "hidden_pages",
    "hidden_translations",
)
THE_SITES = "is a page of the site; take it out"
logger = logging.getLogger(__name__)


class MovedPages(Generator):  # type: ignore[misc]  # Pelican publishes no types.
    """Writes a page at each old address, and the list of stories and where they are."""

    def generate_output(self, _: object) -> None:
        """Write them; a page that is there already stays, and ends the build."""
        template = self.get_template("aliases/redirect")
        # What an incremental build has kept is a page that is there, too.
        kept = self.settings["PAGES"].kept if "PAGES" in self.settings else ()
        for name, content in self.context["redirects"].items():
            file = Path(self.output_path, name)
            try:
                if name in kept:
                    raise FileExistsError(name)
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("x", encoding="utf-8", newline="") as page:
                    page.write(template.render(self.context, content=content))
            except OSError:
                problem = f'{_place(content)}: "{name}" {THE_SITES} [bad-alias]'
                if not self.settings.get("KEEP_GOING"):
                    raise SystemExit(problem) from None
                logger.error(problem)
        addresses = {
            str(article.metadata.get("id", Path(article.source_path).stem)): article.url
            for listed in self.context["articles"]
            for article in (listed, *listed.translations)
        }
        text = json.dumps(addresses, ensure_ascii=False, indent=1, sort_keys=True)
        Path(self.output_path, ADDRESSES).write_bytes(f"{text}\n".encode())


def register() -> None:
    """Connect to Pelican's signals."""
    signals.get_generators.connect(moved_pages)
    signals.generator_init.connect(prepare_templates)
    signals.all_generators_finalized.connect(find_redirects)


def moved_pages(_: Pelican) -> type[MovedPages]:
    """The generator of redirects and the list."""
    return MovedPages


def prepare_templates(generator: Generator) -> None:
    """Let the redirect be rendered; a theme's aliases/redirect.html wins."""
    defaults = FileSystemLoader(HERE / "templates")
    generator.env.loader = ChoiceLoader([generator.env.loader, defaults])


def find_redirects(generators: Iterable[Generator]) -> None:
    """Gather the old addresses of what is public: ``redirects``, contents by file.

    What is wrong stops the build: told by the plugin ``posts`` with all else, or else here.
    """
    generators = list(generators)
    context, settings = generators[0].context, generators[0].settings
    contents = [content for generator in generators for content in _contents(generator)]
    taken = {content.save_as.casefold(): content for content in contents}
    own = {file.casefold() for file in _own_pages(generators)}
    redirects: dict[str, Content] = {}
    problems: list[str] = []
    for content in contents:
        for alias in aliases_of(content.metadata.get("aliases", "")):
            try:
                file = redirect_file(alias, settings["SITEURL"])
                if there := taken.get(file.casefold()):
                    where = _shown(Path(there.source_path))
                    raise ValueError(f'"{alias}" leads to {where} already; take it out')
                if file.casefold() in own:
                    raise ValueError(f'"{alias}" {THE_SITES}')
                redirects[file] = taken[file.casefold()] = content
            except ValueError as error:
                problems.append(f"{_place(content)}: {error} [bad-alias]")
    context["redirects"] = redirects
    if "UNUSABLE" in settings:
        settings["UNUSABLE"] += problems
    elif problems and not settings.get("KEEP_GOING"):
        # With its words as the exit code: no traceback under any way to run Pelican.
        raise SystemExit("\n".join(problems))
    else:
        for problem in problems:
            logger.error(problem)


def _contents(generator: Generator) -> Iterator[Content]:
    """The public articles or pages that the generator will write, in the order of files."""
    if isinstance(generator, ArticlesGenerator | PagesGenerator):
        found: list[Any] = []
        for name in CONTENT_LISTS:
            found += getattr(generator, name, [])
        yield from sorted(found, key=lambda content: str(content.source_path))


def _own_pages(generators: Iterable[Generator]) -> Iterator[str]:
    """The pages of lists that Pelican will write, but for the second and later of one list."""
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            for template in generator.settings["DIRECT_TEMPLATES"]:
                yield generator.settings.get(f"{template.upper()}_SAVE_AS", f"{template}.html")
            topics = (topic for topic, _ in generator.categories)
            yield from (each.save_as for each in (*topics, *generator.tags))


def _place(content: Content) -> str:
    """``file:line: Aliases`` of the front-matter line."""
    file = Path(content.source_path)
    lines = enumerate(file.read_text("utf-8-sig").splitlines(), 1)
    line = next((n for n, text in lines if text.strip().lower().startswith("aliases:")), 1)
    return f"{_shown(file)}:{line}: Aliases"


def _shown(file: Path) -> str:
    """The path as the writer would type it: from where she stands, when that is above it."""
    here = Path.cwd()
    path = (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
    # A line end in a name must not end the message.
    return path if path.isprintable() else repr(path)[1:-1]
