"""What tests share: small sites, the real one built once, a real browser, a local server."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sites import NOW, SITEURL, SmallSite

from tools.browser import find_browser
from tools.build import build

PHONE = {"width": 390, "height": 844}
HERE = ("http://127.0.0.1:", "http://localhost:")


@pytest.fixture
def small_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SmallSite]:
    """Make a site from content files, on a fixed day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOW)

    def make(files: dict[str, str | bytes]) -> SmallSite:
        site = SmallSite(tmp_path / "my content", tmp_path / "my output")
        site.content.mkdir(exist_ok=True)
        site.write(files)
        return site

    return make


@pytest.fixture(scope="session")
def today() -> Iterator[None]:
    """A fixed day on which all the project's own stories are public."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "4102444800")  # 1 January 2100
        yield


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory, today: None) -> Path:
    """The project's own site, built once, under a sub-path."""
    return build(output=tmp_path_factory.mktemp("real") / "site", siteurl=SITEURL).output


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that tools.browser finds."""
    # A busy machine takes its time to compile the search.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        # A container has no user namespaces for Chromium's own sandbox.
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-quic"]
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages at a phone's size; the test fails on a console message or a foreign request.

    ``provider`` is an address that the page may go to; the rest is for Playwright's new_context.
    """
    said: list[str] = []
    asked: list[str] = []
    contexts: list[BrowserContext] = []
    welcome = list(HERE)

    def new(provider: str = "", **options: object) -> Page:
        context = browser.new_context(viewport=PHONE, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        welcome.extend([provider] if provider else [])
        return page

    yield new
    for context in contexts:
        context.close()
    assert not [url for url in asked if not url.startswith(tuple(welcome))]
    # Chromium itself reports the status of a page that is meant to be missing.
    assert not [text for text in said if "status of 404" not in text]


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One such page."""
    return new_page()


class _Handler(SimpleHTTPRequestHandler):
    """Serves as GitHub Pages does: a missing page gets 404.html."""

    def __init__(self, *args: object, prefix: str, **kwargs: object) -> None:
        self.prefix = prefix
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        inside = path.startswith(self.prefix + "/")
        return super().translate_path(path.removeprefix(self.prefix) if inside else "/outside")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path, str], str]]:
    """Serve a folder below a path prefix; return the address."""
    servers = []

    def start(folder: Path, prefix: str) -> str:
        handler = partial(_Handler, directory=str(folder), prefix=prefix)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}{prefix}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
