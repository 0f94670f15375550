"""What exists and what it costs, for operators; which of it a tier uses, for its staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts.staff import MicrosField, PlatformAdmin, TenantAdmin, TenantForm
from generation import catalogue
from generation.models import AiModel, Credential, ModelGrant, Price


class PriceForm(forms.ModelForm):
    amount_micros = MicrosField(label="Amount", help_text="In units of the currency, for one unit.")


class PriceInline(TabularInline):
    model = Price
    form = PriceForm
    extra = 0

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(request.actor.is_operator)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(request.actor.is_operator)


@admin.register(AiModel)
class AiModelPage(PlatformAdmin):
    list_display = ["name", "key", "provider", "kind", "is_enabled", "retires_on", "replacement", "is_reachable"]
    list_select_related = ["replacement"]
    list_filter = ["kind", "provider", "is_enabled"]
    search_fields = ["name", "key", "remote_name"]
    inlines = [PriceInline]

    @display(description="Reachable", boolean=True)
    def is_reachable(self, model: AiModel) -> bool:
        """Whether an adapter of this install speaks to it."""
        return catalogue.capabilities(model) is not None


@admin.register(Credential)
class CredentialPage(PlatformAdmin):
    list_display = ["provider", "label", "is_enabled", "max_concurrent", "paused_until", "paused_because"]


class GrantForm(TenantForm):
    sentences = {
        "one_grant_per_model": ("model", "This tier may use this model already."),
        "one_default_per_kind": (
            "is_default",
            "This tier has a default of this kind already. Save this one without the mark, then choose “Make default” in "
            "the list, which moves it.",
        ),
    }

    def clean_model(self) -> AiModel:
        model: AiModel = self.cleaned_data["model"]
        # The row takes its kind when it is saved; the rule “one default per kind” has to know it before.
        self.instance.kind = model.kind
        return model


@admin.register(ModelGrant)
class ModelGrantPage(TenantAdmin):
    form = GrantForm
    list_display = ["model", "kind", "tier", "is_default"]
    list_select_related = ["tier", "model"]
    list_filter = ["tier", "kind", "is_default"]
    ordering = ["tier", "kind", "-is_default"]
    actions = ["make_default"]

    @admin.action(description="Make default", permissions=["change"])
    def make_default(self, request: Any, grants: QuerySet[ModelGrant]) -> None:
        chosen = list(grants.select_related("tier", "model"))
        if len({(grant.tier_id, grant.kind) for grant in chosen}) < len(chosen):
            messages.error(request, "A tier has one default of each kind. Choose one of them.")
            return
        with transaction.atomic():
            for grant in chosen:
                ModelGrant.objects.filter(tier=grant.tier_id, kind=grant.kind).update(is_default=False)
                ModelGrant.objects.filter(pk=grant.pk).update(is_default=True)
                messages.success(request, f"{grant.model} is the default for {grant.kind} in {grant.tier}.")
