"""What staff decided, as it was written down. Nobody changes or deletes it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from unfold.decorators import display

from accounts.staff import RecordAdmin
from stories.models import Decision

TONES = {"hide": "warning", "decline": "warning", "uphold": "warning", "restore": "success", "approve": "success"}


@admin.register(Decision)
class DecisionPage(RecordAdmin):
    list_display = ["created_at", "what", "part", "story", "reason", "by"]
    list_filter = ["ruling", "part"]
    search_fields = ["reason", "story__title", "by__email"]
    fields = ["created_at", "ruling", "part", "story", "reason", "by"]

    def get_queryset(self, request: Any) -> QuerySet[Decision]:
        return super().get_queryset(request).select_related("story", "by")

    @display(description="Decision", ordering="ruling", label=TONES)
    def what(self, decision: Decision) -> tuple[str, str]:
        return decision.ruling, decision.get_ruling_display()
