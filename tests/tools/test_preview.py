"""The live preview as the writer meets it: the real task, a real browser, real edits."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect
from sites import post

from tools import preview as preview_module
from tools.build import ROOT
from tools.preview import Preview, serve

SECONDS = 30


@dataclass
class Running:
    """A preview of a copy of the project, and what it has printed."""

    project: Path
    address: str
    process: "subprocess.Popen[str]"
    said: "Queue[str]" = field(default_factory=Queue)

    def wait_for(self, pattern: str) -> str:
        """The next printed line that matches."""
        while True:
            try:
                line = self.said.get(timeout=SECONDS)
            except Empty:
                pytest.fail(f"the preview never said {pattern!r}")
            if re.search(pattern, line):
                return line


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Running]:
    """The serve task, running on a copy of the project with two posts."""
    project = tmp_path / "my blog"
    for name in ("plugins", "theme", "tools"):
        shutil.copytree(ROOT / name, project / name)
    for name in ("tasks.py", "pelicanconf.py"):
        shutil.copy(ROOT / name, project / name)
    (project / "publishconf.py").write_text(
        'from pelicanconf import *\nSITEURL = "https://name.example/my-blog"\n'
    )
    posts = project / "content" / "posts"
    posts.mkdir(parents=True)
    (project / "content" / "calls_to_action.toml").write_text(
        '[call.a]\nkind = "link"\nheading = "A"\nbody = "A"\nbutton = "A"\nurl = "/"\n'
        '[[placement]]\ncall = "a"\nslot = "end"\n'
    )
    (posts / "first.md").write_text(post("First", Id="first", Summary="One."))
    (posts / "second.md").write_text(post("Second", Status="draft", Summary="Two."))
    process = subprocess.Popen(
        [sys.executable, "-m", "invoke", "serve"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    running = Running(project, "", process)
    assert process.stdout is not None
    lines = process.stdout
    reader = threading.Thread(target=lambda: [running.said.put(line) for line in lines])
    reader.start()
    try:
        said = running.wait_for("Look at http")
        running.address = re.search(r"http://localhost:\d+/my-blog", said)[0]  # type: ignore[index]
        yield running
    finally:
        process.terminate()
        process.wait(SECONDS)
        reader.join(SECONDS)
        lines.close()


def test_an_edit_reaches_the_open_page_and_a_broken_post_does_not_end_it(
    preview: Running, page: Page
) -> None:
    posts = preview.project / "content" / "posts"
    page.goto(f"{preview.address}/")
    expect(page.get_by_role("link", name="Second")).to_be_visible()
    expect(page.locator(".draft-badge")).to_be_visible()

    for title in ("Edited", "Edited again"):
        # As many editors save: a new file takes the old one's place.
        for path in (posts / "first.md", preview.project / "pelicanconf.py"):
            new = path.with_suffix(".new")
            new.write_text(
                post(title, Id="first", Summary="One.")
                if path.suffix == ".md"
                else path.read_text()
            )
            new.replace(path)
        link = page.get_by_role("link", name=title, exact=True)
        expect(link).to_be_visible(timeout=SECONDS * 1000)

    (posts / "broken.md").write_text("Title: Broken\nDate: soon\n\nText.")
    expect(page.get_by_role("alert")).to_contain_text(
        'broken.md, line 2: date "soon" is not a date', timeout=SECONDS * 1000
    )
    expect(page.get_by_role("link", name="Edited again")).to_be_visible()

    (posts / "broken.md").write_text(post("Mended", Id="mended", Summary="One."))
    expect(page.get_by_role("link", name="Mended")).to_be_visible(timeout=SECONDS * 1000)
    expect(page.get_by_role("alert")).to_have_count(0, timeout=SECONDS * 1000)

    calls = preview.project / "content" / "calls_to_action.toml"
    calls.write_text(calls.read_text().replace("button =", "buton ="))
    expect(page.get_by_role("alert")).to_contain_text(
        'did you mean "button"', timeout=SECONDS * 1000
    )
    expect(page.get_by_role("link", name="Mended")).to_be_visible()
    calls.write_text(calls.read_text().replace("buton =", "button ="))

    template = preview.project / "theme" / "templates" / "index.html"
    template.write_text(template.read_text().replace("<h1", "<p>New template</p><h1", 1))
    expect(page.get_by_text("New template")).to_be_visible(timeout=SECONDS * 1000)

    story = preview.project / "plugins" / "engagement" / "story.py"
    story.write_text(story.read_text().replace("WORDS_A_MINUTE = 230", "WORDS_A_MINUTE = 0.1", 1))
    expect(page.get_by_text("20 min read").first).to_be_visible(timeout=SECONDS * 1000)
    assert not [line for line in preview.said.queue if "Traceback" in line]


def test_a_missing_page_and_a_taken_port_are_told(preview: Running, page: Page) -> None:
    elsewhere = Request(f"{preview.address}/", headers={"Host": "evil.example"})
    with pytest.raises(HTTPError, match="403"):
        urlopen(elsewhere)
    answer = page.goto(f"{preview.address}/nowhere/")
    assert answer is not None
    assert answer.status == 404
    origin = preview.address.removesuffix("/my-blog")
    with urlopen(f"{origin}/") as answer_at_root:
        assert answer_at_root.url == f"{preview.address}/"
    for outside in ("/first/", "/my-blogs/", "/my-blog/../pelicanconf.py", "/_preview/nowhere"):
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{origin}{outside}")
    port = origin.rpartition(":")[2]
    second = subprocess.run(
        [sys.executable, "-m", "invoke", "serve", "--port", port],
        cwd=preview.project,
        check=False,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert f"The preview cannot start: no free port among {port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_page_tells_its_own_problems_and_a_failed_build_leaves_the_last_page(
    preview: Running, page: Page
) -> None:
    posts = preview.project / "content" / "posts"
    page.goto(f"{preview.address}/first/")
    expect(page.get_by_role("alert")).to_have_count(0)
    (posts / "first.md").write_text(post("First", "[A]({filename}&lt;b&gt;gone.md)"))
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("first.md, line 4: ", timeout=SECONDS * 1000)
    expect(notice.get_by_text("gone.md leads to no file")).to_be_visible()
    expect(notice.locator("b")).to_have_count(0)
    expect(notice).not_to_contain_text("Elsewhere")

    page.goto(f"{preview.address}/drafts/second/")
    expect(page.locator(".draft-badge")).to_be_visible()
    elsewhere = notice.get_by_text("gone.md leads to no file")
    expect(elsewhere).to_be_hidden()
    notice.get_by_text(re.compile(r"^Elsewhere: [1-9]")).click()
    expect(elsewhere).to_be_visible()

    calls = preview.project / "content" / "calls_to_action.toml"
    calls.write_text(calls.read_text().replace("button =", "buton ="))
    expect(notice).to_contain_text(
        "The build failed. This is the last page that was whole.", timeout=SECONDS * 1000
    )
    expect(notice.get_by_text('did you mean "button"')).to_be_visible()
    expect(page.get_by_role("heading", name="Second")).to_be_visible()


# A line of each is a kind of its own, which the checks tell of in the preview.
KINDS = ["Go [here](https://x.example/).", "The the end.", "# Again", "Words {{ x }}.", "A wrrrd."]
MISSPELT = [f"Of qzx{letter}x." for letter in "abcdefghijklmnopqr"]


@pytest.mark.parametrize(
    ("body", "shown", "folded"),
    [
        ("One wrrrd.", 1, []),
        ("\n\n".join(KINDS), 4, ["1 of other kinds"]),
        (
            "\n\n".join([*KINDS, *(f"[There](/{'y' * 200}{n}/)." for n in range(17)), *MISSPELT]),
            4,
            ["20 of other kinds", "16 more like this"],
        ),
    ],
    ids=["one", "five", "forty"],
)
def test_however_many_problems_a_page_has_it_is_seen_on_a_phone(
    preview: Running, page: Page, body: str, shown: int, folded: list[str]
) -> None:
    posts = preview.project / "content" / "posts"
    (posts / "first.md").write_text(post("First", body, Id="first", Summary="One."))
    preview.wait_for("Rebuilt in")
    page.goto(f"{preview.address}/first/")
    notice = page.get_by_role("alert")
    expect(notice.locator("> ul > li")).to_have_count(shown)
    assert sorted(notice.locator("summary").all_inner_texts()) == sorted(folded)
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert notice.bounding_box()["height"] <= 844 / 2  # type: ignore[index]
        assert page.evaluate("document.documentElement.scrollWidth") == width
    for summary in notice.locator("summary").all():
        summary.click()
    page.set_viewport_size({"width": 320, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_address_that_a_draft_will_have_leads_to_the_draft(
    preview: Running, page: Page
) -> None:
    posts = preview.project / "content" / "posts"
    (posts / "zwei.md").write_text(post("Zwei", Status="draft", Lang="de", Slug="third"))
    (preview.project / "content" / "pages").mkdir()
    (preview.project / "content" / "pages" / "me.md").write_text(
        "Title: Me\nStatus: draft\n\nI, it seems."
    )
    preview.wait_for("Rebuilt in")
    for address, slug, title in (
        ("second/", "second", "Second"),
        ("second", "second", "Second"),
        ("second/index.html", "second", "Second"),
        ("me/", "me", "Me"),
        ("de/third/", "de/third", "Zwei"),
    ):
        page.goto(f"{preview.address}/{address}")
        assert page.url == f"{preview.address}/drafts/{slug}/"
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    page.goto(f"{preview.address}/first/")
    assert page.url == f"{preview.address}/first/"
    for nowhere in ("third/", "drafts/third/", "de/", "second/more/"):
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{preview.address}/{nowhere}")


def test_ctrl_c_ends_the_preview_and_leaves_no_unfinished_build(preview: Running) -> None:
    (preview.project / "content" / "posts" / "first.md").write_text(post("Again"))
    while not (begun := list(preview.project.glob(".build.*"))):
        time.sleep(0.01)
    os.killpg(preview.process.pid, signal.SIGINT)
    assert preview.process.wait(SECONDS) == 0
    preview.wait_for("The preview has ended.")
    assert not [folder for folder in begun if folder.exists()]
    assert (preview.project / ".preview" / "first" / "index.html").is_file()


def test_a_phone_in_the_network_is_answered_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preview_module, "_lan_address", lambda: "127.0.0.2")
    monkeypatch.setattr(Preview, "rebuild", lambda self, builder: builder.siteurl)
    for lan, answer in ((True, "404"), (False, "refused")):
        said = serve(lan=lan)
        local = next(said)
        assert "(drafts are shown" in next(said)
        phone = local.replace("localhost", "127.0.0.2")
        if lan:
            assert next(said).startswith(f"On your phone: {phone}/ (all in your network")
        with pytest.raises(URLError, match=answer):
            urlopen(f"{phone}/no/such/page")


def test_without_a_network_lan_is_told_to_be_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("socket.socket.connect", unreachable)
    with pytest.raises(OSError, match="this machine is in no network; leave --lan out"):
        next(serve(lan=True))
