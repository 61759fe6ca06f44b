"""Asking other sites whether links lead anywhere, with a site on this machine."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sites import SmallSite, post

from tools import external_links
from tools.check import check
from tools.external_links import WEEK, dead_links


class Elsewhere:
    """Another site: what it was asked, and how many questions it had at once, at most."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.agents: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.url = ""


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    site = Elsewhere()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
            site.asked[self.command, self.path] += 1
            site.agents.add(self.headers["User-Agent"])
            time.sleep(0.01)
            site.at_once -= 1
            status = {"/gone": 404, "/gone-for-good": 410, "/closed": 403, "/broken": 503}
            no_head = self.path == "/no-head" and self.command == "HEAD"
            shaky = self.path == "/shaky" and site.asked["GET", self.path] < 2
            code = 405 if no_head else 503 if shaky else status.get(self.path, 200)
            self.send_response(code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    server.server_close()


def test_what_is_gone_is_told_and_what_answers_is_not(elsewhere: Elsewhere, tmp_path: Path) -> None:
    names = (
        "good",
        "good#part",
        "gone",
        "gone-for-good",
        "closed",
        "broken",
        "no-head",
        "shaky",
        "ü x",
    )
    links = [f"{elsewhere.url}/{name}" for name in names]
    nowhere = "http://127.0.0.1:9/"
    dead = dead_links([*links, nowhere], tmp_path / "cache" / "links.json", pause=0)
    assert {link.rpartition("/")[2]: words.partition(";")[0] for link, words in dead.items()} == {
        "gone": "is gone (HTTP 404)",
        "gone-for-good": "is gone (HTTP 410)",
        "broken": "does not answer well (HTTP 503)",
        "": "cannot be reached ([Errno 111] Connection refused)",
    }
    assert elsewhere.asked["GET", "/no-head"] <= 1
    assert elsewhere.asked["HEAD", "/broken"] == external_links.TRIES
    assert elsewhere.asked["HEAD", "/good"] == 1
    assert elsewhere.most_at_once == 1
    (agent,) = elsewhere.agents
    assert agent.startswith("outcome-giraffe ")


def test_what_was_there_is_not_asked_for_again_within_a_week(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    cache = tmp_path / "links.json"
    links = [f"{elsewhere.url}/good", f"{elsewhere.url}/gone"]
    dead_links(links, cache, pause=0)
    dead_links(links, cache, pause=0)
    assert elsewhere.asked["HEAD", "/good"] == 1
    assert elsewhere.asked["HEAD", "/gone"] == 2
    cache.write_text(json.dumps({links[0]: time.time() - WEEK - 1}))
    dead_links(links, cache, pause=0)
    assert elsewhere.asked["HEAD", "/good"] == 2
    cache.write_text("no JSON")
    dead_links(links, cache, pause=0)
    assert elsewhere.asked["HEAD", "/good"] == 3


def test_the_check_asks_only_on_demand_and_tells_file_and_line(
    small_site: Callable[..., SmallSite], elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = f"One.\n\n[A page that was there]({elsewhere.url}/gone) [another]({elsewhere.url}/good)"
    local = "dead-link (the other site is on this machine)"
    site = small_site(
        {
            "posts/a.md": post(body=link, Summary="One.", Id="a", Allow=local),
            "posts/b.md": post(
                body=link, Summary="One.", Id="b", Allow=f"{local}, external-link (an old one)"
            ),
        }
    )
    monkeypatch.setattr("tools.check.Path", lambda *_: site.content.parent / "links.json")
    assert check(site.content).problems == ()
    assert not elsewhere.asked
    (found,) = check(site.content, external=True).problems
    assert (found.file, found.line) == (str(site.content / "posts/a.md"), 9)
    assert (found.rule, found.severity) == ("external-link", "warning")
    assert f"{elsewhere.url}/gone is gone" in found.words
