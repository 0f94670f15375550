"""A user's place in a tenant."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.tenancy import TenantRow


class Role(models.TextChoices):
    """From most to least. `guest` is a reader without an address."""

    OWNER = "owner", "Owner"
    STAFF = "staff", "Staff"
    AUTHOR = "author", "Author"
    READER = "reader", "Reader"
    GUEST = "guest", "Guest"


TOLD_OF_BUDGETS = Q(role=Role.OWNER, wants_alerts=None) | Q(role__in=[Role.OWNER, Role.STAFF], wants_alerts=True)
"""Memberships whose people get mail when a budget is nearly used."""


class Membership(TenantRow):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.READER)
    wants_alerts = models.BooleanField(
        null=True, help_text="Mail when a budget is nearly used; not said: owners get it. It is for owners and staff."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_tenant")]
        ordering = ["created_at"]

    @property
    def gets_alerts(self) -> bool:
        """As `TOLD_OF_BUDGETS` says it of rows."""
        if self.wants_alerts is None:
            return self.role == Role.OWNER
        return self.wants_alerts and self.role in (Role.OWNER, Role.STAFF)

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"
