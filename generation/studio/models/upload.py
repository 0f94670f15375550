"""A picture that somebody uploaded, to be named in what they ask for next."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantRow
from generation.models import Asset


class Upload(TenantRow):
    """Kept for a day. What uses it takes a row of its own for the file (`generation.assets.reuse`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "user", "created_at"], name="upload_by_user")]
