"""Topics and tags: names that lead to one address, or that only look different."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from posts.front_matter import FrontMatter

from .heads import Finding

# Shorter words are near many others by chance.
SHORTEST = 5
MOST_WORDS = 4
# No name is as long as this; each letter is tried in turn.
LONGEST = 60
_WRONG_LIST = re.compile(r"[|/\\\[\]\n]|(?<![\w+])#\w|\.\.|(?<=[a-z]{3})\. (?=[a-z])")


class Use(NamedTuple):
    """One use of a name by a post: the kind is ``tag`` or ``topic``, the slug its address."""

    kind: str
    name: str
    slug: str
    file: str
    line: int


def wrong_list(head: FrontMatter) -> Iterator[Finding]:
    """Tags that are not separated by commas, or that mean something in an address."""
    first = head.first()
    for name in ("tags", "category"):
        key = first.get(name)
        if not key:
            continue
        mixed = name == "tags" and ";" in key.value and "," in key.value
        commas = name == "category" and "," in key.value
        longest = max((len(tag.split()) for tag in re.split("[,;]", key.value)), default=0)
        match = _WRONG_LIST.search(key.value)
        if mixed or commas or match:
            sign = ";" if mixed else "," if commas else match[0].strip() if match else ""
            what = f'"{sign}" in {key.written}' if sign else f"{key.written} on several lines"
            remedy = "separate tags with commas" if name == "tags" else "a topic is a word or two"
            yield key.line, "tag-list", f"{what}: {remedy}, and write no such sign in them"
        elif longest > MOST_WORDS:
            words = f"{longest} words in one name in {key.written}; separate names with commas"
            yield key.line, "tag-list", words


def wrong_names(uses: Iterable[Use]) -> Iterator[tuple[str, Finding]]:
    """What is wrong with the names that all posts use, each with the file that it stands in."""
    by_slug: dict[tuple[str, str], dict[str, Use]] = defaultdict(dict)
    counts: Counter[tuple[str, str]] = Counter()
    firsts: dict[tuple[str, str], Use] = {}
    for use in uses:
        counts[use.kind, use.name] += 1
        firsts.setdefault((use.kind, use.name), use)
        by_slug[use.kind, use.slug].setdefault(use.name, use)
        if not use.slug or not use.slug.strip("-."):
            words = f'the {use.kind} "{use.name}" has no letter for its address; give it one'
            yield use.file, (use.line, "tag-address", words)
    for (kind, slug), names in by_slug.items():
        usual = max(names, key=lambda name: counts[kind, name])
        for name, use in names.items():
            if name != usual and slug:
                other = names[usual]
                words = f'the {kind} "{name}" has one address with "{usual}"'
                where = f"in {other.file}:{other.line}; write both alike"
                yield use.file, (use.line, "same-name", f"{words} {where}")
    for name_of, near in _near(counts).items():
        use, other = firsts[name_of], firsts[near]
        if use.slug == other.slug:
            continue
        words = f'the {use.kind} "{use.name}" stands here alone; did you mean "{other.name}"'
        yield use.file, (use.line, "near-name", f"{words} as in {other.file}:{other.line}?")


def _near(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], tuple[str, str]]:
    """For each name that is used once the one that differs from it by a letter.

    Two names are near when they agree after at most one letter is taken out of each.
    """
    shapes: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for kind, name in counts:
        word = name.casefold()
        if SHORTEST <= len(word) <= LONGEST:
            for shape in {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}:
                shapes[kind, shape].append((kind, name))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for alike in shapes.values():
        if len(alike) > 1:
            usual = max(alike, key=lambda one: (counts[one], one))
            for one in alike:
                if one != usual and counts[one] == 1 and one[1].casefold() != usual[1].casefold():
                    found.setdefault(one, usual)
    return found
