"""Errors in the form that OpenAI's clients read: `{"error": {"message", "type", "param", "code"}}`.

`x-should-retry` tells those clients whether sending the same thing again may help. Without it they send everything from 500
on, and every 429 and 409, up to twice more: each time a purchase of its own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.access import Barred
from generation.errors import AgainstRules, CannotBuy, NotGranted, UnknownModel, Unpriced
from generation.studio.errors import NotSupported, Unaffordable, WrongWish

log = logging.getLogger(__name__)

WRONG = "invalid_request_error"
OURS = "server_error"
TOO_OFTEN = "rate_limit_error"
BROKEN = "Something broke on our side. Nothing was charged for what did not arrive; try again."
KEY = "Send one of your API keys, or an access token, as “Authorization: Bearer”, a space, and the key."
CODES: dict[int, str] = {
    401: "invalid_api_key",
    403: "insufficient_permissions",
    404: "not_found",
    405: "method_not_supported",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limit_exceeded",
}
POLICY = "content_policy_violation"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said of an error. `retry` is None where the client's own rule is right."""

    status: int
    message: str
    type: str = WRONG
    param: str | None = None
    code: str | None = None
    retry: bool | None = None

    @property
    def form(self) -> dict[str, Any]:
        said = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": said}


class Unsupported(WrongWish):
    """A parameter, or a value of one, that nobody here can follow."""

    code = "unsupported_parameter"


class NotMade(Exception):
    """What was bought did not arrive: it was refused, it failed, or it is still being made."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """The exception handler of all views under /v1."""
    plain = exception_handler(error, context)
    problem = problem_of(error, plain.status_code if plain is not None else None)
    if problem is None:
        log.error("unhandled error in %s", context.get("view"), exc_info=error)
        problem = Problem(500, BROKEN, OURS, code="internal_error")
    told = plain.headers if plain is not None else {}
    headers = {name: told[name] for name in ("WWW-Authenticate", "Retry-After") if name in told}
    if problem.retry is not None:
        headers["x-should-retry"] = "true" if problem.retry else "false"
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(wait)
    return Response(problem.form, status=problem.status, headers=headers)


def problem_of(error: Exception, status: int | None = None) -> Problem | None:
    """What to say of an error; `status` is what DRF makes of it. None where nothing but "our fault" can be said."""
    if isinstance(error, NotMade):
        return error.problem
    if isinstance(error, CannotBuy):
        return _not_bought(error)
    if isinstance(error, SuspiciousOperation):  # more fields or bytes in a form than are read
        return Problem(413, "That is more than is read at once. Send less.", code=CODES[413])
    if status is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        param, said = _first(error.detail)
        return Problem(400, said, param=param)
    return Problem(status, _sentence(error), _type(status), code=CODES.get(status), retry=_retry(error, status))


def form(sentence: str, status: int) -> dict[str, Any]:
    """What is said where no view was reached, or none that could answer."""
    return Problem(status, sentence, _type(status), code=CODES.get(status)).form


def _not_bought(error: CannotBuy) -> Problem:
    """Sending the same again changes nothing about any of these."""
    said, param = str(error), error.field or None
    if isinstance(error, Unaffordable):
        return Problem(429, said, "insufficient_quota", param, "insufficient_quota", retry=False)
    if isinstance(error, AgainstRules):
        return Problem(400, said, WRONG, param, POLICY, retry=False)
    if isinstance(error, (UnknownModel, NotGranted, Unpriced)) and error.status < 500:
        return Problem(404, said, WRONG, param, "model_not_found", retry=False)
    if isinstance(error, NotSupported):
        return Problem(400, said, WRONG, param, "unsupported_value", retry=False)
    code = getattr(error, "code", None) or CODES.get(error.status)
    return Problem(error.status, said, _type(error.status), param, code, retry=False)


def _type(status: int) -> str:
    if status == 429:
        return TOO_OFTEN
    return OURS if status >= 500 else WRONG


def _retry(error: Exception, status: int) -> bool | None:
    """An Idempotency-Key that stands for something else will do so for a day; one that is under way, for a moment."""
    return getattr(error, "wait", None) is not None if status == 409 else None


def _sentence(error: Exception) -> str:
    if isinstance(error, Barred):
        return str(error)
    if isinstance(error, exceptions.NotAuthenticated):
        return KEY
    if isinstance(error, Http404):
        return "There is nothing here."
    if isinstance(error, exceptions.MethodNotAllowed):
        return "This address does not take that method."
    detail = getattr(error, "detail", None)
    return str(detail) if isinstance(detail, str) else str(error) or "You may not do this here."


def _first(detail: Any, field: str = "") -> tuple[str | None, str]:
    """The first field that is wrong, and why."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        return _first(inner, str(name))
    if isinstance(detail, list) and detail:
        return _first(detail[0], field)
    return field or None, f"{field}: {detail}" if field else str(detail)
