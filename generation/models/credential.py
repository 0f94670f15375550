"""Accounts at providers."""

from __future__ import annotations

from django.db import models


class Credential(models.Model):
    """An account at a provider: how many purchases it may hold at once, and whether it may buy at all now."""

    provider = models.SlugField(max_length=40)
    label = models.CharField(max_length=80, default="platform")
    max_concurrent = models.PositiveIntegerField(default=32)
    is_enabled = models.BooleanField(default=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    paused_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "label"], name="one_credential_per_label")]

    def __str__(self) -> str:
        return f"{self.provider} ({self.label})"
