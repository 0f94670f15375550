"""Money and allowances. Written by `accounts.ledger` and `accounts.quotas` alone."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow


class Pool(models.TextChoices):
    """Who shares a limit. The subject is the tenant's id for TENANT and the tier's id for GUESTS."""

    TENANT = "tenant", "Whole tenant"
    GUESTS = "guests", "Guests of a tier"


class Period(models.TextChoices):
    DAY = "day", "A day"
    MONTH = "month", "A month"


class Cap(TenantRow):
    """The most that a pool may spend in a period. Without a cap nothing that costs money is bought."""

    pool = models.CharField(max_length=8, choices=Pool.choices, default=Pool.TENANT)
    subject_id = models.UUIDField(help_text="The tenant's id, or the tier's for guests.")
    period = models.CharField(max_length=8, choices=Period.choices, default=Period.DAY)
    limit_micros = models.BigIntegerField(help_text="In millionths of the tenant's currency.")

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "pool", "subject_id", "period"], name="one_cap_per_pool_and_period"
            ),
            models.CheckConstraint(condition=models.Q(limit_micros__gte=0), name="cap_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_pool_display()}, {self.get_period_display().lower()}: {self.limit_micros / 1_000_000:.2f}"


class Counter(TenantRow):
    """Sums of the ledger for one pool and period; changes in the same transaction as the entries."""

    pool = models.CharField(max_length=8, choices=Pool.choices)
    subject_id = models.UUIDField()
    period = models.CharField(max_length=8, choices=Period.choices)
    starts_on = models.DateField()
    held_micros = models.BigIntegerField(default=0)
    spent_micros = models.BigIntegerField(default=0)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "pool", "subject_id", "period", "starts_on"], name="one_counter_per_pool_and_period"
            )
        ]


class EntryKind(models.TextChoices):
    RESERVE = "reserve", "Reserved"
    SETTLE = "settle", "Settled"
    RELEASE = "release", "Released"
    UNKNOWN = "unknown", "Booked, fate unknown"


class LedgerEntry(TenantRow):
    """Append-only. A reserve opens a purchase; one of the other three closes it. The job is a plain id here."""

    job_id = models.UUIDField()
    attempt = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    amount_micros = models.BigIntegerField()
    tier_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    is_guest = models.BooleanField(default=False)
    booked_on = models.DateField(help_text="The day whose counters the purchase belongs to: the day of its reserve.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "job_id", "attempt", "kind"], name="one_entry_per_attempt_and_kind"
            ),
            models.UniqueConstraint(
                fields=["tenant", "job_id", "attempt"],
                condition=~models.Q(kind=EntryKind.RESERVE),
                name="one_close_per_attempt",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "booked_on"], name="ledger_by_day")]
        ordering = ["created_at"]


class Allowance(TenantRow):
    """Scenes asked for today by one reader of a tier, or by the guests behind one address."""

    tier_id = models.UUIDField()
    subject = models.CharField(max_length=80, help_text="“user:…” or “address:…”, the latter keyed, not readable.")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "tier_id", "subject", "day"], name="one_allowance_per_subject_and_day"
            )
        ]
