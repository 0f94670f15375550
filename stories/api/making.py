"""What is made for a scene: how far it is, trying it again, and the files."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import polling
from accounts.access import Door, admits
from accounts.idempotency import PARAMETER, Idempotent
from accounts.openapi import problems
from accounts.requests import StrictJson
from accounts.scopes import Scope
from generation import media
from stories import play, showing
from stories.api import answers, finding, shapes
from stories.api.bodies import RetryBody
from stories.api.refusals import Refused
from stories.errors import CannotPlay
from stories.models import Scene

PICTURES = ("image/png", "image/jpeg", "image/webp")
FILMS = ("video/mp4", "video/webm")


@admits(Door.MEMBER)
class SceneProgress(APIView):
    @extend_schema(
        operation_id="scenes_status", tags=["Scenes"], summary="How far a scene's text, picture and film are",
        description="Made for being asked often: send the ETag back as If-None-Match, and wait as Retry-After says.",
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The last ETag.")],
        responses={
            200: shapes.SceneStatusAnswer,
            304: OpenApiResponse(description="Nothing has changed since that ETag."),
            **problems(404),
        },
    )  # fmt: skip
    def get(self, request: Request, scene_id: uuid.UUID) -> HttpResponse:
        scene = finding.status_of_scene(request, scene_id)
        return polling.told(
            request,
            version=answers.version(scene),
            is_waiting=answers.is_waiting(scene),
            say=lambda: answers.status(scene, request),
        )


@admits(Door.MEMBER)
class SceneRetry(Idempotent, APIView):
    scope = Scope.PLAY
    rate = "play"
    parser_classes = [StrictJson]

    @extend_schema(
        operation_id="scenes_retry", parameters=[PARAMETER], tags=["Scenes"],
        summary="Make a text, picture or film again that failed",
        description="Harmless where it is under way. With a film, its picture is made again where that failed.",
        request=RetryBody,
        responses={202: shapes.SceneStatusAnswer, **problems(400, 402, 404, 409, 413, 415, 503)},
    )  # fmt: skip
    def post(self, request: Request, scene_id: uuid.UUID) -> Response:
        scene = finding.playable(request, scene_id)
        part = RetryBody.read(request.data)["part"]
        job_id = _job_of(request, scene, part)
        if job_id is None:
            raise NotFound("part: This scene has none to try again.")
        try:
            play.retry(job_id=job_id, with_dependents=part == "text")
        except CannotPlay as refused:
            raise Refused(refused) from refused
        told = answers.status(finding.status_of_scene(request, scene_id), request)
        return polling.ask_again(Response(told, status=202))


class SceneFile(APIView):
    """The bytes of a picture or film, whole or in ranges, for whoever may read the scene."""

    part = ""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # Who fetches a picture says `Accept: image/*`; only errors are written by a renderer here.
        return super().perform_content_negotiation(request, force=True)

    def serve(self, request: Request, scene_id: uuid.UUID) -> HttpResponseBase:
        plate = finding.plate(finding.scene(request, scene_id), self.part)
        if plate is None or plate.job.asset is None or plate.job.status != "done":
            raise Http404("There is nothing here yet.")
        if not showing.is_shown(finding.actor_of(request), plate):
            raise Http404("There is nothing here yet.")
        return media.serve(request._request, plate.job.asset)


def file_answers(kinds: tuple[str, ...]) -> dict[Any, Any]:
    """The answers of a file's address, for `extend_schema`."""
    whole = {(200, kind): OpenApiTypes.BINARY for kind in kinds}
    part = {(206, kind): OpenApiTypes.BINARY for kind in kinds}
    return {
        **whole,
        **part,
        302: OpenApiResponse(description="The file lies elsewhere; the address there is good for some minutes."),
        304: OpenApiResponse(description="You have it."),
        416: OpenApiResponse(description="The range lies outside the file."),
        **problems(404),
    }


RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="bytes=0-1023")


@admits(Door.MEMBER)
class SceneImage(SceneFile):
    part = "image"

    @extend_schema(
        operation_id="scenes_image", tags=["Scenes"], summary="A scene's picture", parameters=[RANGE],
        responses=file_answers(PICTURES),
    )  # fmt: skip
    def get(self, request: Request, scene_id: uuid.UUID) -> HttpResponseBase:
        return self.serve(request, scene_id)


@admits(Door.MEMBER)
class SceneVideo(SceneFile):
    part = "video"

    @extend_schema(
        operation_id="scenes_video", tags=["Scenes"], summary="A scene's film", parameters=[RANGE],
        responses=file_answers(FILMS),
    )  # fmt: skip
    def get(self, request: Request, scene_id: uuid.UUID) -> HttpResponseBase:
        return self.serve(request, scene_id)


def _job_of(request: Request, scene: Scene, part: str) -> uuid.UUID | None:
    if part == "text":
        return scene.job_id
    plate, actor = finding.plate(scene, part), finding.actor_of(request)
    if plate is None or not (showing.is_shown(actor, plate) or showing.is_waiting(actor, plate)):
        return None
    return plate.job_id
