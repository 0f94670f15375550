"""Money and counts: limits, what is used of them, and the entries that say why. Written by `accounts.ledger` alone; limits
are set by staff, and by people for themselves (`accounts.limits`)."""

from __future__ import annotations

from django.db import models

from accounts.models.membership import Role
from accounts.tenancy import TenantRow


class Measure(models.TextChoices):
    """What is counted. Money is in millionths of the tenant's currency, all else in whole units."""

    MONEY = "micros", "Money"
    SCENES = "scenes", "Scenes"
    PICTURES = "pictures", "Pictures"
    FILM_SECONDS = "film_seconds", "Seconds of film"
    CHARACTERS = "characters", "Characters spoken"


COUNTS = (Measure.SCENES, Measure.PICTURES, Measure.FILM_SECONDS, Measure.CHARACTERS)


class Pool(models.TextChoices):
    """Who shares what is counted, and whose id its subject is."""

    TENANT = "tenant", "Whole library"
    TIER = "tier", "Everybody in a tier"
    GUESTS = "guests", "All guests of a tier"
    PERSON = "person", "One person"
    READER = "reader", "Each reader of a tier"


class Period(models.TextChoices):
    DAY = "day", "A day"
    MONTH = "month", "A month"


class Cap(TenantRow):
    """A limit: the most of a measure that a pool may use in a period.

    The subject is the tenant for TENANT; the tier for TIER, GUESTS and READER (each reader of it is counted alone, the
    guests behind one address together); the user for PERSON, or the tenant where it is the default of a `role`, which holds
    for each person who has no limit of their own from staff. With `is_own` the person set it for themselves.
    Without a limit on money, nothing that costs money is bought.
    """

    pool = models.CharField(max_length=8, choices=Pool.choices, default=Pool.TENANT)
    subject_id = models.UUIDField()
    role = models.CharField(max_length=8, choices=Role.choices, blank=True, help_text="Each person of this role.")
    is_own = models.BooleanField(default=False, help_text="Set by the person, for themselves.")
    measure = models.CharField(max_length=12, choices=Measure.choices, default=Measure.MONEY)
    period = models.CharField(max_length=8, choices=Period.choices, default=Period.DAY)
    limit = models.BigIntegerField(help_text="Money in millionths of the library's currency, all else in whole units.")

    class Meta(TenantRow.Meta):
        verbose_name = "limit"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "pool", "subject_id", "role", "is_own", "measure", "period"],
                name="one_cap_per_pool_and_period",
            ),
            models.CheckConstraint(condition=models.Q(limit__gte=0), name="cap_not_negative"),
            models.CheckConstraint(
                condition=models.Q(pool=Pool.PERSON) | models.Q(role="", is_own=False), name="roles_are_of_persons"
            ),
            models.CheckConstraint(condition=models.Q(role="") | models.Q(is_own=False), name="own_is_of_no_role"),
        ]

    def __str__(self) -> str:
        amount = f"{self.limit / 1_000_000:.2f}" if self.measure == Measure.MONEY else str(self.limit)
        what = self.get_measure_display().lower()
        return f"{self.get_pool_display()}, {what}, {self.get_period_display().lower()}: {amount}"


class Counter(TenantRow):
    """Sums of the ledger for one pool and period; changes in the same transaction as the entries."""

    pool = models.CharField(max_length=8, choices=Pool.choices)
    subject_id = models.UUIDField()
    period = models.CharField(max_length=8, choices=Period.choices)
    starts_on = models.DateField()
    held_micros = models.BigIntegerField(default=0)
    held_scenes = models.BigIntegerField(default=0)
    held_pictures = models.BigIntegerField(default=0)
    held_film_seconds = models.BigIntegerField(default=0)
    held_characters = models.BigIntegerField(default=0)
    spent_micros = models.BigIntegerField(default=0)
    spent_scenes = models.BigIntegerField(default=0)
    spent_pictures = models.BigIntegerField(default=0)
    spent_film_seconds = models.BigIntegerField(default=0)
    spent_characters = models.BigIntegerField(default=0)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "pool", "subject_id", "period", "starts_on"], name="one_counter_per_pool_and_period"
            )
        ]

    def held(self, measure: Measure | str) -> int:
        found: int = getattr(self, f"held_{measure}")
        return found

    def spent(self, measure: Measure | str) -> int:
        found: int = getattr(self, f"spent_{measure}")
        return found

    def used(self, measure: Measure | str) -> int:
        """What is held and what is spent."""
        return self.held(measure) + self.spent(measure)


class EntryKind(models.TextChoices):
    RESERVE = "reserve", "Reserved"
    SETTLE = "settle", "Settled"
    RELEASE = "release", "Released"
    UNKNOWN = "unknown", "Booked, fate unknown"


class LedgerEntry(TenantRow):
    """Append-only. A reserve opens a purchase; one of the other three closes it. The job is a plain id here, and so are the
    tier, the user and the person whose limits it counts against (`accounts.quotas.person_of`)."""

    job_id = models.UUIDField()
    attempt = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    amount_micros = models.BigIntegerField()
    scenes = models.BigIntegerField(default=0)
    pictures = models.BigIntegerField(default=0)
    film_seconds = models.BigIntegerField(default=0)
    characters = models.BigIntegerField(default=0)
    tier_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
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
