"""Of the last build's files those are kept that are still whole and made of the same parts."""

import json
import os
import shutil
from pathlib import Path

import pytest
from incremental.pages import Pages, Parts

A, B, SITE = b"a" * 16, b"b" * 16, {"site": b"s" * 16}


class Site:
    """Builds whose pages are their parts' digests, into a fresh folder each or always the same."""

    def __init__(self, folder: Path, in_place: bool) -> None:
        self.file, self.output = folder / "cache/incremental/x.json", folder / "0"
        self._folder, self._in_place, self._count = folder, in_place, 0

    def build(self, pages: dict[str, bytes]) -> dict[str, str]:
        """Make the pages, each of one part; return why each was written."""
        last, self._count = self.output, self._count + 1
        self.output = last if self._in_place else self._folder / str(self._count)
        build = Pages(self.file, last, self.output)
        for name, part in pages.items():
            parts = Parts({"story": part}, SITE)
            if not build.keep(name, parts):
                page = self.output / name
                page.parent.mkdir(parents=True, exist_ok=True)
                page.write_bytes(part)
                build.written(name, parts)
        build.save()
        for name in build.kept if not self._in_place else ():
            # So does who builds into a fresh folder.
            (self.output / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(last / name, self.output / name)
        return build.reasons


@pytest.fixture(params=[False, True], ids=["fresh", "in place"])
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Site:
    """A site that is built either way."""
    return Site(tmp_path, request.param)


def test_what_is_made_of_the_same_is_kept(site: Site) -> None:
    pages = {"a/index.html": A, "b/c/index.html": B}
    assert site.build(pages) == dict.fromkeys(pages, "it is new")
    assert site.build(pages) == dict.fromkeys(pages, "")
    assert site.build(pages) == dict.fromkeys(pages, "")
    assert (site.output / "b/c/index.html").read_bytes() == B


def test_what_has_changed_is_told(site: Site) -> None:
    site.build({"a": A, "b": B})
    assert site.build({"a": B, "b": B}) == {"a": "changed: story", "b": ""}
    assert (site.output / "a").read_bytes() == B
    site.build({"b": B})
    assert site.build({"a": B, "b": B}) == {"a": "it is new", "b": ""}


@pytest.mark.parametrize("how", ["other", "empty", "gone", "link"])
def test_what_is_not_as_it_was_left_is_written_anew(site: Site, tmp_path: Path, how: str) -> None:
    site.build({"a": A})
    page = site.output / "a"
    if how in ("other", "empty"):
        page.write_bytes(b"other" if how == "other" else b"")
    else:
        page.rename(tmp_path / "elsewhere")
        if how == "link":
            page.symlink_to(tmp_path / "elsewhere")
    assert site.build({"a": A}) == {"a": "its file is not as the last build left it"}
    assert (site.output / "a").read_bytes() == A
    # In place Pelican writes where a link leads.
    assert (how == "link") or site.build({"a": A}) == {"a": ""}


def test_what_lies_elsewhere_by_a_link_to_its_folder_is_written_anew(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path, in_place=False)
    site.build({"a/b/index.html": A, "c/index.html": B})
    (site.output / "a").rename(tmp_path / "elsewhere")
    (site.output / "a").symlink_to(tmp_path / "elsewhere")
    assert site.build({"a/b/index.html": A, "c/index.html": B}) == {
        "a/b/index.html": "its file is not as the last build left it",
        "c/index.html": "",
    }


def test_what_cannot_be_read_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, in_place=False)
    site.build({"a": A})

    def refused(*_: object, **__: object) -> bytes:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr("incremental.pages.open", refused, raising=False)
        assert site.build({"a": A}) == {"a": "its file is not as the last build left it"}
    # Of what it had written that build could read nothing, either.
    assert site.build({"a": A}) == {"a": "its file is not as the last build left it"}
    assert site.build({"a": A}) == {"a": ""}


def test_what_another_wrote_over_a_page_is_not_taken_for_it(site: Site) -> None:
    last, build = site.output, Pages(site.file, site.output, site.output)
    last.mkdir()
    (last / "a").write_bytes(A)
    build.written("a", Parts({"story": A}, SITE))
    (last / "a").write_bytes(b"a static file of that name")
    build.save()
    assert site.build({"a": A}) == {"a": "its file is not as the last build left it"}


def test_what_is_written_always_is_not_kept(site: Site) -> None:
    site.build({"a": A})
    build = Pages(site.file, site.output, site.output)
    assert build.keep("a", Parts({"story": A}, SITE))
    build.always("a", "a coin was tossed")
    build.written("a", None)
    assert build.reasons == {"a": "always: a coin was tossed"}
    build.save()
    assert site.build({"a": A}) == {"a": "changed: site, story"}


def test_in_place_what_is_not_made_any_more_is_taken_away(tmp_path: Path) -> None:
    site = Site(tmp_path, in_place=True)
    site.build({"a/index.html": A, "b/index.html": B, "c/index.html": B})
    (site.output / "c/index.html").write_text("mine now")
    (site.output / "d").write_text("mine")
    build = Pages(site.file, site.output, site.output)
    (site.output / "e").write_bytes(A)
    build.always("e", "a coin was tossed")
    build.written("e", None)
    assert build.keep("b/index.html", Parts({"story": B}, SITE))
    assert build.keep("c/index.html", Parts({"story": B}, SITE)) is False
    build.save()
    site.build({"a/index.html": A})
    left = {each.relative_to(site.output).as_posix() for each in site.output.rglob("*")}
    assert left - {"a", "b", "c"} == {"a/index.html", "c/index.html", "d"}


def test_where_files_cannot_be_linked_they_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, in_place=False)
    site.build({"a": A})

    def refused(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refused)
    assert site.build({"a": A}) == {"a": ""}
    assert (site.output / "a").read_bytes() == A


def test_a_damaged_table_is_done_without_and_mended(tmp_path: Path) -> None:
    site = Site(tmp_path, in_place=False)
    pages = {"a/b": A, "c": B}
    site.build(pages)
    whole = site.file.read_bytes()
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    odd = [b"", b"null", b"[]", b"{}", b'{"version": 1}', b"[" * 100_000, whole * 2]
    for data in (*flipped, *(whole[:at] for at in range(len(whole))), *odd):
        site.file.write_bytes(data)
        site.build(pages)
        assert (site.output / "a/b").read_bytes() == A
        assert (site.output / "c").read_bytes() == B
    assert set(site.build(pages).values()) == {""}
    assert [each.name for each in site.file.parent.iterdir()] == [site.file.name]


@pytest.mark.parametrize("name", ["../mine", "/{}/mine", "sub/../../mine"])
def test_no_table_leads_out_of_the_output(tmp_path: Path, name: str) -> None:
    site = Site(tmp_path, in_place=True)
    mine = tmp_path / "mine"
    mine.write_bytes(A)
    site.build({"a": A})
    table = json.loads(site.file.read_text())
    table["pages"][name.format(tmp_path)] = table["pages"]["a"]
    site.file.write_text(json.dumps(table))
    site.build({})
    assert mine.read_bytes() == A
    assert not (site.output / "a").exists()


def test_a_table_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    site = Site(tmp_path, in_place=False)
    for _ in range(2):
        assert site.build({"a": A}) == {"a": "it is new"}
