"""Build the site into a fresh folder, and swap it in when it is whole."""

import gc
import logging
import os
import shutil
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from checks.problems import Problem, in_order, said
from incremental.listening import listening
from incremental.pages import ALWAYS
from jinja2 import TemplateError, TemplateSyntaxError
from pelican import Pelican, signals
from pelican.generators import Generator
from pelican.log import console
from pelican.settings import read_settings

from .search import FOLDER as SEARCH_FOLDER
from .search import SearchError, search_index
from .unchanged import LastBuild, Told

ROOT = Path(__file__).resolve().parent.parent
# GitHub Pages wants this file; by its text a folder that a build made is told from others.
MARK = ".nojekyll"
MARK_TEXT = "Made by a build, which may replace this folder.\n"
# Of a site that is being built, beside the place where it will go.
FRESH = ".build."
# What may be wrong only because another post is left out.
FOLLOWING = ("bad-alias", "dead-link", "engagement")
REPORT = ROOT / "build-error.log"


class BuildError(Exception):
    """The site could not be built; the message says why, and nothing was written.

    ``problems`` is the same in parts, when the reason is in what the writer wrote.
    """

    def __init__(self, words: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(words)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Built:
    """A finished build: where it is, and what was wrong.

    Errors are among the ``problems`` with ``keep_going`` alone. ``reasons`` has, by file in the
    output, why a page or feed was written; empty for one that the last build wrote the same.
    ``held_back`` has the files of drafts, with None, and of stories dated ahead, with the date.
    """

    output: Path
    pages: int
    problems: tuple[Problem, ...]
    held_back: tuple[tuple[str, datetime | None], ...]
    reasons: Mapping[str, str]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the collector off: what a build makes it needs to its end, and there is very much."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def build(
    conf: str = "pelicanconf.py",
    *,
    content: Path | None = None,
    output: Path | None = None,
    siteurl: str | None = None,
    drafts: bool = False,
    keep_going: bool = False,
    strict: bool = False,
    progress: Callable[[str, Iterable[Any], int], Iterable[Any]] | None = None,
) -> Built:
    """Build the site and put it in place of the last one.

    ``conf`` is a settings file in the project's folder; the other arguments stand in for
    what it says. ``drafts`` gives drafts and stories dated ahead an address of their own,
    and makes no search index and no feeds of topics and tags: such a site is for the writer,
    who waits for it.
    ``keep_going`` leaves out posts with errors, instead of stopping at them; with ``drafts`` it
    shows those that can be shown. ``strict`` makes every warning an error. ``progress`` returns
    the items that it gets, and shows how many are done, of how many, of what its words say.

    Raises BuildError when nothing was written.
    """
    settings = site_settings(
        conf, content=content, siteurl=siteurl, drafts=drafts, keep_going=keep_going, strict=strict
    )
    if progress:
        settings["PROGRESS"] = progress
    target = (output or Path(settings["OUTPUT_PATH"])).resolve()
    _check_target(target, Path(settings["PATH"]))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=FRESH, dir=target.parent))
    except OSError as error:
        raise BuildError(f"{target} cannot be written: {error.strerror}") from None
    last = LastBuild(_last_build(settings, target), target)
    # With these it is the writer who waits, and who has just changed something.
    kind = Pelican if drafts or keep_going else partial(_UnlessUnchanged, last)
    try:
        problems: tuple[Problem, ...] = ()
        if keep_going and not drafts:
            # What shows all posts, such as a list, must know from the start which ones there are.
            problems = _leave_out(settings)
        settings |= {"OUTPUT_PATH": str(fresh), "LAST_OUTPUT": str(target)}
        with listening() as heard:
            left = run_pelican(settings, kind)
        # What is left out is told already; that others link to it is news.
        consequences = [each for each in left if each.rule in FOLLOWING] if problems else left
        problems = tuple(in_order([*problems, *consequences]))
        kept: Collection[str] = settings["PAGES"].kept if "PAGES" in settings else ()
        if not drafts:
            _write_search_index(fresh, target, kept, settings)
        (fresh / MARK).write_text(MARK_TEXT)
        fresh.chmod(0o755)
        pages = sum(name.endswith(".html") for name in {*_files(fresh), *kept})
        if kept:
            _merge(fresh, target, kept)
        else:
            _swap(fresh, target)
    except _UnchangedError as unchanged:
        told = unchanged.told
        none = dict.fromkeys(told.pages, "")
        return Built(target, told.count, told.problems, told.held_back, none)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    reasons = settings["PAGES"].reasons if "PAGES" in settings else {}
    held_back = tuple(settings["HELD_BACK"])
    if not any(reason.startswith(ALWAYS) for reason in reasons.values()):
        warnings = tuple(
            (each.name, each.getMessage()) for each in heard if each.levelno == logging.WARNING
        )
        last.note(settings, Told(pages, problems, held_back, tuple(reasons), warnings))
    return Built(target, pages, problems, held_back, reasons)


def _last_build(settings: Mapping[str, Any], target: Path) -> Path:
    """Where it is noted what the last build put at ``target``."""
    name = blake2b(str(target).encode(), digest_size=8).hexdigest()
    return Path(settings["CACHE_PATH"], "builds", f"{name}.json")


def explained(built: Built, page: str) -> str:
    """Why a page, given by its address or its file in the site, was written or kept."""
    name = urlsplit(page).path.strip("/")
    names = (name, f"{name}/index.html".lstrip("/"))
    found = next((each for each in names if each in built.reasons), None)
    if found is None:
        near = get_close_matches(names[1], built.reasons, n=1)
        return f'There is no page "{page}"' + (f'; did you mean "{near[0]}"?' if near else "")
    reason = built.reasons[found]
    kept = "kept: nothing that it shows has changed since the last build"
    return f"{found} was {f'written: {reason}' if reason else kept}"


def _leave_out(settings: dict[str, Any]) -> tuple[Problem, ...]:
    """Put the files with errors into LEFT_OUT, and those that they were needed for; say why."""
    problems: list[Problem] = []
    out: set[str] = set()
    while True:
        settings["LEFT_OUT"] = out
        told = read_site(settings.copy()).problems
        news = [each for each in told if each.rule in FOLLOWING] if out else told
        problems += news
        files = {each.file for each in news if each.severity == "error"}
        if files <= out:
            return tuple(in_order(problems))
        out = out | files


def site_settings(
    conf: str,
    *,
    content: Path | None = None,
    siteurl: str | None = None,
    drafts: bool = False,
    keep_going: bool = False,
    strict: bool = False,
) -> dict[str, Any]:
    """Pelican's settings from a file in the project's folder; for the arguments see ``build``.

    Raises BuildError when the file or an argument cannot be used.
    """
    overrides: dict[str, Any] = {
        "KEEP_GOING": keep_going,
        "SHOW_DRAFTS": drafts,
        "STRICT": strict,
    }
    if content:
        if not content.is_dir():
            raise BuildError(f"there is no folder {content}")
        overrides["PATH"] = str(content.resolve())
    if siteurl is not None:
        overrides["SITEURL"] = checked_siteurl(siteurl)
    if drafts:
        overrides |= {
            f"{of}_FEED_{kind}": None for of in ("CATEGORY", "TAG") for kind in ("ATOM", "RSS")
        }
        overrides |= {
            f"DRAFT_{kind}{what}": f"drafts/{lang}{{slug}}/{file}"
            for kind in ("", "PAGE_")
            for what, lang, file in (
                ("URL", "", ""),
                ("SAVE_AS", "", "index.html"),
                ("LANG_URL", "{lang}/", ""),
                ("LANG_SAVE_AS", "{lang}/", "index.html"),
            )
        }
    try:
        settings: dict[str, Any] = read_settings(str(ROOT / conf), override=overrides)
    except Exception as error:
        raise BuildError(f"{conf}: {_in_a_line(error)}") from error
    return settings


def checked_siteurl(siteurl: str) -> str:
    """The address without a slash at its end. Raises BuildError when it is none."""
    parts = urlsplit(siteurl)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise BuildError(
            f'the address of the site (SITEURL in publishconf.py) is "{siteurl}"; write it like '
            "https://name.github.io/blog"
        )
    return siteurl.rstrip("/")


def _write_search_index(
    site: Path, last: Path, kept: Iterable[str], settings: dict[str, Any]
) -> None:
    """Index the pages of the site, and those of the ``last`` that are kept, if one has changed.

    Raises BuildError when there can be no index.
    """
    # A page that the writer brings along may be in any encoding.
    pages = {
        name: page.read_text("utf-8", errors="replace")
        for name, page in {
            **{name: last / name for name in kept},
            **{page.relative_to(site).as_posix(): page for page in site.rglob("*.html")},
        }.items()
        if name.endswith(".html")
    }
    index = partial(search_index, pages, settings["DEFAULT_LANG"])
    try:
        if memory := settings.get("MEMORY"):
            files = memory.known(memory.key("search", sorted(pages.items())), index)
            memory.save()
        else:
            files = index()
    except SearchError as error:
        raise BuildError(str(error)) from None
    for name, content in files.items():
        file = site / SEARCH_FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def is_built(folder: Path) -> bool:
    """Whether a build made the folder, so that it may be replaced or removed."""
    mark = folder / MARK
    return (
        mark.is_file() and mark.read_text("utf-8") == MARK_TEXT and not (folder / ".git").exists()
    )


def run_pelican(
    settings: dict[str, Any], kind: Callable[[dict[str, Any]], Pelican] = Pelican
) -> tuple[Problem, ...]:
    """Let Pelican write the site; return what is wrong with it, in the order of files.

    Raises BuildError with all of it when a plugin or Pelican gave up.
    """
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    wanted = settings["PLUGINS"]
    settings.pop("PROBLEMS", None)
    try:
        pelican = kind(settings)
        if len(pelican.plugins) < len(wanted):
            raise SystemExit("A plugin in PLUGINS cannot be used.")
        pelican.run()
    except SystemExit as stop:  # how a plugin stops a build with words for the writer
        told = settings.get("PROBLEMS") or [*map(said, settings.get("UNUSABLE", ()))]
        # Who stopped before the checks were through, or after, says what they do not know.
        known = {*map(str, told)}
        news = [line for line in str(stop.code).splitlines() if line not in known]
        problems = in_order([*told, *map(said, [*news, *errors.lines])])
        raise BuildError("\n".join(map(str, problems)), problems) from None
    except TemplateError as error:
        raise BuildError(_in_template(error)) from error
    except Exception as error:
        REPORT.write_text(traceback.format_exc(), "utf-8")
        raise BuildError(
            f"{_in_a_line(error)}\nThis should not happen; {REPORT.name} holds the details."
        ) from error
    finally:
        logging.getLogger().removeHandler(errors)
    return tuple(in_order([*settings["PROBLEMS"], *map(said, errors.lines)]))


@dataclass(frozen=True)
class ReadSite:
    """Pelican's generators with all that they read, and what is wrong with it."""

    generators: list[Generator]
    problems: tuple[Problem, ...]


def read_site(settings: dict[str, Any]) -> ReadSite:
    """What Pelican reads; nothing is written.

    Raises BuildError as ``run_pelican`` does.
    """
    read: list[Generator] = []

    def keep(generators: list[Generator]) -> None:
        read.extend(generators)

    signals.all_generators_finalized.connect(keep)
    try:
        run_pelican(settings, _Reader)
    except _EnoughReadError:
        pass
    finally:
        signals.all_generators_finalized.disconnect(keep)
    return ReadSite(read, tuple(settings["PROBLEMS"]))


class _Reader(Pelican):  # type: ignore[misc]  # Pelican publishes no types.
    """Pelican that stops before it writes, after every plugin has seen that it is about to."""

    def _get_writer(self) -> None:
        super()._get_writer()
        raise _EnoughReadError


class _UnlessUnchanged(Pelican):  # type: ignore[misc]  # As above.
    """Pelican that does not begin when it would make what the last build made."""

    def __init__(self, last: LastBuild, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self._last = last

    def run(self) -> None:
        if told := self._last.told(self.settings, self.plugins):
            raise _UnchangedError(told)
        super().run()


class _UnchangedError(BaseException):
    """Raised instead of a build, with what the last one told."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self.told = told


class _EnoughReadError(BaseException):
    """Raised when the site is read, to keep Pelican from writing."""


def _in_template(error: TemplateError) -> str:
    """Where in a template the error is, and what it is."""
    if isinstance(error, TemplateSyntaxError):
        file, line = error.filename or error.name or "a template", error.lineno
    else:
        # Jinja puts the template's own lines into the traceback.
        frames = traceback.extract_tb(error.__traceback__)
        last = [frame for frame in frames if frame.filename.endswith(".html")][-1:]
        file, line = (last[0].filename, last[0].lineno or 1) if last else ("a template", 1)
    shown = Path(file)
    if shown.is_relative_to(ROOT):
        shown = shown.relative_to(ROOT)
    return f"{shown.as_posix()}:{line}: {_in_a_line(error)}"


def _in_a_line(error: Exception) -> str:
    """The error's kind and words in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _check_target(target: Path, content: Path) -> None:
    """Raise BuildError when putting a site at ``target`` would lose something else."""
    if target.is_relative_to(content) or content.is_relative_to(target):
        raise BuildError(f"the output folder {target} and the content {content} overlap")
    if target.exists() and not target.is_dir():
        raise BuildError(f"{target} is a file; give a folder as --output")
    if target.is_dir() and any(target.iterdir()) and not is_built(target):
        raise BuildError(
            f"{target} holds files that no build made; give an empty or a new folder as --output"
        )


def _swap(fresh: Path, target: Path) -> None:
    """Put the fresh folder where the last one is; when that fails the last one stays."""
    old = fresh.with_name(f"{fresh.name}.old")
    try:
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except BaseException as error:
        if old.exists() and not target.exists():
            old.rename(target)
        if isinstance(error, OSError):
            raise BuildError(f"{target} cannot be replaced: {error.strerror}") from None
        raise
    shutil.rmtree(old, ignore_errors=True)


def _merge(fresh: Path, target: Path, kept: Collection[str]) -> None:
    """Put the fresh files where the last ones are, and take away what is neither fresh nor kept.

    Ctrl-C waits for the end of it. Whatever else ends it, the next build makes the folder whole.
    """
    files = [*_files(fresh)]
    stay = {*kept, *files}
    with _uninterrupted():
        try:
            for where, folders, names in os.walk(target, topdown=False):
                inside = _inside(where, target)
                links = [name for name in folders if os.path.islink(os.path.join(where, name))]
                old = [name for name in (*names, *links) if f"{inside}{name}" not in stay]
                for name in old:
                    Path(where, name).unlink()
                if len(old) == len(names) + len(links) and inside:
                    with suppress(OSError):  # Folders in it stay.
                        Path(where).rmdir()
            for name in files:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).replace(target / name)
        except OSError as error:
            raise BuildError(f"{target} cannot be replaced: {error.strerror}") from None


def _files(folder: Path) -> Iterator[str]:
    """The files below the folder, as paths from there with slashes."""
    for where, _, names in os.walk(folder):
        inside = _inside(where, folder)
        yield from (f"{inside}{name}" for name in names)


def _inside(where: str, folder: Path) -> str:
    """What the paths from ``folder`` of all that is in ``where`` begin with."""
    path = where.removeprefix(str(folder)).replace(os.sep, "/").lstrip("/")
    return f"{path}/" if path else ""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the end."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


class _Errors(logging.Handler):
    """Keeps what is logged as an error: the writer gets all of it at the end, in one list."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # Of posts that it drops, Pelican says less than the plugin "posts" does.
        if record.name not in ("pelican.contents", "pelican.generators"):
            self.lines.append(" ".join(record.getMessage().split()))


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it is a warning of something that the plugin "posts" does not tell better."""
    retold = record.name in ("pelican.cache", "pelican.utils") or record.getMessage().startswith(
        "Unable to find"
    )
    return record.levelno == logging.WARNING and not retold


def show_warnings() -> None:
    """Print what Pelican and the plugins warn of, a line each, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("warning: %(message)s"))
    handler.addFilter(_is_news)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    console.quiet = True
