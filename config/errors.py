"""How errors leave the house: one form for JSON, one page for people. No traceback, no provider's words."""

from __future__ import annotations

import logging
import math
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.access import Barred
from accounts.guessing import seconds_left
from accounts.requests import TooLarge
from generation.errors import StorageAway
from generation.studio.api.answers import Refused
from generation.studio.dialects.openai.errors import form as openai_form

log = logging.getLogger(__name__)

SENTENCES = {
    400: "That request could not be understood.",
    401: "Sign in first.",
    403: "You may not do this here.",
    404: "There is nothing here.",
    405: "This address does not take that method.",
    406: "This address answers with JSON only.",
    415: "Send this as JSON or as a form.",
    429: "That was too often. Wait a little and try again.",
    500: "Something broke on our side. Nothing was charged for what did not arrive; try again.",
}
OPENAI_PREFIX = "/v1/"
JSON_PREFIXES = ("/api/", "/auth/", "/generate/", "/image/", "/video/", OPENAI_PREFIX, "/mcp")


def json_errors(error: Exception, context: dict[str, Any]) -> Response:
    """`{"success": false, "data": null, "error": "...", "code": 400}`; `code` is the HTTP status."""
    if isinstance(error, RequestDataTooBig):
        error = TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if isinstance(error, StorageAway):
        error = Refused(error)
    answer = exception_handler(error, context)
    if answer is None:
        log.error("unhandled error in %s", context.get("view"), exc_info=error)
        return Response(_form(SENTENCES[500], 500), status=500)
    answer.data = _form(_sentence(error, answer), answer.status_code)
    return answer


def _sentence(error: Exception, answer: Response) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _first_problem(error.detail)
    if isinstance(error, Barred):
        return str(error)
    if isinstance(error, (Http404, PermissionDenied)):
        return SENTENCES[answer.status_code]
    if isinstance(error, exceptions.NotAuthenticated):
        return SENTENCES[401]
    detail = getattr(error, "detail", None)
    if isinstance(detail, dict):
        detail = detail.get("detail")
    if isinstance(error, exceptions.AuthenticationFailed) and type(error) is not exceptions.AuthenticationFailed:
        return "This token is not valid or has run out. Sign in again."
    return str(detail) if detail else SENTENCES.get(answer.status_code, SENTENCES[400])


def _first_problem(detail: Any, field: str = "") -> str:
    """The first thing that is wrong, with the field's name before it."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        return _first_problem(inner, field if name == "non_field_errors" else name)
    if isinstance(detail, list) and detail:
        return _first_problem(detail[0], field)
    return f"{field}: {detail}" if field else str(detail)


def _form(sentence: str, code: int) -> dict[str, Any]:
    return {"success": False, "data": None, "error": sentence, "code": code}


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker reads JSON rather than a page."""
    match = getattr(request, "resolver_match", None)
    if request.path.startswith(JSON_PREFIXES) or (match is not None and hasattr(match.func, "cls")):
        return True  # a view of DRF: nobody reads those as a page
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _json(request: HttpRequest, said: str, code: int) -> HttpResponse:
    form = openai_form if request.path.startswith(OPENAI_PREFIX) else _form
    return JsonResponse(form(said, code), status=code)


def _answer(request: HttpRequest, code: int, sentence: str = "") -> HttpResponse:
    said = sentence or SENTENCES[code]
    if wants_json(request):
        return _json(request, said, code)
    return render(request, "error.html", {"sentence": said, "code": code}, status=code)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, str(exception) if isinstance(exception, Barred) else "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404)


def guessed_too_often(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """In the place of what a sign-in would have said: the same whether there is such an account, and whether this try was
    right."""
    seconds = seconds_left(request, credentials)
    minutes = math.ceil(seconds / 60)
    answer = _answer(
        request, 429, f"That was wrong too often. Wait {minutes} minute{'s' * (minutes > 1)}, then try again."
    )
    answer["Retry-After"] = str(seconds)
    add_never_cache_headers(answer)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return _json(request, SENTENCES[500], 500)
    # No template that asks the database: it may be what broke.
    return HttpResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Something broke</title><p>{SENTENCES[500]}</p>"
        "<p><a href='/'>To the first page</a></p></html>",
        status=500,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request, 403, "This form is too old or came from another page. Open the page anew and send it again."
    )
