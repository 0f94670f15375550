"""Caps: the most that the whole tenant, or the guests of a tier, may spend in a period."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.models import Cap, Counter, Tier
from accounts.models.ledger import Period, Pool
from accounts.staff import MicrosField, TenantAdmin, TenantForm, money
from accounts.tenancy import current


class CapForm(TenantForm):
    """A budget in units of the currency. Whose it is becomes the row's `subject_id`."""

    tier = forms.ModelChoiceField(
        Tier.objects.none(), required=False, widget=UnfoldAdminSelectWidget(), help_text="Whose guests, for guests."
    )
    limit = MicrosField(label="Limit", help_text="In the currency of this library.")
    sentences = {"one_cap_per_pool_and_period": ("period", "There is a budget for this already. Change that one.")}

    class Meta:
        model = Cap
        fields = ["pool", "period", "limit"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].queryset = Tier.objects.all()  # type: ignore[attr-defined]
        if self.instance.pool == Pool.GUESTS:
            self.fields["tier"].initial = self.instance.subject_id

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        tier = given.get("tier")
        if given.get("pool") == Pool.GUESTS and tier is None and "tier" not in self.errors:
            self.add_error("tier", "Choose the tier whose guests this budget is for.")
        if given.get("pool") == Pool.TENANT and tier is not None:
            self.add_error("tier", "The whole tenant has one budget for all tiers. Leave this empty.")
        subject = current() if given.get("pool") == Pool.TENANT else getattr(tier, "pk", None)
        if subject is not None:
            self.instance.subject_id = subject
        return given


@admin.register(Cap)
class CapPage(TenantAdmin):
    form = CapForm
    fields = ["pool", "tier", "period", "limit"]
    list_display = ["whose", "period", "limit", "used"]
    list_filter = ["pool", "period"]
    list_select_related = ["tenant"]

    def get_queryset(self, request: Any) -> QuerySet:
        """With the name of the tier, and what is spent and held in the period that runs now."""
        today = timezone.now().date()
        return super().get_queryset(request).annotate(
            tier_name=Subquery(Tier.objects.filter(pk=OuterRef("subject_id")).values("name")[:1]),
            used_micros=Subquery(_counted(today).values("total")[:1], output_field=BigIntegerField()),
        )  # fmt: skip

    @display(description="Whose", ordering="pool")
    def whose(self, cap: Any) -> str:
        return "Whole tenant" if cap.pool == Pool.TENANT else f"Guests of {cap.tier_name or 'a tier that is gone'}"

    @display(description="Limit", ordering="limit")
    def limit(self, cap: Cap) -> str:
        return money(cap.limit, cap.tenant.currency)

    @display(description="Spent and held now")
    def used(self, cap: Any) -> str:
        return money(cap.used_micros or 0, cap.tenant.currency)


def _counted(today: datetime.date) -> QuerySet:
    runs_now = Q(period=Period.DAY, starts_on=today) | Q(period=Period.MONTH, starts_on=today.replace(day=1))
    same = {"pool": OuterRef("pool"), "subject_id": OuterRef("subject_id"), "period": OuterRef("period")}
    return Counter.objects.filter(runs_now, **same).annotate(total=F("spent_micros") + F("held_micros"))
