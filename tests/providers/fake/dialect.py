"""What all dialects share: a table of routes, the check of the key, the form of errors, and the jobs of a provider.

A dialect is one class in one module: it names its `base`, its `routes`, its `errors` and which faults each operation
`expresses`, and has one method a route that takes a `Call` and answers a `Reply`. What the real provider refuses it
refuses by raising `Refusal`. To add one: write the class, then add its line to `DIALECTS` in `server.py`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from tests.providers.fake import media
from tests.providers.fake.books import Captured, Charge, File, Job
from tests.providers.fake.faults import (
    ANYWHERE,
    Cancelled,
    Expired,
    Fault,
    JobFailed,
    JobLost,
    Moderated,
    PollUrlElsewhere,
    RateLimited,
    RelativePollUrl,
    UnknownStatus,
    WrongType,
)
from tests.providers.fake.listener import Reply
from tests.providers.fake.replies import as_events, as_json, bearer, names, tokens, wait_headers

if TYPE_CHECKING:
    from tests.providers.fake.server import FakeProviders

LASTING = (Moderated, JobLost, JobFailed, Expired, Cancelled)
"""Faults that a job keeps: met once, every later poll tells the same."""
AT_THE_END = (WrongType, RelativePollUrl, PollUrlElsewhere)
"""Faults of a result. The poll that meets one is the job's last, so that the fault shows."""


class Refusal(Exception):
    """The provider refuses the request. `reply` is its own answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body.decode(errors="replace"))
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` matches the whole real path (named groups become `Call.params`); `handler` is a method's name.

    `purchase` marks the POST that starts work: those are what `FakeProviders.submits` counts once they are taken.
    """

    method: str
    pattern: str
    operation: str
    handler: str
    purchase: bool = False


@dataclass
class Call:
    """One request on its way through a dialect."""

    fake: FakeProviders
    dialect: Dialect
    request: Captured
    route: Route
    params: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent, refused in the dialect's form where it is none."""
        if not isinstance(self.request.json, dict):
            raise self.dialect.refusal("bad_request", "the body must be a JSON object")
        return self.request.json

    def take(
        self, *, cost: Decimal | None = None, usage: dict[str, int] | None = None, job: str = "", charged: bool = True
    ) -> None:
        """The purchase is taken; where it is `charged`, a line is written in the books. Call it before answering."""
        self.fake.took(self.request.provider)
        if charged:
            line = Charge(self.request.provider, self.request.operation, job, cost, dict(usage or {}))
            self.fake.books.append(line)

    def start_job(
        self,
        prefix: str = "",
        *,
        cost: Decimal | None = None,
        usage: dict[str, int] | None = None,
        charged: bool = True,
        **notes: Any,
    ) -> Job:
        """Take the purchase as a job. A lasting fault of this request becomes the job's end."""
        asked = self.request.json if isinstance(self.request.json, dict) else dict(self.request.fields)
        made = Job(
            prefix + secrets.token_hex(8),
            self.request.provider,
            self.request.operation,
            asked,
            cost_usd=cost,
            notes=dict(notes),
            outcome=self.fault if isinstance(self.fault, LASTING) else None,
        )
        self.fake.jobs[made.provider, made.id] = made
        self.take(cost=cost, usage=usage, job=made.id, charged=charged)
        return made

    def job(self, name: str) -> Job | None:
        """The job of that id, or None where the provider does not know it."""
        return self.fake.jobs.get((self.request.provider, name))

    def stand(self, job: Job) -> Fault | str:
        """How the job stands at this poll: "working", "done", "cancelled", or the fault that this poll must tell."""
        if isinstance(self.fault, LASTING):
            job.outcome = self.fault
        if isinstance(self.fault, (*LASTING, *AT_THE_END)):
            job.polls = max(job.polls, self.fake.polls_needed)
        if job.cancelled:
            return "cancelled"
        if isinstance(self.fault, UnknownStatus):
            return self.fault
        job.polls += 1
        if job.polls <= self.fake.polls_needed:
            return "working"
        return job.outcome or "done"

    def progress(self, job: Job) -> float:
        """The share done at this poll, from 0 to 1."""
        return min(1.0, job.polls / (self.fake.polls_needed + 1))

    def picture(self, form: str = "png", width: int = 64, height: int = 36) -> bytes:
        """A picture as asked for, or what `WrongType` makes of it."""
        if isinstance(self.fault, WrongType):
            other = "jpeg" if form == "png" else "png"
            return media.WORDS if self.fault.really == "text" else media.picture(other, width, height)
        return media.picture(form, width, height)

    def film(self) -> bytes:
        """A film, or what `WrongType` makes of it."""
        if isinstance(self.fault, WrongType):
            return media.picture("jpeg") if self.fault.really == "picture" else media.WORDS
        return media.film()

    def sound(self, form: str = "mp3") -> bytes:
        """A sound as "mp3" or "wav", or what `WrongType` makes of it."""
        if isinstance(self.fault, WrongType):
            return media.picture("jpeg") if self.fault.really == "picture" else media.WORDS
        return media.wav() if form == "wav" else media.mp3()

    def host(self, data: bytes, content_type: str) -> str:
        """Lay a result on the other listener; answers its url."""
        return self.fake.host(self.request.provider, data, content_type)

    def url(self, path: str) -> str:
        """The whole url of a path of this provider, as the fake serves it."""
        return f"{self.fake.origin}/{self.dialect.name}{path}"


class Dialect:
    """One provider's wire format. Stateless: what is kept is kept by `fake`."""

    def __init__(self, fake: FakeProviders) -> None:
        self.fake = fake

    def reset(self) -> None:
        """Forget what was set for a test or is still under way."""

    name: ClassVar[str]
    base: ClassVar[str] = ""
    """The path of the provider's real base url."""
    roots: ClassVar[tuple[str, ...]] = ()
    """Paths that this dialect also serves at the listener's root, so that root-relative urls lead here."""
    routes: ClassVar[tuple[Route, ...]] = ()
    expresses: ClassVar[dict[str, tuple[type[Fault], ...]]] = {}
    """Faults an operation has beyond `ANYWHERE`."""
    moderations: ClassVar[dict[str, tuple[str, ...]]] = {}
    """What `Moderated.how` may be for an operation, the usual form first."""
    errors: ClassVar[dict[str, tuple[int, str, str]]] = {}
    """Kind of error -> (status, the provider's word for it, message). All of `ERRORS_NEEDED` must be there."""
    results_elsewhere: ClassVar[bool] = False
    """Whether results are laid on the other listener (operation "result")."""
    waits: ClassVar[frozenset[str]] = frozenset({"seconds", "float", "date", "ms", "none"})
    """Forms of `RateLimited` that this provider uses."""

    def operation(self, route: Route, request: Captured) -> str:
        """What this request is called; the body may decide."""
        if route.operation == "text" and isinstance(request.json, dict) and request.json.get("stream") is True:
            return "text.stream"
        return route.operation

    def operations(self) -> set[str]:
        """All names that `operation` may answer."""
        return {route.operation for route in self.routes} | set(self.expresses)

    def authorise(self, request: Captured, key: str) -> Reply | None:
        """The provider's answer to a missing or wrong key, or None where all is well."""
        raise NotImplementedError

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        """An error in the provider's own form. `kind` is a key of `errors`."""
        raise NotImplementedError

    def refusal(self, kind: str, message: str = "", *, param: str | None = None, status: int | None = None) -> Refusal:
        """The same as an exception."""
        return Refusal(self.error(kind, message, status=status, param=param))

    def rate_limited(self, fault: RateLimited) -> Reply:
        """429 with the form of wait that is asked for."""
        reply = self.error("busy", status=429)
        reply.headers.update(wait_headers(fault))
        return reply

    def quota(self) -> Reply:
        return self.error("no_funds")

    def overloaded(self) -> Reply:
        return self.error("overloaded")

    def server_error(self) -> Reply:
        return self.error("server", status=500)

    def told_at_the_door(self, call: Call, reply: Reply) -> Reply:
        """The last touch to an error that comes before the request is looked at."""
        return reply

    def faults_of(self, operation: str) -> Collection[type[Fault]]:
        """What `FakeProviders.script` takes for an operation."""
        return (*ANYWHERE, *self.expresses.get(operation, ()))

    def match(self, method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
        """The route, its parameters, and whether the path is known under another method."""
        known = False
        for route in self.routes:
            found = re.fullmatch(route.pattern, path)
            if found and route.method == method:
                return route, found.groupdict(), True
            known = known or found is not None
        return None, {}, known


ERRORS_NEEDED = (
    "bad_request",
    "denied",
    "forbidden",
    "no_funds",
    "unknown_model",
    "not_found",
    "busy",
    "overloaded",
    "server",
)
"""Kinds of error that every dialect has a form for, for `Status(code, error=...)` and the faults of the door."""


__all__ = [
    "ERRORS_NEEDED",
    "Call",
    "Dialect",
    "File",
    "Job",
    "Refusal",
    "Reply",
    "Route",
    "as_events",
    "as_json",
    "bearer",
    "names",
    "tokens",
    "wait_headers",
]
