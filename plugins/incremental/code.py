"""What else than the site's own files a build depends on: settings and code."""

import marshal
import sys
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from .fingerprints import Fingerprints, UnknownValueError

# They differ from build to build, and what they lead to is seen where it shows.
PASSING = (
    *("HOLDS_UNTIL", "LAST_OUTPUT", "LEFT_OUT", "NOW", "OUTPUT_PATH", "PROGRESS"),
    # Of a build before, with the same settings.
    *("MADE_BY", "MAP", "MEMORY", "PAGES", "STATES", "TEMPLATES"),
)


def settings_digest(settings: Mapping[str, Any]) -> bytes:
    """A digest of the settings, but for those that differ from build to build.

    Raises UnknownValueError, see ``Fingerprints``, for a value whose content cannot be known.
    """
    whole = Fingerprints({}, ()).whole
    digest = blake2b(digest_size=16)
    for key in sorted(settings.keys() - {*PASSING}):
        try:
            digest.update(whole((key, _plain(settings[key]))))
        except RecursionError:
            raise UnknownValueError(f"{key}: a value within itself") from None
    return digest.digest()


def code_digest(plugins: Iterable[ModuleType]) -> bytes:
    """A digest of all code that takes part: Python, what is installed, the plugins' own files."""
    digest = blake2b(sys.version.encode(), digest_size=16)
    installed = {
        each.name
        for folder in sys.path
        if Path(folder).is_dir()
        for each in Path(folder).iterdir()
        if each.suffix in (".dist-info", ".egg-info")
    }
    digest.update("\0".join(sorted(installed)).encode())
    for plugin in sorted(plugins, key=lambda each: each.__name__):
        for path in sorted(_files(plugin)):
            data = path.read_bytes()
            digest.update(f"{plugin.__name__}\0{path.name}\0{len(data)}\0".encode() + data)
    return digest.digest()


def _files(plugin: ModuleType) -> Iterable[Path]:
    """The files of a plugin: all in its folder, if it is a package."""
    file = Path(plugin.__file__ or "")
    if not hasattr(plugin, "__path__"):
        return [file]
    return [
        each
        for each in file.parent.rglob("*")
        if each.is_file() and "__pycache__" not in each.parts
    ]


def _plain(value: Any) -> Any:
    """The value with functions and classes as what their code is, and the file it stands in."""
    if isinstance(value, FunctionType):
        closure = tuple(_plain(cell.cell_contents) for cell in value.__closure__ or ())
        given = (_plain(value.__defaults__), _plain(value.__kwdefaults__), closure)
        return (marshal.dumps(value.__code__), _source(value.__code__.co_filename), *given)
    if isinstance(value, type):
        file = getattr(sys.modules.get(value.__module__), "__file__", None)
        return (f"{value.__module__}.{value.__qualname__}", _source(file) if file else b"")
    if isinstance(value, Mapping):
        return {_plain(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(map(_plain, value)) if type(value) in _PLAIN else [*map(_plain, value)]
    return value


def _source(file: str) -> bytes:
    """The file, whose other names the code may use; empty if there is none."""
    return Path(file).read_bytes() if Path(file).is_file() else b""


_PLAIN = (list, tuple, set, frozenset)
