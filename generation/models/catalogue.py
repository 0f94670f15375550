"""What exists and what it costs (the platform's), and what a tier may use (the tenant's)."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow
from generation.providers.contract import Kind

KINDS = [(kind.value, kind.value.capitalize()) for kind in Kind if kind is not Kind.DELIVER]
"""What models make."""


class AiModel(models.Model):
    """A model of a provider. A platform row: tenants grant it, they do not change it."""

    key = models.SlugField(max_length=80, unique=True, help_text="Our name for it; stands in addresses and stories.")
    name = models.CharField(max_length=80, help_text="The name people see.")
    provider = models.SlugField(max_length=40)
    remote_name = models.CharField(max_length=120, help_text="The name the provider knows it by.")
    kind = models.CharField(max_length=10, choices=KINDS)
    retires_on = models.DateField(null=True, blank=True)
    replacement = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    missing_since = models.DateField(
        null=True,
        blank=True,
        help_text="Since when its provider no longer lists it; written by `manage.py models sync`.",
    )
    is_enabled = models.BooleanField(default=True)
    account = models.ForeignKey(
        "generation.Credential",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The one account this model is bought with, such as a server of your own; empty: whoever has a key.",
    )
    capabilities = models.JSONField(
        default=dict,
        blank=True,
        help_text="What this model takes, where that differs from what its adapter knows; fields of Capabilities.",
    )
    options = models.JSONField(
        default=dict, blank=True, help_text="What the adapter has to know of this model, such as a ComfyUI workflow."
    )

    class Meta:
        ordering = ["kind", "name"]
        verbose_name = "AI model"

    def __str__(self) -> str:
        return self.name


class Unit(models.TextChoices):
    """What is counted. TOKEN is every token, or those that come out where INPUT_TOKEN has a price of its own."""

    CALL = "call", "a call"
    IMAGE = "image", "a picture"
    MEGAPIXEL = "megapixel", "a megapixel"
    SECOND = "second", "a second of film or sound"
    INPUT_TOKEN = "input_token", "a token that goes in"
    TOKEN = "token", "a token"
    CHARACTER = "character", "a character spoken"


class Price(models.Model):
    """What a model costs from a day on: an amount for `per` units, 2,000,000 micros for 1,000,000 tokens. A model may have
    prices in several units, which add up; in each unit the latest that has begun is in force."""

    model = models.ForeignKey(AiModel, on_delete=models.CASCADE, related_name="prices")
    unit = models.CharField(max_length=12, choices=Unit.choices)
    amount_micros = models.BigIntegerField(help_text="Millionths of the currency, for as many units as `per` says.")
    per = models.PositiveIntegerField(default=1, help_text="How many units the amount buys.")
    currency = models.CharField(max_length=3, default="USD")
    effective_from = models.DateField()
    note = models.CharField(max_length=120, blank=True, help_text="Where the amount comes from.")

    class Meta:
        ordering = ["-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["model", "unit", "currency", "effective_from"], name="one_price_per_day"),
            models.CheckConstraint(condition=models.Q(amount_micros__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=models.Q(per__gte=1), name="price_per_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_micros} micro-{self.currency} for {self.per} {self.unit}"


class ModelGrant(TenantRow):
    """A tier may use a model, or, without a tier, the studio may. One grant per tier (or studio) and kind is the default."""

    tier = models.ForeignKey(
        "accounts.Tier",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: the studio, and with it the doors for programs.",
    )
    model = models.ForeignKey(AiModel, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS, editable=False)
    is_default = models.BooleanField(default=False)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "tier", "model"], name="one_grant_per_model"),
            models.UniqueConstraint(
                fields=["tenant", "tier", "kind"], condition=models.Q(is_default=True), name="one_default_per_kind"
            ),
            # A database takes two empty tiers for two different ones.
            models.UniqueConstraint(
                fields=["tenant", "model"], condition=models.Q(tier=None), name="one_studio_grant_per_model"
            ),
            models.UniqueConstraint(
                fields=["tenant", "kind"],
                condition=models.Q(tier=None, is_default=True),
                name="one_studio_default_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} for {self.tier_id or 'the studio'}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.kind = self.model.kind
        super().save(*args, **kwargs)
