"""Jobs, for programs: status that is asked for often, lists, cancelling and trying again."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Actor, Door, Verb, admits, allows
from accounts.idempotency import PARAMETER as IDEMPOTENCY_KEY
from accounts.idempotency import Idempotent
from accounts.openapi import problems
from accounts.paging import PARAMETERS, CursorPages, page_of
from accounts.polling import JsonAlways, told
from accounts.requests import StrictJson
from accounts.scopes import Scope
from generation import steps
from generation.api import shapes
from generation.api.asking import WHOSE, JobQuery, Nothing, actor_of, own
from generation.api.refusals import refusing
from generation.jobs import asking, public, reading, retrying
from generation.models import Job

NO_JOB = "There is no such job."
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of an earlier answer: 304 if nothing changed.",
)
NEEDED = ("run__tier", "model", "asset")


@admits(Door.MEMBER)
class Jobs(APIView):
    @extend_schema(
        operation_id="jobs_list", tags=["Jobs"], summary="Your jobs, the latest first",
        description="A page may hold fewer than asked for: what staff hid is left out.",
        parameters=[
            OpenApiParameter("status", str, enum=shapes.STATUSES, description="Only those that stand so."),
            OpenApiParameter("kind", str, enum=shapes.KINDS, description="Only those of this kind."),
            WHOSE, *PARAMETERS,
        ],
        responses={200: page_of(shapes.JobAnswer), **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = JobQuery.read(request.query_params.dict())
        rows = own(Job.objects.all(), actor_of(request), asked, path="run__user")
        if "status" in asked:
            rows = rows.filter(
                status__in=[state for state, word in public.IN_GENERATE.items() if word == asked["status"]]
            )
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        paging = CursorPages()
        found = paging.paginate_queryset(rows.select_related(*NEEDED), request)
        hidden, waits = _kept_back(actor_of(request), found)
        return paging.get_paginated_response(
            [public.for_programs(job, waits=job.id in waits) for job in found if job.id not in hidden]
        )


@admits(Door.MEMBER)
class JobDetail(APIView):
    """Who asks, and the job: two queries, however often it is asked. A third where there is news, which may be hidden."""

    content_negotiation_class = JsonAlways

    @extend_schema(
        operation_id="jobs_show", tags=["Jobs"], summary="How a job stands",
        description="With an `ETag`, and with `Retry-After` while there is something to wait for.",
        parameters=[IF_NONE_MATCH],
        responses={200: shapes.JobAnswer, 304: None, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, job_id: uuid.UUID) -> HttpResponse:
        look = _look(actor_of(request), job_id)
        return told(request, version=look.version, is_waiting=look.is_active, say=lambda: _told(request, look))


class JobVerb(Idempotent, APIView):
    """What its owner may do to a job."""

    scope = Scope.GENERATE
    parser_classes = [StrictJson]

    def mine(self, request: Request, job_id: uuid.UUID) -> Job:
        actor = actor_of(request)
        look = _look(actor, job_id)
        if not allows(actor, Verb.CHANGE, look):
            raise PermissionDenied("Only who asked for this job may do that.")
        if not actor.is_staff and not steps.find(look.job.step).is_shown(look.job):
            raise NotFound(NO_JOB)
        Nothing.read(request.data)
        return look.job

    def answer(self, job: Job) -> Response:
        look = reading.look(job.id)
        if look is None:  # tidied away in this very moment
            raise NotFound(NO_JOB)
        return Response(public.for_programs(look.job, look.outlook))


@admits(Door.MEMBER)
class JobCancel(JobVerb):
    @extend_schema(
        operation_id="jobs_cancel", tags=["Jobs"], summary="End a job that you no longer want",
        description="Harmless where it is over. What was sent to a provider that may charge for it is booked.",
        parameters=[IDEMPOTENCY_KEY], request=Nothing,
        responses={200: shapes.JobAnswer, **problems(400, 404, 409, 413, 415)},
    )  # fmt: skip
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        job = self.mine(request, job_id)
        with refusing():
            asking.cancel(job)
        return self.answer(job)


@admits(Door.MEMBER)
class JobRetry(JobVerb):
    rate = "generate"

    @extend_schema(
        operation_id="jobs_retry", tags=["Jobs"], summary="Try a failed job again",
        description="A new attempt with a price of its own. Harmless where the job is under way.",
        parameters=[IDEMPOTENCY_KEY], request=Nothing,
        responses={200: shapes.JobAnswer, **problems(400, 402, 404, 409, 413, 415, 503)},
    )  # fmt: skip
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        job = self.mine(request, job_id)
        with refusing():
            retrying.retry(job, with_dependents=True)
        return self.answer(job)


def _told(request: Request, look: reading.Look) -> dict[str, Any]:
    # What is hidden later makes the version grow, so whoever has the last answer comes here too.
    hidden, waits = _kept_back(actor_of(request), [look.job])
    if hidden:
        raise NotFound(NO_JOB)
    return public.for_programs(look.job, look.outlook, waits=bool(waits))


def _kept_back(actor: Actor, jobs: list[Job]) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Of these jobs, the ids of those that are not there for `actor`, and of those whose results staff look at first."""
    if actor.is_staff:
        return set(), set()
    hidden = steps.hidden(jobs)
    waits = steps.waiting([job for job in jobs if job.id in hidden]) if hidden else set()
    return hidden - waits, waits


def _look(actor: Actor, job_id: uuid.UUID) -> reading.Look:
    look = reading.look(job_id)
    if look is None or not allows(actor, Verb.READ, look):
        raise NotFound(NO_JOB)
    return look
