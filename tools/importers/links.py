"""Lead the links of an export to where its stories stand now."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urljoin, urlsplit

from .exported import Export

# A name that is nobody's, for ever (RFC 2606).
NOWHERE = "https://blog.invalid/"
KEPT = ("https", "http", "mailto", "tel")


class Links:
    """The links between the stories of an export; ``paths`` has each one's file, or None."""

    def __init__(self, export: Export, paths: Mapping[int, str | None]) -> None:
        self._export = export
        self._paths = {
            _key(post.address): (paths[number], post.draft)
            for number, post in enumerate(export.posts)
        }

    def whole(self, address: str) -> str:
        """The address as it stood on the web; empty when nobody knows where."""
        try:
            whole = urljoin(self._export.home or NOWHERE, address)
        except ValueError:
            return ""
        return "" if whole.startswith(NOWHERE) else whole

    def link(self, href: str, notes: list[str]) -> str:
        """What the link is to say here; empty when it leads nowhere, which ``notes`` then hold."""
        if not href:
            return ""
        # Headings get other ids here, and other elements none.
        if href.startswith("#"):
            notes.append(f"its link {href[:200]} to a part of the page was taken out")
            return ""
        address = self.whole(href)
        try:
            parts = urlsplit(urljoin(self._export.home or NOWHERE, href))
            host = parts.hostname or ""
        except ValueError:
            parts, host = urlsplit(""), ""
        if parts.scheme in ("https", "http") and self._is_own(host):
            number = parse_qs(parts.query).get("p", [""])[0]
            path, draft = self._paths.get(
                _key(f"/?p={number}" if number else parts.path), ("", False)
            )
            if path and not draft:
                if parts.fragment:
                    notes.append(f"its link {href[:200]} leads to the whole page now")
                return f"{{filename}}/{path}"
            if draft:
                notes.append(f"its link {href} leads to a draft, and was taken out")
                return ""
            notes.append(f"its link {href} leads to what was not brought over")
        if parts.scheme not in KEPT or not address:
            notes.append(f"its link {href[:200]} was taken out")
            return ""
        return address

    def _is_own(self, host: str) -> bool:
        known = {each.removeprefix("www.") for each in self._export.hosts}
        return not known or f"https://{host}/" == NOWHERE or host.removeprefix("www.") in known


def _key(address: str) -> str:
    return address.rstrip("/").casefold() or "/"
