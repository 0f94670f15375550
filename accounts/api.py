"""Signing in for programs: tokens that are good at one tenant only, their renewal and their end."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit, tokens
from accounts.access import Door, admits
from accounts.models import Membership
from accounts.openapi import problems
from accounts.requests import Strict, Text


class Credentials(Strict):
    email = serializers.EmailField(max_length=254)
    password = Text(trim_whitespace=False, max_length=256)


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
    """POST {email, password} -> {access, refresh}: tokens bound to the tenant of this host."""

    rate = "sign-in"  # a count of its own: renewing a token does not use up somebody's tries at a password

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
        user: Any = authenticate(request._request, username=given["email"].lower(), password=given["password"])
        # A stranger to this tenant gets the same words as a wrong password: who has an account elsewhere is not told.
        if user is None or not (user.is_superuser or Membership.objects.filter(user_id=user.pk).exists()):
            if user is not None:
                audit.sign_in_failed(given["email"], because="no member here")
            raise AuthenticationFailed("Email or password is wrong. Check both and try again.")
        audit.signed_in(user, to="programs")
        return Response(tokens.begin(user, request._request.tenant))  # type: ignore[attr-defined]


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
