"""An answer that is sent while it is written, as server-sent events.

The words come from the job's row, which the live hub watches; waiting for more of them takes neither a thread (under ASGI) nor
a database connection. A client that goes away ends the stream and not the purchase.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import StreamingHttpResponse
from rest_framework.request import Request

from accounts.tenancy import scope
from generation.hub import MAX_FOLLOWERS, Follower, hub
from generation.models import ACTIVE, Job, Status
from generation.studio.dialects.openai import buying, errors
from generation.studio.dialects.openai.errors import NotMade, Problem
from generation.studio.models import Piece

LOOK_SECONDS = 5.0
"""How often to look at the row where the hub tells nothing. A comment is sent then, so that proxies keep the line open."""
LONGEST_SECONDS = 900.0
COMMENT = b": still writing\n\n"
DONE = b"data: [DONE]\n\n"
TOO_MANY = Problem(
    429, "Too many answers are being streamed here. Try again in a moment.", errors.TOO_OFTEN,
    code=errors.CODES[429],
)  # fmt: skip
ANEW = (
    "The answer was begun anew after some of it had been sent, and its words differ. The whole of it is kept: see "
    "/api/v1/jobs/{job}."
)
_threads = threading.BoundedSemaphore(settings.GENERATION["WAITING_MAX"])


def refuse_too_many() -> None:
    """Raise where there is no room to follow one more, before anything is bought."""
    if len(hub) >= MAX_FOLLOWERS:
        raise NotMade(TOO_MANY)


def head(piece: Piece, job: Job, form: str) -> dict[str, Any]:
    """What a completion and all of its chunks begin with."""
    return {
        "id": f"chatcmpl-{piece.id.hex}",
        "object": form,
        "created": int(piece.created_at.timestamp()),
        "model": job.model.key if job.model else "",
    }


def usage(job: Job) -> dict[str, int] | None:
    """The tokens, where the provider counted them."""
    counted = job.result.get("usage") or {}
    if "input_tokens" not in counted and "output_tokens" not in counted:
        return None
    went_in, came_out = int(counted.get("input_tokens", 0)), int(counted.get("output_tokens", 0))
    return {"prompt_tokens": went_in, "completion_tokens": came_out, "total_tokens": went_in + came_out}


def finish_reason(job: Job) -> str:
    return "length" if job.result.get("is_cut") else "stop"


class Teller:
    """What to send, from what is known of the job: pieces that, joined, are the text that is kept. Pure."""

    def __init__(self, head: dict[str, Any], *, job_id: uuid.UUID, with_usage: bool) -> None:
        self._head = head
        self._job_id = job_id
        self._with_usage = with_usage
        self.sent = ""

    def begin(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def more(self, text: str) -> bytes:
        """What is new in the text so far; nothing where another attempt began it anew and it goes on differently. White
        space at its end waits for what follows it, and so does the half of a sign."""
        whole = text.rstrip().rstrip("\ufffd")
        if len(whole) <= len(self.sent) or not whole.startswith(self.sent):
            return b""
        new, self.sent = whole[len(self.sent) :], whole
        return self._chunk({"content": new})

    def end(self, job: Job) -> bytes:
        """The rest, why it ended, and what it took; or what went wrong."""
        if job.status != Status.DONE:
            return self.fail(buying.fate(job))
        text = job.result.get("text") or ""
        if not text.startswith(self.sent):
            said = ANEW.format(job=self._job_id)
            return self.fail(Problem(502, said, errors.OURS, code="stream_restarted"))
        rest, self.sent = text[len(self.sent) :], text
        last = self._chunk({"content": rest}) if rest else b""
        last += self._chunk({}, finish_reason(job))
        if self._with_usage:
            last += _event({**self._head, "choices": [], "usage": usage(job)})
        return last + DONE

    def fail(self, problem: Problem) -> bytes:
        return _event(problem.form)

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return _event({**self._head, "choices": [choice], **({"usage": None} if self._with_usage else {})})


def answer(request: Request, piece: Piece, job: Job, *, with_usage: bool) -> StreamingHttpResponse:
    """The stream for a job of a new text, async where the server is."""
    http: Any = request._request
    teller = Teller(head(piece, job, "chat.completion.chunk"), job_id=job.id, with_usage=with_usage)
    stream = _told(teller, job) if isinstance(http, ASGIRequest) else _told_by_a_thread(teller, job)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no", "x-request-id": str(job.id)}
    return StreamingHttpResponse(stream, content_type="text/event-stream", headers=headers)


class _Latest:
    """The last that the hub told of a job. It tells the whole text each time, so what came between may be forgotten."""

    def __init__(self, job: Job, wake: Callable[[], Any]) -> None:
        self.said: dict[str, Any] = {}
        self._wake = wake
        self.follower = Follower(job.tenant_id, job.id, self._hear)

    def _hear(self, said: dict[str, Any]) -> None:
        self.said = said["data"]
        self._wake()

    @property
    def is_over(self) -> bool:
        return self.said.get("status") in ("complete", "failed")

    @property
    def text(self) -> str:
        return str(self.said.get("text") or "")


async def _told(teller: Teller, job: Job) -> AsyncIterator[bytes]:
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(news.set)
        except RuntimeError:
            return  # the loop is closed: the process is ending

    latest, ends = _Latest(job, wake), time.monotonic() + LONGEST_SECONDS
    # In the thread that ran the view, which keeps its connection for as long as the request lasts.
    await sync_to_async(_let_go)()
    hub.follow(latest.follower)
    try:
        yield teller.begin()
        while time.monotonic() < ends:
            try:
                await asyncio.wait_for(news.wait(), LOOK_SECONDS)
            except TimeoutError:
                yield COMMENT
            is_news = news.is_set()
            news.clear()
            if is_news and not latest.is_over:
                if new := teller.more(latest.text):
                    yield new
                continue
            ended = await sync_to_async(_ended)(job)
            if ended is not None:
                yield teller.end(ended)
                return
        yield teller.fail(buying.under_way(job))
    finally:
        hub.leave(latest.follower)


def _told_by_a_thread(teller: Teller, job: Job) -> Iterator[bytes]:
    """The same for servers that give each request a thread."""
    news = threading.Event()
    latest, ends = _Latest(job, news.set), time.monotonic() + LONGEST_SECONDS
    if not _threads.acquire(blocking=False):
        yield teller.fail(buying.under_way(job))
        return
    hub.follow(latest.follower)
    try:
        yield teller.begin()
        while time.monotonic() < ends:
            _let_go()
            is_news = news.wait(LOOK_SECONDS)
            news.clear()
            if is_news and not latest.is_over:
                if new := teller.more(latest.text):
                    yield new
                continue
            ended = _ended(job)
            if ended is not None:
                yield teller.end(ended)
                return
            if not is_news:
                yield COMMENT
        yield teller.fail(buying.under_way(job))
    finally:
        hub.leave(latest.follower)
        _threads.release()


def _let_go() -> None:
    if not connection.in_atomic_block:
        connection.close()


def _ended(job: Job) -> Job | None:
    """The job's row if it has ended."""
    try:
        with scope(job.tenant_id):
            found = Job.objects.select_related("model").filter(id=job.id).first()
    finally:
        _let_go()
    if found is None:
        job.status = Status.CANCELLED
        return job
    return None if found.status in ACTIVE else found


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
