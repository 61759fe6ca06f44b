"""The task that writes down stories' ids."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from posts.unusable import front_matter
from sites import SmallSite, files_below, post

from tools.build import ROOT
from tools.ids import with_id, written_ids

Make = Callable[..., SmallSite]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Title: A\n\nWords.\n", "Title: A\nId: x\n\nWords.\n"),
        ("Title: A\r\nTags: b\r\n\r\nWords.\r\n", "Title: A\r\nTags: b\r\nId: x\r\n\r\nWords.\r\n"),
        ("\ufeffTitle: A\n\nWords.", "\ufeffTitle: A\nId: x\n\nWords."),
        ("Title: A\rTags: b\r\rWords.", "Title: A\rTags: b\rId: x\r\rWords."),
        ("---\nTitle: A\n---\nWords: b\n", "---\nTitle: A\nId: x\n---\nWords: b\n"),
        ("Title: A\nSummary: b\n    c\n\nd: e", "Title: A\nSummary: b\n    c\nId: x\n\nd: e"),
        ("Title: A", "Title: A\nId: x"),
        ("Title: A\nWords at once.", "Title: A\nId: x\nWords at once."),
        ("Title: \u2028A\n\n\x0c\u2029B", "Title: \u2028A\nId: x\n\n\x0c\u2029B"),
    ],
)
def test_the_line_comes_last_in_the_front_matter_and_the_rest_stays(
    before: str, after: str
) -> None:
    assert with_id(before, "x") == after


def test_stories_without_an_id_get_their_files_names_and_feeds_stay_as_they_were(
    small_site: Make,
) -> None:
    site = small_site(
        {
            "posts/a.md": b"\xef\xbb\xbfTitle: A\r\nDate: 2025-05-01\r\n\r\nWords.\r\n",
            "posts/grün & gut.md": post("B", Slug="b"),
            "posts/c.md": post("C", Id="own"),
            "posts/draft.md": post("D", Status="draft"),
            "posts/broken.md": "Title: No date\n\nWords.",
            "posts/one/same.md": post("E"),
            "posts/two/same.md": post("F", Slug="f"),
            "pages/about.md": "Title: About\n\nWords.",
        }
    )
    site.build(keep_going=True)
    before, feeds = files_below(site.content), site.read("feeds/all.atom.xml")
    said = [*written_ids(site.content)]
    assert said == [
        "posts/a.md: Id: a",
        "posts/draft.md: Id: draft",
        "posts/grün & gut.md: Id: gr%C3%BCn%20%26%20gut",
        "Stories: 6, with a new Id: 3",
    ]
    after = files_below(site.content)
    assert after.pop("posts/a.md") == (
        b"\xef\xbb\xbfTitle: A\r\nDate: 2025-05-01\r\nId: a\r\n\r\nWords.\r\n"
    )
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"posts/draft.md", "posts/grün & gut.md"}
    site.build(keep_going=True)
    assert site.read("feeds/all.atom.xml") == feeds
    assert [*written_ids(site.content)][-1] == "Stories: 6, with a new Id: 0"


def test_the_task_says_what_it_did(small_site: Make) -> None:
    site = small_site({"posts/a.md": post("A")})
    words = ["-m", "invoke", "ids", "--content", str(site.content)]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout == "posts/a.md: Id: a\nStories: 1, with a new Id: 1\n"
    assert not done.stderr


def test_the_projects_own_stories_have_ids() -> None:
    for file in (ROOT / "content" / "posts").rglob("*.md"):
        assert "id" in front_matter(file.read_text("utf-8")), file
