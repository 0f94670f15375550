"""What all adapters that speak HTTP share: a wire with the account's key, and fetching of results."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar
from urllib.parse import urlsplit

from generation.providers.contract import Done, Handle, Link, Pending, Replay
from generation.providers.errors import Lost
from generation.providers.protocols import Stream
from generation.providers.wire import Key, Wire, one_of


class Hosted:
    """Base of the adapters. `base_url` overrides the provider's own; `trusted` where an operator set it (it may then be
    plain http and private), with `result_origins` where that server lays its results."""

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

    def __init__(
        self, *, key: str = "", base_url: str = "", trusted: bool = False, result_origins: tuple[str, ...] = ()
    ) -> None:
        secret = Key(key)
        # A region of the provider's own is still the provider: its jobs and results may lie on its other hosts.
        ours = not base_url or one_of(urlsplit(base_url).hostname, self.key_hosts)
        self.wire = Wire(
            base_url or self.home,
            key=secret,
            auth=self.auth(secret) if secret else {},
            headers=self.headers,
            key_hosts=self.key_hosts if ours else (),
            result_hosts=self.result_hosts if ours else None,
            trusted=trusted,
            result_origins=result_origins,
        )

    def auth(self, key: Key) -> dict[str, str]:
        """The headers that carry the key."""
        return {"authorization": f"Bearer {key.reveal()}"}

    def check(self, handle: Handle) -> Done | Pending:
        """For adapters that answer at once."""
        raise Lost(f"{self.name} keeps no jobs", billed=None)

    def open(self, link: Link) -> AbstractContextManager[Stream]:
        return self.wire.download(link.url, with_key=link.with_key)
