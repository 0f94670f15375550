"""The status routes of a scene: what a page asks when no socket tells it."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Door, Verb, admits, find
from stories import pages, play
from stories.api.refusals import Refused
from stories.errors import CannotPlay
from stories.models import Image, Scene, Video


class SceneView(APIView):
    def scene(self, request: Request, scene_id: uuid.UUID, verb: Verb) -> Scene:
        http: Any = request._request
        rows = Scene.objects.select_related("story", "job__model")
        found: Scene = find(rows.filter(story__tier=http.tier), http.actor, verb, id=scene_id)
        return found


@admits(Door.TIER)
class SceneStatus(SceneView):
    """GET -> {"text": {...}, "image": {...}, "video": {...}}, each as its own status route says it."""

    def get(self, request: Request, scene_id: uuid.UUID) -> Response:
        scene = self.scene(request, scene_id, Verb.READ)
        return Response(
            {
                "text": pages.text_status(scene),
                "image": pages.status_of(pages.plate(Image, scene_id)),
                "video": pages.status_of(pages.plate(Video, scene_id)),
            }
        )


class PlateStatus(SceneView):
    kind: type[Image] | type[Video]

    def get(self, request: Request, scene_id: uuid.UUID) -> Response:
        self.scene(request, scene_id, Verb.READ)
        return Response(pages.status_of(pages.plate(self.kind, scene_id)))


@admits(Door.TIER)
class ImageStatus(PlateStatus):
    """GET -> {"status": "none|pending|generating|complete|failed", "url"?, "progress"?, "message"?}."""

    kind = Image


@admits(Door.TIER)
class VideoStatus(PlateStatus):
    """The same for the film."""

    kind = Video


class PlateRetry(SceneView):
    rate = "play"
    kind: type[Image] | type[Video]

    def post(self, request: Request, scene_id: uuid.UUID) -> Response:
        self.scene(request, scene_id, Verb.PLAY)
        plate = pages.plate(self.kind, scene_id)
        if plate is None:
            raise NotFound("This page has none to try again.")
        try:
            play.retry(job_id=plate.job_id)
        except CannotPlay as refused:
            raise Refused(refused) from refused
        return Response({"status": pages.status_of(pages.plate(self.kind, scene_id))["status"]})


@admits(Door.TIER)
class ImageRetry(PlateRetry):
    """POST -> {"status": ...}: paint the picture again."""

    kind = Image


@admits(Door.TIER)
class VideoRetry(PlateRetry):
    """POST -> {"status": ...}: film it again, and paint its picture again where that failed."""

    kind = Video
