"""The fake providers: one listener that speaks every provider's wire format, and one that plays all other hosts.

    with FakeProviders() as fake:
        adapter = OpenAI(base_url=fake.base_url("openai"), key=fake.key("openai"))

Every provider lies below its own prefix (`/openai`, `/xai`, ...), the rest of the path is the real one. What came in is in
`captured` and `captured_elsewhere`, what was charged in `books`. `script` puts faults before an operation's next requests.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict, deque
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.providers.fake import media
from tests.providers.fake.anthropic import Anthropic
from tests.providers.fake.bfl import BlackForestLabs
from tests.providers.fake.books import Captured, Charge, File, Job, Malformed, read_json, read_multipart
from tests.providers.fake.comfyui import ComfyUI
from tests.providers.fake.compatible import Compatible
from tests.providers.fake.cosmos import Cosmos
from tests.providers.fake.dialect import Call, Dialect, Refusal, Route
from tests.providers.fake.elevenlabs import ElevenLabs
from tests.providers.fake.elsewhere import RESULT_FAULTS, Elsewhere
from tests.providers.fake.faults import (
    Drip,
    Fault,
    GzipBomb,
    Html,
    Moderated,
    Overloaded,
    Quota,
    RateLimited,
    Redirect,
    ResetAfterCharge,
    ResetBefore,
    ServerError,
    Slow,
    Status,
    Truncated,
)
from tests.providers.fake.google import Google
from tests.providers.fake.listener import Incoming, Loop, Manner, Reply, bind
from tests.providers.fake.openai import OpenAI
from tests.providers.fake.openrouter import OpenRouter
from tests.providers.fake.runway import Runway
from tests.providers.fake.stability import Stability
from tests.providers.fake.xai import XAI

DIALECTS: dict[str, type[Dialect]] = {
    "openai": OpenAI,
    "openrouter": OpenRouter,
    "xai": XAI,
    "anthropic": Anthropic,
    "google": Google,
    "compatible": Compatible,
    "bfl": BlackForestLabs,
    "comfyui": ComfyUI,
    "cosmos": Cosmos,
    "elevenlabs": ElevenLabs,
    "runway": Runway,
    "stability": Stability,
}
"""Every dialect by the name of its provider. One line each."""

PAGE = b"<!doctype html><title>502</title><h1>Something between us and you had a bad day</h1>"


class FakeProviders:
    """A context manager. `polls_needed` polls answer "still working" before a job is done; `says` replaces the text that
    text models answer with; `flavour` ("vllm", "localai" or "ollama") is which compatible server answers.
    """

    def __init__(self) -> None:
        self.dialects = {name: kind(self) for name, kind in DIALECTS.items()}
        self._keys = {name: f"canary-{name}-{secrets.token_hex(12)}" for name in self.dialects}
        self.captured: list[Captured] = []
        self.captured_elsewhere: list[Captured] = []
        self.books: list[Charge] = []
        self.jobs: dict[tuple[str, str], Job] = {}
        self.hosted: dict[str, tuple[bytes, str]] = {}
        self.broken: list[Exception] = []
        self.polls_needed = 2
        self.says: str | None = None
        self.flavour: Literal["vllm", "localai", "ollama"] = "vllm"
        self._taken: Counter[str] = Counter()
        self._scripts: dict[tuple[str, str], deque[Fault]] = defaultdict(deque)
        self._elsewhere = Elsewhere(self)
        here, there = bind(), bind()
        self.origin = f"http://127.0.0.1:{here.getsockname()[1]}"
        self.elsewhere_url = f"http://127.0.0.1:{there.getsockname()[1]}"
        self._sockets = (here, there)
        self._loop = Loop([(here, self._guarded(self._answer)), (there, self._guarded(self._elsewhere.answer))])

    def __enter__(self) -> FakeProviders:
        self._loop.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.stop()
        for sock in self._sockets:
            sock.close()
        if self.broken and error is None:
            raise AssertionError("the fake itself failed while it answered") from self.broken[0]

    def base_url(self, provider: str) -> str:
        """The provider's base url as an operator would set it, without a slash at the end."""
        return f"{self.origin}/{provider}{self.dialects[provider].base}"

    def key(self, provider: str) -> str:
        """The only key that the provider takes."""
        return self._keys[provider]

    def submits(self, provider: str) -> int:
        """How many purchases the provider took, charged or not. A refused one is not taken."""
        return self._taken[provider]

    def script(self, provider: str, operation: str, *faults: Fault) -> None:
        """Queue faults: the operation's next requests meet them one by one. `operation` "*" is any of the provider.

        Raises ValueError where the dialect has no such operation or no form for a fault.
        """
        dialect = self.dialects[provider]
        known = dialect.operations() | ({"result"} if dialect.results_elsewhere else set())
        if operation != "*" and operation not in known:
            raise ValueError(f"{provider} has no operation {operation!r}; it has {', '.join(sorted(known))}")
        for fault in faults:
            ours = known if operation == "*" else {operation}
            if not any(self._expresses(dialect, one, fault) for one in ours):
                raise ValueError(f"{provider} has no form for {fault} in {operation!r}")
            if isinstance(fault, Status) and fault.error not in dialect.errors:
                raise ValueError(f"{provider} has no error {fault.error!r}; it has {', '.join(dialect.errors)}")
            if isinstance(fault, GzipBomb):
                media.bomb()  # made before anybody waits for it: the first one takes a second
            self._scripts[provider, operation].append(fault)

    def unmet(self) -> list[tuple[str, str, Fault]]:
        """Scripted faults that no request has met yet."""
        return [(*key, fault) for key, queue in self._scripts.items() for fault in queue]

    def reset(self) -> None:
        """Forget requests, books, scripts, jobs and results. Keys and ports stay."""
        for kept in (
            self.captured,
            self.captured_elsewhere,
            self.books,
            self.jobs,
            self.hosted,
            self._taken,
            self._scripts,
        ):
            kept.clear()
        for dialect in self.dialects.values():
            dialect.reset()
        self.polls_needed = 2
        self.says = None
        self.flavour = "vllm"

    def took(self, provider: str) -> None:
        self._taken[provider] += 1

    def host(self, provider: str, data: bytes, content_type: str) -> str:
        """Lay a result on the other listener; answers its url."""
        ending = content_type.partition("/")[2].partition(";")[0]
        path = f"/{provider}/results/{secrets.token_hex(8)}.{ending}"
        self.hosted[path] = (data, content_type)
        return f"{self.elsewhere_url}{path}"

    def next_fault(self, provider: str, operation: str) -> Fault | None:
        """Take the next scripted fault off its queue: the operation's own first, then any operation's."""
        for name in (operation, "*"):
            queue = self._scripts.get((provider, name))
            if queue and self._expresses(self.dialects[provider], operation, queue[0]):
                return queue.popleft()
        return None

    def _expresses(self, dialect: Dialect, operation: str, fault: Fault) -> bool:
        if operation == "result":
            return isinstance(fault, RESULT_FAULTS)
        if isinstance(fault, Moderated) and fault.how and fault.how not in dialect.moderations.get(operation, ()):
            return False
        if isinstance(fault, RateLimited) and fault.form not in dialect.waits:
            return False
        return type(fault) in dialect.faults_of(operation)

    def _guarded(self, answer: Any) -> Any:
        def guarded(incoming: Incoming) -> Reply:
            try:
                return answer(incoming)
            except Exception as error:
                self.broken.append(error)
                return Reply(500, b"the fake itself failed", {"content-type": "text/plain"})

        return guarded

    def _answer(self, incoming: Incoming) -> Reply:
        path = unquote(urlsplit(incoming.target).path)
        dialect, path = self._dialect_of(path)
        if dialect is None:
            self.captured.append(capture(incoming, "", "", path)[0])
            return Reply(404, b"no provider lives here", {"content-type": "text/plain"})
        route, params, known = dialect.match(incoming.method, path)
        request, malformed = capture(incoming, dialect.name, route.operation if route else "", path)
        if route is not None:
            named = dialect.operation(route, request)
            if named != request.operation:
                request = capture(incoming, dialect.name, named, path)[0]
        self.captured.append(request)
        denied = dialect.authorise(request, self._keys[dialect.name])
        if denied is not None:
            return denied
        if route is None:
            return dialect.error("not_found", status=405 if known else 404)
        fault = self.next_fault(dialect.name, request.operation)
        return self._meet(Call(self, dialect, request, route, params, fault), malformed)

    def _dialect_of(self, path: str) -> tuple[Dialect | None, str]:
        first, _, rest = path.removeprefix("/").partition("/")
        if first in self.dialects:
            return self.dialects[first], f"/{rest}"
        for dialect in self.dialects.values():
            if any(path.startswith(root) for root in dialect.roots):
                return dialect, path
        return None, path

    def _meet(self, call: Call, malformed: str) -> Reply:
        fault, dialect = call.fault, call.dialect
        at_the_door: Reply | None = None
        if isinstance(fault, ResetBefore):
            at_the_door = Reply(manner=Manner.RESET)
        elif isinstance(fault, Status):
            at_the_door = dialect.error(fault.error, status=fault.code)
        elif isinstance(fault, RateLimited):
            at_the_door = dialect.rate_limited(fault)
        elif isinstance(fault, Quota):
            at_the_door = dialect.quota()
        elif isinstance(fault, Overloaded):
            at_the_door = dialect.overloaded()
        elif isinstance(fault, ServerError):
            at_the_door = dialect.server_error()
        elif isinstance(fault, Html):
            at_the_door = Reply(200, PAGE, {"content-type": "text/html; charset=utf-8"})
        elif isinstance(fault, Redirect):
            there = f"{self.elsewhere_url}/{dialect.name}/led-here"
            at_the_door = Reply(302, b"", {"location": there})
        if at_the_door is not None:
            return dialect.told_at_the_door(call, at_the_door)
        if malformed:
            return dialect.error("bad_request", malformed)
        try:
            reply: Reply = getattr(dialect, call.route.handler)(call)
        except Refusal as refused:
            return refused.reply
        return shape(reply, fault)


def shape(reply: Reply, fault: Fault | None) -> Reply:
    """What the faults of the transport do to an answer."""
    if isinstance(fault, ResetAfterCharge):
        reply.manner = Manner.RESET
    elif isinstance(fault, Truncated):
        reply.manner = Manner.TRUNCATED
    elif isinstance(fault, Drip):
        reply.manner, reply.gap_seconds = Manner.DRIP, fault.seconds_between
    elif isinstance(fault, Slow):
        reply.wait_seconds = fault.seconds
    elif isinstance(fault, GzipBomb):
        reply.body, reply.parts = media.bomb(), None
        reply.headers["content-encoding"] = "gzip"
    return reply


def capture(incoming: Incoming, provider: str, operation: str, path: str) -> tuple[Captured, str]:
    """The request as it is kept, and what is wrong with its body ("" if nothing)."""
    query = dict(parse_qsl(urlsplit(incoming.target).query, keep_blank_values=True))
    kind = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    document: Any = None
    fields: dict[str, list[str]] = {}
    files: list[File] = []
    malformed = ""
    try:
        if kind == "application/json" or kind.endswith("+json"):
            document = read_json(incoming.body) if incoming.body else None
        elif kind == "multipart/form-data":
            fields, files = read_multipart(incoming.headers["content-type"], incoming.body)
    except (Malformed, UnicodeDecodeError) as error:
        malformed = str(error)
    kept = Captured(
        provider, operation, incoming.method, path, query, incoming.headers, document, fields, files, incoming.body
    )
    return kept, malformed


__all__ = ["DIALECTS", "Call", "Dialect", "FakeProviders", "Refusal", "Route"]
