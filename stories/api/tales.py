"""Stories: the list of one's own, a new one, one by its id, and its map."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Actor, Door, Visibility, admits, enterable
from accounts.guests import address_of
from accounts.idempotency import PARAMETER, Idempotent, nonce_of
from accounts.minutes import TimeUsedUp
from accounts.models import Tier
from accounts.openapi import SAID, problems
from accounts.paging import PARAMETERS, CursorPages, page_of
from accounts.requests import StrictJson
from accounts.scopes import Scope
from stories import pages, play, sitting
from stories.api import answers, finding, shapes
from stories.api.bodies import STATES, StartBody, StoryQuery
from stories.api.refusals import Enough, Refused, first_of
from stories.api.turning import answer
from stories.errors import CannotPlay
from stories.forms import StartForm


@admits(Door.MEMBER)
class Stories(Idempotent, APIView):
    scope = Scope.PLAY
    rate = "play"
    parser_classes = [StrictJson]

    @extend_schema(
        operation_id="stories_list", tags=["Stories"], summary="Your stories, the latest first",
        parameters=[
            OpenApiParameter("tier", SAID, description="Only those of this tier."),
            OpenApiParameter("state", str, enum=STATES, description="Only those that are finished, or not."),
            *PARAMETERS,
        ],
        responses={200: page_of(shapes.StoryAnswer), **problems(400, 404)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = StoryQuery.read(request.query_params.dict())
        paging = CursorPages()
        found = paging.paginate_queryset(own(finding.actor_of(request), asked), request)
        return paging.get_paginated_response([answers.story(row) for row in found])

    @extend_schema(
        operation_id="stories_start", tags=["Stories"], summary="Begin a story",
        description="Answers at once; the first scene is written meanwhile. Ask for its status.",
        parameters=[PARAMETER],
        request=StartBody,
        responses={202: shapes.Started, 200: shapes.Started, **problems(400, 402, 404, 409, 413, 415, 422, 503)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = StartBody.read(request.data)
        actor = finding.actor_of(request)
        tier = Tier.objects.filter(enterable(actor), slug=given.pop("tier")).first()
        if tier is None:
            raise NotFound("tier: There is no such tier for you. /api/v1/tiers lists those there are.")
        film = "on" if given.pop("video_mode", False) else "off"
        form = StartForm(
            tier, {**given, "video_mode": film, "nonce": str(nonce_of(request))}, user=finding.reader_of(request)
        )
        if not form.is_valid():
            raise Refused(first_of(form), fields=form.fields)
        http: Any = request._request
        try:
            sitting.turns(http, tier=tier)
            scene = play.start(
                reader=finding.reader_of(request), tier=tier, wishes=form.wishes(), address=address_of(request._request)
            )
        except TimeUsedUp as over:
            raise Enough(over) from over
        except CannotPlay as refused:
            raise Refused(refused, fields=form.fields) from refused
        sitting.turned(http, tier=tier, place=scene.id)
        story = finding.story(request, scene.story_id)
        return answer(request, scene.id, lambda told: {
            "story": answers.story(story), "scene": told, "notices": form.notices,
        })  # fmt: skip


@admits(Door.MEMBER)
class StoryDetail(APIView):
    @extend_schema(
        operation_id="stories_show", tags=["Stories"], summary="A story: your own, or one that is published",
        responses={200: shapes.StoryAnswer, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, story_id: uuid.UUID) -> Response:
        return Response(answers.story(finding.story(request, story_id)))


@admits(Door.MEMBER)
class StoryTree(APIView):
    @extend_schema(
        operation_id="stories_tree", tags=["Stories"], summary="A story's map: which scene led where",
        responses={200: shapes.TreeAnswer, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, story_id: uuid.UUID) -> Response:
        story: Any = finding.story(request, story_id)
        return Response(
            pages.map_json(story, pages.map_page(story, story.here, finding.actor_of(request))["map"], story.tier.slug)
        )


def own(actor: Actor, asked: dict[str, Any]) -> Any:
    """The actor's stories; hidden ones are there for staff alone."""
    rows = finding.stories(actor).filter(reader_id=actor.user_id)
    if not actor.is_staff:
        rows = rows.exclude(visibility=Visibility.HIDDEN)
    if "tier" in asked:
        rows = rows.filter(tier__slug=asked["tier"])
    if "state" in asked:
        rows = rows.filter(finished_at__isnull=asked["state"] == "unfinished")
    return rows
