"""What protects children in a tier: tries of its PIN, and how long somebody read today."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow


class PinTry(TenantRow):
    """Wrong PINs from one browser, or of one account. Written by `accounts.fence` alone."""

    tier = models.ForeignKey("accounts.Tier", on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=80, help_text="“user:…” or “session:…”, the latter keyed, not readable.")
    tries = models.PositiveIntegerField(default=0)
    waits_until = models.DateTimeField(null=True)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "tier", "subject"], name="one_row_of_tries_per_subject")
        ]


class ReadingTime(TenantRow):
    """How long somebody read in a tier on a day. Written by `accounts.minutes` alone."""

    tier = models.ForeignKey("accounts.Tier", on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=80, help_text="The person, or what stands for a guest’s address.")
    day = models.DateField()
    seconds = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(help_text="Up to when it is counted.")
    place = models.UUIDField(null=True, help_text="The page that was opened last; it stays readable.")

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "tier", "subject", "day"], name="one_reading_time_per_day")
        ]
