"""What play refuses, in sentences fit for readers."""

from __future__ import annotations


class CannotPlay(Exception):
    """The verb was refused and nothing was changed. `field` names what to change, `status` is the HTTP status."""

    def __init__(self, message: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.field = field
        self.status = status
