"""Measure whole builds: .venv/bin/python benchmarks/build.py [N …].

For each N (1000 and 5000 by default) a blog of N made-up posts of 600 to 1,200 words is built in
turn, so that a busy machine is busy for all of them:

plain    by plain Pelican: its theme `simple`, typography, its own settings otherwise. It keeps
         nothing from build to build: an edit costs what the first build does
cold     by the project: its settings and theme, related stories, two calls to action, checks,
         feeds; with nothing kept from earlier builds
body     again, after a sentence was added to one post
title    again, after the same post got another title
nothing  again, with nothing changed
hugo, eleventy
         with --peers: the same posts and like pages, see peers.py, with none of the rest

CPU s    CPU seconds of whole processes, of those that they start too
wall s   seconds from the start of the process to its end
MB       the most memory that the largest of the processes held
pages    HTML files of the site
of plain, of cold
         CPU seconds and wall seconds as multiples of what that build took

Each figure is the least of the rounds. The search index and the cards for sharing are left out of
all this; for the first N, one more cold build with each says what they add. Below the table it is
told where the time of the project went, in the round that took the least CPU seconds:

starting     until the settings are read and the plugins are started
reading      until every file is read
plugins      what is done with all that was read, until writing begins
writing      until pages and feeds are written
remembering  what is noted for the next build
ending       putting the site in its place
plugin NAME  what that plugin takes of `plugins`

With --ten-thousand the project also builds 5,000 and 10,000 posts in turn, with nothing kept.
--rounds R says how often all is built (default: 2), --hugo and --eleventy where a peer's command is
that is not in PATH.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLAIN = """
SITEURL = "https://site.example"
TIMEZONE = "UTC"
THEME = "simple"
PATH = "content"
TYPOGRIFY = True
"""
PROJECT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pelicanconf import *
SITEURL = "https://site.example"
THEME = {str(ROOT / "theme")!r}
PLUGIN_PATHS = [{str(ROOT / "plugins")!r}]
TOPICS = {{f"Topic {{number}}": "What it is about." for number in range(1, 11)}}
FOOTER_PAGES = []
"""
LISTING = '[[placement]]\ncall = "weekly-email"\nslot = "listing"\n'
# What is added, but for the last word: typography keeps that from standing alone in a line.
SENTENCE = "One sentence more was added"
TITLE = "Another title was"
# The peers by the names of their commands, and where they put the site.
PEERS = {"hugo": "public", "eleventy": "_site"}
STEPS = ("cold", "body", "title", "nothing")


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds, MB of memory, pages, and CPU and wall seconds by part of a build."""

    cpu: float
    wall: float
    memory: float
    pages: int
    parts: dict[str, tuple[float, float]]


# ── What runs in a process of its own ────────────────────────────────────────


def write_site(kind: str, folder: Path, count: int) -> None:
    """Write what is built: for the project and plain Pelican ("blog"), or for a peer."""
    # Only now: the process that measures stays small, as what it holds counts for its children.
    from build_cost import CALLS, PLACEMENTS  # noqa: PLC0415
    from made_up_blog import write_blog  # noqa: PLC0415
    from peers import write_eleventy, write_hugo  # noqa: PLC0415

    if kind != "blog":
        {"hugo": write_hugo, "eleventy": write_eleventy}[kind](folder, count)
        return
    write_blog(folder / "content", count)
    calls = CALLS.replace("/subscribe.html", "/about/") + PLACEMENTS + LISTING
    (folder / "content" / "calls_to_action.toml").write_text(calls)
    (folder / "plain.py").write_text(PLAIN)
    (folder / "project.py").write_text(PROJECT + f"CACHE_PATH = {str(folder / 'cache')!r}\n")


def build_project(folder: Path, extra: str) -> None:
    """Build with the project, of "search" and "cards" with the ``extra`` alone.

    Print the moments between the parts of the build, and what each plugin took, as JSON.
    """
    sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
    from pelican import signals  # noqa: PLC0415

    from tools import build  # noqa: PLC0415

    moments: list[tuple[str, float, float]] = []
    plugins: dict[str, tuple[float, float]] = {}
    if extra != "search":
        build._write_search_index = lambda *_: None
    _note_moments(moments, signals.initialized, after="starting")
    _note_moments(moments, signals.static_generator_finalized, after="reading")
    _note_moments(moments, signals.get_writer, after="plugins")
    _note_moments(moments, signals.finalized, before="writing", after="remembering")
    _note_plugins(plugins, signals.all_generators_finalized, cards=extra == "cards")
    build.build(str(folder / "project.py"), content=folder / "content", output=folder / "output")
    print(json.dumps([moments, plugins]))


def _note_moments(
    moments: list[tuple[str, float, float]], signal: Any, before: str = "", after: str = ""
) -> None:
    """Add to the moments when a part ends: before or after a signal is sent.

    The signal's own method is replaced: one more receiver would be called in no known order, and
    pages are not kept from build to build when it is unknown what a receiver does.
    """
    send = signal.send

    def sent(*args: object, **kwargs: object) -> object:
        if before:
            moments.append((before, *_now()))
        result = send(*args, **kwargs)
        if after:
            moments.append((after, *_now()))
        return result

    signal.send = sent


def _note_plugins(plugins: dict[str, tuple[float, float]], signal: Any, cards: bool) -> None:
    """Note what each plugin takes when the signal is sent; leave out cards, if they shall be."""

    def send(generators: list[Any]) -> list[tuple[Callable[..., object], object]]:
        results = []
        for receiver in signal.receivers_for(generators):
            cpu, wall = _now()
            results.append((receiver, receiver(generators)))
            cpu_then, wall_then = _now()
            name = receiver.__module__.partition(".")[0]
            before = plugins.get(name, (0.0, 0.0))
            plugins[name] = (before[0] + cpu_then - cpu, before[1] + wall_then - wall)
        if not cards:
            generators[0].context["site_images"].cards.clear()
        return results

    signal.send = send


def _now() -> tuple[float, float]:
    """CPU seconds of this process and of those it started and that have ended; the time."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used), time.time()


# ── What measures ────────────────────────────────────────────────────────────


def cost(command: tuple[str | Path, ...], folder: Path, output: Path) -> Cost:
    """Run the command in the folder; SystemExit if it fails."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as told:
        begun = time.time()
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        ended = time.time()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        told.seek(0)
        if process.returncode:
            raise SystemExit(f"{command} failed:\n{said.read()}{told.read()}")
        lines = said.read().splitlines()
    cpu = used.ru_utime + used.ru_stime
    return Cost(
        cpu,
        ended - begun,
        used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
        sum(1 for _ in output.rglob("*.html")),
        _parts(lines[-1], begun, cpu, ended) if "--project" in command else {},
    )


def _parts(line: str, begun: float, cpu: float, ended: float) -> dict[str, tuple[float, float]]:
    """What each part took, by what ``build_project`` printed."""
    moments, plugins = json.loads(line)
    parts = {}
    cpu_before, wall_before = 0.0, begun
    for name, cpu_then, wall_then in (*moments, ("ending", cpu, ended)):
        parts[name] = (cpu_then - cpu_before, wall_then - wall_before)
        cpu_before, wall_before = cpu_then, wall_then
    return parts | {f"plugin {name}": tuple(plugins[name]) for name in sorted(plugins)}


class MadeUpBlog:
    """A blog in a folder, and what to build it with."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._output = folder, folder / "output"
        _in_own_process("--write", "blog", folder, count)
        self._edited = folder / "content" / "posts" / f"post-{count // 2:05}.md"
        self._text = self._edited.read_text()
        self._page = f"{self._edited.stem}/index.html"

    def plain(self) -> Cost:
        """A build by plain Pelican, in a fresh folder."""
        output = self._folder / "plain"
        shutil.rmtree(output, ignore_errors=True)
        pelican = (sys.executable, "-m", "pelican", "-q", "-s", "plain.py", "-o", output)
        found = cost(pelican, self._folder, output)
        self._insist("plain Pelican", output / f"{self._edited.stem}.html", "<article")
        return found

    def project(self, step: str, extra: str = "none") -> Cost:
        """A build by the project; one of the ``STEPS``, of which each needs the one before."""
        if step == "cold":
            for made in (self._output, self._folder / "cache"):
                shutil.rmtree(made, ignore_errors=True)
            self._edited.write_text(self._text)
        elif step == "body":
            self._edited.write_text(f"{self._text}\n{SENTENCE} here.\n")
        elif step == "title":
            rest = self._edited.read_text().partition("\n")[2]
            self._edited.write_text(f"Title: {TITLE} given\n{rest}")
        build = (sys.executable, __file__, "--project", self._folder, extra)
        found = cost(build, ROOT, self._output)
        shown = ['class="related-stories"', '<form class="signup-form"', "The kitchen"]
        shown += [SENTENCE] if step != "cold" else []
        shown += [TITLE] if step in ("title", "nothing") else []
        self._insist(step, self._output / self._page, *shown)
        if (self._output / "pagefind").exists() != (extra == "search"):
            raise SystemExit(f"{step}: whether there is a search index is not as it should be")
        if (self._output / "cards").exists() != (extra == "cards"):
            raise SystemExit(f"{step}: whether there are cards is not as it should be")
        return found

    def _insist(self, step: str, page: Path, *shown: str) -> None:
        """SystemExit unless the page shows what is measured."""
        text = page.read_text()
        if missing := [each for each in shown if each not in text]:
            raise SystemExit(f"{step}: {page} does not show {' and '.join(missing)}")


def peer_cost(peer: str, command: str, folder: Path) -> Cost:
    """A build by one of the ``PEERS``, in a fresh folder."""
    output = folder / PEERS[peer]
    shutil.rmtree(output, ignore_errors=True)
    return cost((command, "--quiet"), folder, output)


def least(rounds: list[Cost]) -> Cost:
    """The least of each figure; the parts of the round that took the least CPU seconds."""
    return Cost(
        min(each.cpu for each in rounds),
        min(each.wall for each in rounds),
        min(each.memory for each in rounds),
        rounds[-1].pages,
        min(rounds, key=lambda each: each.cpu).parts,
    )


def _in_own_process(*words: object) -> None:
    subprocess.run([sys.executable, __file__, *map(str, words)], check=True)


# ── What is printed ──────────────────────────────────────────────────────────


def measure(count: int, rounds: int, peers: dict[str, str], extras: bool) -> None:
    """Build blogs of so many posts in turn, by peers' commands too; print the tables.

    ``extras`` tells what the search index and the cards add.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        blog = MadeUpBlog(folder / "blog", count)
        builds: dict[str, Callable[[], Cost]] = {"plain": blog.plain}
        builds |= {step: partial(blog.project, step) for step in STEPS}
        for peer, command in peers.items():
            _in_own_process("--write", peer, folder / peer, count)
            builds[peer] = partial(peer_cost, peer, command, folder / peer)
        costs = _in_turn(builds, rounds)
        _print_costs(count, costs)
        _print_parts({step: costs[step].parts for step in STEPS})
        for extra in ("search", "cards") if extras else ():
            more = blog.project("cold", extra)
            cpu, wall = more.cpu - costs["cold"].cpu, more.wall - costs["cold"].wall
            print(
                f"\ncold with {extra}: {cpu:+.2f} CPU s, {wall:+.2f} wall s, {more.memory:.0f} MB"
            )


def measure_growth(rounds: int) -> None:
    """Build blogs of 5,000 and of 10,000 posts in turn, and print the ratio."""
    with tempfile.TemporaryDirectory() as name:
        blogs = {f"{count}": MadeUpBlog(Path(name, f"{count}"), count) for count in (5000, 10_000)}
        builds = {count: partial(blog.project, "cold") for count, blog in blogs.items()}
        less, more = _in_turn(builds, rounds).values()
    print(
        f"\ncold, 10,000 posts / 5,000 posts: {more.cpu:.2f} / {less.cpu:.2f} CPU s = "
        f"{more.cpu / less.cpu:.2f}, {more.wall:.2f} / {less.wall:.2f} wall s = "
        f"{more.wall / less.wall:.2f}, {more.memory:.0f} / {less.memory:.0f} MB"
    )


def _in_turn(builds: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    found: dict[str, list[Cost]] = {name: [] for name in builds}
    for _ in range(rounds):
        for name, build in builds.items():
            found[name].append(build())
    return {name: least(costs) for name, costs in found.items()}


def _print_costs(count: int, costs: dict[str, Cost]) -> None:
    print(
        f"\n{count} posts; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n"
        f"{'':<10}{'CPU s':>8}{'wall s':>8}{'MB':>6}{'pages':>7}"
        f"{'of plain: CPU':>15}{'wall':>7}{'of cold: CPU':>14}{'wall':>7}"
    )
    plain, cold = costs["plain"], costs["cold"]
    for name, each in costs.items():
        print(
            f"{name:<10}{each.cpu:>8.2f}{each.wall:>8.2f}{each.memory:>6.0f}{each.pages:>7}"
            f"{each.cpu / plain.cpu:>15.3f}{each.wall / plain.wall:>7.3f}"
            f"{each.cpu / cold.cpu:>14.3f}{each.wall / cold.wall:>7.3f}",
            flush=True,
        )


def _print_parts(by_step: dict[str, dict[str, tuple[float, float]]]) -> None:
    print("\n" + " " * 22 + "".join(f"{f'{step}: CPU s':>16}{'wall':>7}" for step in by_step))
    for part in by_step["cold"]:
        # With nothing changed there is no more to do than to see that.
        took = (each.get(part, (0.0, 0.0)) for each in by_step.values())
        figures = (f"{cpu:>16.2f}{wall:>7.2f}" for cpu, wall in took)
        print(f"{part:<22}{''.join(figures)}", flush=True)


def main(words: list[str]) -> None:
    """Print the tables for each N."""
    match words:
        case ["--write", kind, folder, count]:
            return write_site(kind, Path(folder), int(count))
        case ["--project", folder, extra]:
            return build_project(Path(folder), extra)
    parser = argparse.ArgumentParser(description="Measure whole builds.")
    parser.add_argument("sizes", nargs="*", type=int, metavar="N", help="how many posts")
    parser.add_argument("--rounds", type=int, default=2, help="how often (default: 2)")
    parser.add_argument("--ten-thousand", action="store_true", help="also how cost grows")
    parser.add_argument("--peers", action="store_true", help="also Hugo and Eleventy")
    for peer in PEERS:
        parser.add_argument(f"--{peer}", default=peer, metavar="COMMAND", help="default: from PATH")
    given = parser.parse_args(words)
    peers = {peer: getattr(given, peer) for peer in PEERS} if given.peers else {}
    if missing := [command for command in peers.values() if not shutil.which(command)]:
        parser.error(f"there is no command {' and no '.join(missing)}")
    # Once with few posts: then Python has compiled all modules, and what is amiss shows at once.
    with tempfile.TemporaryDirectory() as folder:
        blog = MadeUpBlog(Path(folder), 50)
        blog.plain()
        blog.project("cold")
    sizes = given.sizes or (1000, 5000)
    for size in sizes:
        measure(size, given.rounds, peers, extras=size == sizes[0])
    if given.ten_thousand:
        measure_growth(given.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
