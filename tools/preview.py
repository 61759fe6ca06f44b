"""Serve the site while it is being written: rebuild on save, reload the page."""

import re
import socket
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape, unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from checks.problems import Problem, said
from posts.content_folder import visible
from watchfiles import Change, DefaultFilter, watch

from .build import ROOT, site_settings
from .builder import Builder

OUTPUT = ROOT / ".preview"
WATCHED = ("content", "theme", "plugins", "tools", "pelicanconf.py", "tasks.py")
STYLE_PATH = "/_preview/style.css"
RELOAD_PATH = "/_preview/reload.js"
STATE_PATH = "/_preview/state"
NOWHERE = "/_preview/nowhere"
# More are folded: the page is to be seen, on a phone too.
MOST_KINDS = 4
PORTS = range(8000, 8020)
# Asked again and again with the number of the build that the page shows; the answer
# comes when there is a newer one. A page that was left open does not wait for ever.
WAIT_SECONDS = 20
RELOAD_SCRIPT = """\
const shown = document.currentScript.dataset.build;
(async function reloadWhenRebuilt() {
  for (;;) {
    try {
      const answer = await fetch("/_preview/state?build=" + shown);
      if ((await answer.text()) !== shown) return location.reload();
    } catch {
      await new Promise((resume) => setTimeout(resume, 1000));
    }
  }
})();
"""
# A page's own file in the content folder, as the templates write it for the preview alone.
SOURCE = re.compile(r'<meta name="source" content="([^"]*)">')
STALE = "The build failed. This is the last page that was whole."
STYLE = """\
[role="alert"] {
  margin: 0;
  padding: 0.75rem 1rem;
  max-height: 50vh;
  box-sizing: border-box;
  overflow-y: auto;
  background: #fff3cd;
  color: #332701;
  border-bottom: 4px solid #b02a37;
  font: 1rem/1.4 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
[role="alert"] :is(p, ul) {
  margin: 0;
  padding: 0;
  max-width: none;
}
[role="alert"] li {
  margin: 0.25rem 0 0 1rem;
}
[role="alert"] summary {
  padding: 0.25rem 0;
  cursor: pointer;
}
"""


@dataclass
class Preview:
    """The last build, and what it said; shared by the server's threads.

    ``prefix`` is the path of the public site, below which pages stand here too; ``hosts`` are
    the names of this machine that are answered; ``stale`` is whether the last build failed.
    """

    prefix: str
    hosts: set[str] = field(default_factory=lambda: {"localhost", "127.0.0.1"})
    # Not from 0: a page that was left open must see a preview that was started again.
    build: int = field(default_factory=time.time_ns)
    problems: tuple[Problem, ...] = ()
    stale: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def rebuild(self, builder: Builder) -> str:
        """Build; say how it went."""
        start = time.perf_counter()
        built, told = builder.build()
        with self.changed:
            self.build += 1
            # What a build warns of is for the terminal: the pages are as they are meant to be.
            self.problems = tuple(
                said(line) for line in told.strip().splitlines() if not line.startswith("warning: ")
            )
            self.stale = not built.startswith("Built ")
            self.changed.notify_all()
        done = "" if self.stale else f"Rebuilt in {time.perf_counter() - start:.1f} s"
        return f"{told}{done}".strip()

    def wait_for_other_than(self, build: str) -> str:
        """The number of the newest build, as soon as it is another one, or after a while."""
        with self.changed:
            self.changed.wait_for(lambda: str(self.build) != build, WAIT_SECONDS)
            return str(self.build)


class PreviewHandler(SimpleHTTPRequestHandler):
    """Files of the last build; each page gets the reload script and the build's problems."""

    def __init__(self, *args: object, preview: Preview, **kwargs: object) -> None:
        self.preview = preview
        super().__init__(*args, directory=str(OUTPUT), **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer for the preview's own addresses, for pages, and for other files."""
        if (self.headers["Host"] or "").partition(":")[0] not in self.preview.hosts:
            # A site elsewhere that gives its own name this machine's address reads no drafts.
            self.send_error(403)
            return
        path, _, query = self.path.partition("?")
        file = Path(self.translate_path(path))
        page = file / "index.html" if path.endswith("/") else file
        if path == RELOAD_PATH:
            self._answer(RELOAD_SCRIPT, "text/javascript")
        elif path == STYLE_PATH:
            self._answer(STYLE, "text/css")
        elif path == STATE_PATH:
            self._answer(self.preview.wait_for_other_than(query.partition("=")[2]), "text/plain")
        elif self.preview.prefix and path in ("/", self.preview.prefix):
            self._lead_to(f"{self.preview.prefix}/")
        elif page.suffix == ".html" and (text := self._with_preview(page)):
            self._answer(text, "text/html")
        elif file.is_file() or (file.is_dir() and not path.endswith("/")):
            super().do_GET()
        elif (draft := self._draft_of(path)) and Path(self.translate_path(draft)).is_file():
            self._lead_to(draft.removesuffix("index.html"))
        else:
            text = self._with_preview(OUTPUT / "404.html") or self._message_page()
            self._answer(text, "text/html", 404)

    def translate_path(self, path: str) -> str:
        """The file at a path below the public site's own; elsewhere there is none."""
        prefix = self.preview.prefix
        inside = path.startswith(f"{prefix}/")
        return super().translate_path(path.removeprefix(prefix) if inside else NOWHERE)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request: the terminal belongs to the builds."""

    def _with_preview(self, page: Path) -> str:
        """The page's HTML with what the preview adds to it; empty when it is not there."""
        # Before the page is read: an old page with a new number would never reload.
        script = self._script()
        try:
            html = page.read_text("utf-8")
        except OSError:
            return ""
        source = SOURCE.search(html)
        notice = self._notice(unescape(source[1]) if source else "")
        html = html.replace("<body>", f"<body>{notice}", 1)
        return html.replace("</body>", f"{script}</body>", 1)

    def _message_page(self) -> str:
        return (
            f"<!doctype html><title>Preview</title>"
            f"{self._notice() or '<p>There is no page here.</p>'}{self._script()}"
        )

    def _notice(self, source: str = "") -> str:
        """What is wrong, first with the page's source; empty when nothing is."""
        problems, stale = self.preview.problems, self.preview.stale
        file = f"/{visible(source)}"
        own = [each for each in problems if source and each.file.endswith(file)]
        # When nothing was built, what stands elsewhere is the matter of this page as well.
        rest = [each for each in problems if each not in own]
        if not own and (stale or not source):
            own, rest = rest, []
        parts = [f"<p>{STALE}</p>"] if stale else []
        parts += [_listed(own)] if own else []
        if rest:
            parts.append(_folded(f"Elsewhere: {len(rest)}", rest))
        if not parts:
            return ""
        style = f'<link rel="stylesheet" href="{STYLE_PATH}">'
        return f'{style}<div role="alert">{"".join(parts)}</div>'

    def _script(self) -> str:
        return f'<script src="{RELOAD_PATH}" data-build="{self.preview.build}"></script>'

    def _draft_of(self, path: str) -> str:
        """Where the preview shows the page that will be at the path, if that is a draft."""
        prefix = self.preview.prefix
        inside = path.startswith(f"{prefix}/")
        address = path.removeprefix(prefix).removesuffix("index.html").strip("/")
        return f"{prefix}/drafts/{address}/index.html" if inside and address else ""

    def _lead_to(self, path: str) -> None:
        self.send_response(302)
        self.send_header("Location", path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, text: str, kind: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


def serve(port: int | None = None, lan: bool = False) -> Iterator[str]:
    """Build, serve and watch, without end; yield a line for the writer now and then.

    With ``lan``, other machines in the local network are answered too. Raises OSError when the
    preview cannot start, BuildError when publishconf.py cannot be read.
    """
    preview = Preview(urlsplit(site_settings("publishconf.py")["SITEURL"]).path.rstrip("/"))
    here = _lan_address() if lan else "localhost"
    preview.hosts.add(here)
    server = _server(preview, port, "" if lan else "127.0.0.1")
    places = [f"http://{host}:{server.server_port}{preview.prefix}" for host in ("localhost", here)]
    builder = Builder(places[0], OUTPUT)
    saved, new_code = threading.Event(), threading.Event()
    # Before the first build: what is saved during a build counts as well.
    threading.Thread(target=_watch, args=(saved, new_code), daemon=True).start()
    yield preview.rebuild(builder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"Look at {places[0]}/ (drafts are shown; Ctrl-C ends the preview)"
    if lan:
        yield f"On your phone: {places[1]}/ (all in your network can read it, drafts too)"
    while True:
        saved.wait()
        saved.clear()
        if new_code.is_set():
            new_code.clear()
            builder.end()
        yield preview.rebuild(builder)


def _lan_address() -> str:
    """This machine's address in the local network. Raises OSError when it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address that stands for no machine: the way there is looked up, nothing is sent.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            raise OSError("this machine is in no network; leave --lan out") from None
        return str(probe.getsockname()[0])


def _listed(problems: Sequence[Problem]) -> str:
    """The first problem of each kind, and of more than a few kinds the first, as HTML.

    What is not shown is folded, with how many they are.
    """
    kinds: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    # Errors first: the site waits for them.
    for each in sorted(problems, key=lambda one: one.severity):
        # What stands in no file, and so has no rule, is one of its kind.
        kinds[each.file, each.rule or each.words].append(each)
    by_kind = [*kinds.values()]
    items = [
        _line(first) + (_folded(f"{len(more)} more like this", more) if more else "")
        for first, *more in by_kind[:MOST_KINDS]
    ]
    rest = [each for kind in by_kind[MOST_KINDS:] for each in kind]
    return _list(items) + (_folded(f"{len(rest)} of other kinds", rest) if rest else "")


def _folded(summary: str, problems: Iterable[Problem]) -> str:
    return f"<details><summary>{summary}</summary>{_list(map(_line, problems))}</details>"


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _line(problem: Problem) -> str:
    """The problem with its file's name alone, as HTML."""
    name = problem.file.rpartition("/")[2]
    place = f"<strong>{escape(name)}, line {problem.line}:</strong> " if name else ""
    warning = "warning: " if problem.severity == "warning" else ""
    return f"{place}{warning}{escape(problem.words)}"


def _watch(saved: threading.Event, new_code: threading.Event) -> None:
    # The whole folder: a watch on a file, or on a folder that is replaced, goes deaf.
    # What an editor writes in several steps comes within milliseconds.
    for changes in watch(ROOT, watch_filter=_Sources(), step=20, raise_interrupt=False):
        if any(path.endswith(".py") for _, path in changes):
            new_code.set()
        saved.set()


class _Server(ThreadingHTTPServer):
    """A server that says nothing of a page that was left before its answer came."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Sources(DefaultFilter):
    """What a build reads, but for what editors, Python and git leave behind."""

    def __call__(self, change: Change, path: str) -> bool:
        return Path(path).relative_to(ROOT).parts[0] in WATCHED and super().__call__(change, path)


def _server(preview: Preview, port: int | None, host: str) -> _Server:
    """A server at the port, or at the first free one; of all the machine's addresses if no host.

    Raises OSError when there is none.
    """
    handler = partial(PreviewHandler, preview=preview)
    for candidate in [port] if port else PORTS:
        try:
            return _Server((host, candidate), handler)
        except OSError:
            continue
    raise OSError(f"no free port among {port or f'{PORTS.start} to {PORTS.stop - 1}'}")
