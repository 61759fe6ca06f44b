"""Why a page was written, or kept."""

from collections.abc import Callable

from sites import SmallSite, post

from tools.build import explained

Make = Callable[..., SmallSite]


def test_a_page_is_explained_by_its_address_or_its_file(small_site: Make) -> None:
    site = small_site({"posts/one.md": post("One"), "posts/two.md": post("Two", "Other words.")})
    first = site.build()
    assert explained(first, "/one/") == "one/index.html was written: it is new"
    site.write({"posts/two.md": post("Two", "Other words, and more.")})
    second = site.build()
    kept = "was kept: nothing that it shows has changed since the last build"
    assert explained(second, "archives") == f"archives/index.html {kept}"
    for page in ("two", "https://site.example/two/", "two/index.html"):
        assert explained(second, page) == "two/index.html was written: changed: article"
    assert explained(second, "/tow/") == 'There is no page "/tow/"; did you mean "two/index.html"?'


def test_the_home_page_is_explained_too(small_site: Make) -> None:
    built = small_site({"posts/one.md": post("One")}).build()
    assert explained(built, "/") == "index.html was written: it is new"
