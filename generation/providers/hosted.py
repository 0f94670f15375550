"""What all adapters that speak HTTP share: a wire with the account's key, and fetching of results."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from generation.providers.contract import Done, Handle, Link, Pending, Replay, Stream
from generation.providers.errors import Lost
from generation.providers.wire import Key, Wire


class Hosted:
    """Base of the adapters. `base_url` overrides the provider's own; `trusted` where an operator set it (it may then be
    plain http and private)."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """The name people know the provider by."""
    home: ClassVar[str] = ""
    """The provider's own base url; empty where every install has its own."""
    needs_key: ClassVar[bool] = True
    key_hosts: ClassVar[tuple[str, ...]] = ()
    result_hosts: ClassVar[tuple[str, ...] | None] = None
    headers: ClassVar[dict[str, str]] = {}
    replay: Replay = Replay.NEVER
    submit_seconds: float = 60.0
    """How long a purchase may take to be taken in (or, where the answer holds the result, to be made)."""
    poll_seconds: float = 30.0

    def __init__(self, *, key: str = "", base_url: str = "", trusted: bool = False) -> None:
        secret = Key(key)
        self.wire = Wire(
            base_url or self.home,
            key=secret,
            auth=self.auth(secret) if secret else {},
            headers=self.headers,
            key_hosts=() if base_url else self.key_hosts,
            result_hosts=None if base_url else self.result_hosts,
            trusted=trusted,
        )

    def auth(self, key: Key) -> dict[str, str]:
        """The headers that carry the key."""
        return {"authorization": f"Bearer {key.reveal()}"}

    def check(self, handle: Handle) -> Done | Pending:
        """For adapters that answer at once."""
        raise Lost(f"{self.name} keeps no jobs", billed=None)

    def open(self, link: Link) -> AbstractContextManager[Stream]:
        return self.wire.download(link.url, with_key=link.with_key)
