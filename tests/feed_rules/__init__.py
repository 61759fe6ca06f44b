"""The rules of RSS 2.0, Atom and JSON Feed for what is written here, each checked by itself.

They are those that the W3C's feed validator tells errors and warnings of, as far as they can
apply, and those of jsonfeed.org. A rule is a function that yields what breaks it.
"""

import json
from typing import Any
from xml.etree import ElementTree

from . import atom, json_feed, rss
from .common import Rule

RULES: dict[str, dict[str, Rule]] = {"rss": rss.RULES, "atom": atom.RULES, "json": json_feed.RULES}


def problems(text: str, kind: str) -> list[str]:
    """What breaks a rule in a feed of the kind "rss", "atom" or "json": ``rule: value`` each."""
    root: Any
    try:
        root = json.loads(text) if kind == "json" else ElementTree.fromstring(text.encode())
    except (ValueError, ElementTree.ParseError) as error:
        return [f"well_formed: {error}"]
    return [f"{name}: {value}"[:300] for name, rule in RULES[kind].items() for value in rule(root)]
