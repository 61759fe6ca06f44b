"""What these tests share: a blog for whose builds no other plugin listens."""

from collections import defaultdict
from pathlib import Path

import pytest
from blinker import Signal
from pelican import signals
from pelican.log import LimitFilter
from plain_sites import PlainSite


@pytest.fixture
def plain_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlainSite:
    """An empty one."""

    def forget() -> None:
        for each in vars(signals).values():
            if isinstance(each, Signal):
                monkeypatch.setattr(each, "receivers", {})
                for ways in ("_by_receiver", "_by_sender"):
                    monkeypatch.setattr(each, ways, defaultdict(Signal.set_class))
        LimitFilter._raised_messages.clear()
        LimitFilter._group_count.clear()

    return PlainSite(tmp_path, forget)
