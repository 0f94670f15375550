"""What an adapter can do: the two verbs that all have, and those that some have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Link, Listed, Pending, Replay, Request


@runtime_checkable
class Provider(Protocol):
    """One adapter with one account's key. Instances are shared between threads and hold no state of a purchase."""

    @property
    def name(self) -> str:
        """What `AiModel.provider` calls it."""
        ...

    @property
    def replay(self) -> Replay:
        """What may be done about a purchase whose answer was lost."""
        ...

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        """What `model` takes for a request of `kind` (an EDIT may take other fields than an IMAGE) under the row's
        `options`; None if this adapter cannot speak to it."""
        ...

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        """Send one purchase. Called once an attempt."""
        ...

    def check(self, handle: Handle) -> Done | Pending:
        """Ask after a pending purchase."""
        ...


@runtime_checkable
class Finds(Protocol):
    """An adapter whose provider can be asked by our own reference (`Replay.LOOKUP`)."""

    def find(self, request: Request) -> Done | Pending | None:
        """The purchase sent under `request.reference`, or None if the provider never took it."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """An adapter whose provider can be told to stop."""

    def cancel(self, handle: Handle) -> None:
        """Ask the provider to stop. Whether it stopped in time is not known; what it charged is booked."""
        ...


@runtime_checkable
class TellsCharge(Cancels, Protocol):
    """An adapter whose provider says what it charged for a purchase that was stopped."""

    def charged(self, handle: Handle) -> int | None:
        """Asked once after `cancel`: micro-units, 0 where nothing was charged; None where this one cannot be told. Raises the
        errors of `generation.providers.errors`."""
        ...


class Stream(Protocol):
    """The bytes of a result as they arrive."""

    @property
    def media_type(self) -> str:
        """What the sender says it is; sniffed before it is believed."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """The raw bytes. Raises the errors of `generation.providers.errors`."""
        ...


@runtime_checkable
class Opens(Protocol):
    """An adapter that answers with `Link`s."""

    def open(self, link: Link) -> AbstractContextManager[Stream]:
        """Fetch what lies at the link, under the rules of the egress client."""
        ...


@runtime_checkable
class Lists(Protocol):
    """An adapter whose provider tells which models it has."""

    def models(self) -> list[Listed]:
        """The provider's own list."""
        ...
