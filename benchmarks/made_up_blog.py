"""A blog of made-up posts to measure builds with: the same on every machine."""

from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from random import Random

from PIL import Image
from spellchecker import SpellChecker

TOPICS = tuple(f"Topic {number}" for number in range(1, 11))
TAGS = 60
PICTURES = 20
WORDS_OF_A_TOPIC = 300
FIRST_DAY = datetime(2000, 1, 1, 9, tzinfo=UTC)


def write_blog(folder: Path, count: int) -> None:
    """The first ``count`` posts as Markdown files, one page, and the pictures that posts show."""
    (folder / "posts").mkdir(parents=True)
    (folder / "pages").mkdir()
    (folder / "images").mkdir()
    for number in range(PICTURES):
        (folder / "images" / f"picture-{number}.png").write_bytes(_picture(number))
    (folder / "pages" / "about.md").write_text(
        "Title: About this blog\nSummary: What this blog is about\n\nIt is about nothing.\n"
    )
    for i in range(count):
        (folder / "posts" / f"post-{i:05}.md").write_text(post(i))


def post(i: int) -> str:
    """Post ``i`` as Markdown: the same for every size of the blog.

    600 to 1,200 words of English by Zipf's law, a third of them the topic's own; headings, a list,
    a quotation, code, a table, a picture, a footnote, links to the post before and elsewhere.
    """
    chance = Random(f"post {i}")
    topic = chance.randrange(len(TOPICS))
    tags = chance.sample(range(TAGS), 3)
    words = _words(chance, topic, chance.randrange(600, 1201))
    head = (
        f"Title: {_title(words)} {i}\n"
        f"Date: {FIRST_DAY + timedelta(days=i):%Y-%m-%d %H:%M}\n"
        f"Category: {TOPICS[topic]}\n"
        f"Tags: {', '.join(f'tag {number}' for number in tags)}\n"
        f"Slug: post-{i:05}\n"
        f"Id: made-up-{i:05}\n"
        f"Summary: {_sentence(words, 14)}\n"
    )
    return head + "\n" + "\n\n".join(_body(chance, words, i)) + "\n"


def _body(chance: Random, words: Iterator[str], i: int) -> Iterator[str]:
    """The blocks of a post, until the words are used up."""
    before = f"post-{max(0, i - 1):05}.md"
    yield _paragraph(chance, words)
    yield f"As [the one before]({{filename}}{before}) has it: *{_phrase(words, 4)}*.[^1]"
    yield f"## {_sentence(words, 5)[:-1]}"
    yield _paragraph(chance, words)
    yield "\n".join(f"- {_sentence(words, 9)}" for _ in range(4))
    yield f"![{_phrase(words, 6)}]({{static}}/images/picture-{i % PICTURES}.png)"
    yield _paragraph(chance, words)
    yield f"> {_sentence(words, 18)}"
    yield f"## {_sentence(words, 4)[:-1]}"
    yield "```\n" + "\n".join(f"{_phrase(words, 3)};" for _ in range(3)) + "\n```"
    yield "| What | How |\n| --- | ---: |\n" + "\n".join(
        f"| {_phrase(words, 2)} | {chance.randrange(100)} |" for _ in range(4)
    )
    yield f"[^1]: See **{_phrase(words, 3)}** at <https://elsewhere.example/{i}>."
    yield f"## {_sentence(words, 6)[:-1]}"
    while block := _paragraph(chance, words):
        yield block


def _words(chance: Random, topic: int, count: int) -> Iterator[str]:
    """So many words, no two the same in a row, for whatever takes them."""
    kinds = [(few, _zipf(len(few))) for few in (_vocabulary(), _own_words(topic))]
    before = ""
    for _ in range(count):
        # What random.choices gives; asked for one word at a time, it costs more than the word.
        few, weights = kinds[chance.random() < 1 / 3]
        word = few[bisect(weights, chance.random() * weights[-1])]
        if word != before:
            yield word
        before = word


def _title(words: Iterator[str]) -> str:
    return _phrase(words, 4).capitalize()


def _phrase(words: Iterator[str], most: int) -> str:
    return " ".join(word for word, _ in zip(words, range(most), strict=False))


def _sentence(words: Iterator[str], most: int) -> str:
    return f"{_phrase(words, most).capitalize()}."


def _paragraph(chance: Random, words: Iterator[str]) -> str:
    """Some sentences; empty when there are no words left."""
    sentences = (_sentence(words, chance.randrange(6, 22)) for _ in range(chance.randrange(3, 7)))
    return " ".join(sentence for sentence in sentences if sentence != ".")


@cache
def _vocabulary() -> tuple[str, ...]:
    """English, the most used words first."""
    known = SpellChecker().word_frequency
    words = (word for word in known.words() if word.isascii() and word.isalpha() and len(word) > 1)
    return tuple(sorted(words, key=lambda word: (-known[word], word))[:40_000])


@cache
def _own_words(topic: int) -> tuple[str, ...]:
    return tuple(Random(f"topic {topic}").sample(_vocabulary()[1000:], WORDS_OF_A_TOPIC))


@cache
def _zipf(size: int) -> list[float]:
    """Cumulative weights of words by rank: Zipf's law in Mandelbrot's form."""
    return list(accumulate((rank + 2.7) ** -1.1 for rank in range(size)))


def _picture(number: int) -> bytes:
    """A PNG of one colour."""
    file = BytesIO()
    Image.new("RGB", (640, 400), (number * 12, 120, 90)).save(file, "PNG")
    return file.getvalue()
