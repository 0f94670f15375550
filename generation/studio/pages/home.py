"""The dashboard: what is running, what was made last, what was spent and what is left; and the shelf of one's own pieces."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import limits, spending
from accounts.access import Door, admits
from accounts.models.ledger import Measure
from accounts.quotas import Payer
from accounts.staff import plain
from generation import catalogue
from generation.models import ACTIVE
from generation.providers.contract import Kind
from generation.studio import policy
from generation.studio.models import Take
from generation.studio.pages import showing
from generation.studio.pages.closing import unless_closed

LATEST = 12
RUNNING = 6
SHELF = 24
KINDS = (Kind.TEXT, Kind.IMAGE, Kind.VIDEO)


@admits(Door.AUTHOR)
@require_safe
@never_cache
@unless_closed
def home(request: Any) -> HttpResponse:
    policy.current()
    template = "studio/_results.html" if request.headers.get("X-Fragment") == "results" else "studio/home.html"
    return render(request, template, {**_results(request), **({} if "_" in template else _money(request))})


@admits(Door.AUTHOR)
@require_safe
@never_cache
def pieces(request: Any) -> HttpResponse:
    kind = request.GET.get("kind", "")
    rows = showing.mine(request.actor.user_id)
    if kind in {one.value for one in KINDS}:
        rows = rows.filter(kind=kind)
    page = Paginator(showing.annotated(rows), SHELF).get_page(request.GET.get("page"))
    found = showing.listed(page.object_list, request.tenant.currency)
    return render(request, "studio/pieces.html", {"page": page, "pieces": found, "kind": kind})


def _results(request: Any) -> dict[str, Any]:
    active = Take.objects.filter(piece=OuterRef("pk"), job__status__in=ACTIVE)
    rows = showing.annotated(showing.mine(request.actor.user_id)).annotate(is_running=Exists(active))
    currency = request.tenant.currency
    running = showing.listed(rows.filter(is_running=True)[:RUNNING], currency)
    latest = showing.listed(rows.filter(is_running=False)[:LATEST], currency)
    return {"running": running, "latest": latest}


def _money(request: Any) -> dict[str, Any]:
    """What the user spent, what is left of the budget, and which kinds can be made."""
    user, currency = request.user, request.tenant.currency
    offers = catalogue.offers(None, user)
    today = limits.today()
    spent = spending.by_day_and_month(user.pk, today)
    left = limits.tightest(Payer(request.tenant.id, None, user.pk, False), Measure.MONEY)
    costs = any(price.amount_micros for offer in offers for price in offer.prices)
    return {
        "doors": {kind.value: catalogue.default(offers, kind) for kind in KINDS},
        "spent_today": showing.price(spent.today_micros, currency),
        "spent_month": showing.price(spent.month_micros, currency),
        "has_spent": bool(spent.month_micros),
        "left": left,
        "left_words": f"{plain(left.amount)} {currency}" if left is not None else "",
        "limit_words": f"{plain(left.limit.limit)} {currency}" if left is not None else "",
        "left_share": left.share if left is not None else 0,
        "costs": costs,
    }
