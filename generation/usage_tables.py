"""What pages show of usage: the days that are asked for, and numbers in words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from accounts.allowances import LABELS
from accounts.models.ledger import COUNTS, Measure
from accounts.spending import Spent
from accounts.staff import money
from generation import charts, usage
from generation.usage import EARLIEST, LATEST, LONGEST_DAYS


class RangeForm(forms.Form):
    """From one day to another; this month up to today where nothing is said."""

    first = forms.DateField(required=False)
    last = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        last = given.get("last") or timezone.now().date()
        first = given.get("first") or last.replace(day=1)
        if not EARLIEST <= first <= last <= LATEST:
            self.add_error("first", "The first day has to come before the last. Turn them around.")
        elif (last - first).days >= LONGEST_DAYS:
            self.add_error("first", f"Ask for {LONGEST_DAYS} days at most.")
        return {"first": first, "last": last}

    @classmethod
    def days(cls, data: Any) -> tuple[datetime.date, datetime.date, RangeForm]:
        """The days that are asked for; this month's where what is asked makes no sense, which the form then says."""
        form = cls(data)
        form.is_valid()
        today = timezone.now().date()
        if form.errors:
            return today.replace(day=1), today, form
        return form.cleaned_data["first"], form.cleaned_data["last"], form


def in_words(measure: Measure, amount: int, currency: str) -> str:
    """An amount of a measure, with its unit where it has one."""
    return money(amount, currency) if measure is Measure.MONEY else f"{Decimal(amount):,}"


def figures(spent: Spent, currency: str) -> list[dict[str, str]]:
    """Money first, then what was counted."""
    return [
        {"label": LABELS[measure], "value": in_words(measure, spent.of(measure), currency)}
        for measure in (Measure.MONEY, *COUNTS)
    ]


def table(rows: Sequence[tuple[Any, Spent]], currency: str) -> list[dict[str, Any]]:
    """Rows of a table: what each is about, its amount, how many purchases, and the counts in the order of `COUNTS`."""
    return [
        {
            "name": name, "amount": money(spent.micros, currency), "purchases": spent.purchases,
            "counts": [spent.of(measure) for measure in COUNTS],
        }
        for name, spent in rows
    ]  # fmt: skip


def shown(report: usage.Report, currency: str) -> dict[str, Any]:
    """What the pages know of a report."""
    models = [(name or usage.NO_MODEL, spent) for (_, name), spent in report.by_model]
    return {
        "first": report.first,
        "last": report.last,
        "periods": [
            {"name": name, "figures": figures(spent, currency)}
            for name, spent in (("Today", report.today), ("This month", report.month), ("Held now", report.held))
        ],
        "days": table(report.by_day, currency),
        "models": table(models, currency),
        "total": table([("Together", report.total)], currency)[0],
        "counted": [LABELS[measure] for measure in COUNTS],
        "chart": (chart := charts.of_days(report.by_day, report.first, report.last)),
        "highest": (money(chart.highest, currency) if chart.is_money else chart.highest) if chart else "",
    }
