"""Of each page of this site it is known what its template reads."""

from pathlib import Path

import pytest
from engagement import receivers as engagement
from images import receivers as images
from incremental.template_reads import template_reads
from pelican.generators import Generator
from pelican.settings import read_settings
from site_files import receivers as site_files

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.name for path in (ROOT / "theme/templates").glob("*.html"))


@pytest.fixture(scope="module")
def generator() -> Generator:
    settings = read_settings(str(ROOT / "pelicanconf.py"))
    made = Generator({}, settings, settings["PATH"], settings["THEME"], settings["OUTPUT_PATH"])
    for plugin in (engagement, images, site_files):
        plugin.prepare_templates(made)
    return made


@pytest.mark.parametrize("page", PAGES)
def test_it_is_known_what_a_page_reads(generator: Generator, page: str) -> None:
    found = template_reads(generator.env, page)
    assert not found.everything
    assert {"base.html", "partials/site_header.html", page} <= {*found.templates}


def test_a_story_reads_no_other_story_but_those_it_shows(generator: Generator) -> None:
    variables = template_reads(generator.env, "article.html").variables
    assert not {"articles", "dates", "authors", "tags", "categories"} & variables.keys()
    assert {"calls_to_action", "content", "related_stories"} <= variables["article"].children.keys()
