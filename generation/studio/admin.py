"""The studio, as staff see it: its rules, and what is made in it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import display

from accounts.staff import RecordAdmin, TenantAdmin, TenantForm
from generation.studio import making, public
from generation.studio.models import Piece, StudioPolicy


class PolicyForm(TenantForm):
    sentences = {
        "one_studio_policy_per_tenant": ("is_open", "This library has its studio policy already: change that one.")
    }


@admin.register(StudioPolicy)
class StudioPolicyPage(TenantAdmin):
    form = PolicyForm
    list_display = ["name", "is_open", "picture_style", "streams_text", "takes_addresses"]
    fieldsets = [
        (None, {"fields": ["is_open"]}),
        ("What is made here", {"fields": ["guidelines", "picture_style", "streams_text"]}),
        ("What may be brought", {"fields": ["takes_addresses"]}),
    ]

    @display(description="Policy")
    def name(self, policy: StudioPolicy) -> str:
        return str(policy)

    def has_add_permission(self, request: Any) -> bool:
        return super().has_add_permission(request) and not StudioPolicy.objects.exists()

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False  # a studio is closed, not thrown away


@admin.register(Piece)
class PiecePage(RecordAdmin):
    """Pieces are looked at, and thrown away where they have to be; nobody writes them by hand."""

    list_display = ["name", "kind", "source", "made_by", "take_count", "age"]
    list_filter = ["kind", "source"]
    search_fields = ["title", "user__email"]
    actions = ["throw_away"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "source", "made_by", "age", "asked"]}),
        ("Takes", {"fields": ["takes_shown"]}),
    ]
    readonly_fields = ["name", "made_by", "age", "asked", "takes_shown"]

    def get_queryset(self, request: Any) -> QuerySet[Piece]:
        found: QuerySet[Piece] = super().get_queryset(request)
        return found.filter(deleted_at=None).select_related("user").annotate(count=Count("takes"))

    def has_throw_permission(self, request: Any) -> bool:
        return bool(request.actor.is_staff)

    @display(description="Piece", ordering="title")
    def name(self, piece: Piece) -> str:
        return piece.title or str(piece.id)[:8]

    @display(description="Made by", ordering="user__email")
    def made_by(self, piece: Piece) -> str:
        return str(piece.user)

    @display(description="Takes", ordering="count")
    def take_count(self, piece: Piece) -> int:
        return int(getattr(piece, "count", 0))

    @display(description="Age", ordering="-created_at")
    def age(self, piece: Piece) -> str:
        return timesince(piece.created_at, depth=1)

    @display(description="Asked for")
    def asked(self, piece: Piece) -> SafeString:
        rows = ((name, str(value)) for name, value in piece.settings.items())
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))

    @display(description="Takes")
    def takes_shown(self, piece: Piece) -> SafeString | str:
        rows = (
            (reverse("admin:generation_job_change", args=[take.job_id]), take.number, public.take(take)["status"])
            for take in public.takes_of(piece)
        )
        return format_html_join("", '<p><a class="onward" href="{}">Take {}</a>: {}</p>', rows) or "—"

    @admin.action(description="Throw away", permissions=["throw"])
    def throw_away(self, request: Any, pieces: QuerySet[Piece]) -> None:
        count = 0
        for piece in pieces:
            making.delete(piece=piece)
            self.log_change(request, piece, "Thrown away by staff.")
            count += 1
        messages.success(request, f"{count} {'piece was' if count == 1 else 'pieces were'} thrown away.")
