"""A writer for Pelican's generators that writes only what has changed, on every processor."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    Template,
    TemplateNotFound,
)
from pelican.contents import Content
from pelican.paginator import Page, Paginator
from pelican.urlwrappers import URLWrapper
from pelican.utils import sanitised_join
from pelican.writers import Writer

from .fingerprints import Fingerprints, UnknownValueError
from .memory import Memory
from .pages import Pages, Parts
from .processes import Progress, Spread, spread, workers
from .template_reads import EACH, Reads, TemplateReads, template_reads

# What Pelican's own writer reads of a feed's stories, and of the site.
FEED_READS = (
    *(f"elements.*.{name}" for name in ("title", "url", "content", "summary", "date", "modified")),
    *("elements.*.category.name", "elements.*.tags.*.name", "elements.*.author.name"),
    *("SITEURL", "FEED_DOMAIN", "SITENAME", "SITESUBTITLE"),
)
# How a template shows them as text, or tells them apart.
NAMES: dict[type, Callable[[Any], object]] = {
    Content: lambda content: (content.source_path, content.lang, content.slug),
    URLWrapper: lambda wrapper: (wrapper.name, wrapper.slug),
}
ELEMENTS = "elements"
MISSING = "there is no such variable"
METHODS = [(Page, name) for name in ("has_next", "has_previous", "has_other_pages")]


# So many files are worth processes of their own, while it is found out what else to write.
_MUCH = 512


@dataclass(frozen=True)
class _Job:
    """A file to write: its name, how, and what it is made of; None if nobody knows that."""

    name: str
    write: Callable[[], None]
    parts: Parts | None


def _is_done(work: Callable[[], None]) -> bool:
    try:
        work()
    except Exception:
        return False
    return True


def _write_data(file: Path, data: Callable[[], bytes]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data())


class IncrementalWriter:
    """Takes the place of a ``writer``.

    What the last build wrote the same is kept; all else the ``writer`` writes at ``finish``.
    ``listeners`` are the functions that Pelican tells of what is written: they say in an
    attribute ``reads`` what they read, or else everything is written, and at once.
    """

    def __init__(
        self,
        writer: Writer,
        settings: Mapping[str, Any],
        fingerprints: Fingerprints,
        listeners: Collection[Callable[..., object]],
        environment: Environment,
        progress: Progress,
    ) -> None:
        self._progress = progress
        self._writer, self._settings, self._fingerprints = writer, settings, fingerprints
        self._pages: Pages = settings["PAGES"]
        self._jobs: list[_Job] = []
        # Those that others write or have written, and which of these are done.
        self._begun: list[_Job] = []
        self._ended: list[bool] = []
        self._writing: Spread[bool] | None = None
        silent = [each.__qualname__ for each in listeners if not hasattr(each, "reads")]
        self._always = "RELATIVE_URLS" if settings["RELATIVE_URLS"] else ", ".join(silent)
        self._told = [path for each in listeners for path in getattr(each, "reads", ())]
        self._templates = _Templates(settings["TEMPLATES"])
        self._feeds = _Feeds(writer, listeners, self._templates, environment, fingerprints.shared)
        self._known: dict[tuple[object, str], _Template] = {}
        # By the id of a template, which is kept alive.
        self._seen: dict[int, tuple[Template, _Template]] = {}
        self._same = {"settings and code": settings["MADE_BY"]}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def write_file(
        self,
        name: str,
        template: Template,
        context: dict[str, Any],
        relative_urls: bool = False,
        paginated: Mapping[str, Sequence[Content]] | None = None,
        template_name: str | None = None,
        override_output: bool = False,
        url: str | None = None,
        **kwargs: Any,
    ) -> None:
        """See Writer.write_file."""
        if not name:
            return
        for page, variables in self._split(name, url, paginated, template_name, kwargs):
            write = partial(
                self._writer.write_file,
                page,
                template,
                context,
                relative_urls=relative_urls,
                paginated={},
                override_output=override_output,
                url=url,
                **variables,
            )
            made_of = partial(self._page_parts, page, template, context, variables)
            self._add(page, write, made_of, at_once=override_output)

    def write_feed(
        self,
        elements: Sequence[Content],
        context: dict[str, Any],
        path: str | None = None,
        *args: Any,
        override_output: bool = False,
        **kwargs: Any,
    ) -> None:
        """See Writer.write_feed; what that returns no generator asks for."""
        if not path:
            return
        kwargs["override_output"] = override_output
        write = partial(self._writer.write_feed, elements, context, path, *args, **kwargs)
        made_of = partial(self._feed_parts, elements, context, (args, kwargs))
        self._add(path, write, made_of, at_once=override_output)

    def write_data(self, name: str, made_of: object, data: Callable[[], bytes]) -> None:
        """Write a plugin's own file. It is kept as long as settings, code and ``made_of`` are.

        That is plain data. ``data`` is asked in one of several processes, and so must not change
        anything in this one.
        """
        file = Path(self._writer.output_path, name)
        made = partial(self._data_parts, made_of)
        self._add(name, partial(_write_data, file, data), made, at_once=False)

    def finish(self) -> None:
        """Write what is not kept."""
        jobs = [*self._begun, *self._jobs]
        try:
            for job, is_done in zip(jobs, self._progress(self._done(), len(jobs)), strict=True):
                if not is_done:  # Here its error can be told.
                    job.write()
        finally:
            self.stop()
        for job in jobs:
            self._pages.written(job.name, job.parts)

    def stop(self) -> None:
        """Leave what is not written."""
        if self._writing:
            self._writing.end()
        self._jobs, self._begun, self._ended, self._writing = [], [], [], None

    def _done(self) -> Iterator[bool]:
        """Whether each file is written, of those that are begun and then of the others."""
        self._end()
        yield from self._ended
        jobs = self._jobs
        if workers(len(jobs)) < 2:
            yield from (False for _ in jobs)
        else:
            yield from spread(lambda i: _is_done(jobs[i].write), len(jobs))

    def _begin(self) -> None:
        """Have others write what there is, if it is much and they have nothing else to do."""
        if self._writing and self._writing.is_done:
            self._end()
        if len(self._jobs) >= _MUCH and not self._writing and workers(len(self._jobs)) > 1:
            jobs, self._jobs = self._jobs, []
            self._begun += jobs
            self._writing = Spread(lambda i: _is_done(jobs[i].write), len(jobs))

    def _end(self) -> None:
        """Wait for what others are writing."""
        if self._writing:
            self._ended += self._writing.results()
            self._writing.end()
            self._writing = None

    def _add(
        self, name: str, write: Callable[[], None], made_of: Callable[[], Parts], at_once: bool
    ) -> None:
        """Keep the file, or write it: at once, if what was written before it matters."""
        seen = name in self._pages.reasons
        if self._always or at_once or seen:
            self.finish()
            if seen:
                # Others may have written it, of which Pelican's writer knows nothing.
                file = sanitised_join(self._writer.output_path, name)
                self._writer._written_files.add(file)
            write()
            self._pages.always(name, self._always or "another file has its name")
            self._pages.written(name, None)
            return
        try:
            parts = made_of()
        except UnknownValueError as error:
            self._pages.always(name, str(error))
            self._jobs.append(_Job(name, write, None))
        else:
            if not self._pages.keep(name, parts):
                self._jobs.append(_Job(name, write, parts))
        self._begin()

    def _split(
        self,
        name: str,
        url: str | None,
        paginated: Mapping[str, Sequence[Content]] | None,
        template_name: str | None,
        kwargs: Mapping[str, Any],
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each page of a list: its file, and its variables as Writer.write_file makes them."""
        if paginated is None:
            paginated = {key: kwargs[key] for key in ("articles", "dates") if key in kwargs}
        sizes = self._settings["PAGINATED_TEMPLATES"]
        if not paginated or template_name not in sizes:
            yield name, dict(kwargs)
            return
        size = sizes[template_name] or self._settings["DEFAULT_PAGINATION"]
        paginators = {
            key: Paginator(name, url, contents, self._settings, size)
            for key, contents in paginated.items()
        }
        for number in range(1, next(iter(paginators.values())).num_pages + 1):
            variables = dict(kwargs)
            for key, paginator in paginators.items():
                last = number == paginator.num_pages
                page = paginator.page(number)
                variables |= {
                    f"{key}_paginator": paginator,
                    f"{key}_page": page,
                    f"{key}_previous_page": paginator.page(number - 1) if number > 1 else None,
                    f"{key}_next_page": None if last else paginator.page(number + 1),
                }
            yield page.save_as, variables

    def _page_parts(
        self, name: str, template: Template, context: dict[str, Any], variables: dict[str, Any]
    ) -> Parts:
        """What a page is made of."""
        of = self._template(template)
        if of.reads.everything:
            raise UnknownValueError(of.reads.everything)
        own = variables | {"output_file": name}
        parts = {
            key: self._fingerprints.of(own[key], of.variables[key])
            for key in own.keys() & of.variables.keys()
        }
        return Parts(parts, self._site(of, context, frozenset(own)))

    def _site(
        self, of: "_Template", context: dict[str, Any], own: frozenset[str]
    ) -> Mapping[str, bytes]:
        """What a template's pages show that is not their own."""
        if own not in of.site:
            # What functions of the environment read is among what the template does.
            others = {
                key: each for key, each in of.environment.globals.items() if not callable(each)
            }
            of.site[own] = {
                **self._same,
                "templates": of.sources,
            } | {
                key: self._fingerprints.of(context.get(key, others.get(key, MISSING)), reads)
                for key, reads in of.variables.items()
                if key not in own
            }
        return of.site[own]

    def _data_parts(self, made_of: object) -> Parts:
        """What a plugin's own file is made of."""
        return Parts({"what it is made of": self._fingerprints.whole(made_of)}, self._same)

    def _template(self, template: Template) -> "_Template":
        """What is known of a template."""
        if id(template) in self._seen:
            return self._seen[id(template)][1]
        key = (_place(template.environment.loader), str(template.name))
        if key not in self._known:
            self._known[key] = _Template(
                template, self._told, self._templates, self._fingerprints.shared
            )
        self._seen[id(template)] = (template, self._known[key])
        return self._known[key]

    def _feed_parts(
        self, elements: Sequence[Content], context: dict[str, Any], given: object
    ) -> Parts:
        """What a feed is made of."""
        of = self._feeds
        if of.everything:
            raise UnknownValueError(of.everything)
        if not of.site:
            of.site = {**self._same, "templates": of.sources} | {
                key: self._fingerprints.of(context.get(key, MISSING), reads)
                for key, reads in of.variables.items()
                if key != ELEMENTS
            }
        stories = self._fingerprints.of(elements, of.variables[ELEMENTS])
        return Parts({"stories": stories, "feed": self._fingerprints.whole(given)}, of.site)


class _Template:
    """What is known of a template: what it reads, and a digest of all sources that take part.

    ``site`` has the digests of what is not a page's own, by the names that are.
    """

    def __init__(
        self,
        template: Template,
        told: Iterable[str],
        templates: "_Templates",
        shared: Callable[[Reads], Reads],
    ) -> None:
        self.environment = template.environment
        self.reads = templates.reads(self.environment, str(template.name))
        variables = declared_reads(told, dict(self.reads.variables))
        self.variables = {key: shared(each) for key, each in variables.items()}
        self.sources = templates.sources(self.environment, self.reads.templates)
        self.site: dict[frozenset[str], Mapping[str, bytes]] = {}


class _Feeds:
    """What is known of feeds: what is read for them, by the writer and by those whom it tells.

    ``everything`` is empty, or says why that cannot be known.
    """

    def __init__(
        self,
        writer: Writer,
        listeners: Iterable[Callable[..., object]],
        templates: "_Templates",
        environment: Environment,
        shared: Callable[[Reads], Reads],
    ) -> None:
        own = getattr(writer.write_feed, "reads", None)
        plain = type(writer).write_feed is Writer.write_feed
        self.everything = "" if plain or own else "nobody says what write_feed reads"
        told = [path for each in listeners for path in getattr(each, "reads", ())]
        variables = declared_reads((*FEED_READS, *(own or ()), *told), {})
        names: set[str] = set()
        for name in (name for each in listeners for name in getattr(each, "renders", ())):
            found = templates.reads(environment, name)
            self.everything = self.everything or found.everything
            names.update(found.templates)
            for key, reads in found.variables.items():
                # It is rendered for each story.
                if key == "article":
                    _join(variables[ELEMENTS].child(EACH), reads)
                else:
                    _join(variables.setdefault(key, Reads()), reads)
        self.variables = {key: shared(each) for key, each in variables.items()}
        self.sources = templates.sources(environment, sorted(names))
        self.site: Mapping[str, bytes] = {}


class _Templates:
    """What templates read, remembered as long as none of them changes."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._all: dict[object, bytes] = {}
        self._source: dict[tuple[object, str], bytes] = {}

    def reads(self, environment: Environment, name: str) -> TemplateReads:
        """See ``template_reads``."""
        loader = environment.loader
        place = _place(loader)
        if place not in self._all:
            names = loader.list_templates() if loader else []
            self._all[place] = self.sources(environment, names)
        key = self._memory.key("template_reads", name, self._all[place])
        return self._memory.known(key, partial(template_reads, environment, name))

    def sources(self, environment: Environment, names: Iterable[str]) -> bytes:
        """A digest of the templates' names and sources."""
        place, digest = _place(environment.loader), blake2b(digest_size=16)
        for name in names:
            if (place, name) not in self._source:
                self._source[place, name] = blake2b(_source(environment, name)).digest()
            digest.update(f"{len(name)}:{name}".encode() + self._source[place, name])
        return digest.digest()


def _place(loader: BaseLoader | None) -> object:
    """Where a loader has its templates from, to tell it from others."""
    if isinstance(loader, ChoiceLoader):
        return tuple(map(_place, loader.loaders))
    if isinstance(loader, PrefixLoader):
        return tuple((prefix, _place(each)) for prefix, each in loader.mapping.items())
    return tuple(loader.searchpath) if isinstance(loader, FileSystemLoader) else id(loader)


def _source(environment: Environment, name: str) -> bytes:
    """A template's source; a zero when there is none, as there may come to be one."""
    try:
        loader = environment.loader
        return loader.get_source(environment, name)[0].encode() if loader else b"\0"
    except (TemplateNotFound, UnicodeDecodeError):
        return b"\0"


def _join(reads: Reads, other: Reads) -> None:
    """Let the first have what the other has, too."""
    reads.shown |= other.shown
    reads.whole |= other.whole
    reads.called |= other.called
    for name, child in other.children.items():
        _join(reads.child(name), child)


def declared_reads(paths: Iterable[str], variables: dict[str, Reads]) -> dict[str, Reads]:
    """The variables, and what paths such as ``articles.*.title`` say: read whole at the end."""
    for path in paths:
        name, *rest = path.split(".")
        reads = variables.setdefault(name, Reads())
        for part in rest:
            reads = reads.child(part)
        reads.whole = True
    return variables
