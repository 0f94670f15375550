"""Rows of kept files: using one once more, throwing one away, and who may see one.

There is a row for each use, so a file goes when the last of its rows is gone. It goes a little later than the row: a purchase
that brings the same bytes meanwhile finds the file there and touches it (`storage.put`), and then it stays.
"""

from __future__ import annotations

import datetime
import logging
import uuid

from django.http import Http404

from accounts.access import Actor, Verb, allows
from accounts.tenancy import across_tenants, scope
from generation import clock, steps, storage
from generation.discarding import discard as discard
from generation.live import Asked
from generation.models import Asset, DiscardedFile, Job, Status

log = logging.getLogger(__name__)

LINGER_SECONDS = 60.0
AT_ONCE = 200


def reuse(asset: Asset) -> Asset:
    """A row for one more use of the same file."""
    return Asset.objects.create(
        sha256=asset.sha256,
        media_type=asset.media_type,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        seconds=asset.seconds,
        model_name=asset.model_name,
        digital_source=asset.digital_source,
    )


def remove_discarded(*, linger_seconds: float = LINGER_SECONDS) -> int:
    """Delete the files that nobody uses any more; how many that were."""
    since = clock.read() - datetime.timedelta(seconds=linger_seconds)
    with across_tenants("files are tidied away for all tenants"):
        found = list(DiscardedFile.objects.filter(discarded_at__lte=since)[:AT_ONCE])
    removed = 0
    for row in found:
        with scope(row.tenant_id):
            name = f"t/{row.tenant_id}/{row.sha256}"
            if not Asset.objects.filter(sha256=row.sha256).exists():
                try:
                    if storage.modified_at(name) > since:
                        continue  # somebody has just kept the same bytes; their row is on its way
                    storage.delete(name)
                    removed += 1
                except FileNotFoundError:
                    pass  # another machine tidied it away
            row.delete()
    return removed


def find_shown(actor: Actor, asset_id: uuid.UUID) -> tuple[Asset, Job]:
    """What a job of the actor's own (for staff: of anybody's) made, or 404: unknown, another's, not yet shown, or never."""
    job = Job.objects.select_related("run", "asset", "model").filter(asset_id=asset_id).first()
    if job is None or job.asset is None or not allows(actor, Verb.READ, Asked(job.run)):
        raise Http404("There is nothing here.")
    if not actor.is_staff and not (job.status == Status.DONE and steps.find(job.step).is_shown(job)):
        raise Http404("There is nothing here.")
    return job.asset, job
