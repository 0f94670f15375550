"""From a request under /v1 to what it made: one purchase, and the wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.request import Request

from accounts.idempotency import nonce_of
from generation import waiting
from generation.errors import CannotBuy
from generation.models import ACTIVE, Job, Run, Status
from generation.providers.contract import Kind
from generation.studio import making, policy, public, wishes
from generation.studio.dialects.openai import errors
from generation.studio.dialects.openai.errors import NotMade, Problem
from generation.studio.dialects.openai.parameters import same
from generation.studio.dialects.openai.views import asker
from generation.studio.models import Piece, Source, Take
from generation.studio.wishes import Brought

WAIT_SECONDS = 290.0
"""How long an answer is held back at most; a little less than the five minutes after which many proxies hang up."""


def buy(
    request: Request,
    kind: Kind,
    given: Mapping[str, Any],
    *,
    brought: Sequence[Brought] = (),
    unsaid: Mapping[str, Any] | None = None,
    called: Mapping[str, str] | None = None,
) -> Piece:
    """Buy what `given` (public names of the studio) says. `unsaid` maps a field to OpenAI's own default, which is left out
    where the model has no such field; `called` maps our name of a field to the one that it came under. Raises `CannotBuy`."""
    rules, user = policy.current(), asker(request)
    said = dict(given)
    while True:
        try:
            wish = wishes.read(kind, said, rules=rules, user=user, brought=brought)
            break
        except CannotBuy as refused:
            usual = (unsaid or {}).get(refused.field)
            if usual is not None and refused.field in said and same(said[refused.field], usual):
                del said[refused.field]
                continue
            _rename(refused, called or {})
            raise
    return making.make(user=user, rules=rules, wish=wish, source=Source.OPENAI, nonce=nonce_of(request))


def wait(request: Request, piece: Piece) -> list[Take]:
    """The takes of the piece that were made, at least one, when all have ended. Raises `NotMade`."""
    run = Run.objects.filter(topic_id=piece.id).earliest("created_at")
    waiting.wait_for(run, seconds=patience(request))
    takes = public.takes_of(piece)
    for take in takes:
        if take.job.status in ACTIVE:
            raise NotMade(under_way(take.job))
    made = [take for take in takes if take.job.status == Status.DONE]
    if not made:
        raise NotMade(fate(takes[0].job))
    return made


def patience(request: Request) -> float:
    """How long to wait: what the client told that it will, a little less, so that it hears of the job instead of sending
    everything once more."""
    try:
        told = float(request.headers.get("X-Stainless-Read-Timeout", ""))
    except ValueError:
        return WAIT_SECONDS
    if not told > 0:  # also where it is no number
        return WAIT_SECONDS
    return min(WAIT_SECONDS, max(told - 2, told / 2))


def fate(job: Job) -> Problem:
    """What to say of a job that ended without a result."""
    said = f"{job.message or 'It was not made.'} (Job {job.id}.)"
    if job.status == Status.REFUSED:
        return Problem(400, said, errors.WRONG, code=errors.POLICY, retry=False)
    if job.status == Status.CANCELLED:
        return Problem(409, said, errors.WRONG, code="cancelled", retry=False)
    return Problem(502, said, errors.OURS, code="generation_failed", retry=False)


def under_way(job: Job) -> Problem:
    """A retry would buy it a second time."""
    said = (
        f"It is still being made, as job {job.id}: see /api/v1/jobs/{job.id}. The purchase goes on; send the same call with "
        "the same Idempotency-Key to wait on, or wait longer next time."
    )
    return Problem(504, said, errors.OURS, code="still_generating", retry=False)


def _rename(refused: CannotBuy, called: Mapping[str, str]) -> None:
    """Name the field as the client knows it; where the sentence names it, it begins with it."""
    name, text = called.get(refused.field), str(refused)
    if name is None:
        return
    if text.startswith(refused.field):
        refused.args = (name + text.removeprefix(refused.field),)
    refused.field = name
