"""Calls that may be sent twice and count once. Written by `accounts.idempotency` alone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantRow


class IdempotentCall(TenantRow):
    """One `Idempotency-Key` of one user, and what its call was answered.

    Under way: `leased_until` lies ahead. Died: it lies behind. Free to be tried again: there is none, and nothing is
    finished. Finished: `finished_at`; with a `status` the answer is kept, without one it is made again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address and body, in hex.")
    nonce = models.UUIDField(default=uuid.uuid4, help_text="What the verb behind the call is idempotent on.")
    fence = models.PositiveIntegerField(default=0, help_text="Grows with every one who takes the call up.")
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "user", "key"], name="one_call_per_idempotency_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_call_by_age")]
