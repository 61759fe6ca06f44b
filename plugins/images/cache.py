"""Keep what is costly to make between builds, a file each."""

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from tempfile import mkstemp

_CHECK_SIZE = 16


def digest(*parts: bytes) -> str:
    """The hash of all the parts, as 32 letters and digits that fit in a file's name."""
    hashed = blake2b(digest_size=16)
    for part in parts:
        hashed.update(b"%d:" % len(part) + part)
    return hashed.hexdigest()


def cached(file: Path, make: Callable[[], bytes]) -> bytes:
    """What the cache file holds, else what ``make`` gives, which the file then holds.

    A file that is damaged is written anew; one that cannot be read or written is done without.
    Its name must hold the hash of all that the bytes depend on.
    """
    with suppress(OSError):
        kept = file.read_bytes()
        data, check = kept[:-_CHECK_SIZE], kept[-_CHECK_SIZE:]
        if check == _check(file, data):
            return data
    data = make()
    with suppress(OSError):
        _write(file, data + _check(file, data))
    return data


def _check(file: Path, data: bytes) -> bytes:
    """What stands behind the bytes: of another file, they are no better than damaged ones."""
    return blake2b(data, digest_size=_CHECK_SIZE, key=file.name.encode()[:64]).digest()


def _write(file: Path, data: bytes) -> None:
    """Write the file in one step, so that no other build reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = mkstemp(dir=file.parent)
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
