"""What the engine refuses, as errors of JSON routes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import APIException

from accounts.ledger import OverBudget
from generation.errors import CannotBuy


class Refused(APIException):
    """A verb of the engine was refused; the sentence is fit for whoever asked."""

    def __init__(self, sentence: str, status: int, wait: int | None = None) -> None:
        super().__init__(sentence)
        self.status_code = status
        self.wait = wait
        """What DRF says in `Retry-After`."""


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what verbs raise inside the block into answers: 402 where the budget does not suffice, 429
    where the counts are used up."""
    try:
        yield
    except OverBudget as over:
        raise Refused(str(over), over.status) from over
    except CannotBuy as refused:
        raise Refused(str(refused), refused.status, getattr(refused, "wait", None)) from refused
