"""The content security policy of each page, and what it lets through."""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from xml.etree.ElementTree import Element

import html5lib
import pytest
from sites import SmallSite, post

Make = Callable[..., SmallSite]
SIGNUP = """
[provider.post]
service = "buttondown"
action = "https://buttondown.com/api/emails/embed-subscribe/me"
[call.mail]
kind = "signup"
provider = "post"
heading = "Mail"
body = "Weekly."
button = "Sign up"
url = "/subscribe/"
[[placement]]
call = "mail"
slot = "end"
"""


def parsed(site: SmallSite, name: str) -> Element:
    """A page of the site."""
    return html5lib.parse(site.read(name), namespaceHTMLElements=False)


def policy(page: Element) -> dict[str, list[str]]:
    """The page's policy: the sources of each directive."""
    (content,) = (
        meta.get("content", "")
        for meta in page.iter("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    words = (directive.split() for directive in content.split(";"))
    return {name: sources for name, *sources in words}


@pytest.fixture
def site(small_site: Make) -> SmallSite:
    """A small site with a form and a table, built."""
    table = "| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |"
    made = small_site(
        {
            "calls_to_action.toml": SIGNUP,
            "posts/trust/a.md": post("A </script> & b", table, Allow="bad-title (hostile)"),
            "pages/subscribe.md": "Title: Subscribe\n\n[[cta mail]]\n",
        }
    )
    made.build()
    return made


def test_every_page_allows_only_what_it_needs(site: SmallSite) -> None:
    pages = [name for name in site.files() if name.endswith(".html")]
    assert len(pages) > 6
    for name in pages:
        page = parsed(site, name)
        found = policy(page)
        scripts = found.pop("script-src")
        data = [
            "".join(each.itertext())
            for each in page.iter("script")
            if each.get("type") == "application/ld+json"
        ]
        hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in data]
        wasm = ["'wasm-unsafe-eval'"] if name == "search/index.html" else []
        assert scripts == ["'self'", *(f"'sha256-{each}'" for each in hashes), *wasm], name
        assert found == {
            "default-src": ["'none'"],
            "style-src": ["'self'"],
            "img-src": ["'self'"],
            "media-src": ["'self'"],
            "connect-src": ["'self'"],
            "manifest-src": ["'self'"],
            "form-action": ["'self'", "https://buttondown.com"],
            "base-uri": ["'none'"],
        }, name


def test_a_page_has_no_inline_script_style_or_handler(site: SmallSite) -> None:
    for name in (name for name in site.files() if name.endswith(".html")):
        for element in parsed(site, name).iter():
            if not isinstance(element.tag, str):
                continue
            assert element.tag != "style", name
            wrong = [key for key in element.attrib if key == "style" or re.match("on", key)]
            assert not wrong, (name, element.tag, wrong)
            inline = element.tag == "script" and not element.get("src")
            assert not inline or element.get("type") == "application/ld+json", name


def test_columns_of_a_table_are_aligned_by_classes(site: SmallSite) -> None:
    cells = [*parsed(site, "a/index.html").iter("td")]
    assert [cell.get("class") for cell in cells] == ["align-left", "align-center", "align-right"]
