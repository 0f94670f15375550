"""The page on which a reader tells staff what should not stand there, and the same for programs."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Actor, Door, Verb, admits, allows, may_enter
from accounts.guests import address_of
from accounts.openapi import problems
from accounts.rates import limited
from accounts.requests import Id, Strict, StrictJson, Text
from accounts.scopes import Scope
from gallery import reports
from gallery.models import Reason, Report
from stories import showing
from stories.api.refusals import Refused
from stories.errors import CannotPlay
from stories.models import Part, Scene


@admits(Door.TIER)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited("change")
def report(request: Any, scene_id: uuid.UUID) -> HttpResponse:
    """What is wrong, with a page or what belongs to it; the field `part` says with which."""
    scene = visible(request.actor, Part.SCENE, scene_id)
    if not isinstance(scene, Scene) or scene.story.tier_id != request.tier.id:
        raise Http404("There is nothing here.")
    ids = {part: scene.story_id if part is Part.STORY else scene_id for part in Part}
    offered = [part for part in Part if part is Part.SCENE or visible(request.actor, part, ids[part]) is not None]
    told: dict[str, Any] = {
        "scene": scene, "parts": [(part.value, part.label) for part in offered], "reasons": Reason.choices,
        "most": reports.MAX_WORDS, "typed": request.POST,
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "gallery/report.html", told)
    chosen = next((part for part in offered if part.value == request.POST.get("part")), None)
    try:
        _send(request, chosen, ids)
    except CannotPlay as refused:
        answer = render(
            request,
            "gallery/report.html",
            {**told, "problem": str(refused), "field": refused.field},
            status=refused.status,
        )
        if isinstance(refused, reports.TooMany):
            answer["Retry-After"] = str(refused.wait_seconds)
        return answer
    return render(request, "gallery/report.html", {**told, "thanks": True})


def _send(request: Any, part: Part | None, ids: dict[Part, uuid.UUID]) -> None:
    if part is None:
        raise CannotPlay("Choose what it is about.", field="part")
    thing = visible(request.actor, part, ids[part])
    if thing is None:
        return  # hidden in this very moment: what was asked for is done
    reports.report(
        actor=request.actor, address=address_of(request), thing=thing, reason=request.POST.get("reason", ""),
        words=request.POST.get("words", ""),
    )  # fmt: skip


def visible(actor: Actor, part: Part, subject_id: uuid.UUID) -> showing.Thing | None:
    """The thing, where this actor may see it and enter its tier."""
    thing = showing.find(part, subject_id)
    if thing is None or not allows(actor, Verb.READ, thing) or not may_enter(actor, showing.story_of(thing).tier):
        return None
    return thing


class ReportBody(Strict):
    part = serializers.ChoiceField(Part.choices, help_text="What it is about.")
    id = Id(help_text="The story's id; for all other parts the scene's.")
    reason = serializers.ChoiceField(Reason.choices)
    words = Text(
        required=False, allow_blank=True, max_length=reports.MAX_WORDS, help_text="What is wrong, in your words."
    )


class ReportAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    part = serializers.ChoiceField(Part.choices)
    subject = serializers.UUIDField(help_text="The id that was sent.")
    reason = serializers.ChoiceField(Reason.choices)
    state = serializers.ChoiceField(Report.State.choices, help_text="What came of it, as far as staff have looked.")
    created_at = serializers.DateTimeField()


@admits(Door.MEMBER)
class Reports(APIView):
    scope = Scope.PLAY
    parser_classes = [StrictJson]

    @extend_schema(
        operation_id="reports_make", tags=["Stories"], summary="Tell staff what should not stand there",
        description="One for each person and thing: sent again it is the same report, with what came of it (200).",
        request=ReportBody,
        responses={201: ReportAnswer, 200: ReportAnswer, **problems(400, 404, 413, 415, 429)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        http: Any = request._request
        given = ReportBody.read(request.data)
        thing = visible(http.actor, given["part"], given["id"])
        if thing is None:
            raise NotFound("id: There is no such thing that you may see.")
        try:
            made, is_new = reports.report(
                actor=http.actor, address=address_of(http), thing=thing, reason=given["reason"],
                words=given.get("words", ""),
            )  # fmt: skip
        except CannotPlay as refused:
            raise Refused(refused) from refused
        return Response(
            {
                "id": str(made.id),
                "part": made.part,
                "subject": str(made.subject_id),
                "reason": made.reason,
                "state": made.state,
                "created_at": made.created_at.isoformat(),
            },
            status=201 if is_new else 200,
        )
