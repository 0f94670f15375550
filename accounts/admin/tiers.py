"""Tiers: a library's audiences, each at an address of its own."""

from __future__ import annotations

from django.contrib import admin

from accounts.models import Tier
from accounts.staff import TenantAdmin, TenantForm


class TierForm(TenantForm):
    sentences = {"tier_slug_per_tenant": ("slug", "Another tier lives at this address. Choose another word.")}


@admin.register(Tier)
class TierPage(TenantAdmin):
    form = TierForm
    list_display = ["name", "slug", "audience", "theme", "guests_may_play", "is_open", "position"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "tagline", "audience", "theme", "position"]}),
        ("What is told here", {"fields": ["guidelines", "picture_style", "streams_text"]}),
        ("Who may play", {"fields": ["is_open", "guests_may_play"]}),
    ]
