"""Another blog than this one, with Pelican's own theme and no plugin but ``incremental``."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.settings import read_settings
from sites import files_below

ROOT = Path(__file__).parents[1]


class PlainSite:
    """A blog that Pelican builds in place."""

    def __init__(self, folder: Path, forget: Callable[[], None]) -> None:
        self.content, self.output = folder / "content", folder / "output"
        self._folder, self._forget = folder, forget
        self.settings: dict[str, Any] = {}
        self.content.mkdir()

    def write(self, files: dict[str, str | bytes]) -> None:
        """Add or overwrite content files."""
        for name, text in files.items():
            path = self.content / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)

    def build(self, output: str = "output", plugins: tuple[Any, ...] = ("incremental",)) -> Any:
        """Build as a new process would; return Pelican's settings."""
        pelican = self.pelican(output, plugins)
        pelican.run()
        return pelican.settings

    def pelican(self, output: str = "output", plugins: tuple[Any, ...] = ("incremental",)) -> Any:
        """What a new process has before its first build."""
        self._forget()
        given = {
            "PATH": str(self.content),
            "OUTPUT_PATH": str(self._folder / output),
            "CACHE_PATH": str(self._folder / "cache"),
            "PLUGIN_PATHS": [str(ROOT / "plugins")],
            "PLUGINS": [*plugins],
            "THEME": "simple",
            "SITEURL": "https://site.example",
            "TIMEZONE": "Europe/Rome",
            "FEED_ALL_ATOM": "feeds/all.atom.xml",
        }
        return Pelican(read_settings(override={**given, **self.settings}))

    def reasons(self, **options: Any) -> dict[str, str]:
        """Build, compare with what Pelican alone makes, and say why what was written was."""
        settings = self.build(**options)
        rest = [each for each in options.get("plugins", ()) if each != "incremental"]
        shutil.rmtree(self._folder / "clean", ignore_errors=True)
        self.build("clean", (*rest,))
        made, clean = (files_below(self._folder / each) for each in ("output", "clean"))
        assert [*made] == [*clean]
        assert not [name for name in made if made[name] != clean[name]]
        found: dict[str, str] = settings["PAGES"].reasons
        return {name: reason for name, reason in found.items() if reason}
