"""POST /generate/text, /generate/image, /generate/video; GET /generate/{kind}/{id}/status."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from django.utils.http import parse_etags
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Door, Verb, admits, allows
from generation.jobs.public import IN_GENERATE
from generation.models import Job
from generation.providers.contract import Kind
from generation.studio.api import answers, bodies, documents, pictures
from generation.studio.api.buying import AGAIN_SECONDS, Buying, longest_wait
from generation.studio.models import Piece, Take

KINDS = (Kind.TEXT, Kind.IMAGE, Kind.VIDEO)


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
    def get(self, request: Request, kind: str, piece_id: uuid.UUID) -> Response:
        if kind not in KINDS:
            raise Http404("There is nothing here.")
        http: Any = request._request
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if known:
            etag, is_waiting = _latest(http.actor, kind, piece_id)
            if "*" in known or etag in [tag.removeprefix("W/") for tag in known]:
                return _with_headers(Response(status=304), etag, kind if is_waiting else "")
        takes = answers.find(http.actor, kind, piece_id)
        said = answers.told(request, takes)
        etag = _etag(piece_id, [take.job.version for take in takes])
        return _with_headers(Response(said), etag, kind if answers.is_waiting(said) else "")


def text_of(job: Job, said: dict[str, Any]) -> dict[str, Any]:
    """What is answered to who waited for a text."""
    wanted = ("id", "status", "text", "model", "asked_model", "adjusted", "cost_micros")
    found = {name: said[name] for name in wanted if name in said}
    if job.result.get("usage"):
        found["usage"] = job.result["usage"]
    if job.result.get("is_cut"):
        found["is_cut"] = True
    return found


def _latest(actor: Any, kind: str, piece_id: uuid.UUID) -> tuple[str, bool]:
    """The ETag as it would be now, and whether something is under way, without what it stands for."""
    rows = list(
        Take.objects.filter(piece_id=piece_id, piece__kind=kind, piece__deleted_at=None)
        .order_by("number")
        .values_list("job__version", "job__status", "piece__user_id", "tenant_id")
    )
    if not rows or not allows(actor, Verb.READ, Piece(id=piece_id, user_id=rows[0][2], tenant_id=rows[0][3])):
        raise Http404("There is nothing here.")
    waits = any(IN_GENERATE[row[1]] in ("queued", "processing") for row in rows)
    return _etag(piece_id, [row[0] for row in rows]), waits


def _etag(piece_id: uuid.UUID, versions: list[int]) -> str:
    return f'"{answers.version(piece_id, versions)}"'


def _with_headers(answer: Response, etag: str, waits_for: str) -> Response:
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    if waits_for:
        answer["Retry-After"] = str(AGAIN_SECONDS[Kind(waits_for)])
    return answer
