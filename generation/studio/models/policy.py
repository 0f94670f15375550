"""What a tenant's staff decided about its studio."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow
from generation.models import AiModel
from generation.providers.contract import Kind


class StudioPolicy(TenantRow):
    """The rules of the tenant's studio, and of its doors for programs. One row a tenant; without it the studio is closed.
    Which models it may use are the grants without a tier."""

    is_open = models.BooleanField(default=True, help_text="Whether anything may be made outside of stories.")
    guidelines = models.TextField(
        blank=True, help_text="Rules that every text keeps. Whoever asks cannot change them, nor see them."
    )
    picture_style = models.CharField(
        max_length=200, blank=True, help_text="Words that go along with every picture and film."
    )
    streams_text = models.BooleanField(default=True, verbose_name="text appears while it is written")
    refused_words = models.TextField(
        blank=True,
        help_text="Words and phrases that no prompt may hold, one a line. Checked before anything is bought.",
    )
    check_model = models.ForeignKey(
        AiModel,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"kind": Kind.MODERATE},
        verbose_name="prompts are checked by",
        help_text="A model that judges every prompt before anything else is bought; empty: the word list alone.",
    )
    takes_addresses = models.BooleanField(
        default=True,
        verbose_name="reference pictures may be named by their address",
        help_text="They are fetched from public https addresses only. Off: pictures are uploaded.",
    )

    class Meta(TenantRow.Meta):
        verbose_name = "studio policy"
        verbose_name_plural = "studio policy"
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_studio_policy_per_tenant")]

    def __str__(self) -> str:
        return "Studio"
