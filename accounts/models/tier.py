"""A tier: an audience inside a tenant, with its own url prefix, rules and look."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from accounts.reserved import RESERVED_SEGMENTS
from accounts.tenancy import TenantRow


class Audience(models.TextChoices):
    CHILDREN = "children", "Children"
    GENERAL = "general", "Everyone"


class Theme(models.TextChoices):
    """The looks that `static/css/tokens.css` knows."""

    MEADOW = "meadow", "Meadow: bright and round"
    LIBRARY = "library", "Library: restrained"
    HARBOUR = "harbour", "Harbour: salt and slate"


class Tier(TenantRow):
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=160, blank=True)
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.GENERAL)
    guidelines = models.TextField(
        blank=True, help_text="Rules that every text of this tier keeps. Readers cannot change them."
    )
    picture_style = models.CharField(max_length=200, blank=True, help_text="Words that go along with every picture.")
    theme = models.CharField(max_length=12, choices=Theme.choices, default=Theme.LIBRARY)
    streams_text = models.BooleanField(
        default=True,
        verbose_name="text appears while it is written",
        help_text="Turn this off where text is checked before it is shown; then it appears only when it is whole.",
    )
    guests_may_play = models.BooleanField(default=False)
    exit_pin = models.CharField(
        max_length=128, blank=True, editable=False, help_text="Hashed. A browser that came in leaves with it alone."
    )
    daily_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Minutes that somebody may read here in a day; guests share them per address. Empty: no limit.",
    )
    approves_pictures = models.BooleanField(
        default=False,
        verbose_name="staff look at pictures first",
        help_text="A picture or film is seen when staff have approved it; the words are there at once.",
    )
    approves_publishing = models.BooleanField(
        default=False,
        verbose_name="staff look at stories first",
        help_text="A story that its author publishes stands on the shelf when staff have approved it.",
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "slug"], name="tier_slug_per_tenant")]
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.slug in RESERVED_SEGMENTS:
            raise ValidationError({"slug": f"“{self.slug}” is the address of another page. Choose another word."})
