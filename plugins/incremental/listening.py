"""Whether work has warned of something."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def listening() -> Iterator[list[logging.LogRecord]]:
    """The warnings and errors that come up meanwhile.

    As they are made: Pelican shows none a second time in one process.
    """
    heard: list[logging.LogRecord] = []
    make = logging.getLogRecordFactory()

    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.levelno >= logging.WARNING:
            heard.append(record)
        return record

    logging.setLogRecordFactory(made)
    try:
        yield heard
    finally:
        logging.setLogRecordFactory(make)
