"""A provider that answers everything with one document, for answers that the fake providers do not give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from generation.providers.hosted import Hosted
from tests.providers.fake.listener import Incoming, Loop, Reply, bind

Adapter = TypeVar("Adapter", bound=Hosted)


@contextmanager
def answering(kind: Callable[..., Adapter], status: int, document: Any, **headers: str) -> Iterator[Adapter]:
    """An adapter whose provider answers so. Names of headers are given with underscores."""
    named = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}

    def answer(_: Incoming) -> Reply:
        return Reply(status, json.dumps(document).encode(), named)

    sock = bind()
    loop = Loop([(sock, answer)])
    loop.start()
    try:
        yield kind(key="canary-key", base_url=f"http://127.0.0.1:{sock.getsockname()[1]}/v1", trusted=True)
    finally:
        loop.stop()
        sock.close()
