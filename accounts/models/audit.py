"""What happened, who did it, and to what. Written by `accounts.audit` alone, and never changed."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.tenancy import TenantRow


class AppendOnly(RuntimeError):
    """Somebody tried to change, or to take away, what is on record."""


class AuditEvent(TenantRow):
    """One event. People are plain ids here and have no name: who they are is looked up when a page shows it, so a person who
    leaves takes their name along and no row has to be changed. The database refuses UPDATE and DELETE by a trigger (see
    migration 0010); the one exception is a whole tenant's removal, for which its id stands in `TenantRemoval`.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    verb = models.CharField(max_length=40, help_text="Like “sign-in.failed”: accounts.audit lists them.")
    actor_id = models.UUIDField(null=True, help_text="Whose hand it was; none: a program of the house, or a stranger.")
    actor_role = models.CharField(max_length=8, blank=True, help_text="What they were here at that moment.")
    acting_as_id = models.UUIDField(
        null=True, help_text="As whom they looked at it, where they viewed as somebody else."
    )
    about_id = models.UUIDField(null=True, help_text="The person whom it is about.")
    address = models.CharField(max_length=32, blank=True, help_text="A keyed hash: the same address, the same letters.")
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    subject_words = models.CharField(max_length=200, blank=True, help_text="Only of what is the library's own.")
    detail = models.JSONField(default=dict)

    class Meta(TenantRow.Meta):
        ordering = ["-at"]
        verbose_name = "audit event"
        indexes = [
            models.Index(fields=["tenant", "at"], name="audit_by_moment"),
            models.Index(fields=["tenant", "verb", "at"], name="audit_by_verb"),
            models.Index(fields=["tenant", "actor_id", "at"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M:%S}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("The audit log is append-only: write another event.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnly("The audit log is append-only: it goes with its tenant, by accounts.audit.forget_tenant.")


class TenantRemoval(models.Model):
    """A tenant that is being removed: while its id stands here, the trigger lets the tenant's events be deleted."""

    tenant_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    begun_at = models.DateTimeField(auto_now_add=True)
