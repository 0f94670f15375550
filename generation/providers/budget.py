"""Memory shared by all purchases of a process while large answers are decoded: a hundred may wait at once, but a hundred
pictures in base64 must not be unpacked at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

TOTAL_BYTES = 64 * 1024**2


class Budget:
    """`take` waits until there is room. What a thread took is given back when its `purchase` ends. A thread that holds
    something already never waits, so that two of them cannot wait for each other."""

    def __init__(self, total: int = TOTAL_BYTES) -> None:
        self.total = total
        self._room = threading.Condition()
        self._taken = 0
        self._mine = threading.local()

    @property
    def taken(self) -> int:
        return self._taken

    @contextmanager
    def purchase(self) -> Iterator[None]:
        """Give back at the end what was taken inside."""
        outer = getattr(self._mine, "amount", None)
        self._mine.amount = 0
        try:
            yield
        finally:
            with self._room:
                self._taken -= self._mine.amount
                self._room.notify_all()
            self._mine.amount = outer

    def take(self, amount: int) -> None:
        """Wait for `amount` bytes; one that is larger than the whole waits until it is alone. Outside of a `purchase`
        nothing would give back, so nothing is taken."""
        held = getattr(self._mine, "amount", None)
        if held is None or amount <= 0:
            return
        amount = min(amount, self.total)
        with self._room:
            if not held:
                self._room.wait_for(lambda: self._taken + amount <= self.total)
            self._taken += amount
        self._mine.amount = held + amount


BUDGET = Budget()
