"""What was spent, for programs."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits, spending
from accounts.access import Door, admits
from accounts.models.ledger import Measure
from accounts.openapi import problems
from accounts.quotas import Payer
from accounts.spending import Spent
from generation.api import shapes
from generation.api.asking import WHOSE, OwnQuery, actor_of, refuse_others
from generation.models import Job

LONGEST_DAYS = 366
EARLIEST, LATEST = datetime.date(2000, 1, 1), datetime.date(2999, 12, 31)


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
        operation_id="usage_show", tags=["Usage"], summary="What you spent, what is held, and what is left",
        description="Amounts are millionths of the library's currency. A purchase belongs to the day it was asked for.",
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
        return Response({"scope": asked["scope"], **usage(http.tenant, user_id, asked["from"], asked["to"])})


def usage(tenant: Any, user_id: uuid.UUID | None, first: datetime.date, last: datetime.date) -> dict[str, Any]:
    """The answer for one user, or (None) for all of the tenant; the days and the models add up to `range`."""
    today = timezone.now().date()
    rows = spending.entries(user_id, first, last)
    model = Job.objects.filter(id=OuterRef("job_id")).values("model__key")[:1]
    left = limits.tightest(Payer(tenant.id, None, user_id, False), Measure.MONEY)
    return {
        "currency": tenant.currency,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "range": _said(spending.total(rows)),
        "today": _said(spending.total(spending.entries(user_id, today, today))),
        "month": _said(spending.total(spending.entries(user_id, today.replace(day=1), today))),
        "held_micros": spending.held(user_id),
        "left": None if left is None else {
            "micros": left.amount, "limit_micros": left.limit.limit, "period": left.limit.period.value,
        },
        "by_model": [
            {"model": key, **_said(spent)} for key, spent in spending.by(rows.annotate(model=Subquery(model)), "model")
        ],
        "by_day": [{"day": day.isoformat(), **_said(spent)} for day, spent in spending.by(rows, "booked_on")],
    }  # fmt: skip


def _said(spent: Spent) -> dict[str, int]:
    return {"spent_micros": spent.micros, "purchases": spent.purchases}
