"""What is wrong with a post's Markdown before it becomes HTML."""

import re
from collections.abc import Iterator
from operator import eq

from .heads import Finding
from .shown import shown_signs
from .source import Source, numbered

# Signs that nobody sees.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
# Each begins with a plain sign, which Python then looks for first.
_TEMPLATE = re.compile(
    r"\{\{|\{%|%\}|\}\}|<\?(?:php|xml|=)|<!DOCTYPE|<!doctype|</?o:p|<<<<<<< |\ufffd"
    r"|\u00e2\u20ac[\u2122\u0153\u009d\u201c\u201d\u02dc\u00a6]|\u00c3[\u00a9\u00a8\u00bc\u00b6\u00a4]"
)
_NOTE = re.compile(r"\[\^(?P<name>[^\[\]\n]{1,200}+)\](?P<colon>:?)")
# Behind a letter it is no link but code, as in a[i][j].
_REFERENCE = re.compile(
    r"(?<![\w\]])\[(?P<words>[^\[\]\n]{1,200}+)\] ?\[(?P<name>[^\[\]\n^]{0,200}+)\]"
)
_ADDRESS = re.compile(r"^ {0,3}\[(?P<name>[^\[\]\n]{1,200}+)\]:", re.MULTILINE)
_BEGUN = re.compile(r"</?+(?P<name>[A-Za-z][A-Za-z0-9]*+)(?![^\s/>])[^<>]*+(?P<end>>?+)")
_HTML = """
    a abbr article aside audio b blockquote br caption cite code dd del details dfn div dl dt em
    figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img ins kbd li link
    main mark meta nav ol p pre q s samp script section small source span strong style sub summary
    sup svg table tbody td tfoot th thead time title tr u ul var video
"""
HTML = frozenset(_HTML.split())
# A list that a number begins begins with 1: 19. is the end of a sentence.
_ITEM = re.compile(r" {0,3}(?:[-*+]|[01][.)]) +\S")
_LATER = re.compile(r"\d{1,9}[.)] |\[\^|:")
_BULLET = re.compile(r" {0,3}[\u2022\u00b7\u25cf\u25e6]")
_RULER = re.compile(r"[ |:\-]*+")
_CELL_END = re.compile(r"(?<!\\)\|")
# Words that good English has twice now and then.
_DOUBLED = re.compile(
    r"\b(?P<word>[^\W\d_]{2,40}+)\s{1,40}+(?P=word)\b(?![-'\u2019])", re.IGNORECASE
)
SAID_TWICE = frozenset(("had", "that", "bye", "ha", "no", "very", "so", "there", "blah", "knock"))


def wrong_text(source: Source) -> Iterator[Finding]:
    """Signs that nobody sees, code that nothing closes, and what other systems left behind."""
    for match in _each_line_once(UNSEEN, source.text):
        line = source.text.count("\n", 0, match.start()) + 1
        code = f"U+{ord(match[0]):04X}"
        yield line, "control-character", f"the sign {code} is not for text; take it out"
    words = "\n".join(source.words)
    if source.unclosed_fence:
        fence = source.lines[source.unclosed_fence - 1].strip()[:10]
        remedy = "write the same after its last line"
        yield (
            source.unclosed_fence,
            "unclosed-code",
            f"nothing closes the code after {fence}; {remedy}",
        )
    yield from _unended(words)
    for match in _each_line_once(_TEMPLATE, words):
        line = words.count("\n", 0, match.start()) + 1
        text = f"{match[0]} would be shown as it stands; take it out, or put it between backticks"
        yield line, "template-markup", text
    yield from shown_signs(words)
    if "][" in words:
        yield from _wrong_references(words)
    if "[^" in words:
        yield from _wrong_notes(words)
    yield from _wrong_lists(source)
    if "|" in words:
        yield from _wrong_tables(source)


def doubled_words(source: Source) -> Iterator[Finding]:
    """Words that stand twice in a row, for writing or mending too fast."""
    text = source.prose
    words = " ".join(source.prose_words).lower().split(" ")
    if not any(map(eq, words, words[1:])):
        return
    for match in _DOUBLED.finditer(text):
        word = match["word"]
        if word.lower() not in SAID_TWICE and "\n\n" not in match[0] and not _is_name(match[0]):
            line = text.count("\n", 0, match.end()) + 1
            yield line, "double-word", f'"{word}" stands there twice; take one out'


def _unended(words: str) -> Iterator[Finding]:
    """Comments and tags that do not end, of which Markdown shows the beginning to readers."""
    at = words.find("<!--")
    while at >= 0:
        end = words.find("-->", at)
        if end < 0:
            line = words.count("\n", 0, at) + 1
            yield line, "unbalanced-html", "nothing closes the comment <!--; write --> after it"
        at = words.find("<!--", end) if end >= 0 else -1
    for match in _BEGUN.finditer(words):
        if not match["end"] and match["name"].lower() in HTML:
            line = words.count("\n", 0, match.start()) + 1
            shown = match[0].split("\n")[0][:30]
            yield line, "unbalanced-html", f"nothing ends the tag {shown}; write > after it"


def _is_name(words: str) -> bool:
    """Whether both are written large, as in New York New York or Duran Duran."""
    return all(word[0].isupper() for word in words.split())


def _each_line_once(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The first match in each line."""
    at = 0
    while match := pattern.search(text, at):
        yield match
        at = text.find("\n", match.end())
        if at < 0:
            return


def _wrong_references(words: str) -> Iterator[Finding]:
    """Links by a name for which no line gives the address: they are shown as they stand."""
    known = {" ".join(match["name"].lower().split()) for match in _ADDRESS.finditer(words)}
    for match in _REFERENCE.finditer(words):
        written = match["name"] or match["words"]
        name = " ".join(written.lower().split())
        if name and name not in known and not match["words"].isdigit():
            line = words.count("\n", 0, match.start()) + 1
            remedy = f"write a line [{written}]: and the address"
            yield line, "dead-link", f"[{written}] names no address; {remedy}"


def _wrong_notes(words: str) -> Iterator[Finding]:
    """Footnotes that are missing, that stand twice, or that nothing leads to."""
    notes: dict[str, int] = {}
    marks: dict[str, int] = {}
    for number, line in enumerate(words.split("\n"), 1):
        for match in _NOTE.finditer(line) if "[^" in line else ():
            name = match["name"]
            if match["colon"] and not line[: match.start()].strip():
                if name in notes:
                    text = f"the footnote [^{name}] is in line {notes[name]} already; rename one"
                    yield number, "footnote", text
                notes.setdefault(name, number)
            else:
                marks.setdefault(name, number)
    for name, number in marks.items():
        if name not in notes:
            text = f"there is no footnote [^{name}]; write a line [^{name}]: and its words"
            yield number, "footnote", text
    for name, number in notes.items():
        if name not in marks:
            text = f"nothing leads to the footnote [^{name}]; write [^{name}] in the text"
            yield number, "footnote", text


def _wrong_lists(source: Source) -> Iterator[Finding]:
    """Lists that a paragraph swallows for want of an empty line, or that come out flat."""
    block = before = ""
    for number, line in numbered(source.words, source.head.body):
        if not line.strip() or line[0] in "#>|<":
            block = ""
        elif _BULLET.match(line):
            if block != "bullets":
                text = "a list is written with -, a blank and the words; other signs do not make it"
                yield number, "list-start", text
            block = "bullets"
        elif _ITEM.match(line) and not (set(line.strip()) <= set("*- ")):
            if block == "paragraph" and not before.rstrip().endswith("|"):
                text = "a list needs an empty line before it, or it becomes part of the paragraph"
                yield number, "list-start", text
            elif line[0] == " " and before[:1] != " " and _ITEM.match(before):
                text = "an item within another needs four blanks before it, or it stands beside it"
                yield number, "list-start", text
            block = "list"
        elif block == "paragraph" and line.rstrip() == "---":
            text = "--- makes a heading of the line above it; put an empty line between them"
            yield number, "skipped-heading", text
            block = ""
        elif not block:
            block = "list" if line.startswith((" ", "\t")) or _LATER.match(line) else "paragraph"
        before = line


def _wrong_tables(source: Source) -> Iterator[Finding]:
    """Rows of a table with more or fewer cells than its head: Markdown drops what is too much."""
    lines = source.words
    yield from _no_tables(lines, source.head.body)
    number = source.head.body
    while number < len(lines):
        ruler = lines[number]
        if "|" not in ruler or "-" not in ruler or not _RULER.fullmatch(ruler):
            number += 1
            continue
        cells = _cells(lines[number - 1])
        if cells != _cells(ruler) and "|" in lines[number - 1]:
            text = (
                f"this line has {_cells(ruler)} cells, and the head above it {cells}; make it even"
            )
            yield number + 1, "uneven-table", text
        number += 1
        while number < len(lines) and lines[number].strip():
            if _cells(lines[number]) != cells:
                text = (
                    f"this row has {_cells(lines[number])} cells, and the head of the table {cells}"
                )
                yield number + 1, "uneven-table", f"{text}; make it even"
            number += 1


def _no_tables(lines: list[str], start: int) -> Iterator[Finding]:
    """Tables without a ruler, or straight after other words: they stay rows of bars."""
    block: list[str] = []
    for number, line in enumerate([*lines[start - 1 :], ""], start):
        if line.strip():
            block.append(line)
            continue
        rows = [each.strip() for each in block]
        rulers = [n for n, row in enumerate(rows) if "|" in row and _RULER.fullmatch(row)]
        first = number - len(block)
        if len(rows) > 1 and not rulers and all(row[0] == row[-1] == "|" for row in rows):
            text = "a table needs a line like |---|---| below its head; write one"
            yield first, "uneven-table", text
        elif rulers and rulers[0] > 1 and "|" in rows[rulers[0] - 1]:
            text = "a table needs an empty line before it, or it stays a row of bars"
            yield first + rulers[0] - 1, "uneven-table", text
        block = []


def _cells(line: str) -> int:
    """The number of cells in a table's row."""
    return len(_CELL_END.findall(line.strip().removeprefix("|").removesuffix("|"))) + 1
