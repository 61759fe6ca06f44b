"""Small sites that are written inside tests."""

from dataclasses import dataclass
from pathlib import Path

from tools.build import BuildError, Built, build

NOW = "1767225600"  # 1 January 2026 00:00 UTC: still 31 December in New York
SITEURL = "https://site.example/blog"


@dataclass(frozen=True)
class SmallSite:
    """A content folder and where its site goes; ``build`` takes what tools.build takes."""

    content: Path
    output: Path

    def write(self, files: dict[str, str | bytes]) -> None:
        """Add or overwrite content files."""
        for name, text in files.items():
            path = self.content / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)

    def build(self, **options: object) -> Built:
        """Build with the project's own settings and theme.

        Of a BuildError's problems only the errors are kept, each as ``file:line: words``.
        """
        given = {"siteurl": SITEURL, **options}
        try:
            return build(content=self.content, output=self.output, **given)  # type: ignore[arg-type]
        except BuildError as error:
            words = "\n".join(errors(error)) or str(error)
            raise BuildError(words, error.problems) from None

    def read(self, name: str) -> str:
        """An output file's text."""
        return (self.output / name).read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """Every output file by its name."""
        return files_below(self.output)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its name there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def errors(built: Built | BuildError) -> list[str]:
    """What was wrong, but for warnings, each as ``file:line: words``."""
    return [
        f"{each.file}:{each.line}: {each.words}" if each.file else each.words
        for each in built.problems
        if each.severity == "error"
    ]


def post(title: str = "A story", body: str = "Some words.", **keys: str) -> str:
    """A post's Markdown; ``keys`` are further lines of front matter."""
    lines = {"Title": title, "Date": "2025-05-01 09:00", **keys}
    return "\n".join(f"{key}: {value}" for key, value in lines.items()) + f"\n\n{body}\n"
