"""Status answers, which programs ask for again and again: an `ETag`, 304 where nothing changed, `Retry-After` while
something is still to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

Answer = TypeVar("Answer", bound=HttpResponse)


class JsonAlways(BaseContentNegotiation):
    """For answers that have one form. Whoever accepts another gets it all the same, as RFC 9110 allows (12.5.1)."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


WAIT_SECONDS = 1
"""What `Retry-After` says while something is being made."""


_written = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""As DRF's renderer writes it. There is one form of these answers, so nobody has to look for a renderer each time."""


def told(request: Request, *, version: str, is_waiting: bool, say: Callable[[], dict[str, Any]]) -> HttpResponse:
    """200 with what `say` answers, or 304 where the asker has it: `version` changes whenever that would."""
    etag = f'"{version}"'
    known = [tag.removeprefix("W/") for tag in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))]
    if etag in known or "*" in known:
        answer = HttpResponse(status=304)
        del answer["Content-Type"]  # there is no content
    else:
        answer = HttpResponse(_written(say()), content_type="application/json")
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return ask_again(answer) if is_waiting else answer


def ask_again(answer: Answer) -> Answer:
    """The same answer, with the advice when to ask again."""
    answer["Retry-After"] = str(WAIT_SECONDS)
    return answer
