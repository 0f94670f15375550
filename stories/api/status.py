"""The status routes of a scene: what a page asks when no socket tells it."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Actor, Door, Verb, admits, find
from stories import pages, play, showing, sitting
from stories.api.refusals import Refused
from stories.errors import CannotPlay
from stories.models import Image, Scene, Video


def _actor(request: Request) -> Actor:
    http: Any = request._request
    actor: Actor = http.actor
    return actor


def _not_hidden(plate: Image | Video | None, request: Request) -> Image | Video | None:
    """The plate, or 404 where staff have hidden it."""
    actor = _actor(request)
    if plate is not None and not showing.is_shown(actor, plate) and not showing.is_waiting(actor, plate):
        raise NotFound("There is nothing here.")
    return plate


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
        http: Any = request._request
        sitting.looks(http, tier=http.tier)
        return Response(
            {
                "text": pages.text_status(scene),
                "image": pages.status_of(pages.plate(Image, scene_id), _actor(request)),
                "video": pages.status_of(pages.plate(Video, scene_id), _actor(request)),
            }
        )


class PlateStatus(SceneView):
    kind: type[Image] | type[Video]

    def get(self, request: Request, scene_id: uuid.UUID) -> Response:
        self.scene(request, scene_id, Verb.READ)
        plate = _not_hidden(pages.plate(self.kind, scene_id), request)
        return Response(pages.status_of(plate, _actor(request)))


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
        plate = _not_hidden(pages.plate(self.kind, scene_id), request)
        if plate is None:
            raise NotFound("This page has none to try again.")
        try:
            play.retry(job_id=plate.job_id)
        except CannotPlay as refused:
            raise Refused(refused) from refused
        return Response({"status": pages.status_of(pages.plate(self.kind, scene_id), _actor(request))["status"]})


@admits(Door.TIER)
class ImageRetry(PlateRetry):
    """POST -> {"status": ...}: paint the picture again."""

    kind = Image


@admits(Door.TIER)
class VideoRetry(PlateRetry):
    """POST -> {"status": ...}: film it again, and paint its picture again where that failed."""

    kind = Video
