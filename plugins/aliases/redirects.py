"""Find the file that answers at an old address."""

from urllib.parse import unquote

# Signs that mean something else in an address, or that Windows has in no name.
STRANGE = '%\\ "<>|*:'
# Most file systems hold 255 bytes a name; the rest is room for an ending.
LONGEST_NAME = 240
# What ends so is a file of its own kind, which no page can stand in for, nor stand below.
_NO_FOLDER = (".css", ".htm", ".html", ".ico", ".js", ".json", ".opml", ".png", ".txt", ".xml")


def aliases_of(value: str | list[str]) -> list[str]:
    """The addresses in a front-matter value: apart by commas, or on lines of their own."""
    lines = [value] if isinstance(value, str) else value
    return [alias for line in lines for each in line.split(",") if (alias := each.strip())]


def redirect_file(alias: str, siteurl: str) -> str:
    """The file below the site's root that answers at an old address.

    The address may start with that of the site, or with a slash, and have escapes in it.
    Raises ValueError, with the remedy, when no file can answer there.
    """
    path = unquote(alias.removeprefix(siteurl)).removeprefix("/")
    if "://" in path or path.startswith("/"):
        raise ValueError(f'"{alias}" is on another site; give what follows {siteurl}/')
    if "?" in path or "#" in path:
        raise ValueError(f'"{alias}" holds a ? or #, which no file can answer; take it out')
    strange = sorted({sign for sign in path if sign in STRANGE or ord(sign) < 32})
    if strange:
        raise ValueError(f'"{alias}" holds {" ".join(map(repr, strange))}; write it like old-name/')
    parts = path.removesuffix("/").split("/")
    if not path or any(part.startswith(".") or not part for part in parts):
        raise ValueError(f'"{alias}" is no address of a page; write it like old-name/')
    if any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise ValueError(f'"{alias}" is too long for the name of a file; take it out')
    file = path if path.endswith((".html", ".htm")) else f"{'/'.join(parts)}/index.html"
    folders = file.lower().split("/")[:-1]
    if any(part.endswith(_NO_FOLDER) for part in folders) or folders[:1] == ["cname"]:
        raise ValueError(f'"{alias}" is a file, at which no page can answer; take it out')
    return file
