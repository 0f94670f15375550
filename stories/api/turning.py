"""Scenes: one by its id, and the verbs that lead from it to the next."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Door, admits
from accounts.guests import address_of
from accounts.idempotency import PARAMETER, Idempotent, keep_no_answer, nonce_of
from accounts.minutes import TimeUsedUp
from accounts.openapi import problems
from accounts.polling import ask_again
from accounts.requests import Strict, StrictJson
from accounts.scopes import Scope
from stories import play, sitting
from stories.api import answers, finding, shapes
from stories.api.bodies import ChooseBody, KeepGoingBody, NoBody
from stories.api.refusals import Enough, Refused
from stories.errors import CannotPlay
from stories.models import Choice, Scene

ONWARD = {
    202: shapes.SceneAnswer,
    200: shapes.SceneAnswer,
    **problems(400, 402, 404, 409, 413, 415, 503),
}
"""Answers of what may buy a scene."""
MOVED = {200: shapes.SceneAnswer, 202: shapes.SceneAnswer, **problems(400, 404, 409, 413, 415, 429)}


@admits(Door.MEMBER)
class SceneDetail(APIView):
    @extend_schema(
        operation_id="scenes_show", tags=["Scenes"], summary="A scene, its ways on, its picture and its film",
        responses={200: shapes.SceneAnswer, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, scene_id: uuid.UUID) -> Response:
        return Response(answers.scene(finding.scene(request, scene_id), request))


class Turn(Idempotent, APIView):
    """A verb of play on a scene of one's own. 202 while the scene that it leads to is being written, 200 where it is."""

    scope = Scope.PLAY
    rate = "play"
    parser_classes = [StrictJson]
    body: type[Strict] = NoBody

    def turn(self, request: Request, scene: Scene, given: dict[str, Any]) -> Scene:
        raise NotImplementedError

    def take(self, request: Request, scene_id: uuid.UUID) -> Response:
        scene = finding.playable(request, scene_id)
        given = self.body.read(request.data)
        http: Any = request._request
        try:
            sitting.turns(http, tier=scene.story.tier)
            led_to = self.turn(request, scene, given)
        except TimeUsedUp as over:
            raise Enough(over) from over
        except CannotPlay as refused:
            raise Refused(refused, fields=self.body().fields) from refused
        sitting.turned(http, tier=scene.story.tier, place=led_to.id)
        return answer(request, led_to.id)


@admits(Door.MEMBER)
class Choose(Turn):
    body = ChooseBody

    @extend_schema(
        operation_id="scenes_choose", parameters=[PARAMETER], tags=["Scenes"],
        summary="Take a choice, or a way of your own",
        description="A choice that was taken before leads to the scene it led to then, and costs nothing.",
        request=ChooseBody, responses={**ONWARD, **problems(422)},
    )  # fmt: skip
    def post(self, request: Request, scene_id: uuid.UUID) -> Response:
        return self.take(request, scene_id)

    def turn(self, request: Request, scene: Scene, given: dict[str, Any]) -> Scene:
        who: Any = {
            "reader": finding.reader_of(request),
            "scene": scene,
            "address": address_of(request._request),
        }
        if "text" in given:
            return play.choose_typed(text=given["text"], nonce=nonce_of(request), **who)
        choice = Choice.objects.filter(scene=scene, id=given["choice"]).first()
        if choice is None:
            raise NotFound("choice: There is no such choice in this scene.")
        return play.choose(choice=choice, **who)


@admits(Door.MEMBER)
class KeepGoing(Turn):
    body = KeepGoingBody

    @extend_schema(
        operation_id="scenes_keep_going", parameters=[PARAMETER], tags=["Scenes"],
        summary="Three scenes more",
        description="Before the ending only the story's target_depth grows; from an ending the story goes on.",
        request=KeepGoingBody, responses=ONWARD,
    )  # fmt: skip
    def post(self, request: Request, scene_id: uuid.UUID) -> Response:
        return self.take(request, scene_id)

    def turn(self, request: Request, scene: Scene, given: dict[str, Any]) -> Scene:
        return play.keep_going(
            reader=finding.reader_of(request), scene=scene, seen_depth=given.get("seen_target_depth"),
            address=address_of(request._request),
        )  # fmt: skip


@admits(Door.MEMBER)
class WrapUp(Turn):
    @extend_schema(
        operation_id="scenes_wrap_up", parameters=[PARAMETER], tags=["Scenes"],
        summary="Let the next scene be the ending",
        request=NoBody, responses=ONWARD,
    )  # fmt: skip
    def post(self, request: Request, scene_id: uuid.UUID) -> Response:
        return self.take(request, scene_id)

    def turn(self, request: Request, scene: Scene, given: dict[str, Any]) -> Scene:
        return play.wrap_up(reader=finding.reader_of(request), scene=scene, address=address_of(request._request))


@admits(Door.MEMBER)
class Back(Turn):
    @extend_schema(
        operation_id="scenes_back", parameters=[PARAMETER], tags=["Scenes"],
        summary="To the scene before; both branches stay",
        request=NoBody, responses=MOVED,
    )  # fmt: skip
    def post(self, request: Request, scene_id: uuid.UUID) -> Response:
        return self.take(request, scene_id)

    def turn(self, request: Request, scene: Scene, given: dict[str, Any]) -> Scene:
        return play.back(reader=finding.reader_of(request), scene=scene)


@admits(Door.MEMBER)
class Jump(Turn):
    @extend_schema(
        operation_id="scenes_jump", parameters=[PARAMETER], tags=["Scenes"],
        summary="Go on from this scene",
        request=NoBody, responses=MOVED,
    )  # fmt: skip
    def post(self, request: Request, scene_id: uuid.UUID) -> Response:
        return self.take(request, scene_id)

    def turn(self, request: Request, scene: Scene, given: dict[str, Any]) -> Scene:
        return play.jump(reader=finding.reader_of(request), scene=scene)


def answer(
    request: Request, scene_id: uuid.UUID, around: Callable[[dict[str, Any]], dict[str, Any]] = lambda told: told
) -> Response:
    """The scene that a verb led to, as it stands now: 202 while it is still to come."""
    scene = finding.scene(request, scene_id)
    told = around(answers.scene(scene, request))
    if scene.text:
        keep_no_answer(request)  # staff may hide these words; a repeat looks again
    if answers.text_is_coming(scene):
        return ask_again(Response(told, status=202))
    return Response(told)
