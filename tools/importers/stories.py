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
from checks.body import UNSEEN
from checks.heads import MARKUP
from checks.names import MOST_WORDS
from pelican.utils import slugify
from posts.limits import beyond
from posts.unusable import own_folders, reserved
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
# Signs that no topic or tag may hold, as the plugin "checks" has it.
_NO_WORD = re.compile(r"[|/\\\[\],;]|(?<![\w+])#(?=\w)|\.\.+")
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
    paths = {number: stories.path(post) for number, post in _progress(export.posts)}
    links = Links(export, paths)
    pictures = Pictures(folder, links.whole, images and not dry_run)
    done = Imported(left_out=export.left_out, pictures=pictures.addresses)
    for number, post in _progress(export.posts):
        path = paths[number]
        notes = done.notes.setdefault(path or post.identity, post.notes)
        if not path:
            continue
        own: list[str] = []
        text, lost = markdown(post.html, partial(links.link, notes=own), pictures.link_to)
        notes += dict.fromkeys([*lost, *own, *pictures.problems])
        pictures.problems.clear()
        key, colon, rest = text.partition(":")
        if key.lower() in settings["FRONT_MATTER_KEYS"] and colon:
            text = f"{key}&#58;{rest}"
        done.files[path] = UNSEEN.sub("", f"{stories.front_matter(post, path)}\n{text}")
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
        self._own = own_folders(settings)
        self._names = {
            str(value).partition("/")[0]
            for key, value in settings.items()
            if key.endswith("_SAVE_AS")
        }
        self._ids: set[str] = set()
        # Two words for one address would be two pages in one place.
        self._words = {("topic", self._slug(each)): each for each in settings.get("TOPICS", {})}
        self._addresses: set[str] = set()
        for file in sorted(folder.rglob("*.md")):
            said = front_matter_of(file)
            self._names |= {file.stem.lower(), said.get("slug", "").lower()}
            self._ids.add(said.get("id", ""))
            if topic := said.get("category", ""):
                self._words.setdefault(("topic", self._slug(topic)), topic)
            for tag in said.get("tags", "").split(","):
                self._words.setdefault(("tag", self._slug(tag)), tag.strip())

    def path(self, post: ExportedPost) -> str | None:
        """The file for the post, in the content folder; None when it is left out, as noted."""
        post.identity = re.sub(r"[^A-Za-z0-9._~-]+", "-", post.identity)[:80]
        if post.identity in self._ids:
            post.notes.append(f'"{one_line(post.title)[:60]}" is here already, and was left out')
            return None
        try:
            text = markdown(post.html, _anywhere, _anywhere)[0]
        except RecursionError:
            post.notes.append("left out: its HTML is nested too deeply")
            return None
        if too_much := beyond(text)[1]:
            post.notes.append(f"left out: {too_much}")
            return None
        self._ids.add(post.identity)
        said = one_line(BeautifulSoup(post.title, "html.parser").get_text(" "))
        title = one_line(MARKUP.sub(" ", said))
        if title != said:
            post.notes.append("markup was taken out of its title")
        if len(title) > LONGEST_TITLE:
            post.notes.append(f"its title had {len(title)} letters, and was cut")
        post.title = title[:LONGEST_TITLE].strip()
        if not file_name(post.title):
            post.notes.append("it had no title that makes an address")
            post.title = f"{post.title} {post.identity}".strip()
        first = name = file_name(post.slug) or file_name(post.title) or file_name(post.identity)
        number = 2
        while name in self._names or reserved(f"{name}/", self._own):
            name, number = f"{first}-{number}", number + 1
        self._names.add(name)
        if not post.draft and not post.page and post.date is None:
            post.draft = True
            post.notes.append("it had no date, so it is a draft here")
        if not post.draft and not text.strip():
            post.draft = True
            post.notes.append("it has no words, so it is a draft here")
        post.topic = self._word("topic", post.topic, post) or self._word("topic", self._topic, post)
        post.topic = post.topic or TOPIC
        tags = [self._word("tag", tag, post) for tag in post.tags]
        post.tags = [*dict.fromkeys(tag for tag in tags if tag)]
        if post.page:
            return f"{self._settings['PAGE_PATHS'][0]}/{name}.md"
        return f"{POSTS}/{file_name(post.topic)}/{name}.md"

    def front_matter(self, post: ExportedPost, path: str) -> str:
        """The lines above the story's text."""
        lines = {"Title": post.title}
        if not post.page:
            if post.date:
                zone = ZoneInfo(self._settings["TIMEZONE"])
                lines["Date"] = post.date.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            lines["Category"] = post.topic
            lines["Tags"] = ", ".join(post.tags)
        lines["Summary"] = one_line(BeautifulSoup(post.summary, "html.parser").get_text(" "))
        if post.draft:
            lines["Status"] = "draft"
        elif alias := self._alias(post, Path(path).stem):
            lines["Aliases"] = alias
        if not post.page:
            lines["Id"] = post.identity
        return "".join(f"{key}: {value}\n" for key, value in lines.items() if value)

    def _word(self, kind: str, given: str, post: ExportedPost) -> str:
        """The topic or tag as the blog writes it; empty when it would have no address."""
        given = one_line(BeautifulSoup(given, "html.parser").get_text())[:LONGEST_TITLE]
        word = " ".join(_NO_WORD.sub(" ", given).split()[:MOST_WORDS])
        # Letters alone make an address, and the topic's folder.
        word = self._words.setdefault((kind, self._slug(word)), word) if file_name(word) else ""
        if word.casefold() != given.casefold():
            became = f'is "{word}" here' if word else "was left out"
            post.notes.append(f'its {kind} "{given}" {became}')
        return word

    def _slug(self, word: str) -> str:
        return str(slugify(word, regex_subs=self._settings["SLUG_REGEX_SUBSTITUTIONS"]))

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


def _anywhere(_: str) -> str:
    return "https://blog.invalid/"


def _progress(posts: Sequence[ExportedPost]) -> Iterator[tuple[int, ExportedPost]]:
    """The posts with their numbers, under a bar on a terminal."""
    console = Console(stderr=True)
    yield from track(
        list(enumerate(posts)), "Reading", console=console, disable=not sys.stderr.isatty()
    )
