"""One stylesheet says what the theme's files say, as a real browser reads both."""

from collections.abc import Callable
from pathlib import Path
from re import findall

import pytest
from playwright.sync_api import Page
from site_files.stylesheet import compact
from sites import SmallSite, post

from tools import build as build_module
from tools.build import ROOT, BuildError

CSS = ROOT / "theme" / "css"
Make = Callable[..., SmallSite]


def rules(page: Page, css: str) -> list[str]:
    """The rules that the browser understands."""
    found: list[str] = page.evaluate(
        """css => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            return [...sheet.cssRules].map(rule => rule.cssText);
        }""",
        css,
    )
    return found


@pytest.mark.parametrize(
    "css",
    [
        'a::before { content: "/* not a comment */"; color: red }',
        "a::before { content: '  two  \\'  blanks /* ' }",
        'a::before { content: "\\\n    a blank line"; }',
        "a { background: url(data:image/svg+xml;*/*,//x/*y*/z) }",
        "a { font-family: one/* word */two; margin: 1px/**/2px; --empty: ; }",
        "main/* inside */.story { color: red }",
        "main /* between */.story, main/* between */ .story { color: red }",
        "/* first */\n\na { /* second\n  { */ color: red; } /* last */",
        "@media (width >= 9rem) {\n  a {\n    color: red;\n  }\n}",
    ],
)
def test_nothing_changes_its_meaning(page: Page, css: str) -> None:
    assert rules(page, css)
    assert rules(page, compact(css)) == rules(page, css)


def test_comments_and_leading_blanks_are_left_out() -> None:
    assert compact("/* one */\na {\n  /* two */\n  color: red;\n}\n\n\nb {}\n") == (
        "a {\ncolor: red;\n}\nb {}"
    )


def test_a_page_has_one_stylesheet_with_all_of_the_themes_rules_in_their_order(
    small_site: Make, page: Page
) -> None:
    site = small_site({"posts/a.md": post()})
    site.build()
    (name,) = [name for name in site.files() if name.endswith(".css")]
    for html in ("index.html", "a/index.html", "404.html"):
        assert findall(r'rel="stylesheet" href="([^"]+)"', site.read(html)) == [f"/blog/{name}"]
    files = findall(r'@import "([^"]+)"', (CSS / "style.css").read_text("utf-8"))
    assert {*files, "style.css"} == {file.name for file in CSS.iterdir()}
    expected = []
    for file in files:
        text = (CSS / file).read_text("utf-8")
        expected += rules(page, f"@media print {{ {text} }}" if file == "print.css" else text)
    assert rules(page, site.read(name)) == expected
    assert "/*" not in site.read(name)


def test_another_rule_gives_the_stylesheet_another_name(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theme = with_theme(monkeypatch, tmp_path, {"a.css": "a { color: red }"})
    site = small_site({"posts/a.md": post()})
    names = []
    for rule in ("a { color: red }", "/* no other */ a { color: red }", "a { color: blue }"):
        (theme / "css" / "a.css").write_text(rule)
        site.build()
        names.append(next(name for name in site.files() if name.endswith(".css")))
        assert f'href="/blog/{names[-1]}"' in site.read("index.html")
    assert names[0] == names[1] != names[2]


def test_a_file_that_is_not_there_stops_the_build(
    small_site: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_theme(monkeypatch, tmp_path, {})
    site = small_site({"posts/a.md": post()})
    with pytest.raises(BuildError, match=r"css/a.css cannot be read: .*No such file"):
        site.build()
    assert not site.output.exists()


def with_theme(monkeypatch: pytest.MonkeyPatch, folder: Path, css: dict[str, str]) -> Path:
    """Build with a theme whose stylesheet imports a.css; the theme has these files."""
    theme = folder / "theme"
    (theme / "css").mkdir(parents=True)
    (theme / "templates").symlink_to(ROOT / "theme" / "templates")
    (theme / "static").symlink_to(ROOT / "theme" / "static")
    for name, text in {"style.css": '@import "a.css";', **css}.items():
        (theme / "css" / name).write_text(text)
    given = build_module.site_settings
    monkeypatch.setattr(
        build_module,
        "site_settings",
        lambda conf, **options: {**given(conf, **options), "THEME": str(theme)},
    )
    return theme
