"""Stories from other blogs: small exports in the published formats, and hostile ones."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sites import SmallSite, errors, files_below, post

from tools.build import ROOT
from tools.importers.exported import ImportProblem
from tools.importers.markdown import markdown
from tools.importers.stories import Imported, imported, summary
from tools.importers.wordpress import paragraphs

Make = Callable[..., SmallSite]
WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Old</title><link>https://old.example</link><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://old.example</wp:base_site_url>
<wp:base_blog_url>https://old.example</wp:base_blog_url>{items}</channel></rss>"""


def item(number: int, title: str, html: str, **more: str) -> str:
    """A post of WordPress; ``more`` stands in for what it usually says."""
    said = {
        "link": f"https://old.example/2019/05/post-{number}/",
        "name": f"post-{number}",
        "status": "publish",
        "type": "post",
        "date": "2019-05-01 22:30:00",
        "password": "",
        "extra": '<category domain="category" nicename="bread"><![CDATA[Bread]]></category>',
        **more,
    }
    return f"""<item><title><![CDATA[{title}]]></title><link>{said["link"]}</link>
<dc:creator><![CDATA[me]]></dc:creator><content:encoded><![CDATA[{html}]]></content:encoded>
<excerpt:encoded><![CDATA[In short]]></excerpt:encoded><wp:post_id>{number}</wp:post_id>
<wp:post_date>{said["date"]}</wp:post_date><wp:post_date_gmt>{said["date"]}</wp:post_date_gmt>
<wp:post_name>{said["name"]}</wp:post_name><wp:status>{said["status"]}</wp:status>
<wp:post_type>{said["type"]}</wp:post_type><wp:post_password>{said["password"]}</wp:post_password>
{said["extra"]}</item>"""


@pytest.fixture
def export(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write an export file."""

    def write(name: str, content: str | bytes) -> Path:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write


Write = Callable[[str, str | bytes], Path]


def substack(posts: list[str], files: dict[str, str]) -> bytes:
    """A ZIP of Substack."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        head = (
            "post_id,post_date,is_published,email_sent_at,type,audience,title,subtitle,podcast_url"
        )
        archive.writestr("posts.csv", "\n".join([head, *posts]))
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def builds(site: SmallSite) -> None:
    """The site builds, and nothing is wrong with it but what only its writer can mend."""
    told = errors(site.build(keep_going=True))
    # Where the pictures of a test are.
    assert not [line for line in told if "http://127.0.0.1:" not in line]


def test_a_blog_of_wordpress_comes_over_and_builds(small_site: Make, export: Write) -> None:
    site = small_site({"posts/bread/own.md": post("Own", Category="Bread", Tags="Yeast")})
    tag = '<category domain="post_tag" nicename="yeast"><![CDATA[yeast]]></category>'
    topic = '<category domain="category" nicename="bread"><![CDATA[Bread]]></category>'
    file = export(
        "old.xml",
        WXR.format(
            items=item(
                7,
                "Salt &amp; <em>water</em>",
                "One line,\nanother with *stars* and [brackets].\n\nThen <a "
                'href="https://old.example/2019/05/post-8/#end">the next</a>, <a '
                'href="/?p=9">a draft</a>, <a href="/tag/x/">a tag</a>, <a '
                'href="https://other.example/a b(c)">elsewhere</a>.\n\n<h1>Head</h1>\n'
                '<img src="/pic.jpg" alt="A loaf">\n\n[gallery ids="1,2"]\n\n'
                '[caption id="a"]<img src="https://old.example/c.png"> Crumbs &lt;3[/caption]'
                '\n\n<iframe src="https://video.example/v"></iframe><script>alert(1)</script>'
                "\n\n<pre>a\n\n  b</pre>",
                extra=topic + tag + "<wp:comment></wp:comment>",
            )
            + item(8, "Next", "<!-- wp:paragraph -->\n<p>Text.</p>\n<!-- /wp:paragraph -->")
            + item(9, "Draft", "Later.", status="draft", date="0000-00-00 00:00:00", link="")
            + item(10, "Secret", "Hush.", password="p")
            + item(11, "About", "Me.", type="page", link="https://old.example/about/", name="about")
            + item(12, "Pic", "", type="attachment", status="inherit")
            + item(13, "Gone", "", status="trash")
        ),
    )
    done = imported("wordpress", file, content=site.content)
    story = (site.content / "posts/bread/post-7.md").read_text("utf-8")
    assert story == (
        "Title: Salt & water\nDate: 2019-05-01 18:30\nCategory: Bread\nTags: Yeast\n"
        "Summary: In short\nAliases: 2019/05/post-7/\nId: wordpress-7\n\n"
        "One line,  \nanother with \\*stars\\* and \\[brackets\\].\n\n"
        "Then [the next]({filename}/posts/bread/post-8.md), a draft, "
        "[a tag](https://old.example/tag/x/), [elsewhere](https://other.example/a%20b%28c%29).\n\n"
        "## Head\n\n[A loaf](https://old.example/pic.jpg)\n\n"
        "[old.example](https://old.example/c.png)\n\nCrumbs &lt;3\n\n"
        "[video.example](https://video.example/v)\n\n```\na\n\n  b\n```\n"
    )
    assert done.left_out == ["1 attachment", "1 trash post"]
    assert [*done.notes["posts/bread/post-7.md"]] == [
        'not converted: [gallery ids="1,2"]',
        "comments left out: 1",
        "not converted: <iframe> https://video.example/v",
        "its link https://old.example/2019/05/post-8/#end leads to the whole page now",
        "its link /?p=9 leads to a draft, and was taken out",
        "its link /tag/x/ leads to what was not brought over",
    ]
    assert "Pictures that are links for now (2; --images fetches them):" in [*summary(done, False)]
    assert "Status: draft" in (site.content / "posts/bread/post-9.md").read_text()
    assert "Date" not in (site.content / "posts/bread/post-9.md").read_text()
    assert "Status: draft" in (site.content / "posts/bread/post-10.md").read_text()
    assert (site.content / "pages/about.md").read_text() == (
        "Title: About\nSummary: In short\n\nMe.\n"
    )
    builds(site)
    assert 'href="/blog/post-8/"' in site.read("post-7/index.html")
    before = files_below(site.content)
    again = imported("wordpress", file, content=site.content)
    assert [path for path in again.files if path.startswith("posts")] == []
    assert {name: files_below(site.content)[name] for name in before} == before


def test_what_the_checks_refuse_is_mended_or_kept_back(small_site: Make, export: Write) -> None:
    site = small_site({"posts/bread/own.md": post("Own", Category="Bread", Tags="C++")})
    stories = {
        "**Bold** `x` {{a}}": "A.",
        "Anchors": '<p id="a">B</p><p id="a"><a href="#a">up</a> <a href="#">top</a></p>',
        "Empty": "[gallery]",
        "To it": '<a href="/2019/05/post-3/">C</a>',
        "Left over": "<p>{{ name }} {% x %} [^1]</p><p>[^1]: d</p><p>e<br>===</p>",
        "Table": "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td></tr><tr><td>1|2</td><td>"
        "3</td><td>4</td></tr></table><h2> </h2>",
        "Code": "<p>Two fences:</p><pre>```\n~~~\n</pre>",
        "Unseen": "Zero\u200bwidth",
        "Key": "Date: of a baker",
        "Brackets": f"<p>{'[' * 300}</p>",
        "Ancient": "F.",
    }
    names = ["AC/DC", "#bread", "C#", ".NET", "node..js", "a; b", "one two three four five", "🎉"]
    named = "".join(f'<category domain="post_tag">{name}</category>' for name in names)
    topic = '<category domain="category">bread</category>'
    items = [
        item(number, title, html, extra=topic + named, name="archives" if number == 1 else "")
        for number, (title, html) in enumerate(stories.items(), 1)
    ]
    items[-1] = items[-1].replace("2019-05-01 22", "0001-01-01 00")
    done = imported("wordpress", export("a.xml", WXR.format(items="".join(items))),
                    content=site.content)  # fmt: skip
    builds(site)
    assert done.files["posts/bread/archives-2.md"].startswith(
        "Title: Bold x a}}\nDate: 2019-05-01 18:30\nCategory: Bread\n"
        "Tags: AC DC, bread, C++, .NET, node js, a b, one two three four\n"
    )
    notes = done.notes["posts/bread/archives-2.md"]
    assert {
        "markup was taken out of its title",
        'its tag "C#" is "C++" here',
        'its tag "one two three four five" is "one two three four" here',
        'its tag "🎉" was left out',
    } <= {*notes}
    assert "its link #a to a part of the page was taken out" in str(done.notes)
    assert "Status: draft" in done.files["posts/bread/empty.md"]
    assert "its link /2019/05/post-3/ leads to a draft" in str(done.notes["posts/bread/to-it.md"])
    assert "left out: more than 200 brackets" in str(done.notes["wordpress-10"])
    assert "````\n```\n~~~\n````" in done.files["posts/bread/code.md"]
    page = unescape(site.read("left-over/index.html"))
    assert "{% x %} [^1]" in page.replace("\xa0", " ")
    assert "<td>1|2</td>" in unescape(site.read("table/index.html"))


def test_a_blog_of_ghost_comes_over_and_builds(small_site: Make, export: Write) -> None:
    site = small_site({})
    given = {"status": "published", "type": "post", "visibility": "public"}
    posts = [
        {
            **given,
            "id": "5f1",
            "slug": "hello",
            "title": "Hello",
            "published_at": "2020-03-01T12:00:00.000Z",
            "html": '<p>See <a href="__GHOST_URL__/more/">more</a>, <a '
            'href="__GHOST_URL__/x/">x</a>.</p>'
            '<figure><img src="__GHOST_URL__/content/images/a.jpg" alt="A"></figure>',
            "custom_excerpt": "Short.",
        },
        {**given, "id": "5f2", "slug": "more", "title": "More", "published_at": 1583064000000,
         "html": "<p>Text.</p>"},
        {**given, "id": "5f3", "slug": "members", "title": "M", "visibility": "paid", "html": None,
         "published_at": None},
    ]  # fmt: skip
    names = {"t1": "News", "t2": "#internal", "t3": "Late"}
    tags = [{"id": number, "name": name} for number, name in names.items()]
    joined = [
        {"post_id": "5f1", "tag_id": "t3", "sort_order": 2},
        {"post_id": "5f1", "tag_id": "t2", "sort_order": 0},
        {"post_id": "5f1", "tag_id": "t1", "sort_order": 1},
    ]
    data = {"posts": posts, "tags": tags, "posts_tags": joined}
    done = imported(
        "ghost", export("g.json", json.dumps({"db": [{"data": data}]})), content=site.content
    )
    assert done.files["posts/news/hello.md"] == (
        "Title: Hello\nDate: 2020-03-01 07:00\nCategory: News\nTags: Late\nSummary: Short.\n"
        "Id: ghost-5f1\n\nSee [more]({filename}/posts/imported/more.md), x.\n\nA\n"
    )
    assert "Date: 2020-03-01 07:00" in done.files["posts/imported/more.md"]
    assert done.notes["posts/imported/members.md"] == [
        "only members could read it, so it is a draft here",
        "not converted: it holds no HTML",
    ]
    builds(site)
    home = small_site({}).content / "other"
    home.mkdir()
    file = export("g.json", json.dumps({"data": data}))
    done = imported("ghost", file, content=home, home="https://old.example/sub/", dry_run=True)
    assert "https://old.example/content/images/a.jpg" in done.files["posts/news/hello.md"]


def test_a_newsletter_of_substack_comes_over_and_builds(small_site: Make, export: Write) -> None:
    site = small_site({})
    content = substack(
        [
            "12.hello,2021-01-02T03:04:05.000Z,true,,newsletter,everyone,Hello,A word,",
            "13.paid,2021-01-02T03:04:05.000Z,true,,newsletter,only_paid,Paid,,",
            "14.none,2021-01-02T03:04:05.000Z,false,,newsletter,everyone,None,,",
        ],
        {
            "posts/12.hello.html": '<p>A <a href="https://me.substack.com/p/hello">b</a>.</p>',
            "posts/13.paid.html": "<p>For few.</p>",
            "../../evil.html": "evil",
        },
    )
    done = imported("substack", export("s.zip", content), content=site.content, topic="Letters")
    assert done.files["posts/letters/hello.md"] == (
        "Title: Hello\nDate: 2021-01-01 22:04\nCategory: Letters\nSummary: A word\n"
        "Aliases: p/hello\nId: substack-12\n\nA [b]({filename}/posts/letters/hello.md).\n"
    )
    assert done.drafts == 2
    assert done.notes["posts/letters/none.md"] == ["not converted: the export has no text of it"]
    builds(site)


def test_pictures_are_fetched_when_asked_for_and_only_if_they_are_pictures(
    small_site: Make, export: Write, tmp_path: Path, serve: Callable[[Path, str], str]
) -> None:
    (tmp_path / "web").mkdir()
    Image.new("RGB", (20, 10), "red").save(tmp_path / "web" / "a loaf.jpg")
    (tmp_path / "web" / "fake.jpg").write_text("<svg onload='alert(1)'/>")
    whole = (tmp_path / "web" / "a loaf.jpg").read_bytes()
    (tmp_path / "web" / "half.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "web" / "404.html").write_text("gone")
    web = serve(tmp_path / "web", "")
    html = "".join(
        f'<p><img src="{address}" alt="{words}"></p>'
        for address, words in (
            (f"{web}/a%20loaf.jpg", "Loaf"),
            (f"{web}/fake.jpg", "Fake"),
            (f"{web}/half.jpg", "Half"),
            (f"{web}/gone.jpg", "Gone"),
            (f"file://{tmp_path}/web/a loaf.jpg", "File"),
            (f"{web}/a%20loaf.jpg", ""),
        )
    )
    site = small_site({})
    file = export("a.xml", WXR.format(items=item(1, "A", html)))
    dry = imported("wordpress", file, content=site.content, images=True, dry_run=True)
    assert not files_below(site.content)
    assert [*summary(dry, True)][:2] == [
        "Would write 1 files, 0 of them drafts",
        "  posts/bread/post-1.md",
    ]
    done = imported("wordpress", file, content=site.content, images=True)
    text = done.files["posts/bread/post-1.md"]
    (name,) = [path.name for path in (site.content / "static/images/imported").iterdir()]
    assert name.startswith("a-loaf-") and name.endswith(".jpg")
    assert f"![Loaf]({{static}}/static/images/imported/{name})" in text
    assert f"![TODO: say what the picture shows]({{static}}/static/images/imported/{name})" in text
    for words in ("Fake", "Half", "Gone"):
        assert f"\n[{words}]({web}/{words.lower()}.jpg)" in text
    assert "file:" not in text
    assert len([note for note in done.notes["posts/bread/post-1.md"] if "fake.jpg" in note]) == 1
    builds(site)


def test_hostile_stories_stay_in_their_folder_and_the_site_builds(
    small_site: Make, export: Write, tmp_path: Path
) -> None:
    site = small_site({"posts/own.md": post("Own")})
    before = files_below(site.content)
    (tmp_path / "outside.md").write_text("mine")
    hostile = (
        '<a href="javascript:alert(1)">a</a> <a href="{filename}/../../etc/passwd">b</a> '
        '<a href="https://[">c</a> <img src="x" onerror="alert(1)"> <p onclick="x()" style="y">d'
        "</p><p>[[cta nothing]]</p><p># e</p><p>1. f</p><p>&lt;script&gt;alert(1)&lt;/script&gt;"
        "</p><p>[x]: javascript:alert(1)</p><p>&amp;lt;b&gt; {: onclick=x }</p><p>~~~</p>"
        '<form action="//evil.example"><input></form><object data="x"></object>'
        '<svg onload="alert(1)"></svg><p>| a | b |<br>|---|---|</p>'
    )
    items = [
        item(1, "T" * 1_000_000, hostile, name="../../outside", link="https://old.example/../../x/"),
        item(2, "\N{PARTY POPPER}", "A.", name="%2e%2e%2fetc%2fpasswd"),
        item(3, "", "<div>" * 50_000, name="/etc/passwd"),
        item(4, "Same", "A.", name="own", link="https://old.example/own/"),
        item(5, "Line\nStatus: draft", "A.", name="", extra='<category domain="category">../../x'
             '</category><category domain="post_tag">a, b</category>'),
        item(6, "Twin", "A.", name="x" * 10_000, link=f"https://old.example/{'y' * 5000}/"),
        item(7, "<script>alert(1)</script>", "A.", name="post-7", link="https://old.example/?p=7"),
    ]  # fmt: skip
    file = export("a.xml", WXR.format(items="".join(items)))
    done = imported("wordpress", file, content=site.content)
    assert (tmp_path / "outside.md").read_text() == "mine"
    after = files_below(site.content)
    assert {name: after[name] for name in before} == before
    assert sorted(after.keys() - before.keys()) == sorted(done.files)
    assert all(name.startswith("posts/") and ".." not in name for name in done.files)
    assert "posts/x/line-status-draft.md" in done.files
    assert "Aliases" not in done.files["posts/bread/own-2.md"]
    assert [note for note in done.notes["posts/bread/outside.md"] if "<" in note] == [
        f"not converted: <{name}>" for name in ("form", "object", "svg")
    ]
    assert "left out: its HTML is nested too deeply" in str(done.notes)
    assert max(len(text) for text in done.files.values()) < 3000
    builds(site)
    page = site.read("outside/index.html")
    body = page[page.index("story-body") : page.index("story-footer")]
    tags = {tag for tag in re.findall(r"<(\w+)", body) if tag not in ("p", "div", "footer", "br")}
    assert tags == {"a"}
    assert re.findall(r'href="([^"]*)', body) == [
        "https://old.example/etc/passwd",
        "https://old.example/x",
    ]
    assert "(cta&nbsp;nothing)" in body


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        ("wordpress", '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', "entities"),
        ("wordpress", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "entit"),
        ("wordpress", "<rss><channel>", "is no XML: no element found: line 1"),
        ("wordpress", "<rss><channel><item/></channel></rss>", "it holds no posts"),
        ("wordpress", b"\xff\xfe\x00", "is no XML"),
        ("ghost", "{", "is no JSON"),
        ("ghost", b"\xff", "is no JSON"),
        ("ghost", "[" * 100_000, "nested too deeply"),
        ("ghost", '{"db": []}', "it holds no posts"),
        ("ghost", '{"data": {"posts": [1]}}', "it holds no posts"),
        ("substack", "PK", "cannot be read: File is not a zip file"),
        ("substack", substack(["1.a,,true,,,everyone,A,,"], {"posts/1.a.html": "x" * 20_000_001}),
         "1.a.html is larger than 20 MB"),
        ("blogger", "", '"blogger" is no kind of export; known: wordpress, ghost, substack'),
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_export_is_told_in_a_line(
    small_site: Make, export: Write, kind: str, content: str | bytes, told: str
) -> None:
    site = small_site({})
    with pytest.raises(ImportProblem) as raised:
        imported(kind, export("a file", content), content=site.content)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not files_below(site.content)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a * b_c _d_ 2 &lt; 3 &amp;amp;</p>", "a \\* b_c \\_d\\_ 2 &lt; 3 &amp;amp;"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<p>- a</p><p>1. b</p><p># c</p>", "\\- a\n\n1\\. b\n\n\\# c"),
        ("<blockquote><p>a</p></blockquote>", "> a"),
        (
            "<figure><img src='a' alt='b]'><figcaption>c &lt; <b>d</b></figcaption></figure>",
            '<figure markdown="span">\n![b\\]]({static}/a)\n'
            "<figcaption>c &lt; d</figcaption>\n</figure>",
        ),
        ("<p><a href='x'><img src='a' alt='b'></a></p>", "[![b]({static}/a)](x)"),
    ],
)
def test_html_becomes_markdown_that_says_the_same(html: str, text: str) -> None:
    assert markdown(html, str, lambda src: f"{{static}}/{src}")[0].strip() == text


def test_wordpress_leaves_paragraphs_to_empty_lines() -> None:
    assert paragraphs("a\nb\r\n\r\n<h2>c</h2>\n\nd")[0] == ("<p>a<br>\nb</p>\n<h2>c</h2>\n<p>d</p>")


def test_the_task_says_what_it_did_or_why_not(small_site: Make, export: Write) -> None:
    site = small_site({})

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "invoke", "import", *words, "--content", str(site.content)],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )

    file = export("a.xml", WXR.format(items=item(1, "A", "B")))
    done = run("wordpress", str(file), "--dry-run")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "Would write 1 files, 0 of them drafts\n  posts/bread/post-1.md\n",
        "",
    )
    gone = run("ghost", str(file))
    assert gone.returncode == 1
    assert gone.stderr.splitlines()[1:] == ["Nothing was written."]
    assert isinstance(imported("wordpress", file, content=site.content), Imported)
