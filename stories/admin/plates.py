"""Pictures and films: looked at here, made by their jobs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.jobs import TONES
from stories.admin.hiding import HidingAdmin
from stories.admin.showing import DASH, film, job_link, picture
from stories.models import Image, Video


class PlatePage(HidingAdmin):
    """A picture or a film. Its status is the status of its job."""

    list_display = ["__str__", "state", "standing", "shown", "tier", "made_by", "created_at"]
    list_filter = ["standing", "job__status", "scene__story__tier"]
    search_fields = ["scene__title", "scene__story__title"]
    fields = ["shown", "standing", "made", "message", "scene_page", "made_by", "words", "created_at"]
    readonly_fields = ["shown", "made", "message", "scene_page", "made_by", "words"]

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("scene__story__tier", "job__model")

    @display(description="Status", ordering="job__status", label=TONES)
    def state(self, plate: Image | Video) -> tuple[str, str]:
        return plate.job.status, plate.job.get_status_display()

    @display(description="Message")
    def message(self, plate: Image | Video) -> str:
        return plate.job.message or DASH

    @display(description="Tier")
    def tier(self, plate: Image | Video) -> str:
        return plate.scene.story.tier.name

    @display(description="Model")
    def made_by(self, plate: Image | Video) -> str:
        return str(plate.job.model or DASH)

    @display(description="Status")
    def made(self, plate: Image | Video) -> SafeString | str:
        return job_link(plate.job)

    @display(description="Scene")
    def scene_page(self, plate: Image | Video) -> SafeString:
        address = reverse("admin:stories_scene_change", args=[plate.scene_id])
        return format_html('<a class="onward" href="{}">{}, “{}”</a>', address, plate.scene, plate.scene.story)


@admin.register(Image)
class ImagePage(PlatePage):
    @display(description="Picture")
    def shown(self, image: Image) -> SafeString | str:
        return picture(image.scene, image.job)

    @display(description="In words")
    def words(self, image: Image) -> str:
        return image.scene.alt or DASH


@admin.register(Video)
class VideoPage(PlatePage):
    @display(description="Film")
    def shown(self, video: Video) -> SafeString | str:
        return film(video.scene, video.job)

    @display(description="What moves")
    def words(self, video: Video) -> str:
        return video.scene.film or DASH
