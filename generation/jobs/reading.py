"""One job with all that its public answer needs, in one query that is compiled once: programs ask for it again and again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from accounts.access import Visibility
from accounts.models import Tier
from accounts.prepared import Found, Prepared, loaded
from generation.jobs.queueing import UNTOLD, Outlook, outlook_of
from generation.models import ACTIVE, AiModel, Asset, Job, Run

JOB = (
    "id", "tenant_id", "run_id", "kind", "model_id", "asked_model", "provider", "request", "step", "subject_id", "status",
    "version", "progress", "partial", "attempt", "cost_micros", "result", "asset_id", "error_class", "message", "created_at",
    "finished_at", "sent_at", "lane", "credential_id", "reused_from", "preview_of",
    "spool_id",
)  # fmt: skip
RUN = ("id", "tenant_id", "tier_id", "user_id", "topic_id", "purpose")
TIER = ("id", "tenant_id", "slug")
MODEL = ("id", "key", "name", "provider", "kind")
ASSET = ("id", "tenant_id", "sha256", "media_type", "size_bytes", "width", "height", "seconds")
PATHS = (
    *JOB, *(f"run__{name}" for name in RUN), *(f"run__tier__{name}" for name in TIER),
    *(f"model__{name}" for name in MODEL), *(f"asset__{name}" for name in ASSET),
)  # fmt: skip
PARTS: dict[Any, tuple[str, ...]] = {
    Job: JOB,
    Run: RUN,
    Tier: TIER,
    AiModel: MODEL,
    Asset: ASSET,
}  # in the order of PATHS
AT = {name: place for place, name in enumerate(PATHS)}
_row = Prepared(lambda job_id: Job.objects.filter(id=job_id).order_by().values_list(*PATHS), job_id=uuid.UUID)


@dataclass(frozen=True)
class Look:
    """A job as it was a moment ago, and whose it is, as `accounts.access` asks. The rows are made when they are looked at:
    whoever has the answer already needs none."""

    row: Found

    @property
    def tenant_id(self) -> uuid.UUID:
        found: uuid.UUID = self.row[AT["tenant_id"]]
        return found

    @property
    def owner_id(self) -> uuid.UUID | None:
        found: uuid.UUID | None = self.row[AT["run__user_id"]]
        return found

    @property
    def visibility(self) -> str:
        return Visibility.PRIVATE

    @property
    def is_active(self) -> bool:
        return self.row[AT["status"]] in ACTIVE

    @property
    def version(self) -> str:
        """Changes whenever the public answer does. Not the row's version alone: that grows with what a socket should tell,
        and not where a purchase goes back to the queue."""
        version, attempt, status, partial = (self.row[AT[name]] for name in ("version", "attempt", "status", "partial"))
        told = f".{self.outlook.version}" if self.outlook != UNTOLD else ""
        return f"{version}.{attempt}.{status}.{len(partial)}{told}"

    @cached_property
    def outlook(self) -> Outlook:
        """Its place and about how long it takes, as they are told with this very look."""
        if not self.is_active:
            return UNTOLD
        asked = ("status", "lane", "credential_id", "model_id", "kind", "sent_at", "progress", "spool_id")
        return outlook_of(job_id=self.row[AT["id"]], **{name: self.row[AT[name]] for name in asked})

    @cached_property
    def job(self) -> Job:
        """With its run, tier, model and asset, as far as public answers look at them."""
        rest = iter(self.row.values())
        columns = {model: tuple(islice(rest, len(names))) for model, names in PARTS.items()}

        def made(model: Any, /, **rows: Any) -> Any:
            return loaded(model, PARTS[model], columns[model], **rows)

        run = made(Run, tier=made(Tier))
        job: Job = made(Job, run=run, model=made(AiModel), asset=made(Asset))
        return job


def look(job_id: uuid.UUID) -> Look | None:
    """The job of that id, or None. One query."""
    row = _row.first(job_id=job_id)
    return None if row is None else Look(row)
