"""Scenes: a list inside their story, and each in full."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from generation.admin.jobs import TONES
from stories.admin.hiding import HidingAdmin
from stories.admin.showing import DASH, film, job_link, picture, plate_job
from stories.models import Scene


class SceneInline(TabularInline):
    model = Scene
    fields = ["depth", "chosen", "written", "text_job", "plate", "reel", "is_ending"]
    readonly_fields = ["chosen", "written", "text_job", "plate", "reel"]
    ordering = ["depth", "created_at"]
    extra = 0
    can_delete = False
    show_change_link = True
    per_page = 20

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scene]:
        return super().get_queryset(request).select_related("story__tier", "via", "job", "image__job", "video__job")

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return request.actor.is_staff

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    @display(description="By way of")
    def chosen(self, scene: Scene) -> str:
        return scene.via.text if scene.via else "The beginning"

    @display(description="Text")
    def written(self, scene: Scene) -> str:
        return f"{scene.text[:140]}…" if len(scene.text) > 140 else scene.text or DASH

    @display(description="Its job")
    def text_job(self, scene: Scene) -> SafeString | str:
        return job_link(scene.job)

    @display(description="Picture")
    def plate(self, scene: Scene) -> SafeString | str:
        return picture(scene, plate_job(scene, "image"))

    @display(description="Film")
    def reel(self, scene: Scene) -> SafeString | str:
        return film(scene, plate_job(scene, "video"))


@admin.register(Scene)
class ScenePage(HidingAdmin):
    """A scene in full, with what its writer was asked to draw and to film."""

    list_display = ["__str__", "story", "depth", "state", "plate", "is_ending", "created_at"]
    list_filter = ["is_hidden", "is_ending", "story__tier"]
    search_fields = ["title", "text", "story__title"]
    fieldsets = [
        (None, {"fields": ["story_link", "depth", "is_hidden", "text_job", "plate", "reel"]}),
        ("Written", {"fields": ["title", "written", "ways_on", "is_ending", "ending_name"]}),
        ("For the painter and the camera", {"fields": ["picture", "alt", "film", "memory"]}),
    ]
    readonly_fields = ["story_link", "text_job", "plate", "reel", "written", "ways_on"]

    def get_queryset(self, request: Any) -> QuerySet[Scene]:
        return super().get_queryset(request).select_related("story__tier", "job", "image__job", "video__job")

    @display(description="Story")
    def story_link(self, scene: Scene) -> SafeString:
        address = reverse("admin:stories_story_change", args=[scene.story_id])
        return format_html('<a class="onward" href="{}">{}</a>', address, scene.story)

    @display(description="Text", label=TONES)
    def state(self, scene: Scene) -> tuple[str, str] | str:
        return (scene.job.status, scene.job.get_status_display()) if scene.job else DASH

    @display(description="Text")
    def written(self, scene: Scene) -> SafeString:
        return format_html('<div class="written">{}</div>', scene.text or DASH)

    @display(description="Choices")
    def ways_on(self, scene: Scene) -> str:
        return " · ".join(choice.text for choice in scene.choices.all()) or DASH

    @display(description="Its job")
    def text_job(self, scene: Scene) -> SafeString | str:
        return job_link(scene.job)

    @display(description="Picture")
    def plate(self, scene: Scene) -> SafeString | str:
        return picture(scene, plate_job(scene, "image"))

    @display(description="Film")
    def reel(self, scene: Scene) -> SafeString | str:
        return film(scene, plate_job(scene, "video"))
