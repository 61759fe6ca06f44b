"""Every kind of page of the real site, held to what is promised of each."""

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request
from sites import SITEURL

from tools.build import ROOT

KINDS = {
    "home": "/",
    "home, page 2": "/page/2/",
    "story": "/four-chairs-and-a-kettle/",
    "story with a table": "/what-you-owe-when-introduced/",
    "topic": "/topic/trust/",
    "topics": "/topics/",
    "tag": "/tag/listening/",
    "tags": "/tags/",
    "archives": "/archives/",
    "about": "/about/",
    "subscribe": "/subscribe/",
    "gathering": "/chomp-and-chat/",
    "privacy": "/privacy/",
    "thanks": "/thanks/",
    "search": "/search/",
    "feeds": "/feeds/",
    "missing": "/no/such/page/",
}
PREFIX = urlsplit(SITEURL).path
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# KiB without pictures, gzipped as GitHub Pages does; requests; the search page is exempt.
BUDGETS = {"home": 12, "story": 14, "topic": 12, "archives": 12, "about": 12}
REQUESTS = 6
JAVASCRIPT_KIB = 2
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }"""


@pytest.fixture(scope="module")
def address(real_site: Path, serve: Callable[[Path, str], str]) -> str:
    """Where the real site is served, below a path."""
    return serve(real_site, PREFIX)


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_at_any_width_in_light_and_dark(
    new_page: Callable[..., Page], address: str, kind: str
) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(address + KINDS[kind])
    for width, scheme in ((320, "light"), (768, "dark"), (1280, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]


def test_a_kind_is_what_it_is_called(page: Page, address: str) -> None:
    page.goto(address + KINDS["story with a table"])
    assert page.locator(".story-body table").count()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_overflows_at_320_pixels_with_wide_spacing_either(
    new_page: Callable[..., Page], address: str, kind: str
) -> None:
    # The policy of the page forbids the style that widens the spaces.
    page = new_page(bypass_csp=True)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(address + KINDS[kind])
    for _ in ("as it is", "widely spaced"):
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        page.add_style_tag(content=SPACING)


@pytest.mark.parametrize("kind", BUDGETS)
def test_a_page_keeps_its_budget(page: Page, address: str, kind: str) -> None:
    weights: dict[str, float] = {}

    def weigh(url: str, body: bytes, what: str) -> None:
        if what not in ("image", "font"):
            weights[f"{what} {urlsplit(url).path}"] = len(gzip.compress(body, 6)) / 1024

    asked: list[Request] = []

    def keep(request: Request) -> None:  # Playwright takes no built-in function
        asked.append(request)

    page.on("requestfinished", keep)
    page.goto(address + KINDS[kind], wait_until="networkidle")
    for request in asked:
        answer = request.response()
        assert answer is not None
        weigh(request.url, answer.body(), request.resource_type)
    assert sum(weights.values()) <= BUDGETS[kind], weights
    assert sum(kib for name, kib in weights.items() if "script" in name) <= JAVASCRIPT_KIB
    assert len(asked) <= REQUESTS, [request.url for request in asked]
    assert sum("stylesheet" in name for name in weights) == 1


@pytest.mark.parametrize("kind", ["home", "story", "search", "missing"])
def test_a_page_is_whole_without_javascript(
    new_page: Callable[..., Page], address: str, kind: str
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address + KINDS[kind])
    assert page.locator("h1").is_visible()
    assert page.locator("main a:visible").count()


def test_the_keyboard_reaches_every_link_in_reading_order_with_a_visible_focus(
    page: Page, address: str
) -> None:
    page.goto(address + KINDS["story"])
    last, seen = -1, 0
    while True:
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const all = [...document.querySelectorAll("*")], at = document.activeElement;
                if (at === document.body) return null;
                return [all.indexOf(at), getComputedStyle(at).outlineStyle, at.outerHTML];
            }"""
        )
        if found is None or seen > 200:
            break
        place, outline, html = found
        assert place > last, html
        assert outline != "none", html
        last, seen = place, seen + 1
    # The parts of a closed <details>, and the form's trap for machines, are not to be reached.
    reachable = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, summary, [tabindex='0']")]
            .filter((each) => each.checkVisibility()).length"""
    )
    assert seen == reachable > 15


def test_a_story_prints_without_its_menus(page: Page, address: str) -> None:
    page.goto(address + KINDS["story"])
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    for gone in (".site-nav", ".call-to-action", ".related-stories", ".story-neighbours", ".share"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.pdf().startswith(b"%PDF")


def nu_checker() -> list[str] | None:
    """How the Nu HTML checker is run, when it is there: its jar from npm's package vnu-jar."""
    jar = Path(os.environ.get("VNU_JAR", ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"))
    return ["java", "-jar", str(jar)] if jar.is_file() and shutil.which("java") else None


def test_the_nu_checker_finds_nothing(real_site: Path) -> None:
    checker = nu_checker()
    if not checker:
        assert not os.environ.get("CI"), ".ci/run installs the Nu checker; it is not there"
        pytest.skip("no Nu checker: needs Java and npm install vnu-jar, or VNU_JAR")
    # A file has no origin that 'self' could be.
    not_served = ["--filterpattern", ".*Resource violates Content Security Policy.*"]
    html = [path for path in real_site.rglob("*.html") if "pagefind" not in path.parts]
    css = [*(real_site / "theme").glob("*.css")]
    for words in ([*not_served, *map(str, html)], ["--css", *map(str, css)]):
        done = subprocess.run([*checker, *words], check=False, capture_output=True, text=True)
        said = [line for line in done.stderr.splitlines() if ": " in line]
        assert not said, said[:20]
        assert done.returncode == 0
