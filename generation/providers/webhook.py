"""Deliveries: a signed POST to an address that a tenant entered. Bought from nobody, so it has no models and no price.

The signature is a keyed hash (HMAC-SHA256, in hex) over the moment of sending, a dot, and the body. The address is the
tenant's word and not an operator's: it is never trusted, so only public hosts are reached, over https. Of what comes back
only the status is read. A receiver may get a delivery twice, after a crash or when its answer was lost, and tells them apart
by the id; so sending again is free.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from generation.providers.answers import retry_after
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Pending, Replay, Request
from generation.providers.errors import Damaged, Lost, ProviderError, Rejected, Transient, Unknown
from generation.providers.wire import Key, Wire

AGENT = "Fablewright-Webhooks/1"
SECONDS = 10.0
"""The longest that a receiver may take, from the first look for its address to its status."""
PASSING = frozenset({408, 425, 429})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Fablewright-Signature` says."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """One endpoint: its address and the secret that its deliveries are signed with."""

    name = "webhook"
    title = "Webhooks"
    needs_key = False
    replay = Replay.FREE

    def __init__(self, *, key: str = "", base_url: str = "", trusted: bool = False) -> None:
        self._url = base_url
        self._secret = Key(key)
        self._trusted = trusted

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return None

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        began = time.monotonic()
        try:
            status, headers = self._post(request.prompt.encode(), delivery=request.reference.partition(":")[0])
        except (Unknown, Damaged) as broken:
            raise _measured(Transient(str(broken)), began) from broken
        except ProviderError as error:
            raise _measured(error, began) from error
        if 200 <= status < 300:
            return Done(text=f"The receiver took it with {status}.", usage=_usage(began, status))
        raise _measured(_turned_down(status, headers), began, status)

    def check(self, handle: Handle) -> Done | Pending:
        raise Lost("a receiver keeps no jobs", billed=False)

    def _post(self, body: bytes, *, delivery: str) -> tuple[int, Mapping[str, str]]:
        timestamp = str(int(time.time()))
        try:
            wire = Wire(self._url, key=self._secret, trusted=self._trusted)
        except ValueError as error:
            raise Rejected(f"no address: {error}") from error
        headers = {
            "content-type": "application/json",
            "user-agent": AGENT,
            "x-fablewright-event": _event_of(body),
            "x-fablewright-delivery": delivery,
            "x-fablewright-timestamp": timestamp,
            "x-fablewright-signature": signature(self._secret.reveal(), timestamp, body),
        }
        try:
            return wire.tell(self._url, body, headers=headers, seconds=SECONDS)
        finally:
            wire.close()


def _event_of(body: bytes) -> str:
    return str(json.loads(body)["type"])


def _turned_down(status: int, headers: Mapping[str, str]) -> ProviderError:
    if status in PASSING or status >= 500:
        return Transient(f"The receiver answered {status}.", retry_after_seconds=retry_after(headers))
    if 300 <= status < 400:
        return Rejected(f"The receiver answered {status}, a redirect, which is not followed.")
    return Rejected(f"The receiver answered {status}.")


def _measured(error: ProviderError, began: float, status: int | None = None) -> ProviderError:
    error.usage = _usage(began, status)
    return error


def _usage(began: float, status: int | None) -> dict[str, int]:
    took = {"milliseconds": round((time.monotonic() - began) * 1000)}
    return took if status is None else {"status": status, **took}
