"""Asking for something, and waiting for it as long as the program wants: what all direct routes do alike.

Whoever waits holds a thread and nothing else. A program that hangs up, or a wait that is over, changes nothing about what
was bought; it is found again under its id, or by sending the same call with the same key.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import Idempotent, nonce_of
from accounts.scopes import Scope
from generation import waiting
from generation.errors import CannotBuy
from generation.models import Run
from generation.providers.contract import Kind
from generation.studio import making, policy, public, wishes
from generation.studio.api import answers, bodies, preferences
from generation.studio.errors import CannotChange
from generation.studio.models import Piece, Source, StudioPolicy, Take
from generation.studio.wishes import Brought

AGAIN_SECONDS = {Kind.TEXT: 1, Kind.IMAGE: 1, Kind.VIDEO: 3}
"""What `Retry-After` says while a thing of the kind is being made."""
GONE = "This was thrown away before it was finished."


def longest_wait() -> float:
    """How long an answer may wait, in seconds."""
    return float(settings.GENERATION["WAIT_SECONDS"])


class Asking(Idempotent, APIView):
    """A route that changes something: JSON comes in, `CannotBuy` goes out as an error."""

    scope = Scope.GENERATE
    parser_classes: Sequence[Any] = [bodies.Json]

    @property
    def lease_seconds(self) -> float:  # type: ignore[override]
        """A call that waits is not taken for dead."""
        return longest_wait() + 60

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(answers.Refused(exc) if isinstance(exc, CannotBuy) else exc)


class Buying(Asking):
    """A route that buys a thing of `kind`."""

    rate = "generate"
    kind: Kind

    def make(
        self,
        request: Request,
        given: Mapping[str, Any],
        brought: Sequence[Brought],
        *,
        rules: StudioPolicy,
        settings: Mapping[str, Any] | None = None,
        is_kept: bool = True,
    ) -> Piece:
        """The piece that the body asks for. Raises `CannotBuy`, and then nothing was bought."""
        user: Any = request.user
        wish = wishes.read(self.kind, given, rules=rules, user=user, brought=brought, settings=settings)
        return making.make(
            user=user, rules=rules, wish=wish, source=Source.API, nonce=nonce_of(request), is_kept=is_kept
        )

    def rules(self) -> StudioPolicy:
        return policy.current()

    def wait(self, request: Request, piece: Piece, *, most: float) -> list[Take]:
        """The piece's takes once it is over, or once the program does not want to wait any longer."""
        prefers = preferences.read(request.headers.get(preferences.HEADER, ""))
        run = Run.objects.filter(topic_id=piece.id).order_by("created_at").first()
        is_over = run is not None and waiting.wait_for(run, seconds=prefers.seconds(most))
        applied = prefers.applied(most, is_over=is_over)
        if applied:
            self.headers[preferences.APPLIED] = applied
        return self.takes(piece)

    def takes(self, piece: Piece) -> list[Take]:
        takes = public.takes_of(piece)
        if not takes:
            raise CannotChange(GONE)
        return takes

    def accepted(
        self, request: Request, takes: Sequence[Take], body: Mapping[str, Any], *, again: float = 0
    ) -> Response:
        """202: it is under way; the address of its status, and when to look there."""
        answer = Response(body, status=202)
        answer["Location"] = self.status_address(request, takes[0])
        answer["Retry-After"] = str(math.ceil(again) or AGAIN_SECONDS[self.kind])
        return answer

    def status_address(self, request: Request, take: Take) -> str:
        known = {"kind": str(self.kind), "piece_id": take.piece_id}
        return request.build_absolute_uri(reverse("api-generate-status", kwargs=known))
