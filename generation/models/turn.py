"""When somebody was last given a turn, so that those who wait longest go next."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow


class Turn(TenantRow):
    """The last claim of a person's job, or, where `person_id` is the tenant's own id, of the tenant's. Nothing is lost where a
    row is: whoever has none goes first."""

    person_id = models.UUIDField()
    taken_at = models.BigIntegerField(help_text="Microseconds since 1970, by the clock of the worker that claimed.")

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "person_id"], name="one_turn_per_person")]
        indexes = [models.Index(fields=["taken_at"], name="turn_by_age")]
