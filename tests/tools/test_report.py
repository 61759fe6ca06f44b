"""The blog at a glance: what the writer reads, and the page that she looks at."""

from collections.abc import Callable
from pathlib import Path

import html5lib
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from sites import SmallSite, post

from tools.report import overview, report, written_page

Make = Callable[..., SmallSite]
CALLS = (
    '[call.a]\nkind = "link"\nheading = "A"\nbody = "A"\nbutton = "A"\nurl = "/"\n'
    '[[placement]]\ncall = "a"\nslot = "end"\n'
)


def test_the_report_counts_what_is_public_and_lists_what_asks_for_something(
    small_site: Make, tmp_path: Path, browser: Browser
) -> None:
    site = small_site(
        {
            "calls_to_action.toml": CALLS,
            "posts/a.md": post("A <b>&", "one two", Category="Bread", Summary="Sum."),
            "posts/b.md": post("B", "one two three", Category="Bread", Date="2025-08-01"),
            "posts/c.md": post("C", "one", Category="Sea", Summary="TODO: two", Calls="none"),
            "posts/d.md": "Title: D\nStatus: draft\nCategory: Sea\nSummary: S.\n\nWords.",
            "posts/e.md": post("E", Date="2026-02-01", Category="Sea", Summary="S."),
            "posts/f.md": "Title: F\n\nWords.",
        }
    )
    found = overview(site.content)
    assert found.topics == {"Bread": 2, "Sea": 1}
    assert found.months == {"2025-05": 2, "2025-06": 0, "2025-07": 0, "2025-08": 1}
    listed = {title: [each.path[6] for each in those] for title, those in found.lists.items()}
    assert listed == {
        "Drafts": ["d"],
        "Waiting for their day": ["e"],
        "Without a summary": ["b", "c"],
        "No other story leads to it": [],
        "Without an invitation": ["c"],
    }
    # Of three stories, each recommends both others; drafts recommend, but no reader sees it.
    assert {each.path[6]: each.inbound for each in found.stories} == {
        **dict.fromkeys("abc", 2),
        **dict.fromkeys("de", 0),
    }
    lines = [*report(found)]
    assert lines[0] == "3 public stories, 6 words"
    assert "  2025-06    0" in lines
    story = lines.index("  posts/b.md")
    assert lines[story + 1] == (
        "    2025-08-01  3 words, 2 stories lead here, invitations: a (end)"
    )
    draft = lines.index("  posts/d.md (a draft)")
    assert lines[draft + 1].startswith("    no date     1 words, 0 stories lead here, invit")
    titles = [line.strip().rpartition(":")[0] for line in lines if line.startswith("\n")]
    assert titles == [
        *("Drafts", "Waiting for their day", "Without a summary", "Without an invitation"),
        *("Left out, or to be mended", "Topics", "Months", "Stories"),
    ]
    mended = lines[lines.index("\nLeft out, or to be mended: 2") + 1 :][:2]
    assert "posts/a.md:1: error: the title would show" in " ".join(mended[0].split())
    assert 'posts/f.md:1: error: no date; write "Date: 2026-01-31"' in " ".join(mended[1].split())

    file = written_page(found, tmp_path / "report" / "index.html")
    first = file.read_bytes()
    html5lib.HTMLParser(strict=True).parse(first.decode().strip())
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.get_by_role("rowheader", name="A <b>&")).to_be_visible()
    assert [each.partition(":")[0] for each in page.locator("h2").all_inner_texts()] == titles
    assert page.locator("svg rect").count() == 2 + 4
    assert not Axe().run(page).response["violations"]
    assert asked == [file.as_uri()]
    page.close()
    assert written_page(overview(site.content), file).read_bytes() == first
    assert not site.output.exists()


def test_the_report_fits_a_terminal(small_site: Make) -> None:
    files = {f"posts/n{n}.md": post(f"N{n}", f"Words of {n}.", Category="Sea") for n in range(120)}
    bad = post("Bad", "[Words](gone/) " * 9, Summary="S.")
    site = small_site({"calls_to_action.toml": CALLS, **files, "posts/bad.md": bad})
    lines = "\n".join(report(overview(site.content))).splitlines()
    bars = {line.split()[0]: line.count("█") for line in lines if "█" in line}
    assert bars == {"Sea": 66, "posts": 1, "2025-05": 64}
    # A path is not broken.
    assert [line for line in lines if len(line) > 80 and str(site.content) not in line] == []
