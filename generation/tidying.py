"""What is tidied away by itself: files in this machine's spool that nobody waits for. A chore."""

from __future__ import annotations

import logging
import uuid

from accounts.tenancy import across_tenants
from generation import spool
from generation.models import ACTIVE, Job, Status

log = logging.getLogger(__name__)

SPOOL_SECONDS = 2 * 3600.0
"""Longer than a worker is at one file: what it is finishing has no slip yet, and no job speaks for it."""
AT_ONCE = 500


def empty_spool() -> int:
    """Take away what lies in the spool for jobs that have ended, were stored, or are at a later attempt; how many files. What a
    job still waits with stays, however much it is: it is paid for, and ends with the job's time."""
    found = spool.jobs()
    wanted: set[tuple[uuid.UUID, int]] = set()
    with across_tenants("the spool of a machine has files of all tenants"):
        for start in range(0, len(found), AT_ONCE):
            rows = Job.objects.filter(id__in=found[start : start + AT_ONCE], status__in=set(ACTIVE) - {Status.STORED})
            wanted |= set(rows.values_list("id", "attempt"))
    files, size = spool.tidy(wanted=frozenset(wanted), older_seconds=SPOOL_SECONDS)
    if files:
        log.info("%s files of %s bytes that nobody waits for were taken out of the spool", files, size)
    return files
