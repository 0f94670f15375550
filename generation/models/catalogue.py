"""What exists and what it costs (the platform's), and what a tier may use (the tenant's)."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow
from generation.providers.contract import Kind

KINDS = [(kind.value, kind.value.capitalize()) for kind in Kind]


class AiModel(models.Model):
    """A model of a provider. A platform row: tenants grant it, they do not change it."""

    key = models.SlugField(max_length=80, unique=True, help_text="Our name for it; stands in addresses and stories.")
    name = models.CharField(max_length=80, help_text="The name people see.")
    provider = models.SlugField(max_length=40)
    remote_name = models.CharField(max_length=120, help_text="The name the provider knows it by.")
    kind = models.CharField(max_length=10, choices=KINDS)
    retires_on = models.DateField(null=True, blank=True)
    replacement = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    is_enabled = models.BooleanField(default=True)
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
    CALL = "call", "a call"
    IMAGE = "image", "a picture"
    SECOND = "second", "a second of film or sound"
    TOKEN = "token", "a token"
    CHARACTER = "character", "a character spoken"


class Price(models.Model):
    """What one unit of a model costs from a day on."""

    model = models.ForeignKey(AiModel, on_delete=models.CASCADE, related_name="prices")
    unit = models.CharField(max_length=10, choices=Unit.choices)
    amount_micros = models.BigIntegerField(help_text="Millionths of the currency, for one unit.")
    currency = models.CharField(max_length=3, default="USD")
    effective_from = models.DateField()

    class Meta:
        ordering = ["-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["model", "unit", "currency", "effective_from"], name="one_price_per_day"),
            models.CheckConstraint(condition=models.Q(amount_micros__gte=0), name="price_not_negative"),
        ]


class ModelGrant(TenantRow):
    """A tier may use a model. One grant per tier and kind is the default."""

    tier = models.ForeignKey("accounts.Tier", on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(AiModel, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS, editable=False)
    is_default = models.BooleanField(default=False)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "tier", "model"], name="one_grant_per_model"),
            models.UniqueConstraint(
                fields=["tenant", "tier", "kind"], condition=models.Q(is_default=True), name="one_default_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} for {self.tier_id}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.kind = self.model.kind
        super().save(*args, **kwargs)
