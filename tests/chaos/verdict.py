"""`python -m tests.chaos.verdict`: after the chaos, as JSON: how many jobs ended how, and what must not have happened, by the
ferry's books, the ledger and the rows."""

from __future__ import annotations

import datetime
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from accounts.models import LedgerEntry, Tenant
from accounts.models.ledger import EntryKind
from accounts.tenancy import scope
from config.invariants import disagreements
from generation.models import TERMINAL, Asset, DiscardedFile, Job, Status

CLEAN: dict[str, Any] = {
    "not ended": 0,
    "ended late": 0,
    "submitted twice": [],
    "bought again with an id": [],
    "charged and not booked": [],
    "settled and not charged": [],
    "closed twice": [],
    "done without a file": [],
    "audit": [],
}
"""What must be found of everything that must not happen."""
LATE_SECONDS = 10.0
"""A sweep and a restart may lie between a deadline and the end that it brings."""


def events() -> list[dict[str, Any]]:
    """The lines of the ferry's books."""
    books = Path(os.environ["FERRY_BOOKS"])
    return [json.loads(line) for line in books.read_text().splitlines()] if books.exists() else []


def verdict() -> dict[str, Any]:
    """What became of everything. References are `job:attempt`."""
    book = events()
    taken = Counter(event["reference"] for event in book if event["event"] == "taken")
    asked = {event["reference"] for event in book if event["event"] == "asked"}
    with scope(Tenant.objects.get(slug="fablewright")):
        jobs = list(Job.objects.all())
        closings = Counter[str]()
        booked, settled = set(), set()
        for entry in LedgerEntry.objects.exclude(kind=EntryKind.RESERVE):
            reference = f"{entry.job_id}:{entry.attempt}"
            closings[reference] += 1
            if entry.kind in (EntryKind.SETTLE, EntryKind.UNKNOWN):
                booked.add(reference)
            if entry.kind == EntryKind.SETTLE:
                settled.add(reference)
        shown = set(Asset.objects.values_list("sha256", flat=True))
        statuses = Counter(job.status for job in jobs)
        mine = {f"{job.id}:{n}" for job in jobs if job.provider == "ferry" for n in range(1, job.attempt + 1)}
        patience = datetime.timedelta(seconds=LATE_SECONDS)
        return {
            "statuses": dict(statuses),
            "purchases": sum(taken.values()),
            "buyers": len({event["pid"] for event in book if event["event"] == "taken"}),
            "settled": len(settled & mine),
            "unused files": DiscardedFile.objects.exclude(sha256__in=shown).count(),
            "not ended": sum(n for status, n in statuses.items() if status not in TERMINAL),
            "ended late": sum(
                job.finished_at is not None and job.deadline_at is not None and job.finished_at > job.deadline_at + patience
                for job in jobs
            ),
            "submitted twice": sorted(reference for reference, times in taken.items() if times > 1),
            "bought again with an id": sorted(ref for ref in taken if _earlier(ref) & asked),
            "charged and not booked": sorted(set(taken) - booked),
            "settled and not charged": sorted((settled & mine) - set(taken)),
            "closed twice": sorted(reference for reference, times in closings.items() if times > 1),
            "done without a file": sorted(
                str(job.id) for job in jobs if job.status == Status.DONE and job.kind != "text" and job.asset_id is None
            ),
            "audit": disagreements(),
        }  # fmt: skip


def _earlier(reference: str) -> set[str]:
    job, _, attempt = reference.rpartition(":")
    return {f"{job}:{number}" for number in range(1, int(attempt))}


def wrong(found: dict[str, Any]) -> dict[str, Any]:
    """What is not as it must be; empty where all is well."""
    return {name: found[name] for name, clean in CLEAN.items() if found[name] != clean}


if __name__ == "__main__":
    print(json.dumps(verdict()))
