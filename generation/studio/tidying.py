"""Tidying away: pieces that were thrown away or were never to be kept, and uploads of yesterday. A chore."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.tenancy import across_tenants, scope
from generation import assets
from generation.jobs import ending
from generation.models import ACTIVE, Asset, Job
from generation.studio.models import Piece, Take, Upload

UPLOAD_SECONDS = 24 * 3600
UNFETCHED_SECONDS = 300
"""How long an answer that is not to be kept waits for whoever asked, after its last job ended."""
AT_ONCE = 50


def purge() -> None:
    """One round, across all tenants."""
    now = timezone.now()
    for piece in _to_purge(now):
        with scope(piece.tenant_id):
            purge_piece(piece)
    with across_tenants("uploads of all tenants are tidied away"):
        old = Upload.objects.filter(created_at__lt=now - datetime.timedelta(seconds=UPLOAD_SECONDS))
        stale = list(old.only("id", "tenant")[:AT_ONCE])
    for upload in stale:
        with scope(upload.tenant_id):
            discard_upload(upload)


def purge_piece(piece: Piece) -> bool:
    """Remove a piece with its takes and files. The jobs stay as records of what was paid, without what was asked and made.
    False where something is still under way."""
    with transaction.atomic():
        piece = Piece.objects.select_for_update().get(id=piece.id)
        jobs = list(Job.objects.filter(run__topic_id=piece.id))
        if any(job.status in ACTIVE for job in jobs):
            return False
        Take.objects.filter(piece=piece).delete()
        piece.delete()
        for job in jobs:
            used = [one["asset"] for one in job.request.get("inputs", [])]
            made = [job.asset_id] if job.asset_id else []
            ending.forget(job)
            for asset in Asset.objects.filter(id__in=[*used, *made]):
                assets.discard(asset)
    return True


def discard_upload(upload: Upload) -> None:
    """Throw an upload and its file away."""
    with transaction.atomic():
        asset = upload.asset
        upload.delete()
        assets.discard(asset)


def _to_purge(now: datetime.datetime) -> list[Piece]:
    with across_tenants("pieces of all tenants are tidied away"):
        under_way = Job.objects.filter(run__topic_id=OuterRef("id"), status__in=ACTIVE)
        recent = Job.objects.filter(
            run__topic_id=OuterRef("id"), finished_at__gt=now - datetime.timedelta(seconds=UNFETCHED_SECONDS)
        )
        ended = Piece.objects.filter(~Exists(under_way)).only("id", "tenant")
        thrown = list(ended.filter(deleted_at__isnull=False)[:AT_ONCE])
        left = list(ended.filter(is_kept=False, deleted_at=None).filter(~Exists(recent))[:AT_ONCE])
    return [*thrown, *left]
