"""What the library spent, for its staff: by day, by model, by person, and every purchase as a line of CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models.ledger import COUNTS
from accounts.staff import plain
from generation import usage
from generation.usage_tables import RangeForm, shown, table

COLUMNS = (
    "day", "booked at", "person", "tier", "model", "state", "amount", "currency", *(measure.value for measure in COUNTS),
    "job", "attempt",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@never_cache
@require_safe
def page(request: Any) -> HttpResponse:
    first, last, asked = RangeForm.days(request.GET)
    currency = request.tenant.currency
    more = {
        **admin.site.each_context(request),
        **shown(usage.report(None, first, last), currency),
        "title": "Usage",
        "people": table(usage.by_person(first, last), currency),
        "range_problems": asked.errors,
    }
    return TemplateResponse(request, "admin/usage.html", more)


@never_cache
@require_safe
def as_csv(request: Any) -> StreamingHttpResponse:
    """A line for each purchase, sent while it is read."""
    first, last, _ = RangeForm.days(request.GET)
    response = StreamingHttpResponse(_lines(request.tenant, first, last), content_type="text/csv; charset=utf-8")
    name = f"usage-{request.tenant.slug}-{first:%Y-%m-%d}-{last:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """Gives a written line back."""

    def write(self, line: str) -> str:
        return line


def _lines(tenant: Any, first: Any, last: Any) -> Iterator[str]:
    lines = csv.writer(_Echo())
    yield lines.writerow(COLUMNS)
    for one in usage.purchases(tenant, first, last):
        entry = one.entry
        cells = (
            entry.booked_on, timezone.localtime(entry.created_at).isoformat(timespec="seconds"), one.person, one.tier,
            one.model, one.fate, plain(entry.amount_micros), tenant.currency,
            *(getattr(entry, measure.value) for measure in COUNTS), entry.job_id, entry.attempt,
        )  # fmt: skip
        yield lines.writerow([cell(value) for value in cells])


def cell(value: Any) -> str:
    """A value as a cell that is a text for every spreadsheet, whatever a person wrote."""
    said = str(value)
    return f"'{said}" if said.lstrip(" ").startswith(FORMULA) else said


site: Any = admin.site  # ours, which its type does not say
site.add_room("usage/", page, name="usage")
site.add_room("usage.csv", as_csv, name="usage-csv")
