"""HTML of other blogs as clean Markdown, in which nothing of theirs runs."""

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

# Scripts and the like are lost without a loss; of the others the writer is told.
SILENT = ("script", "style", "noscript", "link", "meta", "base", "template", "head", "title")
LOST = ("form", "input", "button", "select", "textarea", "object", "svg", "canvas", "math")
FRAMES = ("iframe", "embed", "video", "audio")
NO_WORDS = "TODO: say what the picture shows"
# Escaped or not, the plugin "engagement" would take it for a call to action.
_CALL = re.compile(r"\[+\s*((?:cta|call)\b[^\[\]]*)\]+", re.IGNORECASE)
_AT_START = re.compile(r"(?m)^(\s*)([#>+-]|\d+(?=[.)]))")


def markdown(
    html: str, link: Callable[[str], str], picture: Callable[[str], str]
) -> tuple[str, list[str]]:
    """The HTML as Markdown, and what could not be converted, a few words each.

    ``link`` is given each link's address and returns the one to write, or "" for none;
    ``picture`` likewise, where all but a ``{static}`` file becomes a link.

    Raises RecursionError when tags are nested deeper than any writer's.
    """
    soup = BeautifulSoup(html, "html.parser")
    notes = []
    for tag in soup.find_all(SILENT):
        tag.decompose()
    for tag in soup.find_all(LOST):
        if tag.decomposed:  # with what it stood in
            continue
        notes.append(f"not converted: <{tag.name}>")
        tag.decompose()
    for tag in soup.find_all(FRAMES):
        if not tag.parent:  # It stood in another one, for want of which it was there.
            continue
        source = tag.find("source")
        src = str(tag.get("src") or (source.get("src") if source else "") or "")
        notes.append(f"not converted: <{tag.name}> {src}".strip())
        _become_link(soup, tag, src)
    for tag in soup.find_all("a"):
        href = link(str(tag.get("href") or "").strip())
        if href:
            tag.attrs = {"href": _sound(href)}
        else:
            tag.unwrap()
    for tag in soup.find_all("img"):
        _become_picture(soup, tag, picture, notes)
    for tag in soup.find_all("h1"):
        tag.name = "h2"  # The page's own is its title.
    for tag in soup.find_all(("h2", "h3", "h4", "h5", "h6")):
        if not tag.get_text().strip() and not tag.find("img"):
            tag.decompose()
    for table in soup.find_all("table"):
        _make_even(soup, table)
    text: str = _Converter(heading_style="atx", bullets="-", autolinks=False).convert_soup(soup)
    text = re.sub(r"[ \t]+\n", "\n", text.replace("  \n", "\0")).replace("\0", "  \n")
    return f"{re.sub(chr(10) + '{3,}', chr(10) * 2, text).strip()}\n", notes


def _become_picture(
    soup: BeautifulSoup, tag: Tag, picture: Callable[[str], str], notes: list[str]
) -> None:
    was = str(tag.get("src") or "").strip()
    src, alt = picture(was), " ".join(str(tag.get("alt") or "").split())
    if not src.startswith("{static}"):
        if tag.find_parent("a"):
            tag.replace_with(alt or "picture")
        else:
            _become_link(soup, tag, src, alt)
        return
    if not alt:
        notes.append(f"a picture without words that say what it shows: {was}")
    tag.attrs = {"src": src, "alt": alt or NO_WORDS}


def _become_link(soup: BeautifulSoup, tag: Tag, address: str, words: str = "") -> None:
    """Put a link to what cannot stand in a page in its place, if it has an address on the web."""
    try:
        host = urlsplit(address).hostname if address.startswith(("https://", "http://")) else ""
    except ValueError:
        host = ""
    if not host:
        tag.replace_with(words)
        return
    new = soup.new_tag("a", href=_sound(address))
    new.string = words or host
    tag.replace_with(new)


def _make_even(soup: BeautifulSoup, table: Tag) -> None:
    """Give every row as many cells as the longest has."""
    rows = table.find_all("tr")
    widths = [sum(map(_width, row.find_all(("td", "th")))) for row in rows]
    for row, width in zip(rows, widths, strict=True):
        row.extend([soup.new_tag("td") for _ in range(max(widths) - width)])


def _width(cell: Tag) -> int:
    """The columns that the cell takes, as markdownify counts them."""
    span = str(cell.get("colspan", ""))
    return max(1, min(1000, int(span))) if span.isdigit() else 1


def _sound(address: str) -> str:
    """The address without signs that would end the link in Markdown, or begin something else."""
    kind, braced, rest = address.rpartition("}")
    return kind + braced + quote(rest, safe="%/:?#@!$&'*+,;=~-._")


class _Converter(MarkdownConverter):
    """Writes what Python-Markdown reads as the same words, and no more."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """The text with a backslash before each sign that would be markup."""
        text = _CALL.sub(r"(\1)", text)
        text = re.sub(r"[\\`*\[\]{}]|(?<!\w)_|_(?!\w)", r"\\\g<0>", text)
        text = re.sub(r"&(?=#?\w+;)", "&amp;", text).replace("<", "&lt;")
        text = text.replace("\\{%", "&#123;%").replace("\\[^", "\\[&#94;")
        text = re.sub(r"(?m)^(\s*)([~:|=])", lambda at: f"{at[1]}&#{ord(at[2])};", text)
        if "_inline" in parent_tags:  # As in the cell of a table.
            text = text.replace("|", "&#124;")
        return _AT_START.sub(lambda at: f"{at[1]}{_backslashed(at[2])}", text)

    def convert_img(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        """A picture that has words; also within links, where markdownify has none."""
        return f"![{self.escape(str(tag['alt']), parent_tags)}]({tag['src']})"

    def convert_figure(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        """A picture with its caption in HTML, for which Markdown has no words."""
        picture, caption = tag.find("img"), tag.find("figcaption")
        words = " ".join(caption.get_text(" ").split()) if caption else ""
        if not (picture and words):
            return f"\n\n{text.strip()}\n\n"
        image = self.convert_img(picture, "", parent_tags)
        caption_line = f"<figcaption>{self.escape(words, parent_tags)}</figcaption>"
        return f'\n\n<figure markdown="span">\n{image}\n{caption_line}\n</figure>\n\n'

    def convert_pre(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        """Code between fences that are longer than any in it."""
        fence = "`" * max((3, *(len(run) + 1 for run in re.findall("`{3,}", text))))
        return f"\n\n{fence}\n{text.strip(chr(10))}\n{fence}\n\n" if text.strip() else ""


def _backslashed(sign: str) -> str:
    """The sign so that it begins no list, heading or quotation."""
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"
