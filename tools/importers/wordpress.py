"""Read an export of WordPress: WXR, which is RSS with more in it (Tools, Export there)."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import parse

from .exported import Export, ExportedPost, ImportProblem, moment

KINDS = ("post", "page")
GONE = ("trash", "auto-draft", "inherit")
PUBLIC = ("publish", "future")
_BLOCK = re.compile(
    r"\s*</?(?:p|div|h[1-6]|ul|ol|li|table|blockquote|pre|figure|hr|section|dl|iframe)\b", re.I
)
_CAPTION = re.compile(
    r"\[caption[^\]]*\]\s*((?:<a [^>]*>)?<img [^>]*>(?:</a>)?)(.*?)\[/caption\]", re.S
)
_SHORTCODE = re.compile(
    r"\[/?(?:gallery|embed|audio|video|playlist|contact-form|caption)\b[^\]]*\]"
)


def read(file: Path) -> Export:
    """The posts and pages in the file. Raises ImportProblem when it is no such export."""
    try:
        channel = parse(file).find("channel")
    except DefusedXmlException:
        raise ImportProblem(f"{file} defines entities, as no export of WordPress does") from None
    except (ParseError, ValueError, LookupError) as error:
        raise ImportProblem(f"{file} is no XML: {error}") from None
    items = [_by_name(item) for item in channel.iter("item")] if channel is not None else []
    if not any("post_type" in item for item in items):
        raise ImportProblem(f"{file} is no export of WordPress: it holds no posts")
    left_out = Counter(
        f"{_text(item, 'status')} {_text(item, 'post_type')}".removeprefix("inherit ").strip()
        for item in items
        if not _wanted(item)
    )
    assert channel is not None
    top = _by_name(channel)
    sites = [_text(top, name) for name in ("base_blog_url", "base_site_url", "link")]
    return Export(
        [_post(item) for item in items if _wanted(item)],
        next((site for site in sites if site), ""),
        frozenset(host for site in sites if (host := urlsplit(site).hostname)),
        [f"{count} {what}" for what, count in sorted(left_out.items())],
    )


def _wanted(item: dict[str, list[Element]]) -> bool:
    return _text(item, "post_type") in KINDS and _text(item, "status") not in GONE


def _post(item: dict[str, list[Element]]) -> ExportedPost:
    number, link = _text(item, "post_id"), urlsplit(_text(item, "link"))
    named = [(each.get("domain"), each.text or "") for each in item.get("category", ())]
    topics = [name for domain, name in named if domain == "category"]
    tags = [name for domain, name in named if domain == "post_tag"]
    content, excerpt = "", ""
    for each in item.get("encoded", ()):
        if "excerpt" in each.tag:
            excerpt = each.text or ""
        else:
            content = each.text or ""
    html, lost = paragraphs(content)
    notes = [f"not converted: {shortcode}" for shortcode in lost]
    locked = bool(_text(item, "post_password"))
    if locked:
        notes.append("it had a password, so it is a draft here")
    if count := len(item.get("comment", ())):
        notes.append(f"comments left out: {count}")
    given = moment(_text(item, "post_date_gmt")) or moment(_text(item, "post_date"))
    return ExportedPost(
        identity=f"wordpress-{number}",
        title=_text(item, "title"),
        slug=unquote(_text(item, "post_name")),
        html=html,
        address=link.path if link.path.strip("/") else f"/?p={number}",
        date=given,
        draft=locked or _text(item, "status") not in PUBLIC,
        page=_text(item, "post_type") == "page",
        topic=next((name for name in topics if name != "Uncategorized"), ""),
        tags=[*topics[1:], *tags],
        summary=excerpt,
        notes=notes,
    )


def paragraphs(content: str) -> tuple[str, list[str]]:
    """WordPress's text as HTML, whose paragraphs it leaves to empty lines; and lost shortcodes."""
    content = _CAPTION.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", content)
    lost = _SHORTCODE.findall(content)
    content = _SHORTCODE.sub("", re.sub(r"<!--.*?-->", "", content, flags=re.S))
    parts = []
    for number, part in enumerate(re.split(r"(<pre\b.*?</pre>)", content, flags=re.S | re.I)):
        if number % 2:
            parts.append(part)
            continue
        for block in re.split(r"\n\s*\n", part.replace("\r\n", "\n")):
            text = block.strip()
            if text:
                lines = text.replace("\n", "<br>\n")
                parts.append(text if _BLOCK.match(text) else f"<p>{lines}</p>")
    return "\n".join(parts), lost


def _by_name(element: Element) -> dict[str, list[Element]]:
    """The element's children by their names without namespace, which changes with versions."""
    found: dict[str, list[Element]] = defaultdict(list)
    for child in element:
        found[child.tag.rpartition("}")[2]].append(child)
    return found


def _text(item: dict[str, list[Element]], name: str) -> str:
    return (item[name][0].text or "").strip() if name in item else ""
