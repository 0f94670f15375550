"""A letter on its way: what it says stands here, sealed, and only until it has gone or was given up."""

from __future__ import annotations

from django.db import models

from accounts.sealed import SealedField
from accounts.tenancy import TenantRow


class Letter(TenantRow):
    """`contents` is sealed, because letters hold what opens an account, and emptied when the job ends. The job's own row
    holds nothing of it. `event_id` follows from what is told, so that it is told once; `about` is a word for staff."""

    job = models.OneToOneField("generation.Job", on_delete=models.CASCADE, related_name="letter")
    event_id = models.UUIDField()
    about = models.CharField(max_length=20)
    contents = SealedField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "event_id"], name="one_letter_per_event")]
        indexes = [models.Index(fields=["created_at"], name="letter_by_age")]

    def __str__(self) -> str:
        return f"{self.about} {str(self.event_id)[:8]}"
