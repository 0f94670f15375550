"""Asking for work: runs and jobs, readiness, cancelling. Every function takes part in a transaction."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django_q.tasks import async_task

from accounts import ledger, quotas
from accounts.models import Tier, User
from accounts.quotas import Payer
from generation import catalogue, keys, steps, switches, telemetry
from generation.adapters import adapter
from generation.clock import after, now
from generation.errors import NotRetryable, UnknownModel
from generation.jobs.counting import counts_of
from generation.jobs.ending import end_badly
from generation.jobs.transitions import ALLOWED, move
from generation.models import TERMINAL, AiModel, Credential, Job, JobNeed, Lane, Price, Run, Status
from generation.providers.contract import Input, Kind, Replay, Request
from generation.providers.fitting import Adjusted
from generation.providers.protocols import TellsCharge
from generation.safety import policies, verdicts

CHARGE_SECONDS = 60.0
"""How long a provider has to say what it charged for what was cancelled."""
UNSEEN = Input("first_frame", "", b"")
"""A file that a step will bring along, in the reckoning of what a request may cost."""
PRIORITIES = {
    Kind.MODERATE: 0,
    Kind.TEXT: 1,
    Kind.IMAGE: 3,
    Kind.EDIT: 3,
    Kind.SPEECH: 4,
    Kind.VIDEO: 5,
    Kind.DELIVER: 9,
}


def open_run(
    *,
    tier: Tier | None,
    user: User,
    purpose: str,
    topic_id: uuid.UUID | None = None,
    streams_text: bool | None = None,
    address: str = "",
) -> Run:
    """What somebody asks for; its jobs are added next, in the same transaction. Without a tier it is the studio's. Whether
    words show while they are written is the tier's to say where `streams_text` does not; never where they are read first.
    `address` is where a guest's request came from: guests of one address share their limits."""
    streams = streams_text if streams_text is not None else tier is not None and tier.streams_text
    streams = streams and policies.may_stream(tier)
    run = Run.objects.create(
        tier=tier, user=user, is_guest=user.is_guest, purpose=purpose, topic_id=topic_id, streams_text=streams,
        person_id=quotas.person_of(user_id=user.pk, is_guest=user.is_guest, address=address),
    )  # fmt: skip
    telemetry.asked(run)
    return run


def add(
    *,
    run: Run,
    model: AiModel,
    request: Mapping[str, Any],
    step: str,
    subject_id: uuid.UUID | None = None,
    needs: Iterable[Job] = (),
    asked: str = "",
    kind: Kind | None = None,
    fingerprint: str = "",
    preview_of: Mapping[str, Any] | None = None,
) -> Job:
    """A job with its hold in the ledger. With `needs` it waits for them, and its step's `prepare` completes the request.
    `asked` is the name that led to the model, where one was given; `kind` is EDIT where an image model changes a picture.
    `fingerprint` is for `generation.jobs.reusing`; with `preview_of` the request is a preview's, and the fields are those it
    had before.

    Raises `CannotBuy` (the request is wrong, the model has no price) and `accounts.ledger.OverBudget`.
    """
    needs = list(needs)
    job = Job(
        run=run,
        model=model,
        asked_model=asked[:120],
        kind=kind or model.kind,
        provider=model.provider,
        priority=PRIORITIES[kind or Kind(model.kind)],
        credential=account(model, run.user),
        request=dict(request),
        step=step,
        subject_id=subject_id,
        status=Status.WAITING if needs else Status.QUEUED,
        fingerprint=fingerprint,
        preview_of=None if preview_of is None else dict(preview_of),
    )
    able = catalogue.capabilities(model, Kind(job.kind))
    if able is not None and able.burns_core:
        job.lane = Lane.CORE
    if not needs:
        catalogue.refuse_wrong(model, request_of(job))
    job.hold_micros = quote(job)
    job.save()
    if not needs:
        Job.objects.filter(id=job.id).update(due_at=now(), deadline_at=after(deadline_seconds(job)))
    JobNeed.objects.bulk_create([JobNeed(job=job, need=need) for need in needs])
    reserve(job, run)
    return job


def deliver(body: str) -> Job:
    """A job that takes `body` to an endpoint: it has no model, costs nothing, and goes after everything that people wait
    for. Whoever asks for it says in its log where it goes, in the same transaction, and rings."""
    return _deliver(body, provider=keys.DELIVERIES, step="deliver", priority=PRIORITIES[Kind.DELIVER])


def post(*, seconds: float | None = None) -> Job:
    """A job that takes a letter to its address. It holds nothing of the letter and is on nobody's list; whoever asks for it
    writes the letter's row in the same transaction, and rings. It ends after so many `seconds` where that is sooner than
    deliveries do: what it says is of no use then. Somebody waits for it, so it goes with the words."""
    return _deliver("", provider=keys.LETTERS, step="post", priority=PRIORITIES[Kind.TEXT], seconds=seconds)


def _deliver(body: str, *, provider: str, step: str, priority: int, seconds: float | None = None) -> Job:
    run = Run.objects.create(tier=None, user=None, purpose="webhook" if provider == keys.DELIVERIES else "letter")
    telemetry.asked(run)
    job = Job.objects.create(
        run=run,
        kind=Kind.DELIVER,
        provider=provider,
        priority=priority,
        credential=keys.deliveries_account(provider),
        request={"prompt": body},
        step=step,
    )
    longest = deadline_seconds(job)
    Job.objects.filter(id=job.id).update(due_at=now(), deadline_at=after(min(longest, seconds or longest)))
    reserve(job, run)
    return job


def account(model: AiModel, user: User | None) -> Credential:
    """The account that buys from `model` for `user`. Raises `UnknownModel` where there is none, and
    `switches.SwitchedOff` where operators switched it off."""
    switches.refuse_off(model)
    found = keys.choose(model=model, user=user)
    if found is None:
        raise UnknownModel(
            f"“{model.name}” cannot be used here now: there is no key for it. Choose another model.", field="model",
            status=503,
        )  # fmt: skip
    return found


def hold_of(*, offer: catalogue.Offer, request: Mapping[str, Any], step: str) -> int:
    """What a job that was added so, and waits for its prompt, would be held for. Asks the database nothing."""
    fields = catalogue.fit(offer.model, request)
    return quote(Job(model=offer.model, kind=offer.model.kind, request=fields, step=step), offer.prices)


def quote(job: Job, prices: Sequence[Price] | None = None) -> int:
    """The most that the job may cost, by today's prices where none are given. One that waits is held for the longest
    request its step can make of it."""
    assert job.model is not None
    request = request_of(job)
    able = catalogue.capabilities(job.model, request.kind)
    if not request.prompt and able is not None:
        most = steps.find(job.step).most
        length = able.max_prompt if most.prompt is None else min(most.prompt, able.max_prompt)
        # Letters of four bytes each: a price by the letter and one by the token (a byte at least) both find their bound.
        longest = replace(request, prompt="\U0010ffff" * length, inputs=request.inputs or (UNSEEN,) * most.inputs)
        request = catalogue.fitted(job.model, longest)[0]
    return catalogue.quote(catalogue.prices_of(job.model) if prices is None else prices, request, able)


def ring() -> None:
    """Ring the doorbell. The message carries nothing: what is due stands in the rows."""
    async_task("generation.tasks.drain")


def request_of(job: Job, *, files: Mapping[str, Callable[[], bytes]] | None = None) -> Request:
    """The provider's request that the job's row describes, in the model's own terms. `files` reads the inputs by their
    asset's id; without it they have their roles only."""
    return request_and_changes(job, files=files)[0]


def request_and_changes(
    job: Job, *, files: Mapping[str, Callable[[], bytes]] | None = None
) -> tuple[Request, Adjusted]:
    """The same, and what was changed to fit the model: field -> (asked, used)."""
    known = {field.name for field in dataclasses.fields(Request)} - {"inputs", "options"}
    fields = {name: value for name, value in job.request.items() if name in known}
    inputs = tuple(
        Input(given["role"], given.get("media_type", ""), (files or {}).get(given["asset"], b""))
        for given in job.request.get("inputs", [])
    )
    request = Request(
        **{
            "prompt": "",
            **fields,
            "kind": Kind(job.kind),
            "model": job.model.remote_name if job.model else "",
            "reference": job.reference,
            "inputs": inputs,
            "options": job.model.options if job.model else {},
        }
    )
    return catalogue.fitted(job.model, request) if job.model else (request, {})


def deadline_seconds(job: Job) -> float:
    """How long the job may take once it is queued."""
    usual = float(settings.GENERATION["DEADLINES"][job.kind])
    able = catalogue.capabilities(job.model, Kind(job.kind)) if job.model else None
    return max(usual, (able.longest_seconds or 0.0) if able else 0.0)


def make_ready(job: Job) -> bool:
    """Queue a waiting job whose needs are all done; its step completes the request. False where it still waits.
    Raises `CannotBuy` where the model cannot take the completed request."""
    if Job.objects.filter(needed_by=job).exclude(status=Status.DONE).exists():
        return False
    verdicts.refuse_flagged(job)
    job.request = {**job.request, **steps.find(job.step).prepare(job)}
    if job.model is not None:
        catalogue.refuse_wrong(job.model, request_of(job))
    move(job, Status.QUEUED, request=job.request, due_at=now(), deadline_at=after(deadline_seconds(job)))
    return True


def cancel(job: Job) -> Job:
    """End a job that somebody no longer wants. What was not sent gives its hold back at once. What was sent to a provider that
    may charge for it is booked; where that provider says what it charged, it is asked first, for a minute at most."""
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).select_related("model", "run").get(id=job.id)
        if job.status in TERMINAL:
            return job
        if Status.CANCELLED not in ALLOWED[Status(job.status)]:
            raise NotRetryable("This is bought already and about to appear.", status=409)
        able = adapter(job.provider)
        charged = job.sent_at is not None and able.replay is not Replay.FREE
        asks = charged and bool(job.provider_job_id) and isinstance(able, TellsCharge)
        end_badly(
            job,
            Status.CANCELLED,
            book=charged,
            error_class="cancelled",
            message="Cancelled. " + ("It may have been charged." if charged else "Nothing was charged."),
            fence=F("fence") + 1,
            stops_provider=bool(job.provider_job_id),
            keeps_hold=asks,
            deadline_at=after(CHARGE_SECONDS) if asks else None,
        )
        if job.provider_job_id:
            ring()
    return job


def reserve(job: Job, run: Run) -> None:
    """Hold what the job's next purchase may cost. Raises `accounts.ledger.OverBudget`."""
    ledger.reserve(
        payer=payer_of(run),
        job_id=job.id,
        attempt=job.attempt,
        amount_micros=job.hold_micros,
        counts=counts_of(job, request_of(job)),
    )


def payer_of(run: Run) -> Payer:
    """Whose money and whose counts a run uses."""
    return Payer(run.tenant_id, run.tier_id, run.user_id, run.is_guest, run.person_id)
