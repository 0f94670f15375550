"""Webhooks: the addresses that a tenant wants to be told at, and what they were told."""

from __future__ import annotations

from django.db import models

from accounts.sealed import SealedField
from accounts.tenancy import TenantRow


class Event(models.TextChoices):
    """What a tenant may want to be told of."""

    FINISHED = "job.finished", "A job is done"
    FAILED = "job.failed", "A job failed, was cancelled, or its fate is not known"
    REFUSED = "job.refused", "A job was refused by a content policy"
    BUDGET = "budget.reached", "Half, four fifths or all of a budget is used"


TEST = "test"
"""The type of what staff send to see whether an endpoint listens. Every endpoint gets it."""


class WebhookEndpoint(TenantRow):
    """An address of the tenant's. `secret` signs what is sent there. `failed_in_a_row` counts the deliveries that were given
    up since the last one that was taken; an endpoint that takes none for long is switched off."""

    url = models.CharField(max_length=500)
    events = models.JSONField(default=list, help_text="Names of Event.")
    secret = SealedField()
    is_enabled = models.BooleanField(default=True)
    disabled_because = models.CharField(max_length=200, blank=True)
    failed_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["created_at"]
        verbose_name = "webhook"
        constraints = [models.UniqueConstraint(fields=["tenant", "url"], name="one_endpoint_per_url")]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(TenantRow):
    """One event on its way to one endpoint: the log. Where it stands is the state of its job, and what is sent is the job's
    prompt. `status_code`, `milliseconds` and `said` are of the last try; nothing that the receiver wrote is kept."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField()
    event = models.CharField(max_length=20, choices=[*Event.choices, (TEST, "A test")])
    job = models.OneToOneField("generation.Job", on_delete=models.CASCADE, related_name="delivery")
    status_code = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    said = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "endpoint", "event_id"], name="one_delivery_per_event"),
        ]
        indexes = [models.Index(fields=["tenant", "created_at"], name="delivery_by_tenant")]

    def __str__(self) -> str:
        return f"{self.event} {str(self.event_id)[:8]}"

    @property
    def payload(self) -> str:
        """The body, as it is sent."""
        return str(self.job.request["prompt"])
