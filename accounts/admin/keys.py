"""API keys: staff see which programs come in, and shut them out. Nobody sees a secret, or what it is checked against."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from unfold.decorators import display

from accounts import api_keys
from accounts.models import ApiKey
from accounts.staff import RecordAdmin


class InUse(admin.SimpleListFilter):
    """Which keys still open something."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "In use"), ("revoked", "Revoked")]

    def queryset(self, request: Any, keys: QuerySet) -> QuerySet:
        if self.value() not in ("live", "revoked"):
            return keys
        return keys.filter(revoked_at__isnull=self.value() == "live")


@admin.register(ApiKey)
class ApiKeyPage(RecordAdmin):
    list_display = ["name", "begins", "owner", "may", "created_at", "last_used_at", "state"]
    list_filter = [InUse]
    search_fields = ["name", "prefix", "membership__user__email"]
    list_select_related = ["membership__user"]
    actions = ["revoke_chosen"]
    fields = readonly_fields = ["name", "begins", "owner", "may", "created_at", "last_used_at", "revoked_at"]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return not lookup.startswith("digest") and super().lookup_allowed(lookup, value, request)

    @display(description="Begins with", ordering="prefix")
    def begins(self, key: ApiKey) -> str:
        return f"{api_keys.START}{key.prefix}_"

    @display(description="Belongs to", ordering="membership__user__email")
    def owner(self, key: ApiKey) -> str:
        return str(key.membership.user)

    @display(description="May")
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @display(description="State", label={"In use": "success", "Revoked": ""})
    def state(self, key: ApiKey) -> str:
        return "In use" if key.revoked_at is None else "Revoked"

    @admin.action(description="Revoke")
    def revoke_chosen(self, request: Any, keys: QuerySet) -> None:
        chosen = list(keys)
        ended = [key for key in chosen if api_keys.revoke(key)]
        for key in ended:
            self.log_change(request, key, "Revoked.")
        messages.success(request, f"Revoked: {len(ended)} of {len(chosen)}. What uses them gets in no more.")
