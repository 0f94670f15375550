"""Tickets for sockets, for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import tickets
from accounts.access import Door, admits
from accounts.api import REFUSALS
from accounts.bearers import Bearer
from accounts.requests import Id, Strict
from accounts.scopes import Scope
from generation import live


class Wanted(Strict):
    target = Id(help_text="The id of a job, a run or a story.")


TICKET = inline_serializer(
    "Ticket",
    {
        "ticket": serializers.CharField(help_text="Send it as ?ticket=… when you open the socket."),
        "expires_in": serializers.IntegerField(help_text="Seconds until it opens nothing any more."),
        "path": serializers.CharField(help_text="Where the socket is, at this host."),
    },
)


@admits(Door.MEMBER)
class Tickets(APIView):
    """POST /api/v1/tickets {target} -> {ticket, expires_in, path}: opens one socket for what is one's own.

    Nothing is bought and nothing kept, so an Idempotency-Key is of no use here: each call makes a ticket of its own.
    """

    scope = Scope.READ

    @extend_schema(
        operation_id="make_ticket", tags=["Tickets"], summary="A ticket that opens one socket", request=Wanted,
        responses={
            200: TICKET,
            **REFUSALS,
            403: OpenApiResponse(REFUSALS[401].response, "No member here, or the key lacks the scope “read”."),
            404: OpenApiResponse(REFUSALS[401].response, "Nothing of that id that one may see."),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        target = Wanted.read(request.data)["target"]
        http: Any = request._request
        path = live.socket_for(http.actor, target)
        if path is None:
            raise NotFound("There is no such job, run or story.")
        key = request.auth.key if isinstance(request.auth, Bearer) else None
        user: Any = request.user
        ticket = tickets.make(user=user, tenant=http.tenant, target=target, key=key)
        said = {"ticket": ticket, "expires_in": tickets.LIFE_SECONDS, "path": path}
        return Response(said, headers={"Cache-Control": "no-store"})
