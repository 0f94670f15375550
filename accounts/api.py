"""Signing in for programs: tokens that are good at one tenant only, their renewal and their end."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit, guessing, second_factor, tokens
from accounts.access import Door, admits
from accounts.models import User
from accounts.openapi import problems
from accounts.requests import Strict, Text
from accounts.signing_in import WrongPassword, check_password

CODE_NEEDED = "This account has a second factor. Send what its app shows as “code” too."


class Credentials(Strict):
    email = serializers.EmailField(max_length=254)
    password = Text(trim_whitespace=False, max_length=256)
    code = Text(
        required=False, max_length=40,
        help_text="What the authenticator app shows, or a recovery code; for accounts with a second factor.",
    )  # fmt: skip


class Renewal(Strict):
    refresh = Text(trim_whitespace=False, max_length=4096)


PAIR = inline_serializer(
    "Tokens",
    {
        "access": serializers.CharField(help_text="For 15 minutes, as “Authorization: Bearer”."),
        "refresh": serializers.CharField(help_text="For two weeks, and for one exchange at /auth/refresh."),
    },
)
REFUSALS = {code: told for code, told in problems(400, 413, 415).items() if code != 403}


class _AuthView(APIView):
    """Signing in comes before anybody is known, and uses no session: who asks is an address."""

    authentication_classes: list[Any] = []
    rate = "tokens"

    def get_authenticate_header(self, request: Request) -> str:
        # Without it DRF says 403 of a wrong password, because there is no way of signing in before signing in.
        return 'Bearer realm="api"'


@admits(Door.PUBLIC)
class Login(_AuthView):
    """POST {email, password} -> {access, refresh}: tokens bound to the tenant of this host. An account with a second factor
    sends `code` too."""

    throttle_classes = []  # failures are counted: accounts.guessing

    @extend_schema(
        operation_id="sign_in",
        tags=["Signing in"],
        summary="Sign in: two tokens for a password",
        auth=[],
        request=Credentials,
        responses={200: PAIR, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        given = Credentials.read(request.data)
        http: Any = request._request
        try:
            user = check_password(http, email=given["email"], password=given["password"])
        except WrongPassword as wrong:
            raise AuthenticationFailed(str(wrong)) from wrong
        _check_code(http, user, given.get("code", ""))
        guessing.forget(http, user.get_username())
        audit.signed_in(user, to="programs")
        return Response(tokens.begin(user, http.tenant))


def _check_code(request: Any, user: User, code: str) -> None:
    """Pass, or raise what says why not. Nothing is asked of an account without a second factor."""
    if not second_factor.is_on(user.pk):
        return
    if not code:
        raise AuthenticationFailed(CODE_NEEDED)
    try:
        second_factor.check(user, code)
    except second_factor.WaitFirst as early:
        raise Throttled(wait=early.seconds) from early
    except second_factor.WrongCode as wrong:
        guessing.count_failure(request, user.get_username(), because="code")
        raise AuthenticationFailed(str(wrong)) from wrong


@admits(Door.PUBLIC)
class Refresh(_AuthView):
    """POST {refresh} -> {access, refresh}: the one sent is used up. Sent a second time, it ends all that came of it."""

    @extend_schema(
        operation_id="renew_tokens",
        tags=["Signing in"],
        summary="Two new tokens for the one that renews",
        auth=[],
        request=Renewal,
        responses={200: PAIR, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        return Response(_with_token(request, tokens.exchange))


@admits(Door.PUBLIC)
class Logout(_AuthView):
    """POST {refresh} -> 204: it and all that came of it are ended. An access token lives out its minutes."""

    @extend_schema(
        operation_id="sign_out", tags=["Signing in"], summary="End what was signed in for", auth=[], request=Renewal,
        responses={204: OpenApiResponse(description="Ended, or ended before."), **REFUSALS},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        _with_token(request, tokens.end)
        return Response(status=204)


def _with_token(request: Request, verb: Any) -> Any:
    given = Renewal.read(request.data)
    try:
        return verb(given["refresh"], request._request.tenant)  # type: ignore[attr-defined]
    except tokens.BadToken as bad:
        raise AuthenticationFailed(str(bad)) from bad
