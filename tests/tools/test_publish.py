"""Publishing to a real git repository on this machine, and what keeps it from happening."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from publishing import PUBLIC, Project, clone_of, commit_all, git
from sites import SmallSite, files_below, post

from tools import publish as publish_module
from tools.build import ROOT, BuildError, site_settings
from tools.pages_branch import BRANCH, Changes, changes
from tools.publish import PublishError, publish, rollback
from tools.publish_checks import domain_of

# For tests that begin with a site that is public.
PUBLISHED = pytest.mark.parametrize("project", ["public"], indirect=True)


def test_the_branch_holds_exactly_what_was_built(project: Project) -> None:
    source = git(project.clone, "rev-parse", "HEAD")
    first, second = publish(PUBLIC).splitlines()
    assert re.fullmatch(r"Published \d+ pages to gh-pages \(\d+ files added, .*", first)
    assert first.endswith(f"they will be at {PUBLIC}/")
    assert second.startswith("Now choose the branch gh-pages")
    assert project.published() == files_below(project.site)
    assert ".nojekyll" in project.published()
    assert f"Published-from: {source}" in git(project.remote, "log", "-1", "--format=%B", BRANCH)
    assert not list(project.clone.glob(".build.*"))
    assert git(project.clone, "branch", "--format=%(refname:short)") == "main"


@PUBLISHED
def test_a_second_publish_keeps_history_and_the_same_output_makes_no_commit(
    project: Project,
) -> None:
    first = project.tip()
    assert publish(PUBLIC) == f"There is nothing new to publish; {PUBLIC}/ has it all."
    assert project.tip() == first
    project.edit("story-1/index.html", "words.", "prose.")
    assert "(0 files added, 1 changed, 0 removed)" in publish(PUBLIC)
    assert len(project.subjects()) == 2
    assert git(project.remote, "rev-parse", f"{BRANCH}^") == first
    assert project.published() == files_below(project.site)


@PUBLISHED
def test_a_dry_run_shows_what_would_change_and_changes_nothing(project: Project) -> None:
    project.edit("story-1/index.html", "words.", "prose.")
    (project.site / "new.html").write_text("a line that a service asked for")
    (project.site / "new.txt").write_text("text")
    shutil.rmtree(project.site / "tags")
    for page in project.site.rglob("*.html"):
        page.write_text(page.read_text("utf-8").replace("/blog/tags/", "/blog/"), "utf-8")
    project.edit("sitemap.xml", f"{PUBLIC}/tags/", f"{PUBLIC}/")
    (project.clone / "content" / "posts" / "not yet.md").write_text("draft")
    before = project.tip()
    lines = publish(PUBLIC, dry_run=True).splitlines()
    assert lines[0] == "content/posts/not yet.md is not committed."
    assert f"added    {PUBLIC}/new.html" in lines
    assert f"changed  {PUBLIC}/story-1/" in lines
    assert f"removed  {PUBLIC}/tags/" in lines
    assert lines[-2] == "and 2 other files"
    assert lines[-1].startswith("Nothing was published (2 files added, ")
    assert project.tip() == before
    assert git(project.clone, "status", "--porcelain").startswith("??")


def test_changes_are_told_apart() -> None:
    old, new = {"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}
    assert changes(old, new) == Changes(("d",), ("b",), ("a",))
    assert not changes(old, old)


def test_what_is_not_committed_is_published_only_on_request(project: Project) -> None:
    for n in range(7):
        (project.clone / "content" / f"{n}.txt").write_text("words")
    with pytest.raises(
        PublishError, match=r"content/0.txt, .*, 2 more are not committed: type git add"
    ):
        publish(PUBLIC)
    assert not project.tip()
    assert publish(PUBLIC, allow_dirty=True).startswith("content/0.txt, ")
    assert project.subjects()[0].endswith(" and uncommitted changes")


@pytest.mark.parametrize(
    ("siteurl", "problem"),
    [
        (None, "publishconf.py: SITEURL is still https://.*example; write the address"),
        ("https://localhost:8000", "SITEURL is still https://localhost:8000"),
        ("http://site.org", "SITEURL is http://site.org; it must start with https://"),
        ("writer.github.io", '\\(SITEURL in publishconf.py\\) is "writer.github.io"'),
    ],
)
def test_an_address_that_cannot_be_right_is_refused_before_building(
    project: Project, monkeypatch: pytest.MonkeyPatch, siteurl: str | None, problem: str
) -> None:
    monkeypatch.setattr(publish_module, "build", None)
    with pytest.raises((PublishError, BuildError), match=problem):
        publish(siteurl)
    assert not project.tip()


def test_settings_that_publish_drafts_are_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = publish_module.site_settings
    monkeypatch.setattr(
        publish_module, "site_settings", lambda conf: {**given(conf), "DRAFT_SAVE_AS": "d/{slug}"}
    )
    with pytest.raises(PublishError, match="publishconf.py: DRAFT_SAVE_AS gives drafts an address"):
        publish(PUBLIC)


def test_ids_under_a_name_that_is_nobodys_are_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = publish_module.site_settings
    undecided = {"FEED_AUTHORITY": "outcome-giraffe.example,2026"}
    monkeypatch.setattr(publish_module, "site_settings", lambda conf: given(conf) | undecided)
    with pytest.raises(PublishError, match="pelicanconf.py: FEED_AUTHORITY is still outcome-gir"):
        publish(PUBLIC)
    assert not project.tip()


@PUBLISHED
def test_what_was_rolled_back_stays_away_also_after_a_commit_that_changed_no_page(
    project: Project,
) -> None:
    project.edit("story-1/index.html", "words.", "prose.")
    (project.clone / "content/posts/note.txt").write_text("one")
    commit_all(project.clone, "One")
    publish(PUBLIC)
    (project.clone / "content/posts/note.txt").write_text("two")
    commit_all(project.clone, "Nothing that shows")
    assert publish(PUBLIC).startswith("There is nothing new")
    rollback()
    with pytest.raises(PublishError, match="was rolled back; commit what mends it"):
        publish(PUBLIC)


@PUBLISHED
def test_a_changed_id_is_told(project: Project) -> None:
    project.edit("addresses.json", '"story-1"', '"story-one"')
    with pytest.raises(PublishError, match="feeds know the story as story-1, not as story-one: wr"):
        publish(PUBLIC)
    assert publish(PUBLIC, allow_shrink=True)


def test_what_is_wrong_with_the_built_site_is_told_and_nothing_is_published(
    project: Project,
) -> None:
    project.edit("about/index.html", "</html>", "")
    (project.site / ".env").write_text("SECRET=1")
    with pytest.raises(PublishError) as raised:
        publish(PUBLIC)
    assert str(raised.value).splitlines() == [
        "'.env' starts with a dot, which is for what nobody is to see; take it out",
        "about/index.html ends in the middle",
        "Nothing was published.",
    ]
    assert not project.tip()


# ── What the public would lose ───────────────────────────────────────────────
def test_a_site_that_loses_more_than_a_tenth_of_its_stories_is_refused(project: Project) -> None:
    listed = project.site / "addresses.json"

    def publish_with(stories: int, **options: bool) -> str:
        listed.write_text(json.dumps({f"s{n}": f"story-{n % 4}/" for n in range(stories)}))
        return publish(PUBLIC, **options)

    publish_with(20)
    publish_with(18)
    with pytest.raises(PublishError, match=r"of 18 public stories 16 .* \(gone: s16, s17, …\); if"):
        publish_with(16)
    assert len(project.subjects()) == 2
    assert publish_with(16, allow_shrink=True).startswith("Published")


@PUBLISHED
def test_a_story_that_moved_without_an_alias_is_told_with_the_line_to_add(
    project: Project, tmp_path: Path, today: None
) -> None:
    moved = SmallSite(project.clone / "content", tmp_path / "moved")
    file = "content/posts/trust/story-1.md"
    for alias in ("", "story-1/"):
        moved.write(
            {
                "posts/trust/story-1.md": post("Story 1", Slug="one", Aliases=alias),
                "posts/trust/story-2.md": post("Story 2", Id="story-3"),
                "posts/trust/story-3.md": post("Story 3", Id="story-2"),
            }
        )
        moved.build(siteurl=PUBLIC)
        project.site = moved.output
        commit_all(project.clone, "Moved")
        if not alias:
            with pytest.raises(PublishError) as raised:
                publish(PUBLIC)
            (line, _) = str(raised.value).splitlines()
            assert line == (
                f"{file}:1: the story has moved from story-1/ to one/; add the line: "
                "Aliases: story-1/"
            )
    publish(PUBLIC)
    assert b'url=/blog/one/"' in project.published()["story-1/index.html"]


def at(siteurl: str, site: Path) -> Path:
    """The site as if it were built for an address without a path."""
    copy = shutil.copytree(site, site.with_name("at its domain"))
    for file in copy.rglob("*"):
        if file.suffix in (".html", ".xml", ".txt", ".webmanifest"):
            text = file.read_text("utf-8").replace(PUBLIC, siteurl)
            file.write_text(text.replace('"/blog/', '"/'), "utf-8")
    return copy


def test_a_domain_of_its_own_is_published_and_never_lost(project: Project) -> None:
    before = project.site
    project.site = at("https://blüte.de", project.site)
    publish("https://blüte.de")
    assert project.published()["CNAME"] == b"xn--blte-1ra.de\n"
    project.site = before
    with pytest.raises(PublishError) as raised:
        publish(PUBLIC)
    assert str(raised.value).splitlines()[0] == (
        'the site has the domain xn--blte-1ra.de: write SITEURL = "https://xn--blte-1ra.de" '
        "into publishconf.py, or change the domain in the repository's Settings, under Pages"
    )


def test_a_domain_comes_from_the_settings_alone(project: Project) -> None:
    (project.site / "CNAME").write_text("writer.org\n")
    with pytest.raises(PublishError, match="CNAME among the site's files says writer.org: take"):
        publish(PUBLIC)


@pytest.mark.parametrize("siteurl", ["https://writer.github.io", "https://site.org/blog"])
def test_a_site_below_the_domain_of_another_has_none_of_its_own(siteurl: str) -> None:
    assert domain_of(siteurl) == ""


@PUBLISHED
def test_a_domain_that_github_wrote_onto_the_branch_is_taken_over(project: Project) -> None:
    settings = project.clone_of_branch("settings")
    (settings / "CNAME").write_text("writer.org")
    commit_all(settings, "Create CNAME")
    git(settings, "push", "--quiet")
    with pytest.raises(
        PublishError, match='SITEURL = "https://writer.org" into publishconf.py, or'
    ):
        publish(PUBLIC)
    project.site = at("https://writer.org", project.site)
    publish("https://writer.org")
    assert project.published()["CNAME"] == b"writer.org\n"


# ── Others on the branch ─────────────────────────────────────────────────────
@PUBLISHED
def test_our_own_publish_from_elsewhere_is_built_upon(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Project(
        project.remote, clone_of(project.remote, project.clone.with_name("2")), project.site
    )
    project.edit("story-1/index.html", "words.", "prose.")
    with monkeypatch.context() as patch:
        elsewhere.take_part(patch)
        publish(PUBLIC)
    project.edit("story-2/index.html", "words.", "prose.")
    publish(PUBLIC)
    assert len(project.subjects()) == 3
    assert project.published() == files_below(project.site)


@PUBLISHED
def test_a_branch_that_moves_while_the_site_is_built_is_built_upon(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = project.tip()
    push = publish_module.push

    def push_late(commit: str) -> object:
        monkeypatch.setattr(publish_module, "push", push)
        words = project.site / "robots.txt"
        kept = words.read_bytes()
        words.write_bytes(b"meanwhile")
        publish(PUBLIC)
        words.write_bytes(kept)
        return push(commit)

    monkeypatch.setattr(publish_module, "push", push_late)
    project.edit("story-1/index.html", "words.", "prose.")
    assert publish(PUBLIC).startswith("Published")
    assert len(project.subjects()) == 3
    assert git(project.remote, "rev-parse", f"{BRANCH}~2") == first
    assert project.published() == files_below(project.site)


def others_commit(project: Project) -> str:
    """Somebody else's commit on the branch, pushed."""
    elsewhere = project.clone_of_branch("others")
    git(elsewhere, "config", "user.name", "Somebody Else")
    (elsewhere / "index.html").write_text("Mine!")
    commit = commit_all(elsewhere, "By hand")
    git(elsewhere, "push", "--quiet")
    return commit


@PUBLISHED
def test_somebody_elses_commit_is_refused_with_advice_that_works(project: Project) -> None:
    commit = others_commit(project)
    project.edit("story-1/index.html", "words.", "prose.")
    with pytest.raises(PublishError) as raised:
        publish(PUBLIC)
    first, second = str(raised.value).splitlines()
    assert first.startswith(f"somebody else changed index.html on {BRANCH}: {commit[:7]} ")
    assert '"By hand" (Somebody Else)' in first
    assert project.tip() == commit
    look = re.search(r"git diff (\w+ \w+)", first)
    assert look and "Mine!" in git(project.clone, "diff", *look[1].split())
    assert second.endswith("python3 bootstrap.py publish --rollback")
    before = git(project.remote, "rev-parse", f"{BRANCH}^")
    rollback()
    assert git(project.remote, "diff", before, BRANCH) == ""
    assert publish(PUBLIC).startswith("Published")
    assert project.published() == files_below(project.site)


def test_a_branch_that_publish_did_not_make_is_refused_with_advice_that_works(
    project: Project,
) -> None:
    git(project.clone, "push", "--quiet", "origin", f"main:{BRANCH}")
    source = project.tip()
    with pytest.raises(PublishError) as raised:
        publish(PUBLIC)
    first, second = str(raised.value).splitlines()
    assert f'did not put there: {source[:7]} "Source" (Writer)' in first
    assert project.tip() == source
    git(project.clone, *second.partition(": git ")[2].split())
    assert publish(PUBLIC).startswith("Published")
    assert git(project.remote, "rev-parse", "before-publish") == source


def test_the_branch_of_the_source_is_never_published_from(project: Project) -> None:
    git(project.clone, "switch", "--quiet", "-c", BRANCH)
    with pytest.raises(PublishError, match="you are on the branch gh-pages"):
        publish(PUBLIC)


@PUBLISHED
def test_a_local_branch_that_diverged_stays_as_it_is(project: Project) -> None:
    git(project.clone, "branch", BRANCH, "main")
    project.edit("story-1/index.html", "words.", "prose.")
    publish(PUBLIC)
    assert git(project.clone, "rev-parse", BRANCH) == git(project.clone, "rev-parse", "main")
    assert project.published() == files_below(project.site)


# ── When git cannot ──────────────────────────────────────────────────────────
def refused(project: Project) -> str:
    """The one line that says why nothing was published; the branch is as before."""
    before = project.tip() if project.remote.exists() else ""
    with pytest.raises(PublishError) as raised:
        publish(PUBLIC)
    assert "\n" not in str(raised.value)
    assert not project.remote.exists() or project.tip() == before
    assert not list(project.clone.glob(".build.*"))
    return str(raised.value)


def test_a_push_that_the_remote_refuses_is_told_in_its_words(project: Project) -> None:
    hook = project.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'No rights for you.' >&2\nexit 1\n")
    hook.chmod(0o755)
    said = refused(project)
    assert said.startswith("origin did not take the site: remote: No rights for you.")
    assert said.endswith("Mend that, and publish again.")


def test_a_remote_that_is_gone_is_told(project: Project) -> None:
    project.remote.rename(project.remote.with_name("gone"))
    assert refused(project).startswith("origin cannot be reached: fatal: ")


def test_a_remote_that_goes_before_the_push_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = publish_module.push

    def push_to_nowhere(commit: str) -> object:
        project.remote.rename(project.remote.with_name("gone"))
        return push(commit)

    monkeypatch.setattr(publish_module, "push", push_to_nowhere)
    assert refused(project).startswith("origin cannot be reached: fatal: ")


def test_no_network_is_told(project: Project) -> None:
    git(project.clone, "remote", "set-url", "origin", "http://127.0.0.1:9/blog.git")
    said = refused(project)
    assert said.startswith("origin cannot be reached: fatal: unable to access")
    assert "See that you are online" in said


def test_a_remote_that_git_does_not_know_is_told(project: Project) -> None:
    git(project.clone, "remote", "remove", "origin")
    assert refused(project) == (
        'git knows no remote "origin"; add it: git remote add origin ADDRESS'
    )


def test_a_folder_that_is_no_repository_is_told(project: Project) -> None:
    shutil.rmtree(project.clone / ".git")
    assert refused(project).startswith("this folder is no git repository with a commit")


def test_a_writer_whom_git_does_not_know_is_told_how_to_say_who_she_is(project: Project) -> None:
    git(project.clone, "config", "user.useConfigOnly", "true")
    git(project.clone, "config", "--unset", "user.email")
    assert refused(project).startswith("git does not know who you are; tell it: git config")


@pytest.mark.parametrize("harm", ["gone", "another name"])
def test_a_commit_that_does_not_hold_the_site_is_not_pushed(
    project: Project, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    given = publish_module.commit_of_folder

    def harmed(folder: Path, *rest: object) -> str:
        if harm == "gone":
            (folder / "index.html").unlink()
            (folder / "index.html").symlink_to("gone")
        else:
            # To git fast-import the quotes are no part of the name.
            (folder / "robots.txt").rename(folder / '"robots.txt"')
        return given(folder, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(publish_module, "commit_of_folder", harmed)
    assert refused(project).startswith("ghp-import could not commit the site: ")


# ── Rolling back ─────────────────────────────────────────────────────────────
@pytest.fixture
def trees(project: Project) -> Callable[[], list[str]]:
    """Publish three sites, each of a commit of its own; return the branch's trees, newest first."""
    for words in ("One", "Two", "Three"):
        (project.clone / "content" / "words.txt").write_text(words)
        (project.site / "words.txt").write_text(words)
        commit_all(project.clone, words)
        publish(PUBLIC)
    return lambda: git(project.remote, "log", "--format=%T", BRANCH).splitlines()


def test_each_rollback_goes_one_publish_further_back(
    project: Project, trees: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = publish_module.site_settings
    monkeypatch.setattr(
        publish_module, "site_settings", lambda conf: {**given(conf), "SITEURL": PUBLIC}
    )
    three, two, one = trees()
    assert f"it will be at {PUBLIC}/" in rollback()
    assert trees() == [two, three, two, one]
    rollback()
    assert trees() == [one, two, three, two, one]
    with pytest.raises(PublishError, match="there is no publish before that of "):
        rollback()
    assert len(trees()) == 5


def test_what_was_rolled_back_comes_back_only_with_a_new_commit(
    project: Project, trees: Callable[[], list[str]]
) -> None:
    _, two, one = trees()
    rollback()
    source = git(project.clone, "rev-parse", "--short=7", "HEAD")
    with pytest.raises(PublishError, match=f"the site of commit {source} was rolled back; commit"):
        publish(PUBLIC)
    (project.clone / "content" / "words.txt").write_text("Four")
    (project.site / "words.txt").write_text("Four")
    commit_all(project.clone, "Four")
    publish(PUBLIC)
    four = trees()[0]
    rollback()
    rollback()
    assert trees()[:4] == [one, two, four, two]


def test_a_rollback_to_another_domain_is_refused(
    project: Project, trees: Callable[[], list[str]]
) -> None:
    settings = project.clone_of_branch("settings")
    (settings / "CNAME").write_text("writer.org")
    commit_all(settings, "Create CNAME")
    git(settings, "push", "--quiet")
    with pytest.raises(PublishError, match='before had the domain "", the site now has "writer'):
        rollback()


def test_a_rollback_needs_a_publish(project: Project) -> None:
    with pytest.raises(PublishError, match="gh-pages at origin has no publish to bring back"):
        rollback()


# ── The project itself ───────────────────────────────────────────────────────
def test_publishconf_takes_everything_else_from_pelicanconf() -> None:
    ours, public = site_settings("pelicanconf.py"), site_settings("publishconf.py")
    differing = {key for key in ours if ours[key] != public[key]}
    assert differing == {"SITEURL", "FEED_DOMAIN"}
    assert (ROOT / "publishconf.py").exists()


def test_every_placeholder_is_listed_and_nothing_is_published(project: Project) -> None:
    clone = project.clone
    (clone / "pelicanconf.py").write_text('# TODO: no matter\nAUTHOR = "TODO: your name"\n')
    SmallSite(clone / "content", clone).write(
        {
            "calls_to_action.toml": 'action = "TODO@site.example" # TODO\nurl = "TODO: where"\n',
            "pages/about.md": post(
                "About", "# TODO: a heading\n\nWrite to `TODO: an address` or `TODO: a place`."
            ),
            "posts/draft.md": post("Later", "TODO: everything", Status="Draft"),
            "posts/todo.md": post("My TODO list", "A TODO list."),
        }
    )
    commit_all(clone, "Placeholders")
    with pytest.raises(PublishError) as raised:
        publish(None)
    assert str(raised.value).splitlines() == [
        "publishconf.py: SITEURL is still https://outcome-giraffe.example; "
        "write the address of your site there",
        "pelicanconf.py:2: decide, and write it in place of: TODO: your name",
        "content/calls_to_action.toml:1: decide, and write it in place of: TODO@site.example",
        "content/calls_to_action.toml:2: decide, and write it in place of: TODO: where",
        "content/pages/about.md:4: decide, and write it in place of: TODO: a heading",
        "content/pages/about.md:6: decide, and write it in place of: `TODO: an address`",
        "content/pages/about.md:6: decide, and write it in place of: `TODO: a place`",
        "Nothing was published.",
    ]
    assert not project.tip()
