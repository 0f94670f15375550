"""A story, and where its reader is in it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from accounts.access import Visibility
from accounts.tenancy import TenantRow


class Length(models.TextChoices):
    SHORT = "short", "Short"
    MEDIUM = "medium", "Medium"
    LONG = "long", "Long"

    @property
    def depth(self) -> int:
        """Scenes from the first to the ending."""
        return {"short": 3, "medium": 5, "long": 7}[self.value]


class ArtStyle(models.TextChoices):
    WATERCOLOUR = "watercolour", "Watercolour"
    ENGRAVING = "engraving", "Engraving"
    PAPER_CUT = "paper-cut", "Paper-cut"
    GOUACHE = "gouache", "Gouache"


VISIBILITIES = [(v.value, v.value.capitalize()) for v in Visibility]


class Story(TenantRow):
    tier = models.ForeignKey("accounts.Tier", on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    beginning = models.ForeignKey("stories.Beginning", null=True, on_delete=models.SET_NULL, related_name="+")
    nonce = models.UUIDField(
        default=uuid.uuid4, help_text="Of the form that started it: a form sent twice is one story."
    )
    prompt = models.TextField()
    title = models.CharField(max_length=120, blank=True, help_text="Written with the first scene.")
    length = models.CharField(max_length=8, choices=Length.choices, default=Length.MEDIUM)
    target_depth = models.PositiveSmallIntegerField(help_text="The depth at which the story ends.")
    art_style = models.CharField(max_length=16, choices=ArtStyle.choices, default=ArtStyle.WATERCOLOUR)
    video_mode = models.BooleanField(default=False)
    text_model = models.ForeignKey("generation.AiModel", null=True, on_delete=models.SET_NULL, related_name="+")
    image_model = models.ForeignKey("generation.AiModel", null=True, on_delete=models.SET_NULL, related_name="+")
    video_model = models.ForeignKey("generation.AiModel", null=True, on_delete=models.SET_NULL, related_name="+")
    seed = models.PositiveIntegerField(help_text="The same for all purchases of the story: hero and palette stay.")
    visibility = models.CharField(max_length=10, choices=VISIBILITIES, default=Visibility.PRIVATE)
    publication_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when it waits for staff to let it onto the shelf."
    )
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When an ending was first reached.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        verbose_name_plural = "stories"
        constraints = [models.UniqueConstraint(fields=["tenant", "reader", "nonce"], name="one_story_per_form")]
        indexes = [models.Index(fields=["tenant", "tier", "-finished_at"], name="story_shelf")]

    def __str__(self) -> str:
        return self.title or self.prompt[:60]

    @property
    def owner_id(self) -> uuid.UUID:
        return self.reader_id


class Reading(TenantRow):
    """Where a reader is in a story."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="readings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    scene = models.ForeignKey("stories.Scene", on_delete=models.CASCADE, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "story", "reader"], name="one_reading_per_story")]
        indexes = [models.Index(fields=["tenant", "reader", "-updated_at"], name="reading_latest")]
