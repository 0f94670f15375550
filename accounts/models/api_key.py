"""API keys: how a program of one member is known at one tenant. Written by `accounts.api_keys` alone."""

from __future__ import annotations

import uuid

from django.db import models

from accounts.models.membership import Membership
from accounts.tenancy import TenantRow


class ApiKey(TenantRow):
    """Goes with the membership. The secret itself is kept nowhere; `prefix` is what people tell keys apart by."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the secret part, in hex.")
    scopes = models.JSONField(default=list)
    nonce = models.UUIDField(default=uuid.uuid4, help_text="Of the form that it was made with.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, help_text="To the hour.")
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantRow.Meta):
        verbose_name = "API key"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "prefix"], name="api_key_prefix_per_tenant"),
            models.UniqueConstraint(fields=["tenant", "membership", "nonce"], name="one_api_key_per_form"),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} (fw_{self.prefix}_…)"
