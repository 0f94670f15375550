"""Memory shared by all purchases of a process while large requests are put together and large answers are decoded: a
hundred may wait at once, but a hundred pictures in base64 must not be packed or unpacked at once."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

TOTAL_BYTES = 64 * 1024**2
OWN_BLOCK = 256 * 1024
M_MMAP_THRESHOLD = -3
"""A number of the C library's `mallopt`."""


class Budget:
    """`take` waits until there is room. What a thread took is given back when its `purchase` ends, or when it says that it
    has put it away. A thread that holds something already never waits, so that two of them cannot wait for each other."""

    def __init__(self, total: int = TOTAL_BYTES) -> None:
        self.total = total
        self._room = threading.Condition()
        self._taken = 0
        self._mine = threading.local()

    @property
    def taken(self) -> int:
        return self._taken

    @property
    def is_mine(self) -> bool:
        """Whether this thread holds something."""
        return bool(getattr(self._mine, "amount", None))

    @contextmanager
    def purchase(self) -> Iterator[None]:
        """Give back at the end what was taken inside."""
        outer = getattr(self._mine, "amount", None)
        # What is held outside counts inside too: a thread that waited for itself would wait for ever.
        self._mine.amount = outer or 0
        try:
            yield
        finally:
            with self._room:
                self._taken -= self._mine.amount - (outer or 0)
                self._room.notify_all()
            self._mine.amount = outer

    def put_away(self) -> None:
        """Give back now what this thread took: it lies in a file, and the purchase goes on without it."""
        if self.is_mine:
            with self._room:
                self._taken -= self._mine.amount
                self._room.notify_all()
            self._mine.amount = 0

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


@cache
def give_large_blocks_back() -> None:
    """Have the C library return large blocks to the system when they are freed, in the whole process. Left to itself glibc
    stops doing so after the first one, and a process that packed a hundred pictures keeps their room for good. Where the
    library knows no such setting nothing is done."""
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, OWN_BLOCK)
