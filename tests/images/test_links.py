"""Which images a text shows is found without putting addresses for all its links."""

import random
from collections.abc import Callable

import pytest
from images import receivers
from pelican.log import LimitFilter
from photos import PNG, photo
from sites import SmallSite, errors, post

GOOD = (
    *("![b]({static}/posts/b%20c.png)", "![a]({static}a.png#x)", "![b]({static}b%20c.png)", "\n\n"),
    *('<IMG alt="" src="{static}b%20c.png?q">', "[to]({tag}b)", "`<img src='{static}a.png'>`"),
    *(
        "<!-- <img src='{static}a.png'> -->",
        '<img alt="{static}a.png" src="/blog/posts/b%20c.png">',
    ),
    *("<picture><img src='{static}b%20c.png' alt='a'></picture>", "Words. ", "[to]({static}a.png)"),
)
WRONG = (
    *("![]({static}b%20c.png)", "<img src='{static}/posts/a.png'>", "![gone]({static}gone.png)"),
    *("![foreign](https://other.example/a.png)", "![no](a.png)", "![a]({filename}p0.md)"),
    *("[to]({filename}gone.md)", '<a href="{static}a.png"><img src="{index}" alt=""></a>'),
    *("<img src={static}a.png>", "![a]({attach}a.png)", "![a]({author}nobody)"),
)


@pytest.mark.parametrize("seed", range(3))
def test_images_are_those_of_the_text_that_readers_get(
    small_site: Callable[..., SmallSite],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    seed: int,
) -> None:
    def build() -> tuple[list[str], dict[str, bytes], list[str]]:
        caplog.clear()
        # Pelican says nothing twice, and few things often.
        LimitFilter._raised_messages.clear()
        LimitFilter._group_count.clear()
        told = errors(site.build(keep_going=True))
        return told, site.files(), sorted(caplog.messages)

    chance = random.Random(seed)
    site = small_site(
        {
            "posts/a.png": PNG,
            "posts/b c.png": PNG,
            "more/a.png": photo(9, 9, "PNG"),
            "more/b c.png": PNG,
        }
        | {
            f"{('posts', 'more')[n % 3 == 0]}/p{n}.md": post(
                f"Of {n}", "".join(chance.choices(GOOD + WRONG * (n % 2), k=4)), Tags="b"
            )
            for n in range(30)
        }
    )
    before = told, shown, _ = build()
    assert len(told) > 10
    assert len([name for name in shown if name.startswith("images/")]) > 1
    # So Pelican is asked for each whole text.
    monkeypatch.setattr(receivers, "_is_quiet", lambda *_: False)
    assert build() == before
