"""The tasks, each run with: python3 bootstrap.py TASK."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from invoke import Context, Exit, task

from tools.browser import NoBrowserError, ensure_browser
from tools.build import FRESH, REPORT, ROOT, BuildError, explained, is_built, show_warnings
from tools.build import build as build_site
from tools.calls import report as report_of_calls
from tools.calls import shown_calls
from tools.check import FORMATS, lines
from tools.check import check as check_site
from tools.drafts import DraftError, chosen_topic, edit, new_draft, publish_draft, shown
from tools.ids import written_ids
from tools.preview import serve as serve_site
from tools.progress import progress
from tools.publish import PublishError
from tools.publish import publish as publish_site
from tools.publish import rollback as roll_back
from tools.related import evaluated, ranked, report, rows
from tools.report import overview as overview_of
from tools.report import report as report_of_blog
from tools.report import written_page

LOCK = ["uv", "pip", "compile", "--universal", "--generate-hashes", "--python-version", "3.11"]
# Without a title `new` asks for one; Invoke would insist on whatever is positional.
TITLED = any(
    not word.startswith("-") and before not in ("-o", "--topic", "-c", "--content")
    for before, word in pairwise(sys.argv[sys.argv.index("new") :] if "new" in sys.argv else [])
)
GROUPS = ["--group", "site", "--group", "test", "--group", "lint"]


@task(
    help={
        "content": "another content folder",
        "output": "where to put the site (default: output)",
        "siteurl": "the address that the site will have",
        "drafts": "give drafts and stories dated ahead an address of their own",
        "keep_going": "leave out posts with errors, and list them",
        "strict": "let warnings count as errors",
        "explain": "say why a page was written or kept: its address or file in the site",
    }
)
def build(
    _: Context, content: str = "", output: str = "", siteurl: str = "", drafts: bool = False,
    keep_going: bool = False, strict: bool = False, explain: str = "",
) -> None:  # fmt: skip
    """Build the site in output/."""
    show_warnings()
    try:
        built = build_site(
            content=Path(content) if content else None,
            output=Path(output) if output else None,
            siteurl=siteurl or None,
            drafts=drafts,
            keep_going=keep_going,
            strict=strict,
            progress=None if drafts else progress,
        )
    except BuildError as error:
        raise Exit(f"{error}\nNothing was written.", 1) from None
    except KeyboardInterrupt:
        raise Exit("The build was stopped; nothing was written.", 130) from None
    print(f"Built {built.pages} pages in {built.output}")
    for file, day in built.held_back:
        print(f"Not public: {file} ({f'waits for {day:%Y-%m-%d %H:%M}' if day else 'a draft'})")
    if explain:
        print(explained(built, explain))
    for problem in built.problems:
        print(problem, file=sys.stderr)
    if any(problem.severity == "error" for problem in built.problems):
        raise Exit("" if drafts else "The rest was built without these.", 1)
    if not output:
        print("To look at them: python3 bootstrap.py serve")


@task(
    positional=["title"] if TITLED else [],
    help={
        "title": "what the story is called (default: ask)",
        "topic": "which topic it belongs to (default: ask)",
        "page": "a page such as About instead",
        "content": "another content folder",
    },
)
def new(
    _: Context, title: str | None = None, topic: str = "", page: bool = False, content: str = ""
) -> None:
    """Begin a story as a draft, and open it in your editor."""
    try:
        folder = Path(content) if content else None
        given = _asked_title() if title is None else title
        file = new_draft(given, lambda known: topic or _asked_topic(known), page, folder)
        print(f"The draft is {shown(file)}", flush=True)
        opened = edit(file)
    except (BuildError, DraftError) as error:
        raise Exit(str(error), 1) from None
    except KeyboardInterrupt:
        raise Exit("Stopped.", 130) from None
    if not opened:
        print("Open it in the editor that you like; VISUAL or EDITOR may name one.")


@task(
    name="publish-draft",
    help={"name": "the draft's file, address or path", "content": "another content folder"},
)
def make_public(_: Context, name: str, content: str = "") -> None:
    """Make a draft public as of now; `publish` then puts it on the web."""
    try:
        file, address = publish_draft(name, Path(content) if content else None)
    except (BuildError, DraftError) as error:
        raise Exit(f"{error}\nNothing was changed.", 1) from None
    print(f"No draft any more: {shown(file)}\nOnce published it is at {address}")


@task(
    help={
        "port": "the port to serve at (default: the first free one from 8000)",
        "lan": "let a phone in the same network look at it too",
    }
)
def serve(_: Context, port: str = "", lan: bool = False) -> None:
    """Preview the site: rebuild on save, reload in the browser, show drafts."""
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise Exit(f'"{port}" is no port; give a number from 1 to 65535', 1)
    try:
        for line in serve_site(int(port) if port else None, lan):
            print(line, flush=True)
    except (BuildError, OSError) as error:
        raise Exit(f"The preview cannot start: {error}", 1) from None
    except KeyboardInterrupt:
        print("The preview has ended.")


@task(help={"only": "run only the tests whose names hold this"})
def test(_: Context, only: str = "") -> None:
    """Run every test, the browser's too."""
    try:
        ensure_browser()
    except NoBrowserError as error:
        raise Exit(str(error), 1) from None
    # File by file, so that what a file's tests share is made once.
    side_by_side = ("--numprocesses", "auto", "--dist", "loadfile")
    _run("-m", "pytest", *side_by_side, *(["-k", only] if only else []))


@task
def lint(_: Context) -> None:
    """Check the code's style and types, the templates, and GitHub's workflows."""
    _run("-m", "ruff", "format", "--check", ".")
    _run("-m", "ruff", "check", ".")
    _run("-m", "mypy")
    _run("-m", "djlint", "--check", "--lint", "theme/templates", "plugins")
    zizmor = str(Path(sys.executable).with_name("zizmor"))  # It has no module to run.
    _run("--offline", "--quiet", "--persona=pedantic", ".github", program=zizmor)


@task
def lock(_: Context) -> None:
    """Write requirements.txt anew from pyproject.toml: newest versions, with hashes."""
    os.environ["UV_CUSTOM_COMPILE_COMMAND"] = "python3 bootstrap.py lock"
    _run("-m", *LOCK, *GROUPS, "--upgrade", "--quiet", "--output-file", "requirements.txt")


@task(
    help={
        "content": "another content folder",
        "output": "a file to write to: source, rank, target, score and reason, tab-separated",
        "limit": "how many stories to list for each",
        "evaluate": "measure the choice with the links in the stories themselves",
        "links": "with --evaluate: a file of linked pairs, two slugs a line, tab-separated",
    }
)
def related(
    _: Context, content: str = "", output: str = "", limit: str = "", evaluate: bool = False,
    links: str = "",
) -> None:  # fmt: skip
    """Show each story's related stories and why, or measure how good they are."""
    if limit and not (limit.isdecimal() and int(limit)):
        raise Exit(f'--limit is "{limit}"; give a whole number from 1', 1)
    folder = Path(content) if content else None
    try:
        if evaluate:
            for name, figure in asdict(evaluated(folder, Path(links) if links else None)).items():
                print(f"{name:<12}{figure:.3f}")
            return
        found = ranked(folder, int(limit or 0) or None)
        if output:
            Path(output).write_text("".join(f"{row}\n" for row in rows(found)), "utf-8")
        else:
            _print(report(found))
    except BuildError as error:
        raise Exit(str(error), 1) from None
    except OSError as error:
        raise Exit(f"{output} cannot be written: {error.strerror}", 1) from None
    for problem in found.problems:
        print(problem, file=sys.stderr)


@task(
    help={
        "content": "another content folder",
        "strict": "let warnings count as errors, as publishing does",
        "format": "text, json, or github for annotations on a pull request",
        "external": "ask other sites whether links to them lead anywhere",
    }
)
def check(
    _: Context, content: str = "", strict: bool = False, format: str = "text",
    external: bool = False,
) -> None:  # fmt: skip
    """Say what is wrong with the stories and all around them, and how to mend it."""
    if format not in FORMATS:
        raise Exit(f'--format is "{format}"; give one of {", ".join(FORMATS)}', 1)
    try:
        report = check_site(Path(content) if content else None, strict=strict, external=external)
    except BuildError as error:
        raise Exit(str(error), 1) from None
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    _print(lines(report, format, colours=colours))
    if report.failed:
        raise Exit(code=1)


@task(help={"content": "another content folder"})
def calls(_: Context, content: str = "") -> None:
    """Show which calls to action each story and page shows, and why."""
    show_warnings()
    try:
        _print(report_of_calls(shown_calls(Path(content) if content else None)))
    except BuildError as error:
        raise Exit(str(error), 1) from None


@task(help={"content": "another content folder"})
def ids(_: Context, content: str = "") -> None:
    """Write its Id into each story that has none, so that feeds know it for ever."""
    try:
        _print(written_ids(Path(content) if content else None))
    except BuildError as error:
        raise Exit(str(error), 1) from None
    except OSError as error:
        raise Exit(f"{error.filename} cannot be written: {error.strerror}", 1) from None


@task(
    name="report",
    help={"content": "another content folder", "output": "where to put the page"},
)
def overview(_: Context, content: str = "", output: str = "") -> None:
    """Show the blog at a glance: topics, months, drafts, what is missing."""
    try:
        found = overview_of(Path(content) if content else None)
        page = written_page(found, Path(output) if output else None)
        _print([*report_of_blog(found), f"To look at it: {page}"])
    except BuildError as error:
        raise Exit(str(error), 1) from None
    except OSError as error:
        raise Exit(f"{error.filename} cannot be written: {error.strerror}", 1) from None


@task(
    name="import",
    help={
        "kind": "wordpress, ghost or substack",
        "file": "the export, as that service gives it",
        "images": "fetch the pictures, which are links otherwise",
        "dry_run": "only say what would be written",
        "topic": "the topic of posts that have none",
        "home": "where the old blog is; only WordPress says so itself",
        "content": "another content folder",
    },
)
def bring_over(
    _: Context, kind: str, file: str, images: bool = False, dry_run: bool = False,
    topic: str = "", home: str = "", content: str = "",
) -> None:  # fmt: skip
    """Bring over stories from another blog; nothing that is here is changed."""
    # Its HTML parser would cost each other task, and each rebuild of the preview, time to load.
    from tools.importers.exported import ImportProblem  # noqa: PLC0415
    from tools.importers.stories import imported, summary  # noqa: PLC0415

    folder = Path(content) if content else None
    try:
        done = imported(
            kind, Path(file), content=folder, topic=topic, home=home, images=images,
            dry_run=dry_run,
        )  # fmt: skip
    except (BuildError, ImportProblem) as error:
        raise Exit(f"{error}\nNothing was written.", 1) from None
    except OSError as error:
        raise Exit(f"{error.filename} cannot be written: {error.strerror}", 1) from None
    except KeyboardInterrupt:
        raise Exit("Stopped; run it again, and what is here already stays.", 130) from None
    _print(summary(done, dry_run))


@task(
    help={
        "siteurl": "the public address (default: SITEURL in publishconf.py)",
        "dry_run": "show what would change, and publish nothing",
        "rollback": "bring back the site of the publish before the last one",
        "allow_shrink": "let more than a tenth of the public stories go",
        "allow_dirty": "publish files as they are, committed or not",
    }
)
def publish(
    _: Context, siteurl: str = "", dry_run: bool = False, rollback: bool = False,
    allow_shrink: bool = False, allow_dirty: bool = False,
) -> None:  # fmt: skip
    """Build the public site and push it to the gh-pages branch."""
    if rollback and (siteurl or dry_run or allow_shrink or allow_dirty):
        raise Exit("--rollback stands alone; nothing was done", 1)
    show_warnings()
    allowed = {"allow_shrink": allow_shrink, "allow_dirty": allow_dirty}
    try:
        print(
            roll_back() if rollback else publish_site(siteurl or None, dry_run=dry_run, **allowed)
        )
    except BuildError as error:
        raise Exit(f"{error}\nNothing was published.", 1) from None
    except PublishError as error:
        raise Exit(str(error), 1) from None
    except KeyboardInterrupt as stopped:
        raise Exit(
            f"Publishing was stopped; {str(stopped) or 'the site is as it was'}.", 130
        ) from None


@task
def clean(_: Context) -> None:
    """Remove what the tasks made: output, preview, caches."""
    for folder in (ROOT / "output", ROOT / ".preview", *ROOT.glob(f"{FRESH}*")):
        if is_built(folder) or folder.name.startswith(FRESH):
            shutil.rmtree(folder)
        elif folder.exists():
            print(f"{folder} stays: it holds files that no build made")
    for cache in ROOT.glob(".*cache"):
        shutil.rmtree(cache)
    REPORT.unlink(missing_ok=True)


def _asked_title() -> str:
    """The title that the writer types; Exit when there is nobody to ask."""
    if not sys.stdin.isatty():
        raise Exit('say what it is called: python3 bootstrap.py new "The map in your head"', 1)
    return _asked("What is it called? ")


def _asked_topic(known: list[str]) -> str:
    """The topic that the writer chooses from a list; Exit when there is nobody to ask.

    The third answer is the last, known or not.
    """
    if len(known) == 1:
        return known[0]
    if not sys.stdin.isatty():
        raise Exit(f'say which topic, like --topic "{known[0]}"; known: {", ".join(known)}', 1)
    print(*(f"{number:3}  {name}" for number, name in enumerate(known, 1)), sep="\n")
    question = "Which topic? A number or a name: "
    for _ in range(2):
        try:
            return chosen_topic(_asked(question), known)
        except DraftError as error:
            print(error)
    return _asked(question)


def _asked(question: str) -> str:
    """What the writer answers; Exit when she would rather not."""
    try:
        return input(question)
    except (EOFError, KeyboardInterrupt):
        raise Exit("\nStopped; nothing was written.", 130) from None


def _print(lines: Iterable[str]) -> None:
    """Print a report, of which `head`, say, may read as much as it likes."""
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(*words: str, program: str = sys.executable) -> None:
    """Run a tool in the project's folder; end with its exit code when it fails."""
    done = subprocess.run([program, *words], cwd=ROOT, check=False)
    if done.returncode:
        raise Exit(code=done.returncode)
