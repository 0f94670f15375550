"""Tiers: a library's audiences, each at an address of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from accounts import fence
from accounts.models import Tier
from accounts.staff import TenantAdmin, TenantForm


class TierForm(TenantForm):
    """The PIN is typed in and never shown again: what is kept is a hash."""

    new_pin = forms.CharField(
        label="PIN to leave",
        required=False,
        max_length=12,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    no_pin = forms.BooleanField(label="Take the PIN away", required=False, widget=UnfoldBooleanSwitchWidget())
    sentences = {"tier_slug_per_tenant": ("slug", "Another tier lives at this address. Choose another word.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_set = "One is set; leave this empty to keep it. " if self.instance.exit_pin else "None is set. "
        self.fields[
            "new_pin"
        ].help_text = (
            f"{is_set}Four to twelve digits. A browser that opens this tier leaves it with the PIN alone, yours too."
        )

    def clean_new_pin(self) -> str:
        given = self.cleaned_data["new_pin"].strip()
        return fence.hashed(given) if given else ""

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data.get("no_pin"):
            self.instance.exit_pin = ""
        elif self.cleaned_data.get("new_pin"):
            self.instance.exit_pin = self.cleaned_data["new_pin"]
        return super().save(commit)


@admin.register(Tier)
class TierPage(TenantAdmin):
    form = TierForm
    list_display = ["name", "slug", "audience", "theme", "guests_may_play", "is_open", "position"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "tagline", "audience", "theme", "position"]}),
        ("What is told here", {"fields": ["guidelines", "picture_style", "streams_text"]}),
        ("Who may play", {"fields": ["is_open", "guests_may_play", "daily_minutes"]}),
        ("Looking after readers", {"fields": ["approves_pictures", "approves_publishing", "new_pin", "no_pin"]}),
    ]
