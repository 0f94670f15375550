"""The plate of a scene: its picture and, in video mode, its film. Their status is the status of their job."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from accounts.access import Visibility
from accounts.tenancy import TenantRow
from stories.models.review import Standing


class Plate(TenantRow):
    scene: Any
    job = models.OneToOneField("generation.Job", on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(
        max_length=8,
        choices=Standing.choices,
        default=Standing.SHOWN,
        help_text="Whether those who may read its page see it. Staff do in any case.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        abstract = True

    @property
    def owner_id(self) -> uuid.UUID:
        return self.scene.story.reader_id

    @property
    def visibility(self) -> str:
        return self.scene.visibility if self.standing == Standing.SHOWN else Visibility.HIDDEN


class Image(Plate):
    scene = models.OneToOneField("stories.Scene", on_delete=models.CASCADE, related_name="image")

    def __str__(self) -> str:
        return f"Picture of {self.scene}"


class Video(Plate):
    scene = models.OneToOneField("stories.Scene", on_delete=models.CASCADE, related_name="video")

    def __str__(self) -> str:
        return f"Film of {self.scene}"
