"""What programs are answered: refusals and failures as errors, a piece with its takes as JSON. The one place for both, for
these routes and for those in the form of others."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import Http404
from rest_framework.exceptions import APIException

from accounts.access import Verb, allows
from generation.errors import CannotBuy
from generation.jobs.public import percent
from generation.models import Job, Status
from generation.studio import public
from generation.studio.models import Take

URLS = ("image_url", "video_url", "audio_url")
OF_TAKE = ("preview", "reused", "reused_from", "place", "estimate_seconds", "outlook")
"""What is said of a piece as of the take that stands for it."""
OURS = frozenset({"step", "prepare"})
"""Error classes of what broke on our side."""


def sentence(refused: CannotBuy) -> str:
    """What a refusal says, the field's name first."""
    said = str(refused)
    return said if not refused.field or said.startswith(refused.field) else f"{refused.field}: {said}"


class Refused(APIException):
    """Nothing was bought: `generation.errors.CannotBuy` as an error of a JSON route."""

    def __init__(self, refused: CannotBuy) -> None:
        super().__init__(sentence(refused))
        self.status_code = refused.status
        self.wait = getattr(refused, "wait", None)
        """What DRF says in `Retry-After`."""


class Failed(APIException):
    """It was asked for and did not come about. The message is the job's, which is fit for people."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.message or "It could not be made. Ask for it again.")
        self.status_code = status_of(job)


def status_of(job: Job) -> int:
    """The HTTP status of a job that ended without a result: 422 its content was refused, 409 it was cancelled, 402 the budget
    did not suffice for another attempt, 500 ours, 502 the provider's."""
    if job.status == Status.REFUSED:
        return 422
    if job.status == Status.CANCELLED:
        return 409
    if job.error_class == "budget":
        return 402
    return 500 if job.error_class in OURS else 502


def find(actor: Any, kind: str, piece_id: uuid.UUID) -> list[Take]:
    """The takes of a piece of that kind that the actor may see, in one query; 404 where there is none."""
    takes = list(
        Take.objects.filter(piece_id=piece_id, piece__kind=kind, piece__deleted_at=None)
        .select_related("piece", "job__model")
        .order_by("number")
    )
    if not takes or not allows(actor, Verb.READ, takes[0].piece):
        raise Http404("There is nothing here.")
    return takes


def shown(takes: Sequence[Take]) -> Take:
    """The take that stands for a piece: the first that is finished of those that were asked for last; without one, the first
    of the last."""
    finished = [take for take in takes if take.job.status == Status.DONE]
    last = (finished or takes)[-1].job.run_id
    return next(take for take in (finished or takes) if take.job.run_id == last)


def told(request: Any, takes: Sequence[Take]) -> dict[str, Any]:
    """A piece as its status says it; all addresses are absolute, and stay."""
    chosen = shown(takes)
    all_takes = [absolute(request, public.take(take)) for take in takes]
    said: dict[str, Any] = {
        "id": str(chosen.piece_id),
        "status": public.overall(list(takes)),
        "progress": progress(takes),
        **absolute(request, public.result_of(chosen.job)),
        "model": chosen.job.model.key if chosen.job.model else None,
        "cost_micros": cost(takes),
        "takes": all_takes,
    }
    if chosen.job.asked_model:
        said["asked_model"] = chosen.job.asked_model
    for name in URLS if len(takes) > 1 else ():
        found = [take[name] for take in all_takes if name in take]
        if found:
            said[f"{name}s"] = found
    mine = all_takes[takes.index(chosen)]
    said |= {name: mine[name] for name in (*OF_TAKE, "adjusted") if name in mine}
    if said["status"] == "failed":
        said["message"] = chosen.job.message
    return said


def absolute(request: Any, said: dict[str, Any]) -> dict[str, Any]:
    """The same with whole addresses."""
    return {name: request.build_absolute_uri(value) if name in URLS else value for name, value in said.items()}


def progress(takes: Sequence[Take]) -> int | None:
    """How far all takes are together, in whole percents; None where nobody tells."""
    shares = [100 if take.job.status == Status.DONE else percent(take.job) for take in takes]
    known = [share for share in shares if share is not None]
    return round(sum(known) / len(takes)) if known else None


def cost(takes: Sequence[Take]) -> int | None:
    """What the takes cost, as far as that is known."""
    known = [take.job.cost_micros for take in takes if take.job.cost_micros is not None]
    return sum(known) if known else None


def is_waiting(said: dict[str, Any]) -> bool:
    return said["status"] in ("queued", "processing")
