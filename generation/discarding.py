"""Throwing away the row of a kept file, and, with its last row, the file."""

from __future__ import annotations

from generation.clock import now
from generation.models import Asset, DiscardedFile


def discard(asset: Asset) -> None:
    """Throw a row away, in the caller's transaction. If it was the file's last, the file goes within some minutes."""
    tenant_id, sha256 = asset.tenant_id, asset.sha256
    asset.delete()
    if not Asset.objects.filter(sha256=sha256).exists():
        DiscardedFile.objects.update_or_create(tenant_id=tenant_id, sha256=sha256, defaults={"discarded_at": now()})
