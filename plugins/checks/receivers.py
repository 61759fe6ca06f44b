"""The only module here that touches Pelican: signals in, a list of problems out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from pelican import Pelican, signals
from pelican.contents import Content
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from posts.content_folder import visible
from posts.front_matter import FrontMatter, front_matter
from posts.receivers import ARTICLE_LISTS, PAGE_LISTS

from .allow import without_allowed
from .around import around, orphans
from .heads import OR_WAIT
from .links import Site, Target
from .markup import BrokenHTMLError, tags
from .names import Use
from .names import wrong_names as wrong_tags
from .problems import Problem, in_order, problem, said
from .proof import Known, Proof, Text, proof_of
from .raw_markup import scripts
from .rules import UNFINISHED
from .settings import CheckSettings, settings_of
from .source import Source
from .spelling import own_words

MARKDOWN = (".md", ".markdown", ".mkd", ".mdown")
NO_HEAD = front_matter([])


@dataclass
class Checked:
    """What the checks found in one build.

    ``external`` has the file, line and address of links to other sites; ``reading_ease`` the
    figure of each file in English, ``heads`` the front matter of the posts that allow something.
    """

    problems: list[Problem] = field(default_factory=list)
    external: list[tuple[str, int, str]] = field(default_factory=list)
    heads: dict[str, FrontMatter] = field(default_factory=dict)
    reading_ease: dict[str, float] = field(default_factory=dict)


def register() -> None:
    """Connect to Pelican's signals."""
    signals.all_generators_finalized.connect(check)
    signals.get_writer.connect(conclude)


def check(generators: Iterable[Generator]) -> None:
    """Check everything that was read; the findings wait in CHECKED for those of other plugins."""
    generators = list(generators)
    settings, context = generators[0].settings, generators[0].context
    checked = settings["CHECKED"] = Checked()
    try:
        knobs = settings_of(settings.get("CHECKS", {}))
    except ValueError as error:
        settings["UNUSABLE"] += [f"{line} [settings]" for line in str(error).splitlines()]
        return
    dictionary = Path(settings["PATH"], knobs.dictionary)
    own = (
        tuple(sorted(own_words(dictionary.read_text("utf-8-sig", errors="replace"))))
        if dictionary.is_file()
        else ()
    )
    known = Known(
        tuple(settings["FRONT_MATTER_KEYS"]),
        tuple(dict.fromkeys((settings.get("AUTHOR", ""), *knobs.authors))),
        own,
        settings["NOW"].year,
    )
    shown = _shown(settings["PATH"])
    contents = _contents(generators)
    texts = {
        path: Text(
            content.source_text,
            content._content,
            bool(content.save_as) or getattr(content, "scheduled", False),
            content.lang.startswith("en"),
        )
        for path, content in contents.items()
        if content.source_text
    }
    each = settings.get("MAP", map)
    proofs: dict[str, Proof] = dict(
        zip(texts, each(partial(proof_of, known), texts.values()), strict=True)
    )
    uses: list[Use] = []
    for path, proof in proofs.items():
        file = shown(path)
        if proof.head:
            checked.heads[file] = proof.head
        content = contents[path]
        told = [problem(file, *finding) for finding in proof.findings]
        if content.status == "draft" and not getattr(content, "scheduled", False):
            told = [*_of_draft(told)]
        checked.problems += told
        uses += _uses(content, file, proof)
        if proof.reading_ease is not None:
            checked.reading_ease[file] = proof.reading_ease
    for file, (line, rule, words) in wrong_tags(uses):
        checked.problems.append(problem(file, line, rule, words))
    site = _site(generators, contents, proofs)
    used: set[str] = set()
    for path, content in contents.items():
        if path not in proofs or not texts[path].ready:
            # Drafts may show pictures too.
            used |= content.get_static_links()
            continue
        target, file = site.contents[path], shown(path)
        checked.external += ((file, *each) for each in proofs[path].external)
        for key, link in proofs[path].links:
            used.add(site.file(link, path))
            # What the plugin "images" tells of pictures is more.
            of_picture = key == "src" and not link.startswith(("{", "|"))
            if target and not of_picture and (wrong := site.wrong(link, path, target)):
                line = Source(content.source_text).line_of(link)
                checked.problems.append(problem(file, line, "dead-link", f"{link or '()'} {wrong}"))
    checked.problems += _around(settings, context, used)


def conclude(pelican: Pelican) -> None:
    """Put what all plugins found into PROBLEMS; errors end the build, unless KEEP_GOING.

    With STRICT every warning is an error. Wrong settings end the build in any case.
    """
    settings = pelican.settings
    checked: Checked = settings["CHECKED"]
    by_file: dict[str, list[Problem]] = {file: [] for file in checked.heads}
    for each in (*map(said, settings["UNUSABLE"]), *checked.problems):
        by_file.setdefault(each.file, []).append(each)
    found: list[Problem] = []
    for file, problems in by_file.items():
        found += without_allowed(file, checked.heads.get(file, NO_HEAD), problems)
    if settings.get("STRICT"):
        found = [replace(each, severity="error") for each in found]
    settings["PROBLEMS"] = in_order(found)
    errors = [each for each in found if each.severity == "error"]
    if errors and (
        not settings.get("KEEP_GOING") or any(each.rule == "settings" for each in errors)
    ):
        raise SystemExit("\n".join(map(str, settings["PROBLEMS"])))


def _contents(generators: Iterable[Generator]) -> dict[str, Content]:
    """Every post and page that can be used, by its path from the content folder."""
    return {
        content.relative_source_path: content
        for generator in generators
        if isinstance(generator, ArticlesGenerator | PagesGenerator)
        for name in (ARTICLE_LISTS if isinstance(generator, ArticlesGenerator) else PAGE_LISTS)
        for content in getattr(generator, name)
    }


def _of_draft(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems of a draft, which waits already: that it is not finished is no error."""
    for each in problems:
        words = each.words.removesuffix(OR_WAIT)
        severity = "warning" if each.rule in UNFINISHED else each.severity
        yield replace(each, words=words, severity=severity)


def _uses(content: Content, file: str, proof: Proof) -> Iterator[Use]:
    """The tags and the topic that the post names itself."""
    if proof.tags:
        for tag in getattr(content, "tags", ()):
            yield Use("tag", tag.name, tag.slug, file, proof.tags)
    if proof.topic and hasattr(content, "category"):
        yield Use("topic", content.category.name, content.category.slug, file, proof.topic)


def _site(
    generators: list[Generator], contents: dict[str, Content], proofs: dict[str, Proof]
) -> Site:
    """What links can lead to."""
    settings, context = generators[0].settings, generators[0].context
    slugs: dict[str, set[str]] = {"tag": set(), "category": set(), "author": set()}
    addresses = {settings["INDEX_URL"]}
    for template in settings["DIRECT_TEMPLATES"]:
        name = template.upper()
        save_as = settings.get(f"{name}_SAVE_AS", f"{template}.html")
        addresses |= {settings.get(f"{name}_URL", save_as), save_as}
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            groups = {
                "tag": [*generator.tags],
                "category": [each for each, _ in generator.categories],
                "author": [each for each, _ in generator.authors],
            }
            for kind, wrappers in groups.items():
                for each in wrappers:
                    if each.save_as:
                        slugs[kind] |= {each.name, each.name.lower(), each.slug}
                        addresses.add(each.url)
    return Site(
        settings["SITEURL"],
        {
            path: Target(
                contents[path].url,
                bool(contents[path].save_as),
                proofs[path].ids,
            )
            if path in contents
            else None
            for path in context["generated_content"]
        },
        {*settings["CONTENT_FILES"]} - {*context["generated_content"]},
        addresses,
        {kind: names for kind, names in slugs.items()},
        {*context["static_content"]},
    )


def _around(settings: dict[str, Any], context: dict[str, Any], used: set[str]) -> Iterator[Problem]:
    """What is wrong with the files that are no posts."""
    folder = Path(settings["PATH"])
    shown = _shown(settings["PATH"])
    calls = settings.get("CALLS_TO_ACTION", {}).get("file", "calls_to_action.toml")
    dictionary = settings.get("CHECKS", {}).get("dictionary", CheckSettings.dictionary)
    known = {*context["generated_content"], *context["static_content"], *used, calls, dictionary}
    # Of these the plugin "posts" tells more.
    known |= {path for path in settings["CONTENT_FILES"] if path.lower().endswith(MARKDOWN)}
    for path, rule, words in around(folder, settings["IGNORE_FILES"], known):
        yield problem(shown(path), 1, rule, words)
    in_use = (*settings["STATIC_PATHS"],)
    files = [
        path
        for path in settings["CONTENT_FILES"]
        if path.startswith(tuple(f"{each}/" for each in in_use))
        and path not in settings["EXTRA_PATH_METADATA"]
    ]
    for path in files:
        if path.lower().endswith(".svg"):
            for line, words in _scripts((folder / path).read_text("utf-8-sig", errors="replace")):
                yield problem(shown(path), line, "raw-html", words)
    unusable = [path for path, content in context["generated_content"].items() if content is None]
    texts = [
        (folder / path).read_text("utf-8-sig", errors="replace")
        for path in (calls, *unusable)
        if (folder / path).is_file()
    ]
    for path in orphans(files, used, "\n".join(texts)):
        words = "nothing shows this file or links to it; use it or take it out"
        yield problem(shown(path), 1, "orphan-file", words)


def _scripts(picture: str) -> Iterator[tuple[int, str]]:
    """Each script in an SVG file, which runs for who opens it by itself."""
    try:
        for tag in tags(picture):
            if what := scripts(tag):
                line = picture.count("\n", 0, tag.start) + 1
                yield line, f"{what[:60]} would run in a picture that is opened; take it out"
    except BrokenHTMLError:  # what is no picture, the plugin "images" tells
        return


def _shown(folder: str) -> Callable[[str], str]:
    """What makes a path as the writer would type it: from where she stands, when that is above."""
    whole, here = f"{Path(folder).as_posix()}/", f"{Path.cwd().as_posix()}/"
    return lambda path: visible(f"{whole}{path}".removeprefix(here))
