"""Limits: the most money, or the most scenes, pictures, seconds of film and spoken characters, for the library, a tier, its
guests, each of its readers, each person of a role, or one person. What people set for themselves is theirs and does not show
here."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, When
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
)

from accounts import limits
from accounts.allowances import LABELS
from accounts.models import Cap, Counter, Membership, Role, Tier
from accounts.models.ledger import Measure, Period, Pool
from accounts.staff import MICROS, TenantAdmin, TenantForm, money, plain
from accounts.tenancy import current

ROLE = "role"
WHOSE = [
    (Pool.TENANT, "The whole library"),
    (Pool.TIER, "Everybody in a tier, together"),
    (Pool.GUESTS, "All guests of a tier, together"),
    (Pool.READER, "Each reader of a tier"),
    (ROLE, "Each person of a role"),
    (Pool.PERSON, "One person"),
]
OF_A_TIER = (Pool.TIER, Pool.GUESTS, Pool.READER)
NEEDED: dict[str, str] = {**dict.fromkeys(OF_A_TIER, "tier"), ROLE: "of_role", Pool.PERSON: "person"}
"""The field that says whose, beside `whose`."""


class CapForm(TenantForm):
    """A limit in the units that people use. Whose it is becomes the row's pool, subject and role."""

    whose = forms.ChoiceField(choices=WHOSE, widget=UnfoldAdminSelectWidget())
    tier = forms.ModelChoiceField(
        Tier.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="For a tier, its guests or readers.",
    )
    of_role = forms.ChoiceField(
        label="Role",
        choices=[("", "---------"), *Role.choices],
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="For each person of a role. What is said of one person goes before it.",
    )
    person = forms.EmailField(
        required=False, widget=UnfoldAdminEmailInputWidget(), help_text="For one person: the address they sign in with."
    )
    amount = forms.DecimalField(
        label="Limit", min_value=0, max_value=1_000_000_000, decimal_places=6, widget=UnfoldAdminDecimalFieldWidget(),
        help_text="Money in the currency of this library, such as 2.50; all else in whole numbers. 0 means nothing at all.",
    )  # fmt: skip
    sentences = {"one_cap_per_pool_and_period": ("period", "There is a limit for this already. Change that one.")}

    class Meta:
        model = Cap
        fields = ["measure", "period"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].queryset = Tier.objects.all()  # type: ignore[attr-defined]
        cap = self.instance
        if cap._state.adding:
            return
        self.fields["whose"].initial = ROLE if cap.role else cap.pool
        self.fields["of_role"].initial = cap.role
        self.fields["amount"].initial = plain(cap.limit) if cap.measure == Measure.MONEY else cap.limit
        if cap.pool in OF_A_TIER:
            self.fields["tier"].initial = cap.subject_id
        if cap.pool == Pool.PERSON and not cap.role:
            member = Membership.objects.filter(user_id=cap.subject_id).select_related("user").first()
            self.fields["person"].initial = member.user.email if member is not None else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        whose = given.get("whose")
        needed = NEEDED.get(whose or "")
        asks = {
            "tier": "Choose the tier that this limit is for.",
            "of_role": "Choose the role that this limit is for.",
            "person": "Say whom this limit is for, by the address they sign in with.",
        }
        for name, sentence in asks.items():
            said = given.get(name)
            if name == needed and not said and name not in self.errors:
                self.add_error(name, sentence)
            elif name != needed and said and whose:
                self.add_error(name, f"“{dict(WHOSE)[whose]}” needs none. Leave this empty.")
        self.instance.pool = Pool.PERSON if whose == ROLE else whose or Pool.TENANT
        self.instance.role = given.get("of_role", "") if whose == ROLE else ""
        subject = self._subject(whose, given)
        if subject is not None:
            self.instance.subject_id = subject
        self._take_amount(given)
        return given

    def _subject(self, whose: str | None, given: dict[str, Any]) -> Any:
        if whose in OF_A_TIER:
            return getattr(given.get("tier"), "pk", None)
        if whose != Pool.PERSON:
            return current()
        email = given.get("person")
        member = Membership.objects.filter(user__email=email.lower(), user__is_guest=False).first() if email else None
        if email and member is None:
            self.add_error("person", "Nobody with this address is a member here.")
        return member.user_id if member is not None else None

    def _take_amount(self, given: dict[str, Any]) -> None:
        amount, measure = given.get("amount"), given.get("measure")
        if amount is None or measure is None:
            return
        if measure == Measure.MONEY:
            self.instance.limit = int(amount * MICROS)
        elif amount != int(amount):
            self.add_error(
                "amount", f"{LABELS[Measure(measure)]} are counted whole. Write a number such as {int(amount) + 1}."
            )
        else:
            self.instance.limit = int(amount)


@admin.register(Cap)
class CapPage(TenantAdmin):
    form = CapForm
    fields = ["whose", "tier", "of_role", "person", "measure", "period", "amount"]
    list_display = ["whom", "measure", "period", "most", "used", "left"]
    list_filter = ["pool", "measure", "period"]
    list_select_related = ["tenant"]
    ordering = ["pool", "measure", "period"]

    def get_queryset(self, request: Any) -> QuerySet:
        """With the name of the tier or the person, and what is spent and held in the period that runs now."""
        tier = Tier.objects.filter(pk=OuterRef("subject_id")).values("name")[:1]
        person = Membership.objects.filter(user_id=OuterRef("subject_id")).values("user__email")[:1]
        return super().get_queryset(request).filter(is_own=False).annotate(
            tier_name=Subquery(tier), person_name=Subquery(person), used_now=_used(limits.today())
        )  # fmt: skip

    @display(description="Whose", ordering="pool")
    def whom(self, cap: Any) -> str:
        tier = cap.tier_name or "a tier that is gone"
        if cap.role:
            return f"Each {cap.get_role_display().lower()}"
        return {
            Pool.TENANT: "The whole library", Pool.TIER: f"Everybody in {tier}", Pool.GUESTS: f"Guests of {tier}",
            Pool.READER: f"Each reader of {tier}", Pool.PERSON: cap.person_name or "Somebody who is gone",
        }[Pool(cap.pool)]  # fmt: skip

    @display(description="Limit", ordering="limit")
    def most(self, cap: Cap) -> str:  # not “limit”: a list shows the row's own field of that name, in millionths
        return _words(cap, cap.limit)

    @display(description="Used now")
    def used(self, cap: Any) -> str:
        return "each alone" if _is_shared_out(cap) else _words(cap, cap.used_now or 0)

    @display(description="Left now")
    def left(self, cap: Any) -> str:
        return "each alone" if _is_shared_out(cap) else _words(cap, max(0, cap.limit - (cap.used_now or 0)))


def _is_shared_out(cap: Cap) -> bool:
    """Whether each person has a count of their own under it."""
    return bool(cap.role) or cap.pool == Pool.READER


def _words(cap: Cap, amount: int) -> str:
    return money(amount, cap.tenant.currency) if cap.measure == Measure.MONEY else f"{Decimal(amount):,}"


def _used(today: datetime.date) -> Case:
    """What is spent and held of the row's own measure."""
    runs_now = Q(period=Period.DAY, starts_on=today) | Q(
        period=Period.MONTH, starts_on=limits.starts_on(Period.MONTH, today)
    )
    same = {"pool": OuterRef("pool"), "subject_id": OuterRef("subject_id"), "period": OuterRef("period")}
    rows = Counter.objects.filter(runs_now, **same)
    return Case(
        *(
            When(measure=measure, then=Subquery(
                rows.annotate(total=F(f"spent_{measure.value}") + F(f"held_{measure.value}")).values("total")[:1]
            ))
            for measure in Measure
        ),
        output_field=BigIntegerField(),
    )  # fmt: skip
