"""What was spent, for programs."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import allowances, limits
from accounts.access import Actor, Door, admits, enterable
from accounts.models import Tier
from accounts.models.ledger import COUNTS, Measure
from accounts.openapi import problems
from accounts.quotas import Payer
from accounts.spending import Spent
from generation import usage as reading
from generation.api import shapes
from generation.api.asking import WHOSE, OwnQuery, actor_of, refuse_others
from generation.usage import EARLIEST, LATEST, LONGEST_DAYS


class UsageQuery(OwnQuery):
    """`from` and `to` are days; without them it is this month up to today."""

    to = serializers.DateField(required=False, error_messages={"invalid": "Write a day like 2026-11-21."})

    def get_fields(self) -> dict[str, Any]:
        wrong: dict[str, Any] = {"invalid": "Write a day like 2026-11-01."}
        return {**super().get_fields(), "from": serializers.DateField(required=False, error_messages=wrong)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = timezone.now().date()
        last = attrs.get("to", today)
        first = attrs.get("from", last.replace(day=1))
        for name, day in (("from", first), ("to", last)):
            if not EARLIEST <= day <= LATEST:
                raise serializers.ValidationError({name: [f"Say a day from {EARLIEST} to {LATEST}."]})
        if first > last:
            raise serializers.ValidationError({"from": ["This is after the last day. Turn them around."]})
        if (last - first).days >= LONGEST_DAYS:
            raise serializers.ValidationError({"from": [f"Ask for {LONGEST_DAYS} days at most."]})
        return {**attrs, "from": first, "to": last}


@admits(Door.MEMBER)
class Usage(APIView):
    @extend_schema(
        operation_id="usage_show", tags=["Usage"], summary="What you spent, what is held, and what your limits leave",
        description="Amounts are millionths of the library's currency. A purchase belongs to the day it was asked for. "
        "`limits` are your own in either scope.",
        parameters=[
            OpenApiParameter("from", datetime.date, description="The first day; without it, that of the month of `to`."),
            OpenApiParameter("to", datetime.date, description="The last day; without it, today. In UTC."),
            WHOSE,
        ],
        responses={200: shapes.UsageAnswer, **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        http: Any = request._request
        asked = UsageQuery.read(request.query_params.dict())
        actor = actor_of(request)
        user_id = actor.user_id
        if asked["scope"] == "tenant":
            refuse_others(actor)
            user_id = None
        told = usage(http.tenant, user_id, asked["from"], asked["to"])
        return Response({"scope": asked["scope"], **told, "limits": limits_of(http.tenant, actor)})


def usage(tenant: Any, user_id: uuid.UUID | None, first: datetime.date, last: datetime.date) -> dict[str, Any]:
    """The answer for one user, or (None) for all of the tenant; the days and the models add up to `range`."""
    found = reading.report(user_id, first, last)
    left = limits.tightest(Payer(tenant.id, None, user_id, False), Measure.MONEY)
    return {
        "currency": tenant.currency,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "range": _said(found.total),
        "today": _said(found.today),
        "month": _said(found.month),
        "held_micros": found.held.micros,
        "held": {measure.value: found.held.of(measure) for measure in COUNTS},
        "left": None if left is None else {
            "micros": left.amount, "limit_micros": left.limit.limit, "period": left.limit.period.value,
        },
        "by_model": [{"model": key, **_said(spent)} for (key, _), spent in found.by_model],
        "by_day": [{"day": day.isoformat(), **_said(spent)} for day, spent in found.by_day],
    }  # fmt: skip


def limits_of(tenant: Any, actor: Actor) -> list[dict[str, Any]]:
    """What binds the actor, the tightest first."""
    assert actor.user_id is not None  # the door lets members in
    tiers = list(Tier.objects.filter(enterable(actor)))
    found = allowances.of(tenant_id=tenant.id, user_id=actor.user_id, tiers=tiers)
    return [
        {
            "pool": one.left.limit.pool.value, "is_own": one.left.limit.is_own,
            "tier": one.tier.slug if one.tier is not None else None,
            "measure": one.left.limit.measure.value, "period": one.left.limit.period.value,
            "limit": one.left.limit.limit, "used": one.left.used, "left": one.left.amount,
        }
        for one in found
    ]  # fmt: skip


def _said(spent: Spent) -> dict[str, int]:
    counted = {measure.value: spent.of(measure) for measure in COUNTS}
    return {"spent_micros": spent.micros, "purchases": spent.purchases, **counted}
