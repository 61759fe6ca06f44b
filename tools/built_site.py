"""Say what is wrong with a built site before anybody else can see it.

Nothing here knows how the site was built or where it goes: a folder and its address come in,
a line for each problem goes out.
"""

import fnmatch
import ipaddress
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser

# GitHub refuses larger files, and serves no larger sites. In bytes.
LARGEST_FILE = 100_000_000
LARGEST_SITE = 1_000_000_000
NEEDED = ("index.html", "404.html", ".nojekyll", "addresses.json")
PUBLIC_DOTS = (".nojekyll", ".well-known")
LEFTOVERS = (
    *("*~", "#*#", "~$*", "*.bak", "*.orig", "*.rej", "*.swo", "*.swp", "*.tmp"),
    *("__MACOSX", "Thumbs.db", "desktop.ini"),
)
FEED_KINDS = ("application/atom+xml", "application/rss+xml", "application/feed+json")
# Of every element; in these stand addresses, and in the last several with their widths.
ADDRESSES = ("href", "src", "action", "poster", "data")
_CSS_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
_REFRESH = re.compile(r"\s*\d+\s*;\s*url=(.*)", re.IGNORECASE | re.DOTALL)
# Names for documentation and for machines that nobody else reaches (RFC 2606, RFC 6762).
_NO_HOST = re.compile(r"(?:.*\.)?(?:localhost|local|example(?:\.(?:com|net|org))?|invalid|test)")


@dataclass
class _Read:
    """What the site's files say.

    ``anchors`` by page; ``links``, addresses with the file they stand in; ``feeds`` that the
    home page names; how many ``entries`` each file has that could be a feed.
    """

    siteurl: str
    anchors: dict[str, set[str]] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    feeds: set[str] = field(default_factory=set)
    entries: dict[str, int] = field(default_factory=dict)

    def address_of(self, name: str) -> str:
        """The public address of a file."""
        return f"{self.siteurl}/{name.removesuffix('index.html')}"

    def add(self, name: str, *addresses: str | None) -> None:
        """Remember addresses as they stand in a file."""
        self.links += ((name, address.strip()) for address in addresses if address)


def problems_of(site: Path, siteurl: str, now: datetime) -> list[str]:
    """All that must not be published in the folder ``site``, a line each; empty if it can be.

    ``siteurl`` is the address where it will be, without a slash at its end.
    """
    names, problems = _names_and_problems(site)
    problems += [f"{name} is missing: the build is not whole" for name in NEEDED
                 if name not in names]  # fmt: skip
    read = _Read(siteurl)
    for name in names:
        ending = name.rpartition(".")[2].lower()
        if ending in ("html", "htm", "css", "xml", "json", "webmanifest"):
            try:
                _READERS[ending](read, name, (site / name).read_text("utf-8"), now)
            except (UnicodeDecodeError, ElementTree.ParseError, json.JSONDecodeError) as error:
                read.problems.append(f"{name} cannot be read: {error}")
    stories = addresses_of((site / "addresses.json").read_text("utf-8")) if not problems else {}
    if not read.feeds:
        read.problems.append("index.html names no feed: the build is not whole")
    if not problems and not stories:
        read.problems.append("addresses.json names no story: the site is empty")
    for feed in sorted(read.feeds & read.entries.keys()):
        if stories and not read.entries[feed]:
            read.problems.append(f"{feed} is a feed without a story: the build is not whole")
    return sorted({*problems, *read.problems, *_wrong_addresses(read, set(names))})


def addresses_of(listed: str) -> dict[str, str]:
    """The stories of a site by their ids, from its addresses.json; empty if that says nothing."""
    try:
        addresses = json.loads(listed)
    except ValueError:
        return {}
    return addresses if isinstance(addresses, dict) else {}


def answers(names: set[str], path: str) -> bool:
    """Whether GitHub Pages has an answer to a path in the site, other than that of 404.html."""
    folder = path.rstrip("/")
    return (
        path in names
        or f"{folder}/index.html".lstrip("/") in names
        or (not path.endswith("/") and f"{path}.html" in names)
    )


def _names_and_problems(site: Path) -> tuple[list[str], list[str]]:
    """The names of the site's files, and what is wrong with names, kinds and sizes."""
    names, problems, size = [], [], 0
    for folder, folders, files in os.walk(site):
        here = Path(folder)
        if {"HEAD", "objects", "refs"} <= {*folders, *files}:
            problems.append(f"{here.relative_to(site).as_posix()}/ is a git repository")
        for each in sorted((*folders, *files)):
            path = here / each
            name = path.relative_to(site).as_posix()
            if wrong := _wrong_with_name(name):
                problems.append(f"{name!a} {wrong}")
            if path.is_symlink():
                problems.append(f"{name} is a symbolic link; put the file itself there")
            elif path.is_file():
                names.append(name)
                bytes_ = path.stat().st_size
                size += bytes_
                if bytes_ > LARGEST_FILE:
                    problems.append(
                        f"{name} has {bytes_ / 1e6:.0f} MB; GitHub takes up to 100 MB a file"
                    )
            elif not path.is_dir():
                problems.append(f"{name} is no file; take it out")
    if size > LARGEST_SITE:
        problems.append(f"the site has {size / 1e9:.1f} GB; GitHub takes up to 1 GB")
    return sorted(names), problems


def _wrong_with_name(name: str) -> str:
    """Why a file or folder of that name is not for the public; empty if it is."""
    last = name.rpartition("/")[2]
    if last.startswith(".") and name not in PUBLIC_DOTS:
        return "starts with a dot, which is for what nobody is to see; take it out"
    if any(fnmatch.fnmatchcase(last, leftover) for leftover in LEFTOVERS):
        return "is what an editor or a system left behind; take it out"
    if name == "drafts":
        return "is for drafts, which are not public"
    if '"' in last or "\\" in last or any(ord(sign) < 32 for sign in last):
        return "has a sign in its name that no address holds; rename it"
    return ""


def _read_html(read: _Read, name: str, text: str, now: datetime) -> None:
    start = text[:200].lstrip().lower()
    if not start.startswith("<!doctype"):
        if name in NEEDED:
            read.problems.append(f"{name} is no page: it has no <!DOCTYPE html>")
        # Else a fragment that a service asked the writer to put there.
        return
    if not text.rstrip().lower().endswith("</html>"):
        read.problems.append(f"{name} ends in the middle")
    page = LexborHTMLParser(text)
    read.anchors[name] = {
        value
        for element in page.css("[id], a[name]")
        for value in (element.attributes.get("id"), element.attributes.get("name"))
        if value
    }
    for element in page.css(", ".join(f"[{key}]" for key in ADDRESSES)):
        found = element.attributes
        read.add(name, *(found.get(key) for key in ADDRESSES))
        if name == "index.html" and element.tag == "link" and found.get("type") in FEED_KINDS:
            feed = urljoin(read.address_of(name), found.get("href") or "")
            read.feeds.add(feed.removeprefix(f"{read.siteurl}/"))
    for element in page.css("[srcset]"):
        for candidate in (element.attributes.get("srcset") or "").split(","):
            read.add(name, candidate.split()[0] if candidate.split() else None)
    for element in page.css("meta[content]"):
        content = element.attributes.get("content") or ""
        kind = element.attributes.get("http-equiv") or element.attributes.get("property") or ""
        if match := _REFRESH.fullmatch(content) if kind.lower() == "refresh" else None:
            read.add(name, match[1])
        elif content.startswith(("https://", "http://")):
            read.add(name, content)
        if kind == "article:published_time" and _moment(content, now) > now:
            read.problems.append(f"{name} is a story of {content}, which is still to come")


def _read_css(read: _Read, name: str, text: str, _: datetime) -> None:
    for match in _CSS_ADDRESS.finditer(text):
        read.add(name, match[1] or match[2])


def _read_xml(read: _Read, name: str, text: str, _: datetime) -> None:
    read.entries[name] = 0
    for element in ElementTree.fromstring(text).iter():
        read.entries[name] += element.tag.rpartition("}")[2] in ("entry", "item")
        read.add(name, *(element.get(key) for key in ("href", "url", "xmlUrl", "htmlUrl")))
        words = (element.text or "").strip()
        if words.startswith(("https://", "http://")) and len(words.split()) == 1:
            read.add(name, words)


def _read_json(read: _Read, name: str, text: str, _: datetime) -> None:
    data = json.loads(text)
    if isinstance(data, dict) and isinstance(data.get("items"), list):
        read.entries[name] = len(data["items"])


def _moment(text: str, now: datetime) -> datetime:
    """The moment that the text gives, in the zone of ``now`` if it gives none; else ``now``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _wrong_addresses(read: _Read, names: set[str]) -> Iterator[str]:
    """What is wrong with addresses, each told once, with the first file it stands in."""
    files: dict[str, list[str]] = {}
    for name, address in read.links:
        if wrong := _wrong_with_address(read, names, name, address):
            files.setdefault(f'"{address}" {wrong}', []).append(name)
    for wrong, where in files.items():
        others = len({*where}) - 1
        yield f"{where[0]}: {wrong}{f' (so in {others} other files)' if others else ''}"


def _wrong_with_address(read: _Read, names: set[str], name: str, address: str) -> str:
    """Why a reader of the file ``name`` must not be sent to the address; empty if she can be."""
    try:
        target = urlsplit(urljoin(read.address_of(name), address))
        site = urlsplit(read.siteurl)
    except ValueError:
        return "is no address"
    if target.scheme == "mailto":
        domain = target.path.rpartition("@")[2].lower()
        return "is nobody's address; write the real one" if _NO_HOST.fullmatch(domain) else ""
    if target.scheme not in ("http", "https"):
        return ""
    if target.netloc != site.netloc:
        return "leads to no public site" if _is_no_public_host(target.hostname or "") else ""
    path = unquote(target.path)
    if not f"{path}/".startswith(f"{site.path}/"):
        # With its host it may be another site of the same writer.
        return "" if "//" in address else f"leads out of the site, which is below {site.path}/"
    path = path.removeprefix(site.path).removeprefix("/")
    if not answers(names, path):
        return "leads to nothing"
    page = path if path in names else f"{path.rstrip('/')}/index.html".lstrip("/")
    anchor = unquote(target.fragment)
    if not anchor or anchor == "top" or anchor.startswith(":~:") or page not in read.anchors:
        return ""
    return "" if anchor in read.anchors[page] else f"leads to no place on {page}"


def _is_no_public_host(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return bool(_NO_HOST.fullmatch(host))


_READERS = {
    "html": _read_html, "htm": _read_html, "css": _read_css, "xml": _read_xml,
    "json": _read_json, "webmanifest": _read_json,
}  # fmt: skip
