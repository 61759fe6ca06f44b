"""The task that writes down stories' ids."""

import subprocess
import sys
from collections.abc import Callable

from posts.front_matter import front_matter
from sites import SmallSite, files_below, post

from tools.build import ROOT
from tools.ids import written_ids

Make = Callable[..., SmallSite]


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
        assert "id" in front_matter(file.read_text("utf-8").splitlines()).first(), file
