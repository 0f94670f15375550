"""What all views under /v1 have in common, and the one that answers for addresses that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.access import Door, admits
from accounts.authentication import SessionOfThisTenant, TenantTokenAuthentication
from accounts.idempotency import Idempotent
from accounts.models import User
from accounts.requests import StrictJson
from accounts.scopes import Scope
from generation.studio.dialects.openai import errors
from generation.studio.errors import WrongWish


class Conversation(StrictJson):
    """JSON with a few pictures in it. Forms have limits of their own."""

    most_bytes = 32 * 1024**2


class SessionIfAny(SessionOfThisTenant):
    """A session counts with its CSRF token. Who has none hears that a key is missing, not that a form is too old."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = getattr(request._request, "user", None)
        return super().authenticate(request) if user is not None and user.is_authenticated else None


class AnyAccept(BaseContentNegotiation):
    """The clients ask for the type that they hope for, and read JSON where it is an error."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        kind = (request.content_type or "application/json").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type or ""


class OpenAiView(Idempotent):
    """Bearers and sessions, JSON in and out, errors as OpenAI's clients read them."""

    authentication_classes = [TenantTokenAuthentication, SessionIfAny]
    content_negotiation_class = AnyAccept
    parser_classes: Sequence[type[BaseParser]] = [Conversation]
    scope = Scope.GENERATE
    rate = "generate"
    lease_seconds = 330.0  # longer than anybody waits here (buying.WAIT_SECONDS)

    def get_exception_handler(self) -> Any:
        return errors.answer


def asker(request: Request) -> User:
    """Who asks: the door lets nobody in who is not signed in."""
    user = request.user
    assert isinstance(user, User)
    return user


def fields_of(request: Request) -> dict[str, Any]:
    """The body as a JSON object; what is null in it was not said. Raises `WrongWish`."""
    if not isinstance(request.data, dict):
        raise WrongWish("The body must be a JSON object.")
    return {str(name): value for name, value in request.data.items() if value is not None}


@extend_schema(exclude=True)
@admits(Door.PUBLIC)
class UnknownAddress(OpenAiView):
    """Whatever else begins with /v1/."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(f"There is no {request.method} {request.path} here. What there is stands in /api/schema.")
