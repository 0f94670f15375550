"""A run: what somebody asked for. Its jobs are what has to be bought and made for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantRow


class Run(TenantRow):
    """Without a tier it was asked for in the studio, or nobody asked, as for a delivery. `topic_id` is the thing of another
    room that the run is about (a story, a piece of the studio), for whoever follows that thing live. `person_id` is whose
    limits it counts against (`accounts.quotas.person_of`): the user, or for guests what stands for their address."""

    tier = models.ForeignKey("accounts.Tier", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    is_guest = models.BooleanField(default=False)
    person_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=40)
    topic_id = models.UUIDField(null=True, db_index=True)
    streams_text = models.BooleanField(
        default=False, help_text="Words may be shown while they are written; decided when it was asked for."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.purpose} {str(self.id)[:8]}"
