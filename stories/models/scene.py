"""A scene: one turn of the page. Its text is bought by a job; until then it has none."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.access import Visibility
from accounts.tenancy import TenantRow

if TYPE_CHECKING:
    from stories.models.picture import Image, Video


class Scene(TenantRow):
    story = models.ForeignKey("stories.Story", on_delete=models.CASCADE, related_name="scenes")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    via = models.OneToOneField("stories.Choice", null=True, on_delete=models.CASCADE, related_name="leads_to")
    depth = models.PositiveSmallIntegerField(help_text="1 for the first scene.")
    job = models.OneToOneField("generation.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    must_end = models.BooleanField(default=False, help_text="It was asked for as an ending.")

    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True, help_text="Paragraphs, divided by empty lines. Empty until it is written.")
    picture = models.TextField(blank=True, help_text="What to draw.")
    alt = models.CharField(max_length=300, blank=True, help_text="The picture in words.")
    film = models.TextField(blank=True, help_text="What moves.")
    memory = models.TextField(blank=True, help_text="What the writer wants to know again in the next scene.")
    is_ending = models.BooleanField(default=False)
    ending_name = models.CharField(max_length=120, blank=True)
    is_hidden = models.BooleanField(default=False, help_text="By staff, from everybody but staff.")
    created_at = models.DateTimeField(auto_now_add=True)

    if TYPE_CHECKING:
        image: Image
        video: Video

    class Meta(TenantRow.Meta):
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "story"], condition=Q(parent=None), name="one_first_scene"),
        ]

    def __str__(self) -> str:
        return self.title or f"Scene {self.depth}"

    @property
    def owner_id(self) -> uuid.UUID:
        return self.story.reader_id

    @property
    def visibility(self) -> str:
        return Visibility.HIDDEN if self.is_hidden else self.story.visibility

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


class Choice(TenantRow):
    """A way on from a scene: written with it, or by the reader."""

    class Origin(models.TextChoices):
        WRITTEN = "written", "Written with the scene"
        TYPED = "typed", "Typed by the reader"
        ONWARD = "onward", "Keep going after an ending"
        WRAP_UP = "wrap-up", "Wrap it up"

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="choices")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.WRITTEN)
    nonce = models.UUIDField(null=True, help_text="Of the form that a typed choice came with.")

    class Meta(TenantRow.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "scene", "position"], condition=Q(origin="written"), name="one_choice_per_position"
            ),
            models.UniqueConstraint(fields=["tenant", "scene", "nonce"], name="one_typed_choice_per_form"),
            models.UniqueConstraint(
                fields=["tenant", "scene", "origin"],
                condition=Q(origin__in=["onward", "wrap-up"]),
                name="one_onward_and_one_wrap_up",
            ),
        ]

    def __str__(self) -> str:
        return self.text
