"""POST /generate/text, /generate/image, /generate/video; GET /generate/{kind}/{id}/status."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import polling
from accounts.access import Door, Verb, admits, allows
from generation.jobs import queueing
from generation.jobs.queueing import UNTOLD, Outlook
from generation.models import ACTIVE, Job
from generation.providers.contract import Kind
from generation.studio.api import answers, bodies, documents, pictures
from generation.studio.api.buying import AGAIN_SECONDS, Buying, longest_wait
from generation.studio.models import Piece, Take

KINDS = (Kind.TEXT, Kind.IMAGE, Kind.VIDEO)
LOOKED_AT = ("id", "status", "lane", "credential_id", "model_id", "kind", "sent_at", "progress", "spool_id")
"""Of a job, what its outlook rests on."""


@admits(Door.AUTHOR)
class GenerateText(Buying):
    """Answers with the text; with 202 and where to look where it is not there in time."""

    kind = Kind.TEXT

    @extend_schema(**documents.TEXT)
    def post(self, request: Request) -> Response:
        rules = self.rules()
        piece = self.make(request, bodies.of(request), (), rules=rules)
        takes = self.wait(request, piece, most=longest_wait())
        said = answers.told(request, takes)
        if answers.is_waiting(said):
            return self.accepted(request, takes, {**said, "job": str(takes[0].job_id)})
        if said["status"] == "failed":
            raise answers.Failed(answers.shown(takes).job)
        return Response(text_of(answers.shown(takes).job, said))


class GenerateMedia(Buying):
    """Answers at once: 202, the piece's id, and where to look."""

    def begin(self, request: Request) -> Response:
        rules = self.rules()
        given, brought = pictures.taken_out(self.kind, bodies.of(request))
        takes = self.takes(self.make(request, given, brought, rules=rules))
        return self.accepted(request, takes, {**answers.told(request, takes), "job": str(takes[0].job_id)})


@admits(Door.AUTHOR)
class GenerateImage(GenerateMedia):
    kind = Kind.IMAGE

    @extend_schema(**documents.IMAGE)
    def post(self, request: Request) -> Response:
        return self.begin(request)


@admits(Door.AUTHOR)
class GenerateVideo(GenerateMedia):
    kind = Kind.VIDEO

    @extend_schema(**documents.VIDEO)
    def post(self, request: Request) -> Response:
        return self.begin(request)


@admits(Door.MEMBER)
class GenerateStatus(APIView):
    """How far a piece is. Made for being asked often: one query, and one more where the asker's ETag is out of date."""

    @extend_schema(**documents.STATUS)
    def get(self, request: Request, kind: str, piece_id: uuid.UUID) -> HttpResponse:
        if kind not in KINDS:
            raise Http404("There is nothing here.")
        actor = request._request.actor  # type: ignore[attr-defined]
        takes: list[Take] = []
        if "If-None-Match" in request.headers:
            version, waits = _latest(actor, kind, piece_id)
        else:
            takes = answers.find(actor, kind, piece_id)
            version, waits = _version((take.job.version, take.job.status, queueing.outlook(take.job)) for take in takes)
        answer = polling.told(
            request,
            version=f"{piece_id.hex[:12]}-{version}",
            is_waiting=waits,
            say=lambda: answers.told(request, takes or answers.find(actor, kind, piece_id)),
        )
        if waits:
            answer["Retry-After"] = str(AGAIN_SECONDS[Kind(kind)])
        return answer


def text_of(job: Job, said: dict[str, Any]) -> dict[str, Any]:
    """What is answered to who waited for a text."""
    wanted = ("id", "status", "text", "model", "asked_model", "adjusted", "reused", "reused_from", "cost_micros")
    found = {name: said[name] for name in wanted if name in said}
    if job.result.get("usage"):
        found["usage"] = job.result["usage"]
    if job.result.get("is_cut"):
        found["is_cut"] = True
    return found


def _latest(actor: Any, kind: str, piece_id: uuid.UUID) -> tuple[str, bool]:
    """The version as it is now, and whether something is under way, without what that stands for."""
    rows = list(
        Take.objects.filter(piece_id=piece_id, piece__kind=kind, piece__deleted_at=None)
        .order_by("number")
        .values_list("piece__user_id", "tenant_id", "job__version", *(f"job__{name}" for name in LOOKED_AT))
    )
    if not rows or not allows(actor, Verb.READ, Piece(id=piece_id, user_id=rows[0][0], tenant_id=rows[0][1])):
        raise Http404("There is nothing here.")
    known = [(row[2], dict(zip(LOOKED_AT, row[3:], strict=True))) for row in rows]
    return _version(
        (version, job["status"], queueing.outlook_of(job_id=job.pop("id"), **job)) for version, job in known
    )


def _version(jobs: Iterable[tuple[int, str, Outlook]]) -> tuple[str, bool]:
    """What changes whenever the answer about these jobs does, and whether one of them is under way."""
    known = list(jobs)
    told = [f"{version}_{outlook.version}" if outlook != UNTOLD else str(version) for version, _, outlook in known]
    return ".".join(told), any(status in ACTIVE for _, status, _ in known)
