"""Signing in for programs: tokens that are good at one tenant only."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.access import Door, admits
from accounts.authentication import TENANT_CLAIM
from accounts.guests import address_of
from accounts.models import Membership


class SignInThrottle(AnonRateThrottle):
    scope = "sign-in"

    def get_ident(self, request: Any) -> str:
        # Not what a header says: whoever writes X-Forwarded-For anew each time would never be throttled.
        return address_of(request)


class Credentials(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=256)


@admits(Door.PUBLIC)
class Login(APIView):
    """POST {email, password} -> {access, refresh}: tokens bound to the tenant of this host."""

    authentication_classes: list[Any] = []
    throttle_classes = [SignInThrottle]

    def get_authenticate_header(self, request: Request) -> str:
        # Without it DRF says 403 of a wrong password, because there is no way of signing in before signing in.
        return 'Bearer realm="api"'

    def post(self, request: Request) -> Response:
        given = Credentials(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(
            request._request, username=given.validated_data["email"].lower(), password=given.validated_data["password"]
        )
        # A stranger to this tenant gets the same words as a wrong password: who has an account elsewhere is not told.
        if user is None or not (user.is_superuser or Membership.objects.filter(user_id=user.pk).exists()):  # type: ignore[attr-defined]
            raise AuthenticationFailed("Email or password is wrong. Check both and try again.")
        refresh = RefreshToken.for_user(user)  # type: ignore[arg-type]
        refresh[TENANT_CLAIM] = str(request._request.tenant.id)  # type: ignore[attr-defined]
        return Response({"access": str(refresh.access_token), "refresh": str(refresh)})
