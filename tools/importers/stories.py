"""Write the stories of an export into the content folder; nothing there is changed."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from rich.console import Console
from rich.progress import track

from ..build import checked_siteurl, site_settings
from ..drafts import CONF, POSTS, file_name, front_matter_of, one_line
from . import ghost, substack, wordpress
from .exported import Export, ExportedPost, ImportProblem
from .links import Links
from .markdown import markdown
from .pictures import Pictures

READERS: dict[str, Callable[[Path], Export]] = {
    "wordpress": wordpress.read,
    "ghost": ghost.read,
    "substack": substack.read,
}
TOPIC = "Imported"
LONGEST_TITLE = 300
_ALIAS = re.compile(r"/?(?:(?!\.)[\w.~-]{1,80}/)*(?!\.)[\w.~-]{1,80}/?")


@dataclass
class Imported:
    """What became of an export: each file's text, what the writer must know, pictures."""

    files: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    drafts: int = 0
    left_out: Sequence[str] = ()
    pictures: dict[str, str] = field(default_factory=dict)


def imported(
    kind: str,
    file: Path,
    *,
    content: Path | None = None,
    topic: str = "",
    home: str = "",
    images: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Bring over the posts of an export; with ``dry_run`` only say what would be.

    ``topic`` is for posts that have none; ``home`` is the blog's address, which WordPress alone
    gives, and without which Ghost's own pictures cannot be fetched; ``images`` fetches
    pictures.

    Raises ImportProblem or BuildError when nothing was written, OSError when a file cannot be.
    """
    if kind not in READERS:
        raise ImportProblem(f'"{kind}" is no kind of export; known: {", ".join(READERS)}')
    if not file.is_file():
        raise ImportProblem(f"there is no file {file}")
    settings = site_settings(CONF, content=content)
    folder = Path(settings["PATH"])
    export = READERS[kind](file)
    if home:
        host = urlsplit(checked_siteurl(home)).hostname or ""
        export = replace(export, home=f"{home.rstrip('/')}/", hosts=export.hosts | {host})
    stories = _Stories(folder, settings, topic)
    paths = {number: stories.path(post) for number, post in enumerate(export.posts)}
    links = Links(export, paths)
    pictures = Pictures(folder, links.whole, images and not dry_run)
    done = Imported(left_out=export.left_out, pictures=pictures.addresses)
    for number, post in _progress(export.posts):
        path = paths[number]
        notes = done.notes.setdefault(path or post.identity, post.notes)
        if not path:
            notes.append(f'"{one_line(post.title)[:60]}" is here already, and was left out')
            continue
        own: list[str] = []
        try:
            text, lost = markdown(post.html, partial(links.link, notes=own), pictures.link_to)
        except RecursionError:
            notes.append("left out: its HTML is nested too deeply")
            continue
        notes += dict.fromkeys([*lost, *own, *pictures.problems])
        pictures.problems.clear()
        done.files[path] = f"{stories.front_matter(post, path)}\n{text}"
        done.drafts += post.draft
    if not dry_run:
        for path, text in done.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("x", encoding="utf-8", newline="\n") as story:
                story.write(text)
    return done


def summary(done: Imported, dry_run: bool) -> Iterator[str]:
    """Lines for people: what was written, what was not and why."""
    verb = "Would write" if dry_run else "Wrote"
    yield f"{verb} {len(done.files)} files, {done.drafts} of them drafts"
    if dry_run:
        yield from (f"  {path}" for path in done.files)
    if done.left_out:
        yield f"Left out: {', '.join(done.left_out)}"
    for path, notes in done.notes.items():
        yield from (f"{path}: {one_line(note)}" for note in notes)
    missing = [address for address, name in done.pictures.items() if not name]
    if missing:
        yield f"Pictures that are links for now ({len(missing)}; --images fetches them):"
        yield from (f"  {one_line(address)}" for address in missing)


class _Stories:
    """Where the stories go, and what stands above them."""

    def __init__(self, folder: Path, settings: dict[str, Any], topic: str) -> None:
        self._settings, self._topic = settings, one_line(topic)
        self._names: set[str] = set()
        self._ids: set[str] = set()
        # Two words for one address would be two pages in one place.
        self._words: dict[str, str] = {file_name(each): each for each in settings.get("TOPICS", {})}
        self._addresses: set[str] = set()
        for file in sorted(folder.rglob("*.md")):
            said = front_matter_of(file)
            self._names |= {file.stem.lower(), said.get("slug", "").lower()}
            self._ids.add(said.get("id", ""))
            for word in said.get("tags", "").split(","):
                self._words.setdefault(file_name(word), word.strip())

    def path(self, post: ExportedPost) -> str | None:
        """The file for the post, in the content folder; None when its story is here already."""
        post.identity = re.sub(r"[^A-Za-z0-9._~-]+", "-", post.identity)[:80]
        if post.identity in self._ids:
            return None
        self._ids.add(post.identity)
        title = one_line(BeautifulSoup(post.title, "html.parser").get_text(" "))
        if len(title) > LONGEST_TITLE:
            post.notes.append(f"its title had {len(title)} letters, and was cut")
        post.title = title[:LONGEST_TITLE].strip()
        if not file_name(post.title):
            post.notes.append("it had no title that makes an address")
            post.title = f"{post.title} {post.identity}".strip()
        first = name = file_name(post.slug) or file_name(post.title) or file_name(post.identity)
        number = 2
        while name in self._names:
            name, number = f"{first}-{number}", number + 1
        self._names.add(name)
        if not post.draft and not post.page and post.date is None:
            post.draft = True
            post.notes.append("it had no date, so it is a draft here")
        if post.page:
            return f"{self._settings['PAGE_PATHS'][0]}/{name}.md"
        return f"{POSTS}/{file_name(self._topic_of(post)) or file_name(TOPIC)}/{name}.md"

    def front_matter(self, post: ExportedPost, path: str) -> str:
        """The lines above the story's text."""
        lines = {"Title": post.title}
        if not post.page:
            if post.date:
                zone = ZoneInfo(self._settings["TIMEZONE"])
                lines["Date"] = post.date.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            lines["Category"] = self._topic_of(post)
            tags = [self._word(tag) for tag in post.tags]
            lines["Tags"] = ", ".join(dict.fromkeys(tag for tag in tags if tag))
        lines["Summary"] = one_line(BeautifulSoup(post.summary, "html.parser").get_text(" "))
        if post.draft:
            lines["Status"] = "draft"
        elif alias := self._alias(post, Path(path).stem):
            lines["Aliases"] = alias
        if not post.page:
            lines["Id"] = post.identity
        return "".join(f"{key}: {value}\n" for key, value in lines.items() if value)

    def _topic_of(self, post: ExportedPost) -> str:
        return self._word(post.topic) or self._word(self._topic) or TOPIC

    def _word(self, word: str) -> str:
        """A topic or tag as the blog writes it; empty when it would have no address."""
        word = one_line(word.replace(",", " "))[:LONGEST_TITLE]
        return self._words.setdefault(file_name(word), word) if file_name(word) else ""

    def _alias(self, post: ExportedPost, name: str) -> str:
        """The old address, if a file can answer there and it is not the new one."""
        old = unquote(post.address)
        if old.strip("/").casefold() == name:
            return ""
        taken = old.strip("/").casefold() in self._names | self._addresses
        if taken or not _ALIAS.fullmatch(old):
            post.notes.append(f"its old address leads nowhere: {post.address[:200]}")
            return ""
        self._addresses.add(old.strip("/").casefold())
        return old.lstrip("/")


def _progress(posts: Sequence[ExportedPost]) -> Iterator[tuple[int, ExportedPost]]:
    """The posts with their numbers, under a bar on a terminal."""
    console = Console(stderr=True)
    yield from track(
        list(enumerate(posts)), "Reading", console=console, disable=not sys.stderr.isatty()
    )
