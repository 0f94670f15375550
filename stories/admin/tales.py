"""Stories, and who may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from unfold.decorators import action, display
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.access import Actor, Visibility
from accounts.staff import RecordAdmin
from stories import showing
from stories.admin.hiding import ReasonForm, dialog
from stories.admin.scenes import SceneInline
from stories.errors import CannotPlay
from stories.models import Scene, Story

VISIBILITY_TONES = {Visibility.PRIVATE: "", Visibility.PUBLISHED: "success", Visibility.HIDDEN: "warning"}
DONE = {"publish": "put on the shelf", "hide": "hidden", "restore": "given back to its reader"}


class ReasonBeside(ActionForm):
    """The actions of a list, with a place for the reason that hiding needs."""

    reason = forms.CharField(
        label="",
        required=False,
        max_length=showing.MAX_REASON,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Why (for hiding)", "aria-label": "Why, for hiding"}),
    )


def _do(actor: Actor, story: Story, to: str, reason: str) -> None:
    if to == "publish":
        showing.publish(actor=actor, story=story)
    elif to == "hide":
        showing.hide(actor=actor, thing=story, reason=reason)
    else:
        showing.restore(actor=actor, thing=story, reason=reason)


@admin.register(Story)
class StoryPage(RecordAdmin):
    list_display = ["__str__", "tier", "reader", "shown_to", "scene_count", "length", "finished_at", "created_at"]
    list_filter = ["visibility", "tier", "video_mode", "length"]
    search_fields = ["title", "prompt", "reader__email"]
    inlines = [SceneInline]
    action_form = ReasonBeside
    actions = ["publish_chosen", "hide_chosen", "restore_chosen"]
    actions_detail = ["publish", "hide", "restore"]
    fieldsets = [
        (None, {"fields": ["visibility", "tier_name", "read_by", "prompt", "finished_at", "created_at"]}),
        ("Made with", {"fields": ["length", "art_style", "video_mode", "models", "seed"]}),
    ]
    readonly_fields = ["tier_name", "read_by", "models"]

    def get_queryset(self, request: Any) -> QuerySet[Story]:
        found = (
            super().get_queryset(request).select_related("tier", "reader", "text_model", "image_model", "video_model")
        )
        # Counted beside the row: a join would group by every column of the story.
        scenes = Scene.objects.filter(story=OuterRef("pk")).order_by().values("story").annotate(total=Count("pk"))
        return found.annotate(scene_total=Coalesce(Subquery(scenes.values("total")), 0))

    @display(description="Shown", ordering="visibility", label=VISIBILITY_TONES)
    def shown_to(self, story: Story) -> tuple[str, str]:
        return story.visibility, story.get_visibility_display()

    @display(description="Scenes", ordering="scene_total")
    def scene_count(self, story: Any) -> int:
        return story.scene_total

    @display(description="Tier")
    def tier_name(self, story: Story) -> str:
        return story.tier.name

    @display(description="Reader")
    def read_by(self, story: Story) -> str:
        return str(story.reader)

    @display(description="Models")
    def models(self, story: Story) -> str:
        return ", ".join(str(model) for model in (story.text_model, story.image_model, story.video_model) if model)

    @admin.action(description="Publish: put on the tier's shelf", permissions=["show"])
    def publish_chosen(self, request: Any, stories: QuerySet[Story]) -> None:
        self._show(request, stories, "publish")

    @admin.action(description="Hide from everybody but staff", permissions=["show"])
    def hide_chosen(self, request: Any, stories: QuerySet[Story]) -> None:
        self._show(request, stories, "hide", request.POST.get("reason", ""))

    @admin.action(description="Restore: give back to its reader", permissions=["show"])
    def restore_chosen(self, request: Any, stories: QuerySet[Story]) -> None:
        self._show(request, stories, "restore")

    @action(
        description="Publish", permissions=["show"], icon="visibility",
        dialog=dialog("Publish this story?", "Everybody who may enter the tier can read it.", "Publish"),
    )  # fmt: skip
    def publish(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        return self._show_one(request, object_id, "publish")

    @action(
        description="Hide", permissions=["show"], icon="visibility_off",
        dialog=dialog(
            "Hide this story?", "Its reader and everybody else lose sight of it; staff still see it.", "Hide", ReasonForm
        ),
    )  # fmt: skip
    def hide(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        return self._show_one(request, object_id, "hide", form.cleaned_data["reason"])

    @action(
        description="Restore", permissions=["show"], icon="undo",
        dialog=dialog("Restore this story?", "It goes back to its reader, for them alone.", "Restore"),
    )  # fmt: skip
    def restore(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        return self._show_one(request, object_id, "restore")

    def has_show_permission(self, request: Any, obj: Any = None) -> bool:
        if isinstance(obj, str):
            self.row(request, obj)  # unfold hands over the id from the address: another tenant's is a 404
        return request.actor.is_staff

    def get_actions_detail(self, request: Any, object_id: Any) -> list[Any]:
        """The buttons that lead somewhere from where the story stands."""
        story: Story = self.row(request, object_id)
        fit = {
            Visibility.PRIVATE: {"publish", "hide"} if story.finished_at else {"hide"},
            Visibility.PUBLISHED: {"hide"},
            Visibility.HIDDEN: {"restore"},
        }[Visibility(story.visibility)]
        shown = super().get_actions_detail(request, object_id)
        return [button for button in shown if button.action_name.rsplit("_", 1)[1] in fit]

    def _show_one(self, request: Any, object_id: str, to: str, reason: str = "") -> HttpResponse:
        self._show(request, [self.row(request, object_id)], to, reason)
        return self.back_to(request, object_id)

    def _show(self, request: Any, stories: Iterable[Story], to: str, reason: str = "") -> None:
        refusals: Counter[str] = Counter()
        for story in stories:
            try:
                _do(request.actor, story, to, reason)
            except CannotPlay as refused:
                refusals[str(refused)] += 1
                continue
            self.log_change(request, story, f"The story was {DONE[to]}.")
            messages.success(request, f"“{story}” was {DONE[to]}.")
        for sentence, times in refusals.items():
            messages.error(
                request, f"{times} {'story was' if times == 1 else 'stories were'} not {DONE[to]}: {sentence}"
            )
