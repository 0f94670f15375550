"""What the studio refuses, in sentences fit for people. All are `generation.errors.CannotBuy`: a field and a status."""

from __future__ import annotations

from generation.errors import CannotBuy


class WrongWish(CannotBuy):
    """A field of what was asked for is unknown, of the wrong form, or not taken by the model."""


class NotSupported(CannotBuy):
    """A mode or a way of making things that the model, or its provider, does not have."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message, field=field, status=501)


class StudioClosed(CannotBuy):
    """Staff have closed the studio of this tenant, or never opened it."""

    def __init__(self) -> None:
        super().__init__("The studio of this library is closed. Ask its staff to open it.", status=403)


class Unaffordable(CannotBuy):
    """There is no budget for it (402), or what may be made in a day or a month was made (429)."""

    def __init__(self, message: str, status: int = 402) -> None:
        super().__init__(message, status=status)


class CannotChange(CannotBuy):
    """The piece is not in a state in which this can be done."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=409)
