"""Plain data in files, each written in one step."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def write_table(file: Path, table: object) -> None:
    """Write the table as JSON, with moments as ISO 8601 has them.

    What cannot be written is found out anew by the next build.
    """
    text = json.dumps(table, separators=(",", ":"), default=datetime.isoformat)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.write_text(text, "utf-8")
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)


def read_table(file: Path, entries: Callable[[Any], dict[T, Any]]) -> dict[T, Any]:
    """What ``entries`` makes of the table; nothing when the file is damaged or not there."""
    try:
        return entries(json.loads(file.read_text("utf-8")))
    except Exception:  # What a damaged file leads to is no fixed set.
        return {}
