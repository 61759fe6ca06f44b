"""What the search page searches: an index of a built site's pages, made by Pagefind."""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryFile
from typing import IO, Any

FOLDER = "pagefind"
# On the element that holds the text of a page that is to be found.
SEARCHED = "data-pagefind-body"
# What search.js needs of the index, and a program; all else are ready-made search pages.
NEEDED = (".pf_fragment", ".pf_index", ".pf_meta", "pagefind-entry.json", "pagefind.js")
# Pagefind's own program fails when there is nothing to search.
FINDS_NOTHING = (
    b"export const createInstance = () => ({ debouncedSearch: () => ({ results: [] }) });\n"
)
REMEDY = "remove the folder .venv and build again, which sets it up anew"


class SearchError(Exception):
    """There is no index; the message says why and what to do."""


def search_index(pages: Mapping[str, str], lang: str) -> dict[str, bytes]:
    """The index's files by their names, from the HTML of pages by their names in the site.

    When there is nothing to find, it is a program alone that finds nothing.

    Every page counts as one in ``lang``, because a search page finds what is in its own
    language and nothing else.

    Raises SearchError when Pagefind cannot be run, or fails.
    """
    searched = {name: html for name, html in sorted(pages.items()) if SEARCHED in html}
    if not searched:
        return {"pagefind.js": FINDS_NOTHING}
    program = _program()
    with TemporaryFile() as said:
        try:
            with Popen([program, "--service"], stdin=PIPE, stdout=PIPE, stderr=said) as pagefind:
                assert pagefind.stdin and pagefind.stdout
                answers = _Pagefind(pagefind.stdin, pagefind.stdout)
                index = answers.to("NewIndex", config={"force_language": lang})["index_id"]
                # One by one in order: out of a folder it takes them as the disk has them.
                for name, html in searched.items():
                    answers.to("AddFile", index_id=index, file_path=name, file_contents=html)
                found = answers.to("GetFiles", index_id=index)["files"]
        except (OSError, ValueError, KeyError) as error:
            said.seek(0)
            why = said.read().decode(errors="replace").strip() or error
            raise SearchError(f"{program} made no search index: {why}; {REMEDY}") from None
    files = {file["path"]: b64decode(file["content"]) for file in found}
    entry = json.loads(files["pagefind-entry.json"])
    stemmers = {
        f"wasm.{each['wasm'] or 'unknown'}.pagefind" for each in entry["languages"].values()
    }
    return {
        name: content
        for name, content in files.items()
        if name.endswith(NEEDED) or name in stemmers
    }


class _Pagefind:
    """Pagefind as a service, in the words that its packages for Python and Node use.

    The one for Python waits a tenth of a second for each answer, and for ever when there is none.
    """

    def __init__(self, asked: IO[bytes], answered: IO[bytes]) -> None:
        self._asked, self._answered = asked, answered

    def to(self, request: str, **parts: object) -> dict[str, Any]:
        """The answer to a request. Raises OSError or ValueError when there is none."""
        message = {"message_id": 1, "payload": {"type": request, **parts}}
        self._asked.write(b64encode(json.dumps(message).encode()) + b",")
        self._asked.flush()
        answer = bytearray()
        while not answer.endswith(b","):
            part = os.read(self._answered.fileno(), 1 << 16)
            if not part:
                raise OSError("it ended without an answer")
            answer += part
        payload: dict[str, Any] = json.loads(b64decode(answer[:-1]))["payload"]
        if payload["type"] == "Error":
            raise ValueError(payload["message"])
        return payload


def _program() -> Path:
    # Only now: many builds make no index anew, and it loads much.
    from pagefind.service import get_executable  # noqa: PLC0415

    try:
        program = get_executable()
    except FileNotFoundError as error:
        raise SearchError(f"Pagefind, which makes the search index: {error}; {REMEDY}") from None
    if not program:
        raise SearchError(f"Pagefind, which makes the search index, is not installed; {REMEDY}")
    return program
