"""A ready-made beginning: a cover, a line, and the prompt behind it."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow
from stories.models.story import ArtStyle


class Beginning(TenantRow):
    tier = models.ForeignKey("accounts.Tier", on_delete=models.CASCADE, related_name="+")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=80)
    blurb = models.CharField(max_length=200)
    prompt = models.TextField()
    art_style = models.CharField(max_length=16, choices=ArtStyle.choices, default=ArtStyle.WATERCOLOUR)
    cover_alt = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantRow.Meta):
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["tenant", "tier", "slug"], name="beginning_slug_per_tier")]

    def __str__(self) -> str:
        return self.title

    @property
    def cover(self) -> str:
        """Name of the cover among the static files."""
        return f"covers/{self.slug}.webp"
