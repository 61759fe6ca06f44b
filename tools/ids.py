"""Write down the ids of stories: what they go by in feeds, whatever becomes of the rest."""

from collections.abc import Iterator
from pathlib import Path

from feeds.identity import file_id
from pelican.contents import Article
from posts.content_folder import visible

from .build import read_site, site_settings
from .front_matter import with_line

CONF = "pelicanconf.py"


def written_ids(content: Path | None = None) -> Iterator[str]:
    """Write an Id into each story that lacks one; tell of each, and last how many there are.

    It is the one that the story has gone by: its file's name. Stories that cannot be used stay
    as they are, and a build says why. Raises BuildError when the site cannot be read, OSError
    when a file cannot be written.
    """
    settings = site_settings(CONF, content=content, keep_going=True)
    read = read_site(settings).generators[0].context["generated_content"]
    stories = [each for _, each in sorted(read.items()) if isinstance(each, Article)]
    lacking = [story for story in stories if "id" not in story.metadata and story.entry_id]
    for story in lacking:
        file = Path(story.source_path)
        name = file_id(story.source_path)
        file.write_bytes(with_line(file.read_bytes().decode(), "Id", name).encode())
        yield f"{visible(story.relative_source_path)}: Id: {name}"
    yield f"Stories: {len(stories)}, with a new Id: {len(lacking)}"
