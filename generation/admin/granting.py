"""What exists and what it costs, for operators; which of it a tier uses, for its staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts.models import Tier
from accounts.staff import MicrosField, PlatformAdmin, TenantAdmin, TenantForm
from generation import catalogue, keys, pricing, switches
from generation.models import AiModel, ModelGrant, Price


class PriceForm(forms.ModelForm):
    amount_micros = MicrosField(label="Amount", help_text="In units of the currency, for as many units as “per” says.")


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
    list_display = [
        "name", "key", "provider", "kind", "price", "is_enabled", "retires_on", "missing_since", "replacement",
        "is_reachable",
    ]  # fmt: skip
    list_select_related = ["replacement"]
    list_filter = ["kind", "provider", "is_enabled", ("missing_since", admin.EmptyFieldListFilter)]
    search_fields = ["name", "key", "remote_name"]
    readonly_fields = ["missing_since"]
    inlines = [PriceInline]
    actions = ["grant_to_every_tier", "grant_to_studio"]

    def get_queryset(self, request: Any) -> QuerySet[AiModel]:
        found: QuerySet[AiModel] = super().get_queryset(request)
        return found.prefetch_related(pricing.begun())

    @display(description="Price today")
    def price(self, model: AiModel) -> str:
        return pricing.words(pricing.in_force(model.prices.all()))

    @admin.action(description="Grant to every tier of this library", permissions=["change"])
    def grant_to_every_tier(self, request: Any, models: QuerySet[AiModel]) -> None:
        for model in models:
            messages.success(request, grant_everywhere(model))

    @admin.action(description="Grant to the studio of this library", permissions=["change"])
    def grant_to_studio(self, request: Any, models: QuerySet[AiModel]) -> None:
        for model in models:
            is_new = ModelGrant.objects.get_or_create(tier=None, model=model, defaults={"kind": model.kind})[1]
            messages.success(
                request, f"{model} is granted to the studio." if is_new else f"The studio has {model} already."
            )

    @display(description="Reachable", boolean=True)
    def is_reachable(self, model: AiModel) -> bool:
        """Whether an adapter of this install speaks to it."""
        return catalogue.capabilities(model) is not None


def grant_everywhere(model: AiModel) -> str:
    """Grant a model to all tiers of the active tenant that lack it; says what was done."""
    # The studio's grant names no tier, and a list that holds nothing named excludes nothing.
    granted = ModelGrant.objects.filter(model=model, tier__isnull=False).values("tier")
    lacking = list(Tier.objects.exclude(id__in=granted))
    ModelGrant.objects.bulk_create([ModelGrant(tier=tier, model=model, kind=model.kind) for tier in lacking])
    tiers = ", ".join(tier.name for tier in lacking)
    return f"{model} is granted to {tiers}." if lacking else f"Every tier has {model} already."


class ModelChoice(forms.ModelChoiceField):
    """Models by kind and provider, as people know them."""

    def label_from_instance(self, model: Any) -> str:
        return f"{model.get_kind_display()}: {model.name} ({keys.title(model.provider)})"


class GrantForm(TenantForm):
    sentences = {
        "one_grant_per_model": ("model", "This tier may use this model already."),
        "one_studio_grant_per_model": ("model", "The studio may use this model already."),
        "one_studio_default_per_kind": (
            "is_default",
            "The studio has a default of this kind already. Save this one without the mark, then choose “Make default” in "
            "the list, which moves it.",
        ),
        "one_default_per_kind": (
            "is_default",
            "This tier has a default of this kind already. Save this one without the mark, then choose “Make default” in "
            "the list, which moves it.",
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What was switched off or retired is not to be chosen; a grant that has it already may keep it.
        gone = Q(is_enabled=False) | Q(retires_on__lte=timezone.now().date())
        reachable = {model.id for model in AiModel.objects.exclude(gone) if catalogue.capabilities(model) is not None}
        field: Any = self.fields.get("model")
        if field is not None:
            field.queryset = AiModel.objects.filter(id__in={*reachable, self.instance.model_id}).order_by(
                "kind", "provider", "name"
            )

    def clean_model(self) -> AiModel:
        model: AiModel = self.cleaned_data["model"]
        # The row takes its kind when it is saved; the rule “one default per kind” has to know it before.
        self.instance.kind = model.kind
        return model


@admin.register(ModelGrant)
class ModelGrantPage(TenantAdmin):
    form = GrantForm
    list_display = ["model", "kind", "where", "is_default", "state"]
    list_select_related = ["tier", "model"]
    list_filter = ["tier", "kind", "is_default"]
    ordering = ["tier", "kind", "-is_default"]
    actions = ["make_default", "grant_to_every_tier"]

    def get_queryset(self, request: Any) -> QuerySet[ModelGrant]:
        found: QuerySet[ModelGrant] = super().get_queryset(request)
        return found.annotate(off_because=switches.why_off())

    @display(description="State", label={"on": "success", "off": "danger"})
    def state(self, grant: Any) -> tuple[str, str]:
        if grant.off_because is not None:
            return "off", f"Switched off by the platform: {grant.off_because}"
        return "on", "On"

    @display(description="Where", ordering="tier")
    def where(self, grant: ModelGrant) -> str:
        return str(grant.tier) if grant.tier else "Studio"

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "model":
            kwargs["form_class"] = ModelChoice
        if db_field.name == "tier":
            kwargs["empty_label"] = "The studio"
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

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
                messages.success(request, f"{grant.model} is the default for {grant.kind} in {self.where(grant)}.")

    @admin.action(description="Grant to every tier", permissions=["change"])
    def grant_to_every_tier(self, request: Any, grants: QuerySet[ModelGrant]) -> None:
        for model in AiModel.objects.filter(id__in=grants.values("model")):
            messages.success(request, grant_everywhere(model))
