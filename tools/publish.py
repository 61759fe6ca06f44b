"""Put the public site on the branch that GitHub Pages serves, and take it back.

In this order, so that whoever stops it at any moment leaves the branch as it was, or as wanted:

1. the project is checked, then what the remote's branch holds: nobody else's work is built upon;
2. the site is built into a folder of its own, checked as a whole, compared with the branch;
3. a commit upon the branch's last one is made where no branch knows it: the objects of a commit
   that nobody pushes are lost without a trace;
4. one push moves the remote's branch, which takes it whole or not at all, and never by force.
   What then counts is not what git said but what the remote holds: if somebody was faster,
   all begins again at the check of the branch.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from posts.clock import now

from .build import FRESH, ROOT, build, checked_siteurl, site_settings
from .built_site import problems_of
from .pages_branch import (
    BRANCH,
    REJECTED,
    REMOTE,
    RESTORED,
    SOURCE,
    Changes,
    Commit,
    PublishError,
    changes,
    commit_of_folder,
    commit_of_tree,
    fetched_tip,
    files_below,
    files_in,
    history,
    push,
    reason,
    remote_tip,
    said,
    text_in,
)
from .publish_checks import (
    check_repository,
    domain_of,
    losses,
    placeholders,
    uncommitted,
    wrong_domain,
    wrong_settings,
)

__all__ = ["PublishError", "publish", "rollback"]

FIRST_TIME = f"Now choose the branch {BRANCH} in the repository's Settings, under Pages."
# How often to begin again when others publish at the same time.
ATTEMPTS = 3


def publish(
    siteurl: str | None = None,
    *,
    dry_run: bool = False,
    allow_shrink: bool = False,
    allow_dirty: bool = False,
) -> str:
    """Build the site with publishconf.py and push it; return what was done, or would be.

    ``siteurl`` stands in for the SITEURL that publishconf.py gives; ``dry_run`` does all but
    commit and push. ``allow_shrink`` lets more than a tenth of the stories go, ``allow_dirty``
    publishes files as they are, committed or not.

    Raises PublishError or BuildError; the remote's branch is then as it was.
    """
    settings = site_settings("publishconf.py")
    siteurl = checked_siteurl(siteurl or str(settings["SITEURL"]))
    content = Path(settings["PATH"])
    check_repository()
    problems = [*wrong_settings(siteurl, settings), *placeholders(content)]
    dirty = uncommitted()
    # What mends the others would be one more commit.
    if dirty and not (problems or allow_dirty or dry_run):
        problems.append(
            f'{dirty} not committed: type git add --all, then git commit -m "What is new"; or '
            "publish the files as they are with --allow-dirty"
        )
    _refuse(problems)
    source = said("rev-parse", "HEAD")
    tip = _tip_to_build_upon(source)
    with TemporaryDirectory(prefix=FRESH, dir=ROOT, ignore_cleanup_errors=True) as folder:
        site = Path(folder, "site")
        built = build("publishconf.py", siteurl=siteurl, output=site, strict=True)
        domain = domain_of(siteurl)
        problems = wrong_domain(site, domain)
        if domain:
            (site / "CNAME").write_text(f"{domain}\n")
        _refuse([*problems, *problems_of(site, siteurl, now(settings["TIMEZONE"]))])
        files = files_below(site)
        for _ in range(ATTEMPTS):
            _refuse(losses(site, {*files}, tip, domain, content, allow_shrink))
            changed = changes(files_in(tip), files)
            notes = [f"{dirty} not committed."] if dirty else []
            if not changed:
                return f"There is nothing new to publish; {siteurl}/ has it all."
            if dry_run:
                return "\n".join([*notes, *_report(changed, siteurl)])
            message = f"Publish {source[:7]}{' and uncommitted changes' if dirty else ''}"
            message += f"\n\n{SOURCE}: {source}"
            commit = commit_of_folder(site, tip, message, Path(folder, "git"))
            if _pushed(commit, tip, siteurl):
                notes.append(
                    f"Published {built.pages} pages to {BRANCH} ({_counts(changed)}); they will "
                    f"be at {siteurl}/"
                )
                return "\n".join([*notes, *([] if tip else [FIRST_TIME])])
            tip = _tip_to_build_upon(source)
    raise PublishError(f"others publish to {REMOTE} all the time; publish again in a while")


def rollback() -> str:
    """Bring back the site of the publish before the last one; return what was done.

    What somebody else has put on the branch since the last publish goes first.

    Raises PublishError; the remote's branch is then as it was.
    """
    siteurl = checked_siteurl(str(site_settings("publishconf.py")["SITEURL"]))
    check_repository()
    tip = fetched_tip()
    commits = history(tip)
    last = _last_publish(commits)
    if not last:
        raise PublishError(f"{BRANCH} at {REMOTE} has no publish to bring back")
    publishes = [commit for commit in commits if commit.source]
    by_id = {commit.id: commit for commit in publishes}
    wanted = by_id[last.restored or last.id]
    others = _others_changes(last, tip)
    if not others:
        earlier = publishes[publishes.index(wanted) + 1 :]
        if not earlier:
            raise PublishError(f"there is no publish before that of {wanted.source[:7]}")
        wanted = by_id[earlier[0].restored or earlier[0].id]
        domains = [text_in(each, "CNAME").strip() for each in (wanted.id, tip)]
        if domains[0] != domains[1]:
            raise PublishError(
                f'the publish before had the domain "{domains[0]}", the site now has '
                f'"{domains[1]}": it would not work there; publish what you want instead'
            )
    trailers = f"{SOURCE}: {wanted.source}\n{RESTORED}: {wanted.id}"
    if not others:
        trailers += f"\n{REJECTED}: {said('rev-parse', 'HEAD')}"
    message = f"Roll back to the site of {wanted.source[:7]}\n\n{trailers}"
    commit = commit_of_tree(wanted.id, tip, message)
    if not _pushed(commit, tip, siteurl):
        raise PublishError("somebody published in the meantime; look at the site before you go on")
    return (
        f"Rolled back to the site of commit {wanted.source[:7]}; it will be at {siteurl}/\n"
        "What was taken back is published again only with a new commit: mend it first."
    )


def _refuse(problems: Sequence[str]) -> None:
    """Raise PublishError with all problems, if there are any."""
    if problems:
        raise PublishError("\n".join([*problems, "Nothing was published."]))


def _tip_to_build_upon(source: str) -> str:
    """The last commit of the remote's branch, brought here; empty if there is no branch.

    Raises PublishError when it is not ours to build upon, or ``source`` was rolled back.
    """
    tip = fetched_tip()
    commits = history(tip)
    last = _last_publish(commits)
    if tip and not last:
        raise PublishError(
            f"the branch {BRANCH} at {REMOTE} holds something that publish did not put there: "
            f'{tip[:7]} "{commits[0].subject}" ({commits[0].author})\n'
            "Keep it under another name, and make way: "
            f"git push {REMOTE} {tip[:7]}:refs/heads/before-publish :{BRANCH}"
        )
    if not last:
        return tip
    if others := _others_changes(last, tip):
        raise PublishError(
            f"somebody else changed {', '.join(others[:3])} on {BRANCH}: {tip[:7]} "
            f'"{commits[0].subject}" ({commits[0].author}); git diff {last.id[:7]} {tip[:7]} '
            "shows it\nPut into the project what you want of it, then take it off the site: "
            "python3 bootstrap.py publish --rollback"
        )
    if last.restored:
        taken_back = set()
        for commit in commits[: [each.id for each in commits].index(last.restored)]:
            taken_back.add(commit.rejected if commit.restored else commit.source)
        if source in taken_back:
            raise PublishError(
                f"the site of commit {source[:7]} was rolled back; commit what mends it, and "
                "publish again"
            )
    return tip


def _last_publish(commits: Sequence[Commit]) -> Commit | None:
    return next((commit for commit in commits if commit.source), None)


def _others_changes(last: Commit, tip: str) -> list[str]:
    """The files that others changed after the last publish; the domain is compared elsewhere.

    GitHub itself commits it when it is set in the repository's Settings.
    """
    if last.id == tip:
        return []
    found = changes(files_in(last.id), files_in(tip))
    return sorted({*found.added, *found.changed, *found.removed} - {"CNAME"})


def _pushed(commit: str, tip: str, siteurl: str) -> bool:
    """Whether the remote's branch now ends in the commit; False if it has moved on from ``tip``.

    Raises PublishError when the remote refused, or can no longer be asked.
    """
    try:
        done = push(commit)
    except KeyboardInterrupt:
        if remote_tip() == commit:
            raise KeyboardInterrupt(f"too late: it is done, and will be at {siteurl}/") from None
        raise
    there = commit if done.returncode == 0 else remote_tip()
    if there == tip:
        raise PublishError(
            f"{REMOTE} did not take the site: {reason(done)} Mend that, and publish again."
        )
    return there == commit


def _report(changed: Changes, siteurl: str) -> list[str]:
    """What would change, a page a line."""
    kinds = {"added": changed.added, "changed": changed.changed, "removed": changed.removed}
    lines = [
        f"{kind:<8} {siteurl}/{name.removesuffix('index.html')}"
        for kind, names in kinds.items()
        for name in names
        if name.endswith(".html")
    ]
    others = sum(map(len, kinds.values())) - len(lines)
    return [*lines, f"and {others} other files", f"Nothing was published ({_counts(changed)})."]


def _counts(changed: Changes) -> str:
    return (
        f"{len(changed.added)} files added, {len(changed.changed)} changed, "
        f"{len(changed.removed)} removed"
    )
