"""Write down the ids of stories: what they go by in feeds, whatever becomes of the rest."""

import re
from collections.abc import Iterator
from pathlib import Path

from feeds.identity import file_id
from pelican.contents import Article
from posts.unusable import CONTINUATION_LINE, FRONT_MATTER_LINE

from .build import read_site, site_settings

CONF = "pelicanconf.py"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FENCE = re.compile(r"-{3}(\s|\Z)")


def written_ids(content: Path | None = None) -> Iterator[str]:
    """Write an Id into each story that lacks one; tell of each, and last how many there are.

    It is the one that the story has gone by: its file's name. Stories that cannot be used stay
    as they are, and a build says why. Raises BuildError when the site cannot be read, OSError
    when a file cannot be written.
    """
    settings = site_settings(CONF, content=content, keep_going=True)
    read = read_site(settings)[0].context["generated_content"]
    stories = [each for _, each in sorted(read.items()) if isinstance(each, Article)]
    lacking = [story for story in stories if "id" not in story.metadata and story.entry_id]
    for story in lacking:
        file = Path(story.source_path)
        name = file_id(story.source_path)
        file.write_bytes(with_id(file.read_bytes().decode(), name).encode())
        yield f"{story.relative_source_path}: Id: {name}"
    yield f"Stories: {len(stories)}, with a new Id: {len(lacking)}"


def with_id(text: str, name: str) -> str:
    """A story's file with the line ``Id: name`` after the last one of its front matter."""
    end, newline = 0, "\n"
    for number, line in enumerate(_LINE.finditer(text)):
        words = line[0].rstrip("\r\n").removeprefix("\ufeff")
        if number == 0 and _FENCE.match(words):
            continue
        if not FRONT_MATTER_LINE.match(words) and not (end and CONTINUATION_LINE.match(words)):
            break
        end, newline = line.end(), line[0][len(line[0].rstrip("\r\n")) :]
    start = text[:end] if newline else f"{text[:end]}\n"
    return f"{start}Id: {name}{newline}{text[end:]}"
