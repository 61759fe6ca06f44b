"""What Markdown cannot read in a time that anybody would wait for."""

import re

LONGEST = 2_000_000  # bytes
DEEPEST = 100  # quotations in quotations
MOST_OPEN = 200  # brackets that nothing closes, in one paragraph
MOST_SHORT_FORMS = 1000
_OPENED = re.compile(r"<[A-Za-z/!?]")
_BRACKET = re.compile(r"[\[\]]")
_SHORT_FORM = re.compile(r"^\*\[", re.MULTILINE)


def beyond(text: str) -> tuple[int, str]:
    """The line (from 1) and the words of what is too much; line 0 when nothing is.

    Python-Markdown's time grows with the square of each of these; of all else it is linear.
    """
    size = len(text.encode())
    if size > LONGEST:
        return 1, (
            f"the file has {size / 1e6:.1f} MB, and a post at most {LONGEST / 1e6:.0f}; split it,"
            " or put data into content/static"
        )
    line = 1
    for block in text.split("\n\n"):
        if block.count("[") > MOST_OPEN and _depth(block) > MOST_OPEN:
            return line, f"more than {MOST_OPEN} brackets [ in one another; close them"
        if block.count("](") - block.count(")") > MOST_OPEN:
            return line, f"more than {MOST_OPEN} brackets ]( that nothing closes; close them"
        line += block.count("\n") + 2
    if len(_OPENED.findall(text)) - text.count(">") > MOST_OPEN:
        return 1, f"more than {MOST_OPEN} HTML tags that nothing closes; close them"
    if text.count("<![") > MOST_OPEN:
        return 1, "more than a few <![; take them out"
    if len(_SHORT_FORM.findall(text)) > MOST_SHORT_FORMS:
        return 1, f"more than {MOST_SHORT_FORMS} short forms *[…]; take some out"
    if ">" * DEEPEST in text.replace(" ", ""):
        for number, each in enumerate(text.split("\n"), 1):
            if each.replace(" ", "").startswith(">" * DEEPEST):
                return number, f"more than {DEEPEST} quotations in one another; take some out"
    return 0, ""


def _depth(block: str) -> int:
    """How many brackets are open at once, at most."""
    depth = deepest = 0
    for sign in _BRACKET.findall(block):
        depth = depth + 1 if sign == "[" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
