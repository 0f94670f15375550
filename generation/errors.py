"""What the engine refuses, in sentences fit for people."""

from __future__ import annotations


class CannotBuy(Exception):
    """A purchase was refused before anything was sent. `field` names what to change, `status` is the HTTP status."""

    def __init__(self, message: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.field = field
        self.status = status


class UnknownModel(CannotBuy):
    """No such model exists."""


class NotGranted(CannotBuy):
    """The model exists and this tier may not use it."""


class Unpriced(CannotBuy):
    """The model has no price, so nobody may buy from it."""


class AgainstRules(CannotBuy):
    """The house's own rules say no to what was asked for: words that staff keep out, or a check that flagged it."""

    def __init__(self, message: str, *, field: str = "", status: int = 422) -> None:
        super().__init__(message, field=field, status=status)


class NotRetryable(CannotBuy):
    """The job is not in a state that can be tried again."""


class StorageAway(CannotBuy):
    """Storage does not answer, or says no for now: nothing can be kept, and nothing read. It passes."""

    status_code = 503
    wait = 30
    """Seconds after which it is worth asking again; what `Retry-After` says."""

    def __init__(self, message: str = "Files cannot be kept or read at the moment. Try again in a minute.") -> None:
        super().__init__(message, status=self.status_code)
