"""HTML in posts that the pages' policy blocks, or that would harm a reader."""

from collections.abc import Callable

import pytest
from checks.markup import tags
from checks.raw_markup import unwelcome
from sites import SmallSite, post

from tools.build import BuildError

Make = Callable[..., SmallSite]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>style=1 onclick=2 &lt;script&gt;</p>", []),
        ('<a href="https://x.example/">x</a> <a href="mailto:a@b.c">x</a>', []),
        ('<!-- <script>x</script> --><video src="{static}/a.mp4" poster="/b.png"></video>', []),
        ("<SCRIPT>x</SCRIPT>", ["<SCRIPT"]),
        ('<p class="x" style="color: red">', ['style="color: red"']),
        ("<p STYLE='a' onClick=b>", ["STYLE='a'", "onClick=b"]),
        ('<form method="post"><input></form>', ["<form", "<input"]),
        ('<iframe src="/own/"></iframe>', ["<iframe"]),
        ('<a href="javascript:alert(1)">', ['href="javascript:alert(1)"']),
        ('<a href=" java&#115;cript&colon;x">', ['href=" java&#115;cript&colon;x"']),
        ('<a href="java\tscript:x">', ['href="java\tscript:x"']),
        ('<a href="data:text/html,x">', ['href="data:text/html,x"']),
        ('<video poster="//x.example/a.png">', ['poster="//x.example/a.png"']),
        ('<source srcset="https://x.example/a.png 2x">', ['srcset="https://x.example/a.png 2x"']),
        ('<img src="a.png" srcset="b.png 1x, //x.example/c.png 2x">',
         ['srcset="b.png 1x, //x.example/c.png 2x"']),
        ('<img src="a.png" srcset="{static}/b.png 1x">', ['srcset="{static}/b.png 1x"']),
        ('<img src="a.png" srcset="b.png 1x, /c.png 2x">', []),
        ('<svg><image href="https://x.example/b.jpg"/></svg>',
         ['href="https://x.example/b.jpg"']),
        ('<svg><use xlink:href="#a"/><a xlink:href="javascript:x">', ['xlink:href="javascript:x"']),
        ('<p title="a > b" style="x">', ['style="x"']),
        ("<!--> <script>x</script> -->", ["<script"]),
        ('<!---> <b onclick="x()">y</b> -->', ['onclick="x()"']),
        ('<table background="https://x.example/a.png">', ['background="https://x.example/a.png"']),
        ('<a href="/x" ping="https://x.example/">', ['ping="https://x.example/"']),
        ('<video src="/\\x.example/a">', ['src="/\\x.example/a"']),
        ('<video src="\\\\x.example/a">', ['src="\\\\x.example/a"']),
        ('<video src="/&#9;/x.example/a">', ['src="/&#9;/x.example/a"']),
        ('<svg><a><set attributeName="href" to="javascript:x"/>', ['to="javascript:x"']),
        ('<svg><animate values="/a;javascript:x"/>', ['values="/a;javascript:x"']),
        ("<main><select><dialog open><font>", ["<main", "<select", "<dialog", "<font"]),
    ],
)  # fmt: skip
def test_what_has_no_place_in_a_story_is_found(html: str, found: list[str]) -> None:
    assert [what for tag in tags(html) for what, _ in unwelcome(tag)] == found


def test_it_is_told_with_file_line_and_remedy(small_site: Make) -> None:
    body = 'One.\n\n<p style="color: red">Two.</p>\n\n[Three](javascript:x)\n\n`<script>`'
    site = small_site(
        {"posts/a.md": post("A", body), "pages/b.md": "Title: B\n\nWords. <iframe></iframe>"}
    )
    with pytest.raises(BuildError) as raised:
        site.build()
    said = [line.removeprefix(f"{site.content}/") for line in str(raised.value).splitlines()]
    assert [line.partition("; ")[0] for line in said] == [
        "pages/b.md:3: <iframe a frame in a story stays empty here",
        'posts/a.md:6: style="color: red" does nothing here',
        'posts/a.md:8: href="javascript:x" is no address to lead a reader to',
    ]
