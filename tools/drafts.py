"""Begin a story as a draft, and make a draft public."""

import os
import re
import shlex
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from unicodedata import category, normalize

from checks.rules import UNFINISHED
from engagement.errors import did_you_mean
from feeds.identity import file_id
from pelican.contents import Article, Content
from pelican.utils import slugify
from posts.clock import now
from posts.content_folder import visible
from posts.front_matter import front_matter

from .build import BuildError, read_site, site_settings
from .front_matter import with_line, without_line
from .publish_checks import placeholders_in

CONF = "pelicanconf.py"
PUBLIC_CONF = "publishconf.py"
POSTS = "posts"
# A longer address is cut off wherever it is shown.
LONGEST_NAME = 80
SUMMARY = "TODO: one or two sentences for lists and search engines"


class DraftError(Exception):
    """Nothing was written; the message is a line that says why and what to do."""


def topics(content: Path | None = None) -> dict[str, Path]:
    """The folder of each topic by its name, which is what most of its stories call it.

    Raises BuildError when the settings cannot be read, DraftError when there is no topic.
    """
    settings = site_settings(CONF, content=content)
    posts = Path(settings["PATH"], POSTS)
    folders = sorted(each for each in posts.glob("*/") if not each.name.startswith("."))
    if not folders:
        raise DraftError(f"there is no topic; make a folder for the first one: {posts / 'trust'}")
    by_folder = {file_name(name): name for name in settings.get("TOPICS", {})}
    found = {}
    for folder in folders:
        named = Counter(
            keys["category"]
            for file in sorted(folder.glob("*.md"))
            if "category" in (keys := front_matter_of(file))
        )
        usual = by_folder.get(folder.name, folder.name.replace("-", " ").capitalize())
        found[named.most_common(1)[0][0] if named else usual] = folder
    return found


def chosen_topic(given: str, known: Sequence[str]) -> str:
    """The topic that is meant by its name, its number from 1, or its folder's name.

    Raises DraftError when there is none such.
    """
    by_words = {word: name for name in known for word in (name.casefold(), file_name(name))}
    by_words |= {str(number): name for number, name in enumerate(known, 1)}
    if given.strip().casefold() not in by_words:
        raise DraftError(
            f'there is no topic "{given}"{did_you_mean(given, known)} '
            f"(a new one begins with a folder in content/{POSTS})"
        )
    return by_words[given.strip().casefold()]


def file_name(title: str) -> str:
    """What the file of that title is called, without its ending; empty when nothing is left."""
    # Else the parts of "and/or" would grow together; "don't" may.
    apart = re.sub(r"[^\w\s'\u2019]|_", " ", normalize("NFKC", title))
    name: str = slugify(apart, regex_subs=[(r"[^\w\s]|_", ""), (r"\s+", " ")])
    words = "-".join(name.split())
    if len(words) <= LONGEST_NAME:
        return words
    return words[: LONGEST_NAME + 1].rpartition("-")[0] or words[:LONGEST_NAME]


def one_line(text: str) -> str:
    """The text as front matter takes it: without line ends and signs that no one sees."""
    return " ".join("".join(" " if category(sign) == "Cc" else sign for sign in text).split())


def new_draft(
    title: str, choose: Callable[[list[str]], str], page: bool = False, content: Path | None = None
) -> Path:
    """Write the draft of a story, or of a page, and return its file.

    ``choose`` is given the names of all topics, and returns one as ``chosen_topic`` takes it.
    Raises DraftError when it cannot be, BuildError when the settings cannot be read.
    """
    settings = site_settings(CONF, content=content)
    title = one_line(title)
    name = file_name(title)
    if not name:
        raise DraftError(f'the title "{title}" has no letter for an address; write a word or two')
    folder, own = Path(settings["PATH"]), {}
    _check_free(folder, name)
    if page:
        folder /= settings["PAGE_PATHS"][0]
    else:
        known = topics(content)
        own["Category"] = chosen_topic(choose(list(known)), list(known))
        folder = known[own["Category"]]
    lines = {"Title": title, "Date": _today(settings), **own, "Tags": "", "Summary": SUMMARY}
    lines |= {"Status": "draft", "Id": name}
    if page:
        del lines["Date"], lines["Tags"], lines["Id"]
    file = folder / f"{name}.md"
    text = "".join(f"{key}: {value}".rstrip() + "\n" for key, value in lines.items())
    try:
        folder.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(f"{text}\n")
    except OSError as error:
        raise DraftError(f"{shown(file)} cannot be written: {error.strerror}") from None
    return file


def edit(file: Path) -> bool:
    """Open the file in the writer's editor; False when the environment names none.

    Raises DraftError when it cannot be run.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    try:
        if editor:
            subprocess.run([*shlex.split(editor), str(file)], check=False)
        elif os.name == "nt":
            os.startfile(file)  # type: ignore[attr-defined,unused-ignore]
        else:
            return False
    except (OSError, ValueError) as error:
        raise DraftError(
            f'the editor "{editor or "of .md files"}" cannot be run ({error}); '
            f"open {shown(file)} yourself"
        ) from None
    return True


def publish_draft(name: str, content: Path | None = None) -> tuple[Path, str]:
    """Make the draft of that name, address or path public as of now; its file and address.

    Raises DraftError when it cannot be public, BuildError when the site cannot be read.
    """
    settings = site_settings(PUBLIC_CONF, content=content, drafts=True, keep_going=True)
    site = read_site(settings)
    contents: Mapping[str, Content | None] = site.generators[0].context["generated_content"]
    path = _meant(name, contents, Path(settings["PATH"]))
    file, draft = Path(settings["PATH"], path), contents[path]
    problems = [
        str(each)
        for each in site.problems
        if each.file == shown(file) and (each.severity == "error" or each.rule in UNFINISHED)
    ]
    if draft is None or problems:
        raise DraftError("\n".join(problems or [f"{shown(file)} cannot be used"]))
    if draft.status != "draft" or draft.scheduled:
        until = f"; it waits for {draft.date:%Y-%m-%d %H:%M}" if draft.scheduled else ""
        raise DraftError(f"{shown(file)} is no draft{until}")
    draft.status = "published"
    # The address is that of a draft, and kept.
    vars(draft).pop("get_url_setting", None)
    for other in contents.values():
        if other and other is not draft and other.status != "draft" and other.url == draft.url:
            raise DraftError(
                f"{shown(file)} would have the address of {shown(Path(other.source_path))}; "
                "give it a line like Slug: a-few-words"
            )
    text = without_line(file.read_bytes().decode(), "Status")
    if waiting := placeholders_in(text, file):
        raise DraftError("\n".join(waiting))
    if isinstance(draft, Article):
        text = with_line(text, "Date", _today(settings))
        if "id" not in draft.metadata:
            text = with_line(text, "Id", file_id(path))
    try:
        file.write_bytes(text.encode())
    except OSError as error:
        raise DraftError(f"{shown(file)} cannot be written: {error.strerror}") from None
    return file, f"{settings['SITEURL']}/{draft.url}"


def shown(file: Path) -> str:
    """The path as the writer would type it: from where she stands, when that is above it."""
    here = Path.cwd()
    return visible((file.relative_to(here) if file.is_relative_to(here) else file).as_posix())


def _meant(name: str, contents: Mapping[str, Content | None], folder: Path) -> str:
    """The one path in the content folder that the writer means. Raises DraftError."""
    given = Path(name).resolve()
    found, names = [], {}
    for path, each in sorted(contents.items()):
        stem = Path(path).stem
        words = {path, Path(path).name, stem, each.slug if each else stem}
        if name.strip() in words or given == Path(folder, path).resolve():
            found.append(path)
        if each is None or (each.status == "draft" and not each.scheduled):
            names[stem] = path
    if len(found) > 1:
        raise DraftError(f'"{name}" may be any of {", ".join(found)}; give the path')
    if not found:
        near = get_close_matches(name.strip().lower(), names, n=3, cutoff=0.4)
        those = f"did you mean {' or '.join(near)}?" if near else f"drafts: {', '.join(names)}"
        raise DraftError(f'there is no draft "{name}"; {those if names else "there is none"}')
    return found[0]


def _check_free(content: Path, name: str) -> None:
    """Raise DraftError when another file has the name, and with it the address and the id."""
    for file in sorted(content.rglob("*.md")):
        keys = front_matter_of(file)
        if name in (file.stem.lower(), keys.get("slug"), keys.get("id")):
            raise DraftError(f"{shown(file)} has that name already; choose another title")


def front_matter_of(file: Path) -> dict[str, str]:
    """What stands at the top of the file, by key."""
    lines = file.read_text("utf-8-sig", errors="replace").splitlines()
    return {name: key.value for name, key in front_matter(lines).first().items()}


def _today(settings: Mapping[str, Any]) -> str:
    """Now by the site's clock, as front matter has it. Raises BuildError as the build would."""
    try:
        return now(settings["TIMEZONE"]).strftime("%Y-%m-%d %H:%M")
    except ValueError as error:
        raise BuildError(str(error)) from None
