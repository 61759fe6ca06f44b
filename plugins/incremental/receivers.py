"""The only module here that touches Pelican: signals in, what is known left out of the work."""

import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar

from blinker import ANY
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from pelican import Pelican, generators, signals, utils
from pelican.contents import Content
from pelican.generators import ArticlesGenerator, Generator
from pelican.readers import BaseReader, HTMLReader, MarkdownReader, Readers
from pelican.urlwrappers import URLWrapper
from pelican.writers import Writer

from .code import code_digest, settings_digest
from .fingerprints import SHORT, Fingerprints, UnknownValueError
from .lookups import Listed, translations
from .memory import Memory
from .pages import Pages
from .processes import Progress, plain
from .states import States
from .writing import METHODS, NAMES, IncrementalWriter

FOLDER = "incremental"
# Of these Pelican does the typography, beside the text's own.
_HEAD = {"title", "summary"}
# Who listens to these may change what is written, or read what was.
LISTENED = (
    signals.article_generator_write_article,
    signals.page_generator_write_page,
    signals.content_written,
    signals.feed_generated,
    signals.feed_written,
    signals.article_writer_finalized,
    signals.page_writer_finalized,
    signals.finalized,
)
logger = logging.getLogger(__name__)


def register() -> None:
    """Connect to Pelican's signals."""
    # There is no hook for it.
    generators.process_translations = partial(translations, utils.process_translations)
    signals.initialized.connect(remember)
    signals.generator_init.connect(prepare)
    signals.article_generator_preread.connect(read_ahead)
    signals.page_generator_preread.connect(read_ahead)
    signals.article_generator_context.connect(set_head)
    signals.page_generator_context.connect(set_head)
    signals.static_generator_context.connect(set_head)
    signals.all_generators_finalized.connect(write_what_changed)
    signals.get_writer.connect(save_memory)
    signals.finalized.connect(save)


def remember(pelican: Pelican) -> None:
    """Begin a build with what earlier ones have found out."""
    settings = pelican.settings
    try:
        code = code_digest(pelican.plugins)
        made_by = code + settings_digest(settings)
        of_templates = {key: settings[key] for key in settings if key.startswith("JINJA")}
        read_by = code + settings_digest(of_templates)
    except UnknownValueError as error:
        logger.warning("everything is built anew: in the settings, %s", error)
        return
    folder = Path(settings["CACHE_PATH"], FOLDER)
    modules = {plugin.__name__.partition(".")[0] for plugin in pelican.plugins}
    memory = Memory(folder / f"{_short(made_by)}.memory", modules, (URLWrapper,))
    settings |= {"MEMORY": memory, "MAP": memory.map, "MADE_BY": made_by}
    # What templates read is the same for sites that differ in all else.
    settings["TEMPLATES"] = Memory(folder / f"{_short(read_by)}.memory", modules)
    # Only now, after every other plugin: so their readers are the ones that are remembered.
    signals.readers_init.connect(read_from_memory)


def read_from_memory(readers: Readers) -> None:
    """Let the readers of Markdown and HTML ask the memory first.

    They do the typography as well, which Pelican would do anew in each build. Other formats can
    include files, which nobody would miss in the memory.
    """
    memory: Memory | None = readers.settings.get("MEMORY")
    if memory is None:
        return
    set_type = _typography(readers.settings)
    settings: Any = memory.shared.setdefault("settings", {**readers.settings, "TYPOGRIFY": False})
    for ending, base in readers.reader_classes.items():
        if base:
            readers.reader_classes[ending] = partial(_reader, base, memory, set_type, settings)


def prepare(generator: Generator) -> None:
    """Keep Pelican from doing again what is done: typography, and compiling templates."""
    if memory := generator.settings.get("MEMORY"):
        generator.readers.settings = memory.shared["settings"]
        generator.env.bytecode_cache = _Compiled(generator.settings["MADE_BY"])


def read_ahead(generator: Generator) -> None:
    """Before the generator's first file, read all that is not known, on every processor."""
    memory: Memory | None = generator.settings.get("MEMORY")
    if memory is None or vars(generator).setdefault("has_read_ahead", False):
        return
    generator.has_read_ahead = True
    of = "ARTICLE" if isinstance(generator, ArticlesGenerator) else "PAGE"
    paths, excluded = (generator.settings[f"{of}_{kind}"] for kind in ("PATHS", "EXCLUDES"))
    work = []
    for file in sorted(generator.get_files(paths, exclude=excluded)):
        reader = generator.readers.readers.get(Path(file).suffix[1:].lower())
        path = os.path.abspath(os.path.join(generator.path, file))
        if reader and (key := reader.remembering.key_ahead(path)):
            work.append((key, partial(reader.remembering.read_anew, path)))
    memory.learn(
        [key for key, _ in work], lambda i: work[i][1](), _progress(generator.settings, "Reading")
    )


def set_head(generator: Generator, metadata: dict[str, Any]) -> None:
    """Do the typography of titles and summaries, which need not come from the file."""
    if "MEMORY" in generator.settings:
        for key in _HEAD & metadata.keys():
            text = metadata[key]
            set_type = str if isinstance(text, _Set) else _typography(generator.settings)
            metadata[key] = set_type(text)


def write_what_changed(generators: Iterable[Generator]) -> None:
    """Let each generator write through a writer that keeps what the last build wrote the same."""
    generators = list(generators)
    settings = generators[0].settings
    if "MADE_BY" not in settings:
        return
    # Only now: when Pelican reloads it builds more than once with the same settings.
    output = Path(settings["OUTPUT_PATH"]).resolve()
    last = Path(settings.get("LAST_OUTPUT") or output).resolve()
    file = Path(settings["CACHE_PATH"], FOLDER, f"{_short(str(last).encode())}.json")
    settings["PAGES"] = Pages(file, last, output)
    settings["STATES"] = _states(file.with_suffix(".states"), settings, generators[0].context)

    @cache
    def incremental(writer: Writer) -> IncrementalWriter:
        listeners = [each for signal in LISTENED for each in signal.receivers_for(ANY)]
        fingerprints = Fingerprints(NAMES, METHODS, settings["STATES"])
        shown = _progress(settings, "Writing")
        return IncrementalWriter(
            writer, settings, fingerprints, listeners, generators[0].env, shown
        )

    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            _find_quickly(generator)
        if hasattr(generator, "generate_output"):
            write = generator.generate_output
            generator.generate_output = partial(_write, write, incremental)


def save_memory(pelican: Pelican) -> None:
    """Keep what is known of the posts, even if the build ends before it has written."""
    if memory := pelican.settings.get("MEMORY"):
        memory.save()


def save(pelican: Pelican) -> None:
    """Keep what is known at the end of a build."""
    if memory := pelican.settings.get("MEMORY"):
        memory.save()
        pelican.settings["TEMPLATES"].save()
        pelican.settings["PAGES"].save()
        pelican.settings["STATES"].save()


class _Compiled(BytecodeCache):
    """Templates as Python's code, for the builds of one process and its copies.

    Never on disk: who could write there could have it run.
    """

    known: ClassVar[dict[tuple[bytes, str, str], bytes]] = {}

    def __init__(self, made_by: bytes) -> None:
        self._made_by = made_by

    def load_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        if code := self.known.get((self._made_by, bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        self.known[self._made_by, bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class _Set(str):
    """A title or summary whose typography is done."""

    __slots__ = ()


class _Remembering:
    """A reader's ``read`` with a memory, and with typography."""

    def __init__(self, reader: BaseReader, memory: Memory, set_type: Callable[[str], str]) -> None:
        self._reader, self._memory, self._set_type = reader, memory, set_type
        self._read = reader.read
        self._ahead: dict[str, bytes] = {}

    def key_ahead(self, path: str) -> bytes:
        """The key, by which the file will be read next."""
        self._ahead[path] = self.key(path)
        return self._ahead[path]

    def key(self, path: str) -> bytes:
        """What its result depends on besides settings and code; empty if nobody knows."""
        if not isinstance(self._reader, MarkdownReader | HTMLReader):
            return b""
        kind = type(self._reader)
        name = f"{kind.__module__}.{kind.__qualname__}"
        with open(path, "rb", buffering=0) as file:
            return self._memory.key("read", name, path, file.read())

    def read(self, path: str) -> tuple[str | None, dict[str, Any]]:
        """See BaseReader.read."""
        anew = partial(self.read_anew, path)
        key = self._ahead.pop(path, b"") or self.key(path)
        if not key:
            return anew()
        content, metadata = self._memory.known(key, anew)
        # The key tells them from all others.
        for name, text in (("", content), *metadata.items()):
            if type(text) is str and len(text) > SHORT:
                self._memory.texts[id(text)] = (text, key + name.encode())
        return content, metadata

    def read_anew(self, path: str) -> tuple[str | None, dict[str, Any]]:
        """Read it without the memory."""
        content, metadata = self._read(path)
        for key in _HEAD & metadata.keys():
            metadata[key] = _Set(self._set_type(metadata[key]))
        return self._set_type(content) if content else content, metadata


def _reader(
    base: type[BaseReader],
    memory: Memory,
    set_type: Callable[[str], str],
    settings: dict[str, Any],
    _: object,
) -> BaseReader:
    """The reader with a memory. Its class stays: the post's attribute "reader" is its name.

    Its ``settings`` are one for all, so that topics and tags, which hold it, are kept without it.
    """
    reader = base(settings)
    reader.remembering = _Remembering(reader, memory, set_type)
    reader.read = reader.remembering.read
    return reader


def _typography(settings: Mapping[str, Any]) -> Callable[[str], str]:
    """What Pelican would do to a text."""
    if not settings["TYPOGRIFY"]:
        return str
    # Only now: who asks for no typography need not have it installed.
    from smartypants import Attr  # noqa: PLC0415

    from .typography import typogrify  # noqa: PLC0415

    dashes = {"oldschool": Attr.set2, "oldschool_inverted": Attr.set3}
    attr = dashes.get(settings["TYPOGRIFY_DASHES"], Attr.set1) | Attr.w
    ignored, omitted = settings["TYPOGRIFY_IGNORE_TAGS"], settings["TYPOGRIFY_OMIT_FILTERS"]
    return lambda text: typogrify(text, ignored, omitted, attr)


def _progress(settings: Mapping[str, Any], words: str) -> Progress:
    """What shows how far the work has come, if the settings name something."""
    return partial(settings["PROGRESS"], words) if "PROGRESS" in settings else plain


def _write(
    write: Callable[..., None], incremental: Callable[[Writer], IncrementalWriter], writer: Writer
) -> None:
    """Let a generator write, with a writer that keeps what holds still."""
    instead = incremental(writer)
    try:
        write(instead)
        instead.finish()
    finally:
        instead.stop()


def _states(file: Path, settings: Mapping[str, Any], context: Mapping[str, Any]) -> States:
    """The site's stories, pages and static files, with what is known of them."""
    contents = {
        f"{kind} {path}": content
        for kind in ("generated_content", "static_content")
        for path, content in context[kind].items()
        if content is not None and type(content).__module__ == Content.__module__
    }
    passing = (settings, context, settings["MEMORY"].shared["settings"])

    def address() -> list[tuple[str, str]]:
        return [(place, contents[place].url) for place in sorted(contents)]

    texts = settings["MEMORY"].texts
    return States(file, settings["MADE_BY"], contents, passing, _links, address, texts)


def _links(content: Content) -> bool | None:
    """Whether addresses of others stand in the text; None if reading it may move a file."""
    regex = content.settings["INTRASITE_LINK_REGEX"]
    found = {match["what"] for match in re.finditer(regex, content._content or "")}
    return None if "attach" in found else bool(found)


# Of what is written, the files alone.
save.reads = ()  # type: ignore[attr-defined]  # mypy knows no attributes of functions.


def _find_quickly(generator: ArticlesGenerator) -> None:
    """Let Pelican, which looks for every article in the list of each tag and topic, find it."""
    generator.tags = {tag: Listed(articles) for tag, articles in generator.tags.items()}
    for name in ("categories", "authors"):
        of = [(each, Listed(articles)) for each, articles in getattr(generator, name)]
        setattr(generator, name, of)


def _short(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()
