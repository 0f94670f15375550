"""What a tenant's staff decided about its studio."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow


class StudioPolicy(TenantRow):
    """The rules of the tenant's studio, and of its doors for programs. One row a tenant; without it the studio is closed.
    Which models it may use are the grants without a tier."""

    is_open = models.BooleanField(default=True, help_text="Whether anything may be made outside of stories.")
    guidelines = models.TextField(
        blank=True, help_text="Rules that every text and picture keeps. Whoever asks cannot change them, nor see them."
    )
    picture_style = models.CharField(
        max_length=200, blank=True, help_text="Words that go along with every picture and film."
    )
    streams_text = models.BooleanField(default=True, verbose_name="text appears while it is written")
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
