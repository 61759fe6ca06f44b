"""The real site in a real browser, at a domain's root and under a sub-path."""

from collections.abc import Callable
from pathlib import Path

import pytest
from photos import photo
from playwright.sync_api import Page, expect
from sites import SmallSite, post

from tools.build import build


@pytest.fixture(scope="module", params=["", "/blog"], ids=["root", "sub-path"])
def address(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[Path, str], str],
    today: None,
) -> str:
    """Where the site is served, built as for a public address with that path."""
    output = tmp_path_factory.mktemp("served") / "site"
    build(output=output, siteurl=f"https://site.example{request.param}")
    return serve(output, request.param)


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_a_reader_goes_from_home_to_a_story_and_to_the_next(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    assert overflow(page) <= 0
    first = page.locator("main h2 a").first
    title = first.inner_text()
    first.click()
    expect(page.locator("h1")).to_have_text(title)
    assert overflow(page) <= 0
    assert page.locator("[data-slot=end] .call-to-action-button").is_visible()
    # With the style sheet, which may come after the words.
    expect(page.locator("[data-slot=end]")).not_to_have_css("padding", "0px")
    page.locator(".related-stories a").first.click()
    expect(page.locator("h1")).not_to_have_text(title)
    page.locator(".site-name").click()
    expect(page).to_have_url(f"{address}/")


def test_a_missing_page_helps_at_any_depth(page: Page, address: str) -> None:
    answer = page.goto(f"{address}/no/such/page/")
    assert answer is not None
    assert answer.status == 404
    assert overflow(page) <= 0
    page.locator("main a").first.click()
    expect(page).to_have_url(f"{address}/")
    expect(page.locator("main")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/archives/", "/topics/", "/about/", "/one-awkward-evening-hour-by-hour/"):
        page.goto(address + path)
        assert overflow(page) <= 0, path


def test_the_skip_link_comes_first_and_leads_to_the_content(page: Page, address: str) -> None:
    page.goto(f"{address}/about/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    expect(page.locator("main:target")).to_be_visible()


def test_a_photo_comes_as_large_as_the_screen_needs_and_holds_its_place(
    new_page: Callable[..., Page],
    serve: Callable[[Path, str], str],
    small_site: Callable[..., SmallSite],
) -> None:
    text = "![Dunes]({static}/static/a.jpg)\n\n" + "Sand.\n\n" * 300
    text += "![More dunes]({static}/static/b.jpg)"
    files = {"static/a.jpg": photo(1300, 900), "static/b.jpg": photo(1301, 900)}
    site = small_site({"posts/dunes.md": post("Dunes", text), **files})
    site.build(siteurl="https://site.example")
    address = serve(site.output, "")
    for density, width in ((1, 480), (2, 800)):
        page = new_page(device_scale_factor=density)
        page.goto(f"{address}/dunes/", wait_until="networkidle")
        near, far = page.locator("main img").all()
        assert near.evaluate("each => each.currentSrc").endswith(f"-{width}.avif")
        # Chromium asks early for what is near; this is some twenty screens away.
        assert not far.evaluate("each => each.complete")
        before = far.bounding_box()
        far.scroll_into_view_if_needed()
        far.evaluate("each => each.decode()")
        after = far.bounding_box()
        assert before and after
        assert abs(before["height"] - after["height"]) < 1 < before["height"]
