"""Markdown that is nearly right: readers would see its signs."""

import re
from collections.abc import Iterator

from .heads import Finding

# Each bounded, and none reads beyond a line's end: linear in the length of the text. Before each
# the plain signs without which it does not match: Python finds those in no time.
_SHOWN = [
    (signs, re.compile(pattern, re.MULTILINE), rule, remedy)
    for signs, pattern, rule, remedy in (
        (
            "] (",
            r"(?<!\w)\[[^\[\]\n]{1,200}+\] \((?:https?:|\{|www\.)",
            "dead-link",
            "a link has no blank between ] and (; take it out",
        ),
        (
            ")[",
            r"\([^()\[\]\n]{1,200}+\)\[(?:https?:|\{|www\.)[^\[\]\n]{0,200}+\]",
            "dead-link",
            "a link is written [words](address); change the brackets",
        ),
        (
            "](",
            r"\[[^\[\]()\n]{1,200}+\]\((?:https?:|\{)[^()\n]{0,500}+$(?!\n[ \t]*[\"'(])",
            "dead-link",
            "nothing closes the address of this link; write ) after it",
        ),
        (
            "(",
            r"\[[^\[\]()\n]{1,200}+\((?:https?:|\{)[^()\[\]\s]{1,500}+\)(?![^\[\]\n]{0,200}+\])",
            "dead-link",
            "a link lacks its ]; write [words](address)",
        ),
        (
            "! [",
            r"(?<!\S)! \[[^\[\]\n]{1,200}+\]\((?:\{static|https?:[^()\s]{1,500}+\.(?:jpe?g|png)\b)",
            "dead-link",
            "a picture has no blank between ! and [; take it out",
        ),
        (
            "[[",
            r"!?\[\[(?!\s*+(?i:cta)\b)[^\[\]\n]{1,200}+\]\](?!\()",
            "dead-link",
            "such links do nothing here; write [words]({filename}file.md)",
        ),
        (
            "~~",
            r"(?<![~\\])~~(?=[^\s~])[^~\n]{1,200}+~~",
            "template-markup",
            "~~ would be shown; write <del>words</del>",
        ),
        (
            "^[",
            r"(?<!\[)\^\[[^\[\]\n]{1,200}+\]",
            "template-markup",
            "^[ would be shown; write [^1], and a line [^1]: with the note",
        ),
        (
            "`",
            r"(?<![\\`])`(?!`)[^`\n]{0,200}+$",
            "unclosed-code",
            "nothing closes the code after `; write another ` after it",
        ),
    )
]
_STARS = re.compile(r"(?<![\\*])\*\*(?!\*)")


def shown_signs(words: str) -> Iterator[Finding]:
    """Links, stars and other signs that Markdown would leave as they stand.

    ``words`` is the text with blanks in place of code.
    """
    for signs, pattern, rule, remedy in _SHOWN:
        if signs not in words:
            continue
        line, at = 1, 0
        for match in pattern.finditer(words):
            line, at = line + words.count("\n", at, match.start()), match.start()
            yield line, rule, remedy
    line = 1
    for block in words.split("\n\n"):
        stars = list(_STARS.finditer(block)) if "**" in block else []
        if len(stars) % 2:
            at = line + block.count("\n", 0, stars[-1].start())
            yield at, "template-markup", "nothing closes the bold words after **; write ** there"
        line += block.count("\n") + 2
