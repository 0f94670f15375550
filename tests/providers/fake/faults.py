"""What can go wrong at a provider, as frozen values. Each dialect turns them into its provider's own form.

One fault meets one request. `FakeProviders.script` refuses a fault that the operation's dialect has no form for, so a test
cannot pass because nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong."""


@dataclass(frozen=True, slots=True)
class Status(Fault):
    """An HTTP error with the dialect's own body. `error` is a key of the dialect's `errors`; `code` overrides its status."""

    code: int
    error: str = "bad_request"


@dataclass(frozen=True, slots=True)
class RateLimited(Fault):
    """429. `form` is how the wait is told; `should_retry` adds `x-should-retry: true|false` (OpenAI and Anthropic)."""

    form: Literal["seconds", "float", "date", "ms", "google_retry_info", "none"] = "seconds"
    seconds: float = 1.5
    should_retry: bool | None = None


@dataclass(frozen=True, slots=True)
class Quota(Fault):
    """The money or the plan is used up, in the status this provider answers then. Trying again is of no use."""


@dataclass(frozen=True, slots=True)
class Overloaded(Fault):
    """529, or what the provider has in its place."""


@dataclass(frozen=True, slots=True)
class ServerError(Fault):
    """500 with the dialect's own body."""


@dataclass(frozen=True, slots=True)
class ResetBefore(Fault):
    """The connection is reset before the request is looked at: nothing is done, nothing charged."""


@dataclass(frozen=True, slots=True)
class ResetAfterCharge(Fault):
    """The work is taken and charged, then the connection is reset before a byte of the answer."""


@dataclass(frozen=True, slots=True)
class Truncated(Fault):
    """The answer promises more than it sends, and ends half way."""


@dataclass(frozen=True, slots=True)
class Html(Fault):
    """200 with a web page: a proxy spoke, not the provider. Nothing is charged."""


@dataclass(frozen=True, slots=True)
class GzipBomb(Fault):
    """`Content-Encoding: gzip` whatever was accepted: about a megabyte that inflates to a quarter of a gigabyte."""


@dataclass(frozen=True, slots=True)
class Drip(Fault):
    """The answer comes one byte at a time."""

    seconds_between: float = 0.2


@dataclass(frozen=True, slots=True)
class Slow(Fault):
    """The work is taken at once, the answer begins after `seconds`."""

    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Redirect(Fault):
    """302 to the other listener, which keeps what it was sent."""


@dataclass(frozen=True, slots=True)
class WrongType(Fault):
    """The result is not what its type says: another picture format ("picture") or plain words ("text").

    The default is "picture" for pictures and "text" for film and sound.
    """

    really: Literal["", "picture", "text"] = ""


@dataclass(frozen=True, slots=True)
class Moderated(Fault):
    """The content policy. `how` is one of the dialect's `moderations` for the operation; "" is its first."""

    stage: Literal["input", "output"] = "input"
    how: str = ""


@dataclass(frozen=True, slots=True)
class JobLost(Fault):
    """The provider does not know the job (any more)."""


@dataclass(frozen=True, slots=True)
class UnknownStatus(Fault):
    """One poll answers a status word that nobody knows; after it all is normal."""

    word: str = "reticulating"


@dataclass(frozen=True, slots=True)
class RelativePollUrl(Fault):
    """The url to poll (or of the result) is relative."""


@dataclass(frozen=True, slots=True)
class PollUrlElsewhere(Fault):
    """The url to poll (or of the result) points at a host that must not get the key."""


@dataclass(frozen=True, slots=True)
class ErrorIn200(Fault):
    """200, and an error in the body, in a chunk or in an event."""


@dataclass(frozen=True, slots=True)
class LengthCut(Fault):
    """The text is cut by the length limit, and the answer says so."""


@dataclass(frozen=True, slots=True)
class ThinkingFirst(Fault):
    """Thoughts come before the text."""


@dataclass(frozen=True, slots=True)
class JobFailed(Fault):
    """The job ends without a result. `code` is the provider's word for the reason; "" is the dialect's usual one."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Expired(Fault):
    """The job or its result is past its time."""


@dataclass(frozen=True, slots=True)
class Cancelled(Fault):
    """The job was cancelled from outside."""


ANYWHERE: tuple[type[Fault], ...] = (
    Status,
    RateLimited,
    Quota,
    Overloaded,
    ServerError,
    ResetBefore,
    ResetAfterCharge,
    Truncated,
    Html,
    GzipBomb,
    Drip,
    Slow,
    Redirect,
)
"""Faults of the transport and of the door: every operation of every dialect has them."""
