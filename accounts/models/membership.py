"""A user's place in a tenant."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantRow


class Role(models.TextChoices):
    """From most to least. `guest` is a reader without an address."""

    OWNER = "owner", "Owner"
    STAFF = "staff", "Staff"
    AUTHOR = "author", "Author"
    READER = "reader", "Reader"
    GUEST = "guest", "Guest"


class Membership(TenantRow):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.READER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_tenant")]
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"
