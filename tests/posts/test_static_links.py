"""A text's links are found as Pelican finds them."""

import posixpath
import random
from fnmatch import fnmatch

import pytest
from pelican.contents import Article
from pelican.settings import DEFAULT_CONFIG
from posts.content_folder import names_like
from posts.static_links import line_without_address, linked_file, no_address, static_links

PIECES = (
    *('<a href="', "<img src='", '<a href="{static}/', "<img src='{attach}", "{filename}", "|tag|"),
    *(
        "{static}",
        "{attach}",
        "|static|",
        "../",
        "./",
        "a%20b.png",
        "a b.png",
        "#at",
        "?q",
        "é.png",
    ),
    *('"', "'", '">', "'>", "</a>", "\n", "words", "/", "{STATIC}", "%2e", "&amp;", "é.png"),
)


def test_links_to_files_are_those_that_pelican_finds() -> None:
    settings = {**DEFAULT_CONFIG, "PATH": "/a/b/c/d/content"}
    chance, count = random.Random(1), 0
    for _ in range(5000):
        html = "".join(chance.choices(PIECES, k=12))
        for folder in ("", "posts", "posts/trust"):
            file = posixpath.join(settings["PATH"], folder, "a.md")
            article = Article(html, {"title": "A"}, settings, file)
            links = static_links(article._get_intrasite_link_regex().pattern, html)
            # An empty one is the post itself to Pelican, and a folder to us: neither is published.
            if "" not in links:
                found = {linked_file(link, folder) for link in links}
                assert found == article.get_static_links(), html
                count += len(found)
    assert count > 1000


def test_names_are_matched_as_by_a_shell() -> None:
    names = (".a", "a", "a~", "#a#", "__pycache__", "a.md", "A.MD", "[a]", "a\n", "\n.a", "")
    for patterns in ([], [".*"], ["*~", "#*#"], ["__pycache__", "[!a]*"], ["a?", "*.md"]):
        passed_over = names_like(patterns)
        for name in names:
            expected = any(fnmatch(name, pattern) for pattern in patterns)
            assert bool(passed_over(name)) == expected, (name, patterns)


@pytest.mark.parametrize(
    ("html", "link"),
    [
        ('<a href="http://[x">', "http://[x"),
        ("<img alt='' src='//[x'>", "//[x"),
        ('<a href="{static}//[x/y.png">', "//[x/y.png"),
        ("<video poster=//[x>", "//[x"),
        ('<a href="http://[::1]/">', ""),
        ('<a href="a//[b">', ""),
        ("<p>http://[x (//[x)</p>", ""),
        ('<a title="//[x" href="/">', ""),
    ],
)
def test_a_link_that_nobody_can_split_is_no_address(html: str, link: str) -> None:
    assert no_address(html) == link


def test_the_line_of_a_link_that_is_no_address_is_found() -> None:
    assert line_without_address("a\n[b](http://[::1]/)\n[c]({static}//[d)\n") == (3, "//[d")
    assert line_without_address("a\n\n[b]: http://[c\n") == (3, "http://[c")
    assert line_without_address("[a](http://b.example/c)\n") == (0, "")
