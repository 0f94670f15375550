"""A person's own page of usage: what they spent, what their limits leave, and the lower limits that they set for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import allowances, limits
from accounts.access import Door, admits, enterable
from accounts.allowances import LABELS, Allowance
from accounts.models import Tier
from accounts.models.ledger import Measure, Period
from accounts.staff import MICROS
from generation import usage
from generation.usage_tables import RangeForm, in_words, shown

PERIODS = [(Period.DAY, "each day"), (Period.MONTH, "each month")]


class LimitForm(forms.Form):
    """A limit of one's own."""

    measure = forms.ChoiceField(choices=[(measure.value, label) for measure, label in LABELS.items()])
    period = forms.ChoiceField(choices=PERIODS)
    amount = forms.DecimalField(
        min_value=0,
        max_value=1_000_000_000,
        decimal_places=6,
        error_messages={
            "required": "Say how much.",
            "invalid": "Write a number such as 2.50.",
            "min_value": "Less than nothing cannot be bought. Write 0 for nothing at all.",
        },
    )

    def __init__(self, data: Any = None, *, known: Sequence[Allowance] = (), currency: str = "") -> None:
        super().__init__(data)
        self.known, self.currency = known, currency

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        measure, period, amount = Measure(given["measure"]), Period(given["period"]), given["amount"]
        if measure is not Measure.MONEY and amount != int(amount):
            self.add_error("amount", "These are counted whole. Write a whole number.")
            return given
        limit = int(amount * MICROS) if measure is Measure.MONEY else int(amount)
        staffs = allowances.of_staff(self.known, measure, period)
        if staffs is not None and limit >= staffs:
            most = in_words(measure, staffs, self.currency)
            self.add_error("amount", f"The staff here allow {most} already. Write less than that.")
        return {**given, "measure": measure, "period": period, "limit": limit}


@admits(Door.MEMBER)
@require_safe
@never_cache
def own_usage(request: Any) -> HttpResponse:
    return _page(request, _known(request), LimitForm(currency=request.tenant.currency))


@admits(Door.MEMBER)
@require_POST
@never_cache
def set_own_limit(request: Any) -> HttpResponse:
    """The field `action` is “set” or “remove”."""
    known, who = _known(request), {"tenant_id": request.tenant.id, "user_id": request.actor.user_id}
    data = request.POST
    if data.get("action") == "remove":
        measure, period = data.get("measure"), data.get("period")
        if measure in Measure.values and period in Period.values:
            limits.set_own(**who, measure=Measure(measure), period=Period(period), limit=None)
            messages.success(request, "That limit of yours is gone. What the staff set goes on counting.")
        return _to_page()
    form = LimitForm(data, known=known, currency=request.tenant.currency)
    if not form.is_valid():
        return _page(request, known, form, status=422)
    given = form.cleaned_data
    limits.set_own(**who, measure=given["measure"], period=given["period"], limit=given["limit"])
    messages.success(request, "Your limit is set. It counts from now on.")
    return _to_page()


def _known(request: Any) -> list[Allowance]:
    tiers = list(Tier.objects.filter(enterable(request.actor)))
    return allowances.of(tenant_id=request.tenant.id, user_id=request.actor.user_id, tiers=tiers)


def _page(request: Any, known: Sequence[Allowance], form: LimitForm, *, status: int = 200) -> HttpResponse:
    currency = request.tenant.currency
    first, last, asked = RangeForm.days(request.GET)
    rows = [
        {
            "whose": one.whose, "what": f"{LABELS[one.left.limit.measure]} {one.period}", "is_own": one.left.limit.is_own,
            "measure": one.left.limit.measure.value, "period": one.left.limit.period.value,
            "left": in_words(one.left.limit.measure, one.left.amount, currency),
            "limit": in_words(one.left.limit.measure, one.left.limit.limit, currency),
            "amount": one.left.amount, "most": one.left.limit.limit,
        }
        for one in known
    ]  # fmt: skip
    more = {
        **shown(usage.report(request.actor.user_id, first, last), currency),
        "range_problems": asked.errors,
        "limits": rows,
        "form": form,
        "measures": LimitForm.base_fields["measure"].choices,  # type: ignore[attr-defined]
        "spans": PERIODS,
        "currency": currency,
    }
    return render(request, "generation/usage.html", more, status=status)


def _to_page() -> HttpResponse:
    response = redirect("account-usage")
    response.status_code = 303
    return response
