"""People who leave: what is still to be taken away after them. Written by `accounts.leaving` alone."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow


class Departure(TenantRow):
    """One person who leaves one tenant. Without a name; the id points at nobody once an account is gone. Where `is_whole`,
    the account goes when the last of its departures is finished. There is no other state: a room that is asked again takes
    away what it still finds."""

    user_id = models.UUIDField()
    is_whole = models.BooleanField(default=False, help_text="The account itself goes too.")
    asked_at = models.DateTimeField(auto_now_add=True)
    leased_until = models.DateTimeField(null=True, help_text="Until when somebody is at it.")
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantRow.Meta):
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user_id"], condition=models.Q(finished_at=None), name="one_departure_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="departure_to_do", condition=models.Q(finished_at=None)),
        ]
