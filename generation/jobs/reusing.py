"""Answering what somebody asks for again from what they have already: the same wish, the same person, nothing bought.

A fingerprint says who asked which model for what. It holds the tenant and the person, and who looks for it is asked for both
once more: what another made, or what was made at another library, is never an answer here.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts import ledger
from accounts.models import User
from generation import steps, storage
from generation.errors import StorageAway
from generation.jobs import asking, finishing
from generation.models import AiModel, Asset, Job, Run, Status
from generation.providers.contract import Kind

VERSION = 1
"""Grows with what a fingerprint is made of: those of before are found no more."""
LOOKED_AT = 20
"""Of what was made with one fingerprint, the latest are looked at."""
KEPT = ("text", "model", "seed", "prompt", "adjusted", "is_cut", "timings")
"""What is said of a result again. What it used and who is to be asked about it belong to the purchase."""


def fingerprint(
    *,
    tenant_id: uuid.UUID,
    user_id: uuid.UUID,
    model: AiModel,
    kind: Kind,
    request: Mapping[str, Any],
    files: Sequence[tuple[str, str]] = (),
    is_preview: bool = False,
) -> str:
    """Of a wish: the complete request, whom it goes to, and the pictures that come along as (role, SHA-256), in order."""
    said = {
        "version": VERSION,
        "tenant": str(tenant_id),
        "user": str(user_id),
        "kind": str(kind),
        "model": [model.key, model.provider, model.remote_name, model.options],
        "request": {name: value for name, value in request.items() if name != "inputs" and value is not None},
        "files": [list(file) for file in files],
        "is_preview": is_preview,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def find(*, user: User, mark: str, step: str, without: Collection[uuid.UUID] = ()) -> Job | None:
    """The latest job of this person's own that made just that, is shown to them, and whose file is still there; None where
    there is none. `without` are jobs that were taken already."""
    if not mark:
        return None
    rows = Job.objects.filter(fingerprint=mark, status=Status.DONE, step=step, run__user=user).exclude(id__in=without)
    found = list(rows.select_related("run", "model", "asset").order_by("-finished_at")[:LOOKED_AT])
    hidden = steps.hidden(found) if found else set()
    return next((job for job in found if job.id not in hidden and _is_there(job)), None)


def add(
    *,
    run: Run,
    source: Job,
    asset: Asset | None,
    request: Mapping[str, Any],
    step: str,
    subject_id: uuid.UUID | None,
    mark: str,
    asked: str = "",
) -> Job:
    """A job that is done with what `source` made: it held nothing and cost nothing, and says so in the ledger. `asset` is a
    row of its own for the file. In the caller's transaction."""
    with transaction.atomic():
        job = Job.objects.create(
            run=run,
            model=source.model,
            asked_model=asked[:120],
            kind=source.kind,
            lane=source.lane,
            priority=source.priority,
            provider=source.provider,
            request={**request, **({"seed": source.request["seed"]} if "seed" in source.request else {})},
            step=step,
            subject_id=subject_id,
            status=Status.STORED,
            fingerprint=mark,
            reused_from=source.reused_from or source.id,
            preview_of=source.preview_of,
            cost_micros=0,
            result={name: source.result[name] for name in KEPT if name in source.result},
            asset=asset,
        )
        ledger.reserve(payer=asking.payer_of(run), job_id=job.id, attempt=job.attempt, amount_micros=0)
        ledger.settle(job_id=job.id, attempt=job.attempt, amount_micros=0)
        finishing.finished(job)
    return job


def _is_there(job: Job) -> bool:
    if job.kind == Kind.TEXT:
        return bool(job.result.get("text"))
    if job.asset is None:
        return False
    try:
        return storage.exists(job.asset.storage_name)
    except StorageAway:
        return True  # nobody can look now; that is no reason to buy it once more
