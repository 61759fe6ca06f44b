"""Mistakes that writers make: each told by its rule, with file, line and remedy; all in one run."""

import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
from checks.problems import Problem, in_order
from checks.rules import RULES
from photos import PNG
from remembering import Remembering
from sites import NOW, SITEURL, SmallSite, files_below

from tools.build import BuildError, read_site, site_settings
from tools.check import Report, check

HEAD = "Title: A story\nDate: 2025-05-01 09:00\nSummary: One sentence.\n"


def head(**keys: str) -> str:
    """A post whose front matter says this; an empty value leaves a key out."""
    first = {"Title": "A story", "Date": "2025-05-01 09:00", "Summary": "One sentence."}
    lines = {**first, **keys}
    return "".join(f"{key}: {value}\n" for key, value in lines.items() if value) + "\nSome words.\n"


def body(text: str) -> str:
    """A post whose front matter is three lines and whose words begin in line 5."""
    return f"{HEAD}\n{text}\n"


# Name of the case, the file's text, rule, line, words of the remedy.
FRONT_MATTER: list[tuple[str, str | bytes, str, int, str]] = [
    ("no-title", head(Title=""), "no-title", 1, 'write "Title: …"'),
    ("empty-title", HEAD.replace("A story", "") + "\nx", "no-title", 1, 'write "Title: …"'),
    ("emoji-title", head(Title="🎉🎉"), "bad-title", 1, "give it words"),
    ("dots-title", head(Title="…?!"), "bad-title", 1, "give it words"),
    ("html-title", head(Title="A <b>bold</b> one"), "bad-title", 1, '"<b>" as it stands; take'),
    ("stars-title", head(Title="A **bold** one"), "bad-title", 1, '"**" as it stands; take'),
    ("tick-title", head(Title="About `code`"), "bad-title", 1, "take it out"),
    ("entity-title", head(Title="Fish &amp; chips"), "bad-title", 1, "&amp;"),
    ("hash-title", head(Title="# A title"), "bad-title", 1, '"# " as it stands; take it out'),
    ("untitled", head(Title="Untitled"), "bad-title", 1, "is no title yet; write one"),
    ("todo", head(Title="TODO"), "bad-title", 1, "is no title yet; write one"),
    ("filler", head(Title="\u3164"), "bad-title", 1, "is no title yet; write one"),
    ("braces-summary", head(Summary="{{ x }}"), "template-markup", 3, "take it out"),
    ("stars-summary", head(Summary="A **bold** one"), "template-markup", 3, "take it out"),
    ("two-topics", head(Category="Trust, Career"), "tag-list", 4, "a topic is a word or two"),
    ("tags-full-stop", head(Tags="bread. tea"), "tag-list", 4, "separate tags with commas"),
    ("offset", head(Date="2025-05-01 09:00+99:00"), "bad-date", 2, "write it like 2026-01-31"),
    ("lang-empty", HEAD + "Lang:\n\nx", "bad-address", 4, "write Lang: en, or take it out"),
    ("<script>", head(), "bad-address", 1, "write letters, digits and dashes"),
    ("tab-first", "\t" + head(), "front-matter", 1, "blanks stand before the first key; take"),
    ("bell-title", head(Title="A \x07 bell"), "control-character", 1, "U+0007 is not for text"),
    ("rtl-title", head(Title="A \u202e turn"), "control-character", 1, "U+202E is not for text"),
    ("long-title", head(Title="A word " * 12), "long-title", 1, "shorten it"),
    ("no-date", head(Date=""), "no-date", 1, 'write "Date: 2026-01-31"'),
    ("word-date", head(Date="soon"), "bad-date", 2, "write it like 2026-01-31 09:00"),
    ("month-13", head(Date="2026-13-01"), "bad-date", 2, "write it like"),
    ("february-30", head(Date="2025-02-30"), "bad-date", 2, "write it like"),
    ("hour-25", head(Date="2025-02-03 25:00"), "bad-date", 2, "write it like"),
    ("slash-date", head(Date="03/04/2025"), "ambiguous-date", 2, "2025-03-04 or 2025-04-03"),
    ("dot-date", head(Date="3.4.2025"), "ambiguous-date", 2, "write it like 2026-01-31"),
    ("year-date", head(Date="2025"), "ambiguous-date", 2, "write it like 2026-01-31"),
    ("month-date", head(Date="May 2025"), "ambiguous-date", 2, "write it like 2026-01-31"),
    ("time-date", head(Date="09:00"), "ambiguous-date", 2, "write it like 2026-01-31"),
    ("far-date", head(Date="2206-01-02"), "far-date", 2, "Correct it"),
    ("old-date", head(Date="0206-01-02"), "far-date", 2, "Correct it"),
    ("bad-modified", head(Modified="later"), "bad-date", 4, 'modified "later" is not a date'),
    ("modified", head(Modified="2024-01-01"), "modified-first", 4, "correct one of them"),
    ("stauts", head(Stauts="draft"), "unknown-key", 4, 'did you mean "Status"?'),
    ("bad-id", head(Id="a b"), "bad-id", 4, "may hold only the letters"),
    ("no-id", head(), "no-id", 1, "python3 bootstrap.py ids writes it down"),
    ("bad-alias", head(Aliases="../up"), "bad-alias", 4, "write it like old-name/"),
    ("tag-key", head(Tag="x"), "unknown-key", 4, 'did you mean "Tags"?'),
    ("class-key", head(__class__="x"), "unknown-key", 4, "take it out"),
    ("settings-key", head(settings="x"), "unknown-key", 4, "take it out"),
    ("translations-key", head(translations="x"), "unknown-key", 4, "did you mean"),
    ("content-key", head(_content="<script>"), "unknown-key", 4, "take it out"),
    ("two-dates", HEAD + "Date: 2025-05-02\n\nx", "duplicate-key", 4, "line 2 already"),
    ("two-titles", HEAD + "Title: Again\n\nx", "duplicate-key", 4, "line 1 already; keep one"),
    ("status", head(Status="pubished"), "bad-status", 4, "known: published, draft, hidden"),
    ("skip", head(Status="skip"), "bad-status", 4, "known: published, draft, hidden"),
    ("template", head(Template="nope"), "no-template", 4, "take the line out"),
    ("author", head(Author="Nobody Known"), "unknown-author", 4, 'CHECKS["authors"]'),
    ("language", head(Lang="english"), "unknown-language", 4, "write it like en or de"),
    ("language-up", head(Lang="../../up"), "bad-address", 4, "leads out of the site"),
    ("summary", head(Summary=""), "no-summary", 1, 'write "Summary: One sentence'),
    ("long-summary", head(Summary="Some words. " * 15), "long-summary", 3, "shorten it"),
    ("blank-first", "\n" + head(), "front-matter", 1, "take it out"),
    ("toml", '+++\ntitle = "x"\n+++\n\nx', "front-matter", 1, 'write lines like "Title: …"'),
    ("yaml-open", f"---\n{HEAD}\nSome words.", "front-matter", 6, "close it"),
    ("yaml-list", f"---\n{HEAD}Tags:\n- a\n- b\n---\n\nWords.", "front-matter", 6, "with commas"),
    ("yaml-gap", "---\nTitle: A\n\nDate: 2025-05-01\n---\n\nWords.", "front-matter", 4, "close it"),
    ("zone-date", head(Date="2025-05-01 09:00 CET"), "ambiguous-date", 2, "09:00+01:00"),
    ("title-braces", head(Title="Hello {{ name }}"), "bad-title", 1, "take it out"),
    ("list-template", head(Template="index"), "no-template", 4, "take the line out"),
    ("slug-dot", head(Slug="."), "bad-address", 4, "leads out of the site"),
    ("slug-braces", head(Slug="{slug}"), "bad-address", 4, "write Slug: a-few-words"),
    ("tags-blanks", head(Tags="one two three four five"), "tag-list", 4, "names with commas"),
    ("yaml-quotes", f'---\n{HEAD}Slug: "yaml-q"\n---\n\nWords.', "bad-address", 5, "Slug"),
    ("yaml-title", f"---\n{HEAD}".replace("A story", '"A story"') + "---\n\nx.", "front-matter", 2,
     "would be shown; take them out"),
    ("key-blank", f"{HEAD}Publish date: 2026-01-01\n\nx.", "front-matter-end", 4, "one word"),
    ("no-blank", f"{HEAD}Some words at once.", "front-matter-end", 4, "put an empty line before"),
    ("late-status", f"{HEAD}\nStatus: draft\n\nWords.", "front-matter-end", 5, "move it up"),
    ("latin-1", "Title: Café\n".encode("latin-1"), "encoding", 1, "byte 0xe9 is not UTF-8; save"),
    ("latin-1-5", body("Café").encode("latin-1"), "encoding", 5, "save the file as UTF-8"),
    ("utf-16", head().encode("utf-16"), "encoding", 1, "UTF-16, not UTF-8; save the file"),
    ("utf-16-bare", head().encode("utf-16-le"), "encoding", 1, "looks like UTF-16; save it"),
    ("slug-up", head(Slug="../../up"), "bad-address", 4, "leads out of the site"),
    ("slug-root", head(Slug="/etc/x"), "bad-address", 4, "write it like a-few-words"),
    ("slug-query", head(Slug="what?now"), "bad-address", 4, "write Slug: a-few-words"),
    ("slug-case", head(Slug="Large"), "odd-address", 4, "small letters"),
    ("slug-feeds", head(Slug="feeds"), "same-address", 4, 'the site\'s own page "feeds"'),
    ("slug-tag", head(Slug="tag"), "bad-address", 4, '"tag", which the site itself uses'),
    ("slug-theme", head(Slug="theme"), "bad-address", 4, "change Slug"),
    ("slug-index", head(Slug="index"), "bad-address", 4, "change Slug"),
    ("slug-search", head(Slug="search"), "same-address", 4, "change the address of one"),
    ("slug-taken", head(Slug="good"), "same-address", 4, "good.md"),
    ("slug-taken-2", head(Slug="GOOD"), "same-address", 4, "change the address of one"),
    ("slug-long", head(Slug="x" * 300), "bad-address", 4, "add a shorter line"),
    ("save-up", head(save_as="../../x.html"), "bad-address", 4, "leads out of the site"),
    ("save-root", head(save_as="/etc/x.html"), "bad-address", 4, "leads out of the site"),
    ("save-home", head(save_as="index.html"), "same-address", 4, "the site's own page"),
    ("save-robots", head(save_as="robots.txt"), "bad-address", 4, "write Save_as: a-few-words/ind"),
    ("url-host", head(Url="//evil.example/"), "bad-address", 4, "leads out of the site"),
    ("save-in-file", head(save_as="good/index.html/x.html"), "bad-address", 4, "below a page"),
    ("save-name", head(save_as="x"), "bad-address", 4, "would be no page; write Save_as"),
    ("save-host", head(save_as="CNAME/x.html"), "bad-address", 4, "site itself uses; change Save"),
    ("save-script", head(save_as="x.js"), "bad-address", 4, "would be no page"),
    ("save-404", head(save_as="404.html"), "same-address", 4, "the site's own page"),
    ("slug-hidden", head(Slug=".htaccess"), "bad-address", 4, "is hidden, which hosts do not show"),
    ("slug-cname", head(Slug="CNAME"), "bad-address", 4, "which the site itself uses"),
    ("slug-blank", head(Slug="a b"), "bad-address", 4, "holds a blank and would not work"),
    ("lang-blank", head(Lang="e n"), "bad-address", 4, "write Lang: en"),
    ("url-nowhere", head(Url="nowhere/"), "bad-address", 4, "write Url: url-nowhere/ or leave"),
    ("url-other", head(Url="good/"), "bad-address", 4, "write Url: url-other/ or leave both"),
    ("save-other", head(save_as="x/index.html"), "bad-address", 4, "write Url: x/ or leave both"),
    ("tag-long", head(Tags="x" * 300), "tag-address", 4, "write a word or two"),
    ("topic-long", head(Category="x" * 300), "tag-address", 4, "write a word or two"),
    ("alias-home", head(Aliases="index.html"), "bad-alias", 4, "is a page of the site; take it"),
    ("alias-feed", head(Aliases="feeds/all.atom.xml"), "bad-alias", 4, "take it out"),
    ("alias-below", head(Aliases="good/index.html/x"), "bad-alias", 4, "take it out"),
    ("tags-mixed", head(Tags="bread, tea; cake"), "tag-list", 4, "separate tags with commas"),
    ("tags-list", head(Tags="[bread, tea]"), "tag-list", 4, "separate tags with commas"),
    ("tags-hash", head(Tags="#bread #tea"), "tag-list", 4, "separate tags with commas"),
    ("tags-slash", head(Tags="bread/tea"), "tag-list", 4, "separate tags with commas"),
    ("tags-up", head(Tags="../up"), "tag-list", 4, "separate tags with commas"),
    ("tags-lines", head(Tags="bread\n    tea"), "tag-list", 4, "on several lines"),
    ("tag-emoji", head(Tags="🎉"), "tag-address", 4, "give it one"),
    ("tag-case", head(Tags="Kindness"), "same-name", 4, 'one address with "kindness"'),
    ("tag-dot", head(Tags="kindness!"), "same-name", 4, "write both alike"),
    ("tag-twin", head(Tags="kindnes"), "near-name", 4, 'did you mean "kindness"'),
    ("topic-slash", head(Category="A/B"), "tag-list", 4, "a topic is a word or two"),
    ("allow-reason", head(Summary="", Allow="no-summary"), "allow", 3, "has no reason; write"),
    ("allow-name", head(Allow="no-sumary (why)"), "allow", 4, 'did you mean "no-summary"?'),
    ("allow-hard", head(Allow="no-title (why)"), "allow", 4, "cannot be switched off"),
    ("allow-idle", head(Allow="far-date (why)"), "allow", 4, "take it out"),
    ("related", head(Related="gone"), "engagement", 4, 'there is no story "gone"'),
    ("calls", head(Calls="gone@end"), "engagement", 4, 'there is no call "gone"'),
]  # fmt: skip
BODIES: list[tuple[str, str, str, int, str]] = [
    ("open-div", "<div>\n\nWords.", "unbalanced-html", 5, "write </div>"),
    ("open-b", "Words and <b>more.\n\nWords.", "unbalanced-html", 5, "write </b>"),
    ("crossed", "Some <b>bold <i>and</b> more</i> words.", "unbalanced-html", 5, "</i>"),
    ("main", "Words.\n\n</main>\n\nWords.", "unbalanced-html", 7, "did not open; take it out"),
    ("body", "Words.\n\n</div></body>", "unbalanced-html", 7, "did not open; take it out"),
    ("comment", "Words.\n\n<!-- Later\n\nMore.", "unbalanced-html", 7, "write --> after it"),
    ("half-tag", 'Words <a href="x\n\nMore.', "unbalanced-html", 5, "write > after it"),
    ("fence", "Words.\n\n```\ncode\n\nMore.", "unclosed-code", 7, "write the same after"),
    ("script", "Words.\n\n<script>alert(1)</script>", "raw-html", 7, "take it out"),
    ("form", 'Words.\n\n<form action="/x"></form>', "raw-html", 7, "write the line [[cta name]]"),
    ("style", 'Words.\n\n<p style="color: red">More</p>', "raw-html", 7, "theme/css"),
    ("handler", 'Words <b onclick="x()">more</b>.', "raw-html", 5, "take it out"),
    ("javascript", "[Words that say it](javascript:x)", "raw-html", 5, "give one with https://"),
    ("data", "[Words that say it](data:text/html,x)", "raw-html", 5, "give one with https://"),
    ("iframe", 'Words.\n\n<iframe src="https://x.example/"></iframe>', "raw-html", 7, "link to"),
    ("styles", "Words.\n\n<style>p { color: red }</style>", "raw-html", 7, "theme/css"),
    ("list", "Some things:\n- one\n- two", "list-start", 6, "needs an empty line before it"),
    ("numbers", "Some things\n1. one\n2. two", "list-start", 6, "needs an empty line before it"),
    ("bold-list", "**Some things:**\n- one\n- two", "list-start", 6, "an empty line before it"),
    ("quote-list", '"Some things":\n- one\n- two', "list-start", 6, "an empty line before it"),
    ("far-list", "Some things:\n  - one\n  - two", "list-start", 6, "an empty line before it"),
    ("flat-list", "- one\n  - two\n  - three", "list-start", 6, "needs four blanks before it"),
    ("bullets", "•one\n•two", "list-start", 5, "is written with -"),
    ("collapsed", "[Words that say it][]", "dead-link", 5, "write a line [Words that say it]:"),
    ("heart", "I <3 it, and teh rest.", "spelling", 5, 'did you mean "the"'),
    ("h1", "Words.\n\n# Once more\n\nMore.", "second-h1", 7, "write ## for a part"),
    ("skipped", "Words.\n\n## A\n\n#### B\n\nMore.", "skipped-heading", 9, "write ### before it"),
    ("skipped-first", "### Deep\n\nMore.", "skipped-heading", 5, "write ## before it"),
    ("ids", '## A {#same}\n\nWords.\n\n## B {#same}\n\nMore.', "repeated-id", 5, "change one"),
    ("own-id", "## A {#Content}\n\nWords.", "repeated-id", 5, "the page's own; write another"),
    ("note", "Words.[^1]\n\nMore.", "footnote", 5, "write a line [^1]: and its words"),
    ("idle-note", "Words.\n\n[^2]: A note.", "footnote", 7, "write [^2] in the text"),
    ("two-notes", "Words.[^1]\n\n[^1]: One.\n\n[^1]: Two.", "footnote", 9, "rename one"),
    ("table", "| a | b |\n|---|---|\n| 1 | 2 | 3 |", "uneven-table", 7, "make it even"),
    ("short-row", "| a | b |\n|---|---|\n| 1 |", "uneven-table", 7, "make it even"),
    ("ruler", "| a | b |\n|---|---|---|\n| 1 | 2 |", "uneven-table", 6, "make it even"),
    ("braces", "Hello {{ name }}, words.", "template-markup", 5, "between backticks"),
    *(
        (f"shown-{n}", text, rule, 5, remedy)
        for n, (text, rule, remedy) in enumerate(
            [
                ("See [a site] (https://x.example/) here.", "dead-link", "no blank between ] and"),
                ("See (a site)[https://x.example/] here.", "dead-link", "change the brackets"),
                ("See [a site](https://x.example/ and more.", "dead-link", "write ) after it"),
                ("See [a site(https://x.example/) here.", "dead-link", "lacks its ]; write"),
                ("See ! [a pot]({static}/static/pot.png)", "dead-link", "between ! and [; take"),
                ("Words ![[image.png]] here.", "dead-link", "such links do nothing here; write"),
                ("Words [[Some page]] here.", "dead-link", "such links do nothing here; write"),
                ("Words ~~struck~~ here.", "template-markup", "write <del>words</del>"),
                ("Words^[a note] here.", "template-markup", "write [^1], and a line"),
                ("Words `and more of it.", "unclosed-code", "write another ` after it"),
                ("Words **are bold and more.", "template-markup", "write ** there"),
                ("| a | b |\n| 1 | 2 |", "uneven-table", "write one"),
            ]
        )
    ),
    ("setext", "Some words.\n---\n\nMore.", "skipped-heading", 6, "put an empty line between"),
    ("near-table", "Words:\n| a | b |\n|---|---|\n| 1 | 2 |", "uneven-table", 6, "empty line"),
    ("php", "Words.\n\n<?php x ?>\n\nMore.", "template-markup", 7, "take it out"),
    ("doctype", "<!DOCTYPE html>\n\nMore.", "template-markup", 5, "take it out"),
    ("merge", "Words.\n\n<<<<<<< HEAD\nOne.", "template-markup", 7, "take it out"),
    ("mojibake", "She said â€œyes.", "template-markup", 5, "take it out"),
    ("replaced", "Words \ufffd here.", "template-markup", 5, "take it out"),
    ("percent", "{% include x %}\n\nWords.", "template-markup", 5, "take it out"),
    ("empty", "", "empty-body", 5, "below the empty line, or wait: Status: draft"),
    ("only-image", "![A pot]({static}/static/pot.png)", "only-picture", 5, "what it is about"),
    ("no-alt", "Words. ![]({static}/static/pot.png)", "no-alt", 5, "what it shows"),
    ("alt-name", "Words. ![pot.png]({static}/static/pot.png)", "alt-file-name", 5, "what it shows"),
    ("foreign", "Words. ![A pot](https://x.example/p.png)", "foreign-picture", 5, "content folder"),
    ("here", "Words, [click here](https://x.example/).", "vague-link", 5, "link the words that do"),
    ("empty-link", "Words, [](https://x.example/).", "empty-link", 5, "write some"),
    ("nul", "Words\0 more.", "control-character", 5, "U+0000"),
    ("escape", "Words\x1b[31m more.", "control-character", 5, "take it out"),
    ("bidi", "Words \u202e more.", "control-character", 5, "U+202E"),
    ("file", "[Words that say it]({filename}gone.md)", "dead-link", 5, "there is no"),
    ("near-file", "[Words that say it]({filename}goood.md)", "dead-link", 5, '"posts/good.md"?'),
    ("picture", "Words. ![A pot]({static}/static/pott.png)", "dead-link", 5, '"static/pot.png"?'),
    ("draft", "[Words that say it]({filename}draft.md)", "dead-link", 5, "not public; take it out"),
    ("ahead", "[Words that say it]({filename}ahead.md)", "dead-link", 5, "not public; take it out"),
    ("tag", "[Words that say it]({tag}nothing)", "dead-link", 5, "no tag like that"),
    ("anchor", "## A part\n\n[Words that say it](#a-prat)", "dead-link", 7, 'mean "a-part"?'),
    ("far-anchor", "[Words that say it]({filename}good.md#no)", "dead-link", 5, 'no "#no"'),
    ("path", "[Words that say it](/blog/nowhere/)", "dead-link", 5, "leads to no page"),
    ("base", "[Words that say it](/good/)", "dead-link", 5, "write {filename}"),
    ("md", "[Words that say it](good.md)", "dead-link", 5, "write {filename} before it"),
    ("own", f"[Words that say it]({SITEURL}/nowhere/)", "dead-link", 5, "leads to no page"),
    ("outside", "Words. ![A pot]({static}/../../x.png)", "dead-link", 5, "leads to no file"),
    ("reference", "[Words that say it][nope]", "dead-link", 5, "write a line [nope]:"),
    ("no-address", "[Words that say it]()", "dead-link", 5, "write the address"),
    *(
        (f"scheme-{n}", f"Words <{'a'} href='{link}'>that say it</a>.", "dead-link", 5, remedy)
        for n, (link, remedy) in enumerate(
            [
                ("file:///etc/passwd", "leads no reader anywhere; write https://"),
                ("blob:x", "write https://"),
                ("about:blank", "write https://"),
                ("C:\\Users\\me\\file.pdf", "write https://"),
                ("htp://x.example/", 'begins with "htp:"'),
                ("https:/x.example/", "lacks a slash; write https://x.example/"),
                ("https://", "write the whole address"),
                ("mailto:", "write the whole address"),
                ("http://127.0.0.1:4000/", "the reader's own computer; write the public"),
                ("http://localhost:4000/", "write the public address"),
            ]
        )
    ),
    ("bare-host", "[Words that say it](www.x.example)", "dead-link", 5, "write https://www.x"),
    ("bare-com", "[Words that say it](example.com/x)", "dead-link", 5, "write https://example.com"),
    ("bare-mail", "[Words that say it](jane@x.example)", "dead-link", 5, "write mailto:jane@x"),
    ("no-post", "[Words that say it]({filename}/posts/asked.txt)", "dead-link", 5, "{static}"),
    ("cta", "Words.\n\n[[cta gone]]\n\nMore.", "engagement", 7, 'there is no call "gone"'),
    ("quotes", "> " * 10_000 + "x", "too-much", 5, "take some out"),
    ("brackets", "[" * 30_000, "too-much", 5, "close them"),
    ("huge", "Words and words. " * 200_000, "too-much", 1, "split it"),
    ("teh", "Here is teh word.", "spelling", 5, 'did you mean "the"'),
    ("recieve", "You recieve it.", "spelling", 5, '"receive"'),
    ("doubled", "Here is the the word.", "double-word", 5, "take one out"),
    ("doubled-line", "Here is the\nthe word.", "double-word", 6, "take one out"),
]  # fmt: skip
FILES: list[tuple[str, bytes, str, int, str]] = [
    ("posts/large.MD", head().encode(), "not-markdown", 1, "rename it to large.md"),
    ("posts/page.html", b"<p>Hello</p>", "not-markdown", 1, "names end in .md"),
    (
        "posts/titled.html",
        b"<html><head><title>T</title><meta name=date content=2025-01-01></head>"
        b"<body>x</body></html>",
        "not-markdown",
        1,
        "names end in .md",
    ),
    ("posts/titled.rst", b"T\n#\n:date: 2025-01-01\n\nx", "not-markdown", 1, "end in .md"),
    ("posts/notes.txt", b"x", "unread-file", 1, "a post ends in .md"),
    ("posts/letter.docx", b"x", "unread-file", 1, "a post ends in .md"),
    ("posts/.hidden.md", head().encode(), "hidden-file", 1, "rename it or take it out"),
    ("posts/story.md~", head().encode(), "hidden-file", 1, "take it out"),
    ("posts/a:b.txt", b"x", "windows-name", 1, "rename it"),
    ("posts/aux.txt", b"x", "windows-name", 1, "rename it"),
    ("static/evil.svg", b"<svg>\n<script>x</script></svg>", "raw-html", 2, "take it out"),
    ("static/idle.svg", b'<svg onload="x()"></svg>', "raw-html", 1, "take it out"),
    ("static/lonely.png", PNG, "orphan-file", 1, "use it or take it out"),
]
GOOD: dict[str, str | bytes] = {
    "posts/good.md": head(Title="Good", Tags="kindness, C, C++, C#", Id="good"),
    "posts/better.md": head(Title="Better", Tags="kindness", Id="better")
    + "\n![A pot]({static}/static/pot.png)\n",
    "posts/draft.md": head(Status="draft"),
    "posts/ahead.md": head(Date="2026-06-01", Id="ahead"),
    "static/pot.png": PNG,
    "posts/asked.txt": b"x",
}
CASES = [
    *((f"posts/{name}.md", *rest) for name, *rest in FRONT_MATTER),
    *((f"posts/in-{name}.md", body(text), *rest) for name, text, *rest in BODIES),
    *FILES,
]
# What else is told of them: one mistake may be two.
ALSO = {
    "posts/empty-title.md": {"spelling"},
    "posts/allow-reason.md": {"no-summary"},
    "posts/a:b.txt": {"unread-file"},
    "posts/<script>.md": {"windows-name"},
    "static/evil.svg": {"orphan-file"},
    "static/idle.svg": {"orphan-file"},
    "posts/aux.txt": {"unread-file"},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    """Every case in one content folder, beside posts that are good."""
    folder = tmp_path_factory.mktemp("cases")
    site = SmallSite(folder / "content", folder / "output")
    site.write({**GOOD, **{name: text for name, text, *_ in CASES}})  # type: ignore[misc]
    (folder / "private.md").write_text(head(Title="Private"))
    (site.content / "posts/out.md").symlink_to(folder / "private.md")
    (site.content / "posts/gone.txt").symlink_to("nothing")
    (site.content / "posts/self.md").symlink_to("self.md")
    (site.content / "posts/loop").symlink_to("..")
    (site.content / "posts/away").symlink_to("/etc")
    os.mkfifo(site.content / "posts/pipe.md")
    return site


@pytest.fixture(scope="module")
def report(site: SmallSite) -> Report:
    """What one run says of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", NOW)
        return check(site.content, siteurl=SITEURL)


@pytest.fixture(scope="module")
def told(site: SmallSite, report: Report) -> dict[str, list[Problem]]:
    """The problems by their file in the content folder."""
    found: dict[str, list[Problem]] = defaultdict(list)
    for each in report.problems:
        found[Path(each.file).relative_to(site.content).as_posix()].append(each)
    return found


@pytest.mark.parametrize(
    ("file", "rule", "line", "remedy"), [(name, *rest) for name, _, *rest in CASES]
)
def test_a_mistake_is_told_with_its_line_and_remedy(
    told: dict[str, list[Problem]], file: str, rule: str, line: int, remedy: str
) -> None:
    said = [str(each) for each in told[file]]
    found = [each for each in told[file] if (each.rule, each.line) == (rule, line)]
    assert [each for each in found if remedy in each.words], said
    assert {each.severity for each in found} == {RULES[rule].severity}
    # Hardly any of them has an Id.
    also = ALSO.get(file, set()) | {"no-id"}
    assert {each.rule for each in told[file]} - also == {rule} - also, said


@pytest.mark.parametrize(
    ("name", "rule", "remedy"),
    [
        ("out.md", "symlink", "private.md; put a copy in its place"),
        ("gone.txt", "symlink", "not there; take it out"),
        ("self.md", "symlink", "leads back to itself; take it out"),
        ("loop", "symlink", "leads back to itself; take it out"),
        ("away", "symlink", "leaves the content folder, to /etc; put a copy"),
        ("pipe.md", "unreadable", "is no ordinary file; take it out"),
    ],
)
def test_a_link_that_leads_astray_is_told_and_not_followed(
    told: dict[str, list[Problem]], name: str, rule: str, remedy: str
) -> None:
    (found,) = told[f"posts/{name}"]
    assert (found.rule, found.line) == (rule, 1)
    assert remedy in found.words


def test_what_is_good_is_written_as_it_would_be_alone(site: SmallSite, tmp_path: Path) -> None:
    outside = files_below(site.content.parent)
    alone = SmallSite(tmp_path / "content", tmp_path / "output")
    alone.write(GOOD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", NOW)
        with pytest.raises(BuildError):
            site.build()
        assert not site.output.exists()
        site.build(keep_going=True, strict=True)
        alone.build()
    # A picture that nothing shows is published all the same.
    assert site.files() == {
        **alone.files(),
        **{name: site.read(name).encode() for name in ALSO if "svg" in name},
        "static/lonely.png": PNG,
    }
    shutil.rmtree(site.output)
    assert files_below(site.content.parent) == outside


def test_every_rule_has_a_case_or_a_test_of_its_own() -> None:
    # tests/engagement, tests/images and tests/checks have those that one folder cannot show.
    elsewhere = {"settings", "picture", "unusable", "external-link", "symlink", "unreadable"}
    assert {rule for _, _, rule, *_ in CASES} | elsewhere == {*RULES}


def test_nothing_is_told_of_what_is_good(told: dict[str, list[Problem]]) -> None:
    assert not [each for name in GOOD for each in told[name]]
    assert len(CASES) > 100


def test_what_is_remembered_tells_the_same(
    site: SmallSite, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOW)
    memory = Remembering()
    for _ in range(2):
        settings = site_settings(
            "pelicanconf.py", content=site.content, siteurl=SITEURL, keep_going=True
        )
        settings["MAP"] = memory
        problems = read_site(settings).problems
        assert in_order(problems) == list(report.problems)
        assert tuple(sorted(settings["CHECKED"].reading_ease.items())) == report.reading_ease
