"""Ask other sites, politely, whether the addresses that stories link to are still there."""

import json
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urldefrag, urlsplit, urlunsplit
from urllib.request import Request, urlopen

AGENT = "outcome-giraffe link check (a person's blog; one question at a time)"
WEEK = 7 * 24 * 3600.0
TIMEOUT = 15
MOST_HOSTS_AT_ONCE = 8
TRIES = 3
# Seconds between two questions to one host, and before the same one is asked again.
PAUSE = 1.0
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def dead_links(links: Iterable[str], cache: Path, pause: float = PAUSE) -> dict[str, str]:
    """Why each dead one among the links is dead. Good answers are kept in ``cache`` for a week.

    A site that refuses robots, or asks for a password, is there.
    """
    now = time.time()
    kept = {link: at for link, at in _read(cache).items() if 0 <= now - at < WEEK}
    by_host: dict[str, list[str]] = defaultdict(list)
    for link in sorted(set(links)):
        if _asked(link) not in kept:
            by_host[urlsplit(link).netloc.lower()].append(link)
    dead: dict[str, str] = {}

    def ask_host(its: list[str]) -> dict[str, str]:
        answers: dict[str, str] = {}
        by_address: dict[str, str] = {}
        for link in its:
            address = _asked(link)
            if address not in by_address:
                if by_address:
                    time.sleep(pause)
                by_address[address] = _wrong(address, pause)
            answers[link] = by_address[address]
        return answers

    with ThreadPoolExecutor(MOST_HOSTS_AT_ONCE) as pool:
        for answers in pool.map(ask_host, by_host.values()):
            dead |= {link: wrong for link, wrong in answers.items() if wrong}
            kept |= {_asked(link): now for link, wrong in answers.items() if not wrong}
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(kept, indent=0, sort_keys=True), "utf-8")
    return dead


def _read(cache: Path) -> dict[str, float]:
    """When each address was last found there; nothing when the file is no good."""
    try:
        found = json.loads(cache.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {link: at for link, at in found.items() if isinstance(at, int | float)}


def _asked(link: str) -> str:
    """The address to ask for: whole, in ASCII, without the part within its page."""
    parts = urlsplit(urldefrag(f"https:{link}" if link.startswith("//") else link).url)
    return urlunsplit(
        (
            parts.scheme,
            parts.netloc.encode("idna").decode()
            if parts.netloc.isascii() is False
            else parts.netloc,
            quote(parts.path, safe="/%:@!$&'()*+,;=~-._"),
            quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"),
            "",
        )
    )


def _wrong(address: str, pause: float) -> str:
    """Why nothing is at the address; empty when something is."""
    wrong = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(pause * 2**attempt)
        # Some servers know no HEAD.
        for method in ("HEAD", "GET"):
            wrong, final = _answer(address, method)
            if not wrong:
                return ""
        if final:
            break
    return wrong


def _answer(address: str, method: str) -> tuple[str, bool]:
    """What is wrong with the answer, and whether asking again is of no use."""
    request = Request(address, method=method, headers={"User-Agent": AGENT, "Accept": "*/*"})
    try:
        with urlopen(request, timeout=TIMEOUT):
            return "", True
    except HTTPError as error:
        error.close()
        if error.code in GONE:
            return f"is gone (HTTP {error.code}); link to something else, or take it out", True
        if (
            error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
            or error.code == HTTPStatus.REQUEST_TIMEOUT
        ):
            return (
                f"does not answer well (HTTP {error.code}); look whether it is still there",
                False,
            )
        # It answers, though not to us.
        return "", True
    except URLError as error:
        return f"cannot be reached ({error.reason}); look whether it is still there", False
    except (OSError, ValueError) as error:
        return f"cannot be reached ({error}); look whether it is still there", False
