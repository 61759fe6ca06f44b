"""The files of the last build, and which of them still hold."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from .tables import read_table, write_table

_VERSION = 1
# So begins the reason of a file that is written in each build.
ALWAYS = "always"
# What is kept of a digest to say what has changed; the whole of it decides.
_SHORT = 8


@dataclass(frozen=True)
class Parts:
    """Digests of what a file is made of, by name: its own, and what it shares with others."""

    own: Mapping[str, bytes]
    shared: Mapping[str, bytes]


@dataclass(frozen=True)
class Record:
    """A file of a build: short digests of what it was made of, and full ones of both.

    ``fingerprint`` is of all parts together, empty for what is written in each build.
    """

    parts: Parts
    fingerprint: bytes
    content: bytes


class Pages:
    """Keeps of the last build's files those that a new build would write the same.

    ``last`` is the folder of the last build, ``output`` that of the new one, perhaps the same;
    otherwise what is kept is left for the one who puts the two together. ``file`` says what
    stands in ``last``; one that is damaged or not there is done without. ``reasons`` has, by file,
    why it was written; empty for what was kept.
    """

    def __init__(self, file: Path, last: Path, output: Path) -> None:
        self._file, self._last, self._output = file, last, output
        self._old = read_table(file, _records)
        self._new: dict[str, Record] = {}
        self._folders: dict[str, bool] = {}
        # Digests of what many files share, by the id of it, which is kept alive.
        self._shared: dict[int, tuple[Mapping[str, bytes], bytes]] = {}
        self.reasons: dict[str, str] = {}

    def keep(self, name: str, parts: Parts) -> bool:
        """Whether the last build's file was made of the same parts, and is as it was left."""
        old = self._old.get(name)
        self.reasons[name] = self._reason(name, old, parts)
        if self.reasons[name] or old is None:
            return False
        self._new[name] = old
        return True

    @property
    def kept(self) -> Collection[str]:
        """The files of the last build that hold still."""
        return {name for name, reason in self.reasons.items() if not reason}

    @property
    def contents(self) -> dict[str, bytes]:
        """Digests of the files' bytes, by file, as they were kept and written."""
        return {name: record.content for name, record in self._new.items()}

    def always(self, name: str, reason: str) -> None:
        """Note a file that is written in each build."""
        self.reasons[name] = f"{ALWAYS}: {reason}"

    def written(self, name: str, parts: Parts | None) -> None:
        """Note a file that was just written, with parts if it may be kept.

        At the end of the build another may stand in its place.
        """
        fingerprint = self._fingerprint(parts) if parts else b""
        content = self._content(self._output, name)
        self._new[name] = Record(parts or Parts({}, {}), fingerprint, content)

    def save(self) -> None:
        """Note the new build as the last one, and take away what it has not made anew."""
        if self._last == self._output:
            for name, old in self._old.items():
                if name not in self.reasons and self._content(self._output, name) == old.content:
                    (self._output / name).unlink(missing_ok=True)
        write_table(self._file, _table(self._new))

    def _reason(self, name: str, old: Record | None, parts: Parts) -> str:
        """Why the file must be written; empty when it need not be."""
        if old is None:
            return "it is new"
        if old.fingerprint != self._fingerprint(parts):
            before, now = ({**each.shared, **each.own} for each in (old.parts, parts))
            changed = [
                key
                for key in sorted(before.keys() | now.keys())
                if before.get(key, b"")[:_SHORT] != now.get(key, b"")[:_SHORT]
            ]
            return f"changed: {', '.join(changed) or 'its parts'}"
        if not old.content or self._content(self._last, name) != old.content:
            return "its file is not as the last build left it"
        return ""

    def _fingerprint(self, parts: Parts) -> bytes:
        """A digest of all parts."""
        shared = parts.shared
        if id(shared) not in self._shared:
            self._shared[id(shared)] = (shared, _digest(shared))
        return blake2b(self._shared[id(shared)][1] + _digest(parts.own), digest_size=16).digest()

    def _content(self, folder: Path, name: str) -> bytes:
        """The digest of a file's bytes; empty when there is none, or it is reached by a link."""
        top = str(folder)
        file = os.path.join(top, name)
        try:
            if os.path.islink(file) or not self._is_inside(os.path.dirname(file), top):
                return b""
            with open(file, "rb", buffering=0) as opened:
                return blake2b(opened.read(), digest_size=16).digest()
        except OSError:
            return b""

    def _is_inside(self, folder: str, top: str) -> bool:
        """Whether one gets from the top to the folder without a link."""
        if folder not in self._folders:
            self._folders[folder] = folder == top or (
                not os.path.islink(folder) and self._is_inside(os.path.dirname(folder), top)
            )
        return self._folders[folder]


def _digest(parts: Mapping[str, bytes]) -> bytes:
    told = b"".join([f"{len(key)}:{key}".encode() + parts[key] for key in sorted(parts)])
    return blake2b(told, digest_size=16).digest()


def _table(records: Mapping[str, Record]) -> dict[str, object]:
    """The records as plain data. What many share is there once."""
    shared = {id(record.parts.shared): record.parts.shared for record in records.values()}
    places = {each: place for place, each in enumerate(shared)}
    return {
        "version": _VERSION,
        "shared": [_shown(parts) for parts in shared.values()],
        "pages": {
            name: [
                record.fingerprint.hex(),
                record.content.hex(),
                places[id(record.parts.shared)],
                _shown(record.parts.own),
            ]
            for name, record in records.items()
        },
    }


def _records(table: Any) -> dict[str, Record]:
    """What stands in the last build's folder."""
    if table["version"] != _VERSION:
        return {}
    shared = [_digests(parts) for parts in table["shared"]]
    return {
        name: Record(
            Parts(_digests(own), shared[place]),
            bytes.fromhex(fingerprint),
            bytes.fromhex(content),
        )
        for name, (fingerprint, content, place, own) in table["pages"].items()
        if not os.path.isabs(name) and ".." not in re.split(r"[/\\]", name)
    }


def _shown(parts: Mapping[str, bytes]) -> dict[str, str]:
    return {key: digest[:_SHORT].hex() for key, digest in parts.items()}


def _digests(parts: Mapping[str, str]) -> dict[str, bytes]:
    return {key: bytes.fromhex(digest) for key, digest in parts.items()}
