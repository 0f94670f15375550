"""A kept file: one row per use, so that deleting counts references."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow
from generation.marking.vocabulary import DigitalSource


class Asset(TenantRow):
    """The bytes lie in storage at `t/<tenant>/<sha256>`."""

    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True)
    model_name = models.CharField(max_length=120, blank=True, help_text="What really made it.")
    digital_source = models.CharField(
        max_length=60, blank=True, help_text="What IPTC's vocabulary calls it; empty for what a person brought along."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "sha256"], name="asset_by_content")]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:8]}"

    @property
    def storage_name(self) -> str:
        return f"t/{self.tenant_id}/{self.sha256}"

    @property
    def source(self) -> DigitalSource | None:
        """What it is by IPTC's vocabulary, None for what a person brought along. What was generated before files were marked
        counts as made by a trained model: rather one mark too many."""
        if self.digital_source:
            return DigitalSource(self.digital_source)
        return DigitalSource.TRAINED if self.model_name else None


class DiscardedFile(TenantRow):
    """A file whose last row is gone; it is deleted a little later, unless somebody keeps the same bytes meanwhile."""

    sha256 = models.CharField(max_length=64)
    discarded_at = models.DateTimeField(db_index=True)

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "sha256"], name="one_discard_per_file")]
