"""The buttons that hide and restore a page, a picture or a film, and the form that asks why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.staff import RecordAdmin
from stories import showing
from stories.errors import CannotPlay


class ReasonForm(BaseDialogForm):
    """Why something is hidden; its reader is told."""

    reason = forms.CharField(
        max_length=showing.MAX_REASON,
        help_text="Its reader sees this.",
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": "Say why, in a sentence; the reader sees it."},
    )


def dialog(title: str, description: str, button: str, form: Any = None) -> Any:
    return {"title": title, "description": description, "form_class": form, "form_submit_text": button}


class HidingAdmin(RecordAdmin):
    """A page of something that staff may hide."""

    actions_detail = ["hide", "restore"]

    @action(
        description="Hide", permissions=["show"], icon="visibility_off",
        dialog=dialog("Hide this?", "Its reader and everybody else lose sight of it; staff still see it.", "Hide", ReasonForm),
    )  # fmt: skip
    def hide(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, showing.hide, form.cleaned_data["reason"], "hidden")

    @action(
        description="Restore", permissions=["show"], icon="undo",
        dialog=dialog("Restore this?", "Those who may read the story see it again.", "Restore"),
    )  # fmt: skip
    def restore(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, showing.restore, "", "given back")

    def has_show_permission(self, request: Any, obj: Any = None) -> bool:
        if isinstance(obj, str):
            self.row(request, obj)  # unfold hands over the id from the address: another tenant's is a 404
        return request.actor.is_staff

    def get_actions_detail(self, request: Any, object_id: Any) -> list[Any]:
        """The one button that leads somewhere from where the thing stands."""
        fit = "restore" if showing.is_hidden(self.row(request, object_id)) else "hide"
        shown = super().get_actions_detail(request, object_id)
        return [button for button in shown if button.action_name.rsplit("_", 1)[1] == fit]

    def _decide(self, request: Any, object_id: str, verb: Any, reason: str, done: str) -> HttpResponse:
        thing = self.row(request, object_id)
        try:
            verb(actor=request.actor, thing=thing, reason=reason)
        except CannotPlay as refused:
            messages.error(request, str(refused))
        else:
            self.log_change(request, thing, f"It was {done}.")
            messages.success(request, f"“{thing}” was {done}.")
        return self.back_to(request, object_id)
