"""The tools, as calls of the studio's verbs. Synchronous, under the caller's tenant; each answers a shape or raises `CannotBuy`
or `NoSuchJob` with a sentence that tells the assistant what to change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from accounts.access import Verb, allows
from accounts.bearers import Bearer
from accounts.models import Tenant
from accounts.rates import CHANGE, Meter
from accounts.scopes import Scope
from accounts.staff import money
from generation import catalogue, media
from generation.jobs import asking, queueing
from generation.jobs.public import IN_GENERATE, percent
from generation.live import Asked
from generation.models import Job, Status
from generation.providers.contract import Kind
from generation.studio import making, policy, public, wishes
from generation.studio.dialects.mcp import shapes
from generation.studio.models import Piece, Source
from generation.studio.wishes import Brought, Wish

FETCH_SECONDS = 1.5
"""A picture that lies elsewhere has this long to arrive: a call answers within two seconds."""
POLL_SECONDS = {"text": 1.0, "image": 2.0, "edit": 2.0, "video": 5.0, "speech": 1.0}
NAMESPACE = uuid.UUID("5f0f7f66-3c3b-4a55-9b36-5d7f0f9a8a11")


class NoSuchJob(LookupError):
    """There is none of that id, or it is another's."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and at which address, so that links lead back there; and what the request takes of their rates."""

    bearer: Bearer
    tenant: Tenant
    origin: str
    meter: Meter


def list_models(caller: Caller, given: shapes.ListModels) -> shapes.Models:
    policy.current()
    wanted = [Kind(given.kind)] if given.kind else [Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.SPEECH]
    offered = catalogue.offers(None, caller.bearer.user)
    return shapes.Models(models=[_model(offer) for kind in wanted for offer in catalogue.of_kind(offered, kind)])


def generate_image(caller: Caller, given: shapes.GenerateImage) -> shapes.Submitted:
    return _make(caller, Kind.IMAGE, given, _references(given.reference_images))


def generate_video(caller: Caller, given: shapes.GenerateVideo) -> shapes.Submitted:
    frames = [
        Brought(role, picture, role)
        for role, picture in (("first_frame", given.first_frame), ("last_frame", given.last_frame))
        if picture
    ]
    return _make(caller, Kind.VIDEO, given, [*frames, *_references(given.reference_images)])


def edit_image(caller: Caller, given: shapes.EditImage) -> shapes.Submitted:
    brought = [Brought("source", given.image, "image")]
    if given.mask:
        brought.append(Brought("mask", given.mask, "mask"))
    asked = {"prompt": given.instruction, "model": given.model}
    return _submit(caller, Kind.IMAGE, asked, brought, given.idempotency_key)


def job_status(caller: Caller, given: shapes.OneJob) -> shapes.JobState:
    return shapes.JobState(**_state(_job(caller, given.job_id, Verb.READ)))


def job_result(caller: Caller, given: shapes.OneJob) -> shapes.JobResult:
    job = _job(caller, given.job_id, Verb.READ)
    said: dict[str, Any] = _state(job)
    if job.status == Status.DONE:
        said |= {
            "text": job.result.get("text"), "model": job.model.key if job.model else None, "seed": job.result.get("seed"),
            "preview": job.is_preview, "reused": job.reused_from is not None,
            "cost": money(job.cost_micros, caller.tenant.currency),
            "adjusted": {
                name: {"asked": asked, "used": used} for name, (asked, used) in job.result.get("adjusted", {}).items()
            },
        }  # fmt: skip
    if job.status == Status.DONE and job.asset is not None:
        asset = job.asset
        said |= {
            "url": caller.origin + media.link(asset), "asset_id": str(asset.id), "media_type": asset.media_type,
            "width": asset.width, "height": asset.height, "seconds": asset.seconds,
        }  # fmt: skip
    return shapes.JobResult(**said)


def cancel_job(caller: Caller, given: shapes.OneJob) -> shapes.JobState:
    job = _job(caller, given.job_id, Verb.CHANGE)
    asking.cancel(job)
    return shapes.JobState(**_state(_job(caller, given.job_id, Verb.READ)))


NEEDS = {
    "list_models": Scope.READ, "job_status": Scope.READ, "job_result": Scope.READ, "generate_image": Scope.GENERATE,
    "generate_video": Scope.GENERATE, "edit_image": Scope.GENERATE, "cancel_job": Scope.GENERATE,
}  # fmt: skip
"""What a key must be good for."""
RATES = dict.fromkeys(("generate_image", "generate_video", "edit_image"), "generate") | {"cancel_job": CHANGE}
"""What a call takes beside the look that every request is."""


def _references(pictures: list[str]) -> list[Brought]:
    return [Brought("reference", picture, "reference_images") for picture in pictures]


def _make(caller: Caller, kind: Kind, given: shapes.Look, brought: list[Brought]) -> shapes.Submitted:
    apart = {"reference_images", "first_frame", "last_frame", "idempotency_key"}
    return _submit(caller, kind, given.model_dump(exclude=apart, exclude_none=True), brought, given.idempotency_key)


def _submit(
    caller: Caller, kind: Kind, asked: dict[str, Any], brought: list[Brought], key: str | None
) -> shapes.Submitted:
    rules, user = policy.current(), caller.bearer.user
    wish: Wish = wishes.read(kind, asked, rules=rules, user=user, brought=brought)
    nonce = uuid.uuid5(NAMESPACE, f"{caller.tenant.id}:{user.id}:{key}") if key else uuid.uuid4()
    piece = making.make(user=user, rules=rules, wish=wish, source=Source.MCP, nonce=nonce, fetch_seconds=FETCH_SECONDS)
    jobs = [take.job for take in public.takes_of(piece)]
    told = [one for one in (wish.chosen.notice, *wish.hints) if one]
    return shapes.Submitted(
        job_id=str(jobs[0].id), job_ids=[str(job.id) for job in jobs], status=IN_GENERATE[jobs[0].status],  # type: ignore[arg-type]
        model=wish.model.key, held=money(_held(piece), caller.tenant.currency), notice=" ".join(told) or None,
        poll_after_seconds=POLL_SECONDS[jobs[0].kind],
    )  # fmt: skip


def _held(piece: Piece) -> int:
    """What asking for the piece held: less than its price where it was answered by what was made before."""
    return int(Job.objects.filter(run__topic_id=piece.id).aggregate(held=Sum("hold_micros", default=0))["held"])


def _job(caller: Caller, job_id: uuid.UUID, verb: Verb) -> Job:
    found = Job.objects.select_related("run", "model", "asset").filter(id=job_id).first()
    if found is None or not allows(caller.bearer.actor, verb, Asked(found.run)):
        raise NoSuchJob(
            f"There is no job {job_id} of yours. Use the job_id that a generate or edit call answered with."
        )
    return found


def _state(job: Job) -> dict[str, Any]:
    status = IN_GENERATE[job.status]
    is_over = status in ("completed", "failed")
    outlook = queueing.outlook(job)
    return {
        "job_id": str(job.id), "kind": job.kind, "status": status, "progress": percent(job),
        "message": job.message or None, "place": outlook.place, "estimate_seconds": outlook.seconds,
        "poll_after_seconds": None if is_over else POLL_SECONDS.get(job.kind, 2.0),
    }  # fmt: skip


def _model(offer: catalogue.Offer) -> shapes.ModelInfo:
    model = offer.model
    able = catalogue.capabilities(model)
    assert able is not None  # what no adapter speaks to is not offered
    edits = catalogue.capabilities(model, Kind.EDIT) if model.kind == Kind.IMAGE else None
    return shapes.ModelInfo(
        key=model.key, name=model.name, provider=model.provider, kind=model.kind, is_default=offer.is_default,
        price=offer.price, edits=edits is not None, aspect_ratios=list(able.aspect_ratios),
        resolutions=list(able.resolutions), sizes=[f"{width}x{height}" for width, height in able.fixed_sizes],
        seconds=list(able.seconds) if able.seconds else None,
        choices={name: list(values) for name, values in able.choices.items()}, takes=sorted({*able.takes, *able.ranges}),
        pictures={**dict(edits.inputs if edits else {}), **able.inputs},
    )  # fmt: skip
