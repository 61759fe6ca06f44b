"""Where the links in posts and pages lead: to something that will be published, or nowhere."""

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit

from .near import did_you_mean

_INTRASITE = re.compile(r"[{|](?P<what>[a-z]+)[}|](?P<value>.*)", re.DOTALL)
# Of what plugins and Pelican make beside pages: nobody mistypes these.
MADE = ("feeds/", "cards/", "card.png", "sitemap.xml", "robots.txt", "pagefind/", "theme/")
# What leads a reader of any page somewhere; scripts and data are told as what they are.
SCHEMES = ("http", "https", "mailto", "tel", "sms", "javascript", "vbscript", "data")
_OWN_MACHINE = re.compile(r"//(?:localhost|127\.[\d.]{5,11}|0\.0\.0\.0|\[::1\])(?=[:/?#]|$)")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}\.(?:com|net|org|edu|gov|io)(?=[/?#]|$)", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,200}")
NOT_PUBLIC = "leads to a story that is not public; take it out until it is"
NOT_USABLE = "leads to a post that cannot be used; mend that post"


@dataclass(frozen=True, slots=True)
class Target:
    """A post or a page that links can lead to; its ids are None where nobody knows them."""

    url: str
    public: bool
    ids: Collection[str] | None


@dataclass(slots=True)
class Site:
    """What there is: contents by their path in the content folder, and other addresses.

    ``published`` are the files that go out as they are.

    ``base`` is the path of the site's address, without a slash at its end. A content that cannot
    be used is None.
    """

    siteurl: str
    contents: dict[str, Target | None]
    files: Collection[str]
    addresses: Collection[str]
    slugs: dict[str, Collection[str]]
    published: Collection[str]
    by_url: dict[str, Target] = field(init=False)
    _base: str = field(init=False)

    def __post_init__(self) -> None:
        self._base = urlsplit(self.siteurl).path
        self.by_url = {each.url: each for each in self.contents.values() if each and each.public}

    def wrong(self, link: str, path: str, own: Target) -> str:
        """Why the link in the content at ``path`` leads nowhere; empty when it leads somewhere.

        ``own`` is that content. What other sites have is not known here.
        """
        if link in ("", "#"):
            return "leads nowhere; write the address in the brackets"
        if match := _INTRASITE.match(link):
            what, value = match["what"], match["value"]
            if what in ("filename", "static", "attach"):
                return self._wrong_file(what, value, path)
            if what in self.slugs:
                name = unquote(urlsplit(value).path)
                known = self.slugs[what]
                return (
                    ""
                    if name in known
                    else f"there is no {what} like that{did_you_mean(name, known)}"
                )
            return "" if what == "index" else "is no kind of link; write {filename} or {static}"
        if is_external(link) and not f"{link}/".startswith(f"{self.siteurl}/"):
            return _wrong_scheme(link)
        return self._wrong_address(link, own)

    def file(self, link: str, path: str) -> str:
        """The content file that the link in the content at ``path`` names; empty for none."""
        if match := _INTRASITE.match(link):
            if match["what"] in ("filename", "static", "attach"):
                return _path(match["value"], path)
            return ""
        return unquote(urlsplit(link).path).removeprefix(self._base).lstrip("/")

    def _wrong_file(self, what: str, value: str, path: str) -> str:
        target = _path(value, path)
        if what == "filename" and target in self.contents:
            content = self.contents[target]
            if not content:
                return NOT_USABLE
            return self._wrong_part(value, content) if content.public else NOT_PUBLIC
        if target in self.files:
            is_out = what != "filename" or target in self.published
            return "" if is_out else "leads to a file that is no post; write {static} before it"
        others = self.contents if what == "filename" else self.files
        return f'leads to no file: there is no "{target}"{did_you_mean(target, others)}'

    def _wrong_address(self, link: str, own: Target) -> str:
        if link.startswith("#"):
            return self._wrong_part(link, own)
        here = link.removeprefix(self.siteurl) if is_external(link) else link
        if here is link and link.startswith("/") and not f"{link}/".startswith(f"{self._base}/"):
            return (
                f'leads out of the site, which begins at "{self._base}/";'
                " write {filename} and the file's path"
            )
        if here is link:
            here = urljoin(f"{self._base}/{own.url}", link).removeprefix(self._base)
        address = unquote(urlsplit(here).path).lstrip("/")
        address = address.removesuffix("index.html")
        if content := self.by_url.get(address):
            return self._wrong_part(link, content)
        if address in self.addresses or address in self.files or address.startswith(MADE):
            return ""
        if link.startswith("www.") or _DOMAIN.match(link):
            return f"leads to no page; write https://{link}"
        if _MAIL.fullmatch(link):
            return f"leads to no page; write mailto:{link}"
        if address.endswith((".md", ".markdown")):
            return "is a file of yours, not an address; write {filename} before it"
        remedy = did_you_mean(address, {*self.by_url, *self.addresses} - {""})
        return f'leads to no page: there is no "/{address}"{remedy or "; take it out"}'

    def _wrong_part(self, link: str, target: Target) -> str:
        part = unquote(urlsplit(link).fragment)
        if (
            not part
            or part == "top"
            or part.startswith(("fn:", "fnref"))
            or target.ids is None
            or part in target.ids
        ):
            return ""
        return (
            f'leads to no part of that page: there is no "#{part}"{did_you_mean(part, target.ids)}'
        )


def is_external(link: str) -> bool:
    """Whether the link leads by a scheme or a host to something that is no file of the site."""
    return link.startswith("//") or bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:", link))


def _wrong_scheme(link: str) -> str:
    """Why no browser of a reader can follow an address with a scheme; empty when it can."""
    scheme, _, rest = link.partition(":")
    if link.startswith("//"):
        scheme, rest = "https", link
    if scheme.lower() not in SCHEMES:
        return f'begins with "{scheme}:", which leads no reader anywhere; write https://'
    if not rest.strip("/"):
        return "has nothing after it; write the whole address"
    if scheme.lower() not in ("http", "https"):
        return ""
    if not rest.startswith("//"):
        return f"lacks a slash; write {scheme}://{rest.lstrip('/')}"
    if _OWN_MACHINE.match(rest):
        return "leads to the reader's own computer; write the public address"
    return ""


def _path(value: str, path: str) -> str:
    """The path in the content folder that an intrasite link in the content at ``path`` names."""
    target = unquote(urlsplit(value).path)
    folder = "" if target.startswith("/") else posixpath.dirname(path)
    return posixpath.normpath(posixpath.join(folder, target.lstrip("/")))
