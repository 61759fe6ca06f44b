"""The made-up blog as sites of Hugo and Eleventy, with the pages that ours has.

Posts, a home page and pages of each topic and tag with twelve summaries a page, lists of topics
and tags. Neither makes feeds; Eleventy's Markdown knows no footnotes and shows them as text.
"""

import json
import re
import shutil
from pathlib import Path

from made_up_blog import write_blog

HUGO = """
baseURL = "https://site.example/"
title = "A blog"
disableKinds = ["RSS", "sitemap", "section"]
[taxonomies]
tag = "tags"
topic = "topics"
[permalinks.page]
posts = "/:slug/"
[pagination]
pagerSize = 12
disableAliases = true
"""
HUGO_BASE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><header><a href="/">{{ .Site.Title }}</a></header>
<main>{{ block "main" . }}{{ end }}</main></body></html>
"""
HUGO_POST = """{{ define "main" }}<article><h1>{{ .Title }}</h1>
<p><time>{{ .Date.Format "2006-01-02" }}</time>
{{ range .GetTerms "topics" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</p>
{{ .Content }}</article>{{ end }}
"""
HUGO_LIST = """{{ define "main" }}<h1>{{ .Title }}</h1>
{{ $posts := .Pages }}
{{ if .IsHome }}{{ $posts = where site.RegularPages "Section" "posts" }}{{ end }}
{{ $page := .Paginate $posts }}
{{ range $page.Pages }}<article><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>
<time>{{ .Date.Format "2006-01-02" }}</time><p>{{ .Summary }}</p></article>{{ end }}
{{ with $page.Next }}<a href="{{ .URL }}">Older</a>{{ end }}{{ end }}
"""
HUGO_TERMS = """{{ define "main" }}<h1>{{ .Title }}</h1><ul>
{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>
{{ end }}</ul>{{ end }}
"""

ELEVENTY = """
module.exports = function (config) {
  config.addPassthroughCopy("images");
  config.amendLibrary("md", (markdown) => markdown.set({ html: true, typographer: true }));
  config.addFilter("day", (date) => date.toISOString().slice(0, 10));
  const posts = (api) => api.getFilteredByGlob("posts/*.md").reverse();
  const lists = (kind, names) => (api) => {
    const found = new Map();
    for (const post of posts(api))
      for (const name of names(post)) {
        if (!found.has(name)) found.set(name, []);
        found.get(name).push(post);
      }
    const pages = [];
    for (const [name, all] of found)
      for (let i = 0; i < all.length; i += 12)
        pages.push({
          title: name, posts: all.slice(i, i + 12), more: i + 12 < all.length,
          number: i / 12 + 1, url: `/${kind}/${name.toLowerCase().replace(/ /g, "-")}/`,
        });
    return pages;
  };
  config.addCollection("posts", posts);
  config.addCollection("tagPages", lists("tags", (post) => post.data.tags));
  config.addCollection("topicPages", lists("topics", (post) => post.data.topics));
};
"""
ELEVENTY_BASE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><header><a href="/">A blog</a></header>
<main>{{ content | safe }}</main></body></html>
"""
ELEVENTY_POST = """---
layout: base.njk
---
<article><h1>{{ title }}</h1>
<p><time>{{ page.date | day }}</time>
{% for topic in topics %}<a href="/topics/{{ topic | slugify }}/">{{ topic }}</a>{% endfor %}
{% for tag in tags %}<a href="/tags/{{ tag | slugify }}/">{{ tag }}</a>{% endfor %}</p>
{{ content | safe }}</article>
"""
ELEVENTY_CARDS = """{% for post in shown %}
<article><h2><a href="{{ post.url }}">{{ post.data.title }}</a></h2>
<time>{{ post.date | day }}</time><p>{{ post.data.summary }}</p></article>{% endfor %}
"""
ELEVENTY_HOME = """---
layout: base.njk
title: A blog
pagination:
  data: collections.posts
  size: 12
  alias: shown
permalink: "/{% if pagination.pageNumber %}page/{{ pagination.pageNumber + 1 }}/{% endif %}"
---
{% include "cards.njk" %}
{% if pagination.href.next %}<a href="{{ pagination.href.next }}">Older</a>{% endif %}
"""
ELEVENTY_LIST = """---
layout: base.njk
pagination:
  data: collections.KINDPages
  size: 1
  alias: list
permalink: "{{ list.url }}{% if list.number > 1 %}page/{{ list.number }}/{% endif %}"
eleventyComputed:
  title: "{{ list.title }}"
---
<h1>{{ list.title }}</h1>
{% set shown = list.posts %}{% include "cards.njk" %}
{% if list.more %}<a href="{{ list.url }}page/{{ list.number + 1 }}/">Older</a>{% endif %}
"""
ELEVENTY_TERMS = """---
layout: base.njk
title: KINDs
permalink: /KINDs/
---
<h1>{{ title }}</h1><ul>{% for list in collections.KINDPages %}{% if list.number == 1 %}
<li><a href="{{ list.url }}">{{ list.title }}</a></li>{% endif %}{% endfor %}</ul>
"""


def write_hugo(folder: Path, count: int) -> None:
    """A site of so many posts for ``hugo``, which writes it to ``public``."""
    files = {
        "hugo.toml": HUGO,
        "layouts/baseof.html": HUGO_BASE,
        "layouts/page.html": HUGO_POST,
        "layouts/home.html": HUGO_LIST,
        "layouts/term.html": HUGO_LIST,
        "layouts/taxonomy.html": HUGO_TERMS,
    }
    _write_site(folder, count, files, posts="content", static="static")


def write_eleventy(folder: Path, count: int) -> None:
    """A site of so many posts for ``eleventy``, which writes it to ``_site``."""
    files = {
        "eleventy.config.cjs": ELEVENTY,
        "_includes/base.njk": ELEVENTY_BASE,
        "_includes/post.njk": ELEVENTY_POST,
        "_includes/cards.njk": ELEVENTY_CARDS,
        "index.njk": ELEVENTY_HOME,
        "posts/posts.json": '{"layout": "post.njk", "permalink": "/{{ slug }}/"}',
    }
    for kind in ("tag", "topic"):
        files[f"{kind}.njk"] = ELEVENTY_LIST.replace("KIND", kind)
        files[f"{kind}s.njk"] = ELEVENTY_TERMS.replace("KIND", kind)
    _write_site(folder, count, files, posts=".", static=".")


def _write_site(
    folder: Path, count: int, files: dict[str, str], *, posts: str, static: str
) -> None:
    """The files, and the posts and pictures in the folders where they are looked for."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    made = folder / "made"
    write_blog(made, count)
    (folder / posts / "posts").mkdir(parents=True, exist_ok=True)
    for file in (made / "posts").iterdir():
        (folder / posts / "posts" / file.name).write_text(_in_yaml(file.read_text()))
    (folder / static).mkdir(exist_ok=True)
    (made / "images").rename(folder / static / "images")
    about = {"title": "About this blog", "layout": "base.njk"}
    (folder / posts / "about.md").write_text(
        f"---\n{json.dumps(about)}\n---\nIt is about nothing.\n"
    )
    shutil.rmtree(made)


def _in_yaml(post: str) -> str:
    """The post with its head in YAML, of which JSON is a part, and with links that peers know."""
    lines, body = post.split("\n\n", 1)
    head = dict(line.split(": ", 1) for line in lines.splitlines())
    day, minute = head["Date"].split()
    known = {
        "title": head["Title"],
        "date": f"{day}T{minute}:00Z",
        "topics": [head["Category"]],
        "tags": head["Tags"].split(", "),
        "slug": head["Slug"],
        "summary": head["Summary"],
    }
    body = re.sub(r"\{filename\}([\w-]+)\.md", r"/\1/", body).replace("{static}", "")
    return f"---\n{json.dumps(known)}\n---\n{body}"
