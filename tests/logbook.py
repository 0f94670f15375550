"""What a process of production would write into its log, line by line as it happens."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config import logs

VARIES = ("time", "pid", "seconds", "request_id")


class Book(logging.Handler):
    """Each record as JSON at the moment when it is written: what is bound then is told then."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logs.formatter("json"))
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(self.format(record))

    def lines(self, logger: str = "") -> list[dict[str, Any]]:
        """What was written by loggers whose name begins so."""
        found = [json.loads(line) for line in self.text]
        return [line for line in found if line["logger"].startswith(logger)]

    def told(self, logger: str = "") -> list[dict[str, Any]]:
        """The same without what is another each time."""
        return [{name: value for name, value in line.items() if name not in VARIES} for line in self.lines(logger)]


@contextmanager
def book() -> Iterator[Book]:
    """Everything of ours from INFO on, as with LOG_FORMAT=json."""
    kept, root = Book(), logging.getLogger()
    before = {name: logging.getLogger(name).level for name in logs.OURS}
    root.addHandler(kept)
    for name in logs.OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        yield kept
    finally:
        root.removeHandler(kept)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
