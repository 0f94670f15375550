"""What operators steer and watch: breakers, switches, how providers answered, and what was inspected. Platform rows: they
hold nothing of any tenant."""

from __future__ import annotations

from typing import Any

from django.db import models

from generation.breakers import Circuit


class Breaker(models.Model):
    """The breaker of an account at a provider, or, with `model`, of one model bought with it. There is a row once a call has
    failed; `generation.breakers` says how it changes, `generation.jobs.breaking` writes it."""

    credential = models.ForeignKey("generation.Credential", on_delete=models.CASCADE, related_name="breakers")
    model = models.ForeignKey(
        "generation.AiModel", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="Empty: the whole account.",
    )  # fmt: skip
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    blamed = models.BigIntegerField(null=True, help_text="The model whose failure began the window.")
    is_spread = models.BooleanField(default=False, help_text="More than one model failed.")
    pauses = models.PositiveIntegerField(default=0, help_text="In a row.")
    open_until = models.DateTimeField(null=True, help_text="Empty: closed.")
    probe = models.UUIDField(null=True, help_text="The job that tries whether it works again.")
    probe_until = models.DateTimeField(null=True)
    because = models.CharField(max_length=40, blank=True, help_text="What failed last: a class of errors.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credential", "model"], name="one_breaker_per_model"),
            models.UniqueConstraint(
                fields=["credential"], condition=models.Q(model=None), name="one_breaker_per_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credential_id}/{self.model_id or 'all'}"

    @property
    def circuit(self) -> Circuit:
        """As the rules know it."""
        return Circuit(is_wide=self.model_id is None, **{name: getattr(self, name) for name in KEPT})

    def take_over(self, circuit: Circuit, *, because: str) -> None:
        """Write what the rules made of it, under the row's lock."""
        for name in KEPT:
            setattr(self, name, getattr(circuit, name))
        self.because = because[:40]
        self.save(update_fields=[*KEPT, "because"])


KEPT = (
    "calls", "failures", "began_at", "blamed", "is_spread", "pauses", "open_until", "probe", "probe_until",
)  # fmt: skip


class Switch(models.Model):
    """Something that an operator switched off: a model, a provider, or, with neither, all buying. The row is the switch: where
    there is none, it is on."""

    provider = models.SlugField(max_length=40, blank=True)
    model = models.OneToOneField(
        "generation.AiModel", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(max_length=200, help_text="Shown to staff, and to whoever asks for it.")
    since = models.DateTimeField(auto_now_add=True)
    by = models.UUIDField(null=True, help_text="The operator.")

    class Meta:
        ordering = ["since"]
        verbose_name_plural = "switches"
        constraints = [
            models.UniqueConstraint(fields=["provider"], condition=models.Q(model=None), name="one_switch_per_provider")
        ]

    def __str__(self) -> str:
        return str(self.model) if self.model_id else (self.provider or "all buying")


class Tally(models.Model):
    """How a worker's calls of a model went for some seconds: how many, which errors, how long those took that were answered.
    For people who look at a provider's health; nothing of it is booked, and what a killed worker had not written is lost."""

    provider = models.SlugField(max_length=40)
    at = models.DateTimeField(db_index=True)
    calls = models.PositiveIntegerField()
    errors: Any = models.JSONField(default=dict, help_text="Class of error -> how often.")
    took: Any = models.JSONField(default=list, help_text="Seconds of answered calls, a few of them.")

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.provider} {self.at:%H:%M:%S}"


class Inspection(models.Model):
    """The last run of something that looks whether all is well, such as `audit_invariants`."""

    name = models.SlugField(max_length=40, unique=True)
    at = models.DateTimeField()
    wrong = models.PositiveIntegerField(help_text="How many things were wrong.")

    def __str__(self) -> str:
        return self.name
