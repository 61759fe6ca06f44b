"""Searching in a real browser, under a strict policy, at a domain's root and under a sub-path."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect
from sites import NOW, SmallSite, post

HOSTILE = "<img src=x onerror=alert(1)> & </script><mark>"
CONTENT: dict[str, str | bytes] = {
    "calls_to_action.toml": """
[call.talk]
kind = "link"
heading = "A trombone"
body = "Nobody finds a trombone."
button = "See the trombone"
url = "/about/"

[[placement]]
call = "talk"
slot = "end"
""",
    "posts/bread.md": post(
        "Bread takes a night", "Flour, water & a kettle.\n\n[[cta talk]]", Category="The Kitchen"
    ),
    "posts/tea.md": post("Tea", "The kettle sings. " * 40, Category="The Kitchen"),
    "posts/brot.md": post("Brot", "Mehl und Sauerteig.", Lang="de", Category="The Kitchen"),
    "posts/hostile.md": post(
        HOSTILE,
        f"Some hostility: `{HOSTILE}`.",
        Category=HOSTILE,
        Allow="bad-title (hostile), tag-list (hostile)",
    ),
    "posts/draft.md": post("Draft", "Quicksilver.", Status="draft"),
    "posts/later.md": post("Later", "Quicksilver.", Date="2031-01-01 09:00"),
    "posts/hidden.md": post("Hidden", "Quicksilver.", Status="hidden"),
    "pages/about.md": "Title: About\n\nI bake with a kettle.",
    "pages/thanks.md": "Title: Thanks\nStatus: hidden\n\nQuicksilver.",
    **{f"posts/many-{n}.md": post(f"One of many {n}", "Porcupines.") for n in range(25)},
}

NewPage = Callable[..., Page]
Serve = Callable[[Any, str], str]


def built(folder: Path, siteurl: str, **options: object) -> SmallSite:
    """The site above."""
    site = SmallSite(folder / "content", folder / "output")
    site.write(CONTENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", NOW)
        site.build(siteurl=siteurl, **options)
    return site


@pytest.fixture(scope="module", params=["", "/blog"], ids=["root", "sub-path"])
def anywhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, serve: Serve
) -> str:
    """Where the site is served, at the root and under a sub-path."""
    folder = tmp_path_factory.mktemp("search")
    site = built(folder, f"https://site.example{request.param}")
    return serve(site.output, request.param)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> str:
    """Where the site is served, under a sub-path."""
    site = built(tmp_path_factory.mktemp("search"), "https://site.example/blog")
    return serve(site.output, "/blog")


def found(page: Page, words: str, query: str) -> list[str]:
    """The titles that the page shows, once it says that so many are found for the query."""
    expect(page.get_by_role("status")).to_have_text(f"{words} found for “{query}”")
    titles = page.locator(".search-results h2").all_inner_texts()
    return [title.replace("\xa0", " ") for title in titles]


def test_a_reader_types_a_word_and_reads_the_story(page: Page, anywhere: str) -> None:
    page.goto(f"{anywhere}/")
    page.get_by_role("link", name="Search", exact=True).click()
    field = page.get_by_role("searchbox", name="Search the stories")
    field.press_sequentially("flour")
    assert found(page, "1", "flour") == ["Bread takes a night"]
    result = page.locator(".search-results li")
    expect(result.locator("mark")).to_have_text("Flour,")
    expect(result.locator(".search-topic")).to_have_text("The Kitchen")
    result.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Bread takes a night")
    expect(page).to_have_url(f"{anywhere}/bread/")


def test_what_is_typed_before_the_script_arrives_is_searched_for(page: Page, address: str) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/search.js", hold)
    with page.expect_request("**/search.js"):
        page.goto(f"{address}/search/?q=kettle", wait_until="commit")
    page.get_by_role("searchbox").fill("flour")
    (script,) = held
    script.continue_()
    assert found(page, "1", "flour") == ["Bread takes a night"]
    expect(page.get_by_role("searchbox")).to_have_value("flour")


def test_the_form_on_a_missing_page_leads_to_what_was_looked_for(page: Page, anywhere: str) -> None:
    page.goto(f"{anywhere}/no/such/page/")
    page.get_by_role("searchbox").fill("sings & kettle")
    page.get_by_role("button", name="Search").click()
    assert "Tea" in found(page, "1", "sings & kettle")
    assert page.url == f"{anywhere}/search/?q={quote('sings & kettle')}"
    expect(page.get_by_role("searchbox")).to_have_value("sings & kettle")


def test_the_keyboard_alone_is_enough(page: Page, address: str) -> None:
    page.goto(f"{address}/search/")
    for _ in range(page.locator("a").count()):
        page.keyboard.press("Tab")
        if page.get_by_role("searchbox").evaluate("each => each === document.activeElement"):
            break
    page.keyboard.type("kettle")
    page.keyboard.press("Enter")
    titles = found(page, "3", "kettle")
    assert sorted(titles) == ["About", "Bread takes a night", "Tea"]
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=titles[0], exact=True).last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(titles[0])


def test_only_what_is_public_is_found_and_no_word_that_stands_around_it(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/search/")
    field = page.get_by_role("searchbox")
    # Of drafts and hidden pages, of an invitation, of the menu, of a list, of the missing page.
    for query in ("quicksilver", "trombone", "topics", "recent"):
        field.fill(query)
        assert found(page, "Nothing", query) == []
    # A story in another language than the search page's.
    field.fill("sauerteig")
    assert found(page, "1", "sauerteig") == ["Brot"]


def test_of_very_many_the_best_are_shown(page: Page, address: str) -> None:
    page.goto(f"{address}/search/?q=porcupines")
    expect(page.get_by_role("status")).to_have_text("25 found for “porcupines”, the best 20 shown")
    expect(page.locator(".search-results li")).to_have_count(20)


def test_the_address_keeps_the_query_and_the_way_back_stays_short(page: Page, address: str) -> None:
    page.goto(f"{address}/about/")
    page.goto(f"{address}/search/")
    field = page.get_by_role("searchbox")
    for query in ("kettle", "größe 100%", "sings"):
        field.fill(query)
        expect(page).to_have_url(f"{address}/search/?q={quote(query)}")
    page.reload()
    assert found(page, "1", "sings") == ["Tea"]
    page.go_back()
    expect(page).to_have_url(f"{address}/about/")


def test_an_emptied_field_shows_nothing(page: Page, address: str) -> None:
    page.goto(f"{address}/search/?q=kettle")
    found(page, "3", "kettle")
    page.get_by_role("searchbox").fill("  ")
    expect(page.get_by_role("status")).to_be_empty()
    expect(page.locator(".search-results li")).to_have_count(0)


def with_pagefind(page: Page, data: str) -> None:
    """Let the page load, for Pagefind, what finds one page for every query: its data."""
    script = f"""
        const results = (query) => [{{data: async () => {data}}}];
        const debouncedSearch = async (query) => ({{results: results(query)}});
        export const createInstance = () => ({{debouncedSearch}});
    """
    answer = {"content_type": "text/javascript", "body": script}
    page.route("**/pagefind.js", lambda route: route.fulfill(**answer))


def test_what_was_typed_last_is_what_is_shown(page: Page, address: str) -> None:
    with_pagefind(
        page,
        """{
            if (query === "slow") {
                document.documentElement.dataset.slow = "";
                await new Promise((resume) => { window.resume = resume; });
            }
            return {url: "/x/", meta: {title: query}, excerpt: ""};
        }""",
    )
    page.goto(f"{address}/search/?q=slow")
    page.wait_for_selector("[data-slow]")
    page.get_by_role("searchbox").fill("quick")
    assert found(page, "1", "quick") == ["quick"]
    page.evaluate("resume(), new Promise((done) => setTimeout(done))")
    assert found(page, "1", "quick") == ["quick"]


def test_a_blank_after_the_word_changes_nothing(page: Page, address: str) -> None:
    page.goto(f"{address}/search/")
    page.evaluate(
        """() => {
            const status = document.querySelector("[role=status]");
            window.said = [];
            const observer = new MutationObserver(() => said.push(status.textContent));
            observer.observe(status, {childList: true});
        }"""
    )
    page.get_by_role("searchbox").press_sequentially("flour ")
    found(page, "1", "flour")
    said = page.evaluate("said")
    assert {each for each in said if "flour" in each} == {"1 found for “flour”"}
    assert "Search failed" not in said


def test_markup_in_a_story_is_shown_and_not_obeyed(page: Page, address: str) -> None:
    page.goto(f"{address}/search/?q=hostility")
    (title,) = found(page, "1", "hostility")
    assert title == HOSTILE
    result = page.locator(".search-results li")
    expect(result.locator(".search-topic")).to_have_text(HOSTILE)
    expect(result.locator(".search-excerpt")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(result.locator("mark")).to_have_text("hostility:")
    expect(result.locator("img, script")).to_have_count(0)


def test_of_an_excerpts_markup_only_marks_come_along(page: Page, address: str) -> None:
    excerpt = "<b>a</b><mark>b</mark><img src=x><a href=x><mark>c</mark></a>d"
    with_pagefind(page, f'({{url: "/x/", meta: {{title: "X"}}, excerpt: "{excerpt}"}})')
    page.goto(f"{address}/search/?q=x")
    found(page, "1", "x")
    inside = page.locator(".search-excerpt").evaluate("each => each.innerHTML")
    assert inside == "<mark>b</mark>d"


def test_a_search_that_fails_says_so(page: Page, address: str) -> None:
    page.route("**/pagefind.js", lambda route: route.fulfill(status=404))
    page.goto(f"{address}/search/?q=kettle")
    expect(page.get_by_role("status")).to_have_text("Search failed")
    expect(page.get_by_role("main").get_by_role("link", name="topics")).to_be_visible()


def test_a_site_without_a_public_story_is_searched_too(
    page: Page, tmp_path: Path, serve: Serve
) -> None:
    site = SmallSite(tmp_path / "content", tmp_path / "output")
    site.write({"posts/draft.md": CONTENT["posts/draft.md"]})
    site.build()
    page.goto(f"{serve(site.output, '/blog')}/search/?q=quicksilver")
    assert found(page, "Nothing", "quicksilver") == []
    page.get_by_role("searchbox").fill("tea")
    assert found(page, "Nothing", "tea") == []


def test_without_a_query_nothing_is_loaded_but_one_small_script(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/bread/", "/no/such/page/", "/search/"):
        page.goto(address + path, wait_until="networkidle")
    (script,) = [url for url in asked if url.endswith(".js") or "pagefind" in url]
    assert script == f"{address}/theme/js/search.js"
    assert len(page.request.get(script).body()) <= 1792
    # Nor does a worker run, for which the page's policy would not hold.
    page.get_by_role("searchbox").fill("flour")
    found(page, "1", "flour")
    assert page.workers == []


def test_without_javascript_the_page_says_so_and_leads_on(new_page: NewPage, address: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/search/")
    page.get_by_role("searchbox").fill("kettle")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/search/?q=kettle")
    expect(page.locator("noscript p")).to_be_visible()
    assert "you need JavaScript" in page.locator("noscript p").inner_text()
    for name, heading in (("topics", "Topics"), ("archives", "Archives")):
        page.goto(f"{address}/search/")
        page.get_by_role("main").get_by_role("link", name=name).click()
        expect(page.locator("h1")).to_have_text(heading)


@pytest.mark.parametrize("query", ["", "kettle", "nothing such"])
def test_axe_finds_nothing(page: Page, address: str, query: str) -> None:
    page.goto(f"{address}/search/?q={query}")
    if query:
        expect(page.get_by_role("status")).to_contain_text(query)
    levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {
        "runOnly": levels,
        "rules": {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }
    for scheme, width in (("light", 320), ("dark", 1280)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        result = Axe().run(page, options=options)
        assert result.violations_count == 0, f"{scheme}, {width}: {result.generate_report()}"


def test_the_preview_says_where_search_is(page: Page, tmp_path: Path, serve: Serve) -> None:
    site = built(tmp_path, "https://site.example", drafts=True)
    assert not (site.output / "pagefind").exists()
    page.goto(f"{serve(site.output, '')}/search/?q=kettle", wait_until="networkidle")
    expect(page.get_by_text("search comes with python3 bootstrap.py build")).to_be_visible()
    expect(page.get_by_role("status")).to_be_empty()
