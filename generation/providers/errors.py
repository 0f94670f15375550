"""The error tree of providers, named by what the engine does next.

    ProviderError
      Transient   try again later, after `retry_after_seconds` where the provider said so
      Refused     content policy: final, unless the tier names a fallback
      Rejected    our request is wrong: fail and alert staff; `field` names the part where known
      Denied      key or billing: pause the credential
      Damaged     an answer came that cannot be used (bytes that are no picture, an empty body): it may have been charged
      Lost        the provider no longer knows the job
      Unknown     sent, and no answer told what became of it

`str(error)` is for logs and staff. It never reaches a reader: `generation.policy` holds the sentences for people.
`billed` tells whether the provider charged although it did not deliver (None: not known).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class ProviderError(Exception):
    """Anything an adapter reports. Adapters raise one of the classes below, never this one."""

    usage: Mapping[str, int] = MappingProxyType({})
    """What is known of the exchange in numbers, as in `Done.usage`."""

    def __init__(self, detail: str, *, billed: bool | None = False) -> None:
        super().__init__(detail)
        self.billed = billed


class Transient(ProviderError):
    """The provider is busy, limits the rate, or had a passing fault."""

    def __init__(self, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Refused(ProviderError):
    """The provider's content policy said no."""


class Rejected(ProviderError):
    """The provider could not make sense of the request."""

    def __init__(self, detail: str, *, field: str = "") -> None:
        super().__init__(detail)
        self.field = field


class Denied(ProviderError):
    """The key is bad, or the account may not buy."""


class Damaged(ProviderError):
    """The answer cannot be used."""

    def __init__(self, detail: str, *, billed: bool | None = None) -> None:
        super().__init__(detail, billed=billed)


class Lost(ProviderError):
    """The provider has forgotten the job."""

    def __init__(self, detail: str, *, billed: bool | None = None) -> None:
        super().__init__(detail, billed=billed)


class Unknown(ProviderError):
    """The request went out and its fate is not known (a timeout while reading, a connection that broke)."""

    def __init__(self, detail: str, *, billed: bool | None = None) -> None:
        super().__init__(detail, billed=billed)
