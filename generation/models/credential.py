"""Accounts at providers, and the keys that tenants and people bring along."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.sealed import SealedField
from accounts.tenancy import TenantRow


class Credential(models.Model):
    """An account at a provider: how many purchases it may hold at once, and whether it may buy at all now.

    A platform row. Its key stands in the environment, or here where an operator entered one for a server of their own.
    With `is_brought` a tenant or a person brought it along: its key is in `ProviderKey`, and no other key ever buys for it.
    """

    provider = models.SlugField(max_length=40)
    label = models.CharField(max_length=80, default="platform")
    base_url = models.CharField(
        max_length=300, blank=True, help_text="Address of a server of your own; may be plain http and private."
    )
    secret = SealedField(blank=True, default="")
    is_brought = models.BooleanField(default=False, editable=False)
    max_concurrent = models.PositiveIntegerField(default=32)
    is_enabled = models.BooleanField(default=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    paused_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "label"], name="one_credential_per_label")]

    def __str__(self) -> str:
        return f"{self.provider} ({self.label})"


class ProviderKey(TenantRow):
    """A key of the tenant's own, or, with `user`, of one person. `hint` is its last characters, all that is ever shown
    of it again; `credential` is the account's limits and pauses."""

    provider = models.SlugField(max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    secret = SealedField()
    hint = models.CharField(max_length=8, blank=True, editable=False)
    is_enabled = models.BooleanField(default=True)
    credential = models.OneToOneField(Credential, on_delete=models.CASCADE, related_name="own_key", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantRow.Meta):
        ordering = ["provider"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "provider"], condition=models.Q(user=None), name="one_key_per_tenant"
            ),
            models.UniqueConstraint(
                fields=["tenant", "user", "provider"], condition=models.Q(user__isnull=False), name="one_key_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} …{self.hint}"


@receiver(post_delete, sender=ProviderKey)
def forget_account(sender: type[ProviderKey], instance: ProviderKey, **_: Any) -> None:
    """An account that was brought along goes with its key, whatever deleted it. Jobs that were to buy with it stay, and
    find no account."""
    Credential.objects.filter(id=instance.credential_id, is_brought=True).delete()
