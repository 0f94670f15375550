"""Jobs, for programs."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Door, Verb, admits, allows
from generation.jobs import public
from generation.live import Asked
from generation.models import Job


@admits(Door.MEMBER)
class JobDetail(APIView):
    """GET /api/v1/jobs/{id}: one's own job, or any of the tenant's for staff."""

    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        http: Any = request._request
        job = Job.objects.select_related("run__tier", "model", "asset").filter(id=job_id).first()
        if job is None or not allows(http.actor, Verb.READ, Asked(job.run)):
            raise NotFound("There is no such job.")
        return Response(public.for_programs(job))
