"""Runs, for programs: what was asked for, with the jobs that it took."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Door, Verb, admits, allows
from accounts.openapi import problems
from accounts.paging import PARAMETERS, CursorPages, page_of
from generation import steps
from generation.api import shapes
from generation.api.asking import WHOSE, PageQuery, actor_of, own
from generation.jobs import public
from generation.live import Asked
from generation.models import Job, Run

ORDER = ("processing", "queued", "completed", "failed")
"""A run is what the first of these says that one of its jobs is."""


@admits(Door.MEMBER)
class Runs(APIView):
    @extend_schema(
        operation_id="runs_list", tags=["Runs"], summary="What you asked for, the latest first",
        parameters=[WHOSE, *PARAMETERS], responses={200: page_of(shapes.RunAnswer), **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = PageQuery.read(request.query_params.dict())
        stands = Job.objects.only("tenant_id", "run_id", "status").order_by("created_at", "id")
        rows = own(Run.objects.all(), actor_of(request), asked, path="user").select_related("tier")
        paging = CursorPages()
        found = paging.paginate_queryset(rows.prefetch_related(Prefetch("jobs", queryset=stands)), request)
        return paging.get_paginated_response([said(run, list(run.jobs.all())) for run in found])


@admits(Door.MEMBER)
class RunDetail(APIView):
    @extend_schema(
        operation_id="runs_show", tags=["Runs"], summary="What was asked for, with its jobs",
        responses={200: shapes.RunWithJobs, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        run = Run.objects.select_related("tier").filter(id=run_id).first()
        if run is None or not allows(actor_of(request), Verb.READ, Asked(run)):
            raise NotFound("There is no such run.")
        jobs = list(run.jobs.select_related("model", "asset").order_by("created_at", "id"))
        for job in jobs:
            job.run = run
        hidden = set() if actor_of(request).is_staff else steps.hidden(jobs)
        waits = steps.waiting([job for job in jobs if job.id in hidden]) if hidden else set()
        seen = [job for job in jobs if job.id not in hidden - waits]
        if jobs and not seen:
            raise NotFound("There is no such run.")
        told = [public.for_programs(job, waits=job.id in waits) for job in seen]
        return Response({**said(run, jobs), "jobs": told})


def said(run: Run, jobs: list[Job]) -> dict[str, Any]:
    """`shapes.RunAnswer`."""
    counted = dict.fromkeys(ORDER, 0)
    for job in jobs:
        counted[public.IN_GENERATE[job.status]] += 1
    return {
        "id": str(run.id),
        "purpose": run.purpose,
        "tier": run.tier.slug if run.tier else None,
        "topic": str(run.topic_id) if run.topic_id else None,
        "status": next((word for word in ORDER if counted[word]), "completed"),
        "counts": counted,
        "created_at": run.created_at.isoformat(),
    }
