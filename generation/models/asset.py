"""A kept file: one row per use, so that deleting counts references."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow


class Asset(TenantRow):
    """The bytes lie in storage at `t/<tenant>/<sha256>`."""

    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True)
    model_name = models.CharField(max_length=120, blank=True, help_text="What really made it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "sha256"], name="asset_by_content")]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:8]}"

    @property
    def storage_name(self) -> str:
        return f"t/{self.tenant_id}/{self.sha256}"


class DiscardedFile(TenantRow):
    """A file whose last row is gone; it is deleted a little later, unless somebody keeps the same bytes meanwhile."""

    sha256 = models.CharField(max_length=64)
    discarded_at = models.DateTimeField(db_index=True)

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "sha256"], name="one_discard_per_file")]
