"""`python -m tests.chaos.verdict`: after the chaos, as JSON: how many jobs ended how, and what must not have happened."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import django

django.setup()

from accounts.models import LedgerEntry, Tenant  # noqa: E402
from accounts.tenancy import scope  # noqa: E402
from config.management.commands.audit_invariants import disagreements  # noqa: E402
from generation.models import TERMINAL, Job  # noqa: E402


def main() -> None:
    books = Path(os.environ["FERRY_BOOKS"])
    taken = (
        Counter(json.loads(line)["reference"] for line in books.read_text().splitlines())
        if books.exists()
        else Counter()
    )
    with scope(Tenant.objects.get(slug="fablewright")):
        statuses = Counter(Job.objects.values_list("status", flat=True))
        closed = {
            f"{job_id}:{attempt}"
            for job_id, attempt in LedgerEntry.objects.filter(kind__in=["settle", "unknown"]).values_list(
                "job_id", "attempt"
            )
        }
        print(
            json.dumps(
                {
                    "statuses": statuses,
                    "not ended": sum(n for status, n in statuses.items() if status not in TERMINAL),
                    "submitted twice": sorted(reference for reference, times in taken.items() if times > 1),
                    "charged and not booked": sorted(set(taken) - closed),
                    "purchases": sum(taken.values()),
                    "audit": disagreements(),
                }
            )
        )


if __name__ == "__main__":
    main()
