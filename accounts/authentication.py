"""How a request of DRF is known: a token of this tenant, or the browser's session; and the default permission."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from accounts.access import is_admitted
from accounts.middleware import actor_for

TENANT_CLAIM = "tenant"
FROM_ELSEWHERE = "This came from a page that is too old, or from another site. Open the page anew and try again."


class TenantTokenAuthentication(JWTAuthentication):
    """A bearer token counts only at the host of the tenant it was made for."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user, token = found
        http = request._request
        if token.get(TENANT_CLAIM) != str(http.tenant.id):  # type: ignore[attr-defined]
            raise AuthenticationFailed("This token belongs to another address. Sign in here for one of its own.")
        actor = actor_for(user, http.tenant)  # type: ignore[attr-defined]
        if actor.user_id is None:
            raise AuthenticationFailed("This token's user is no longer a member here.")
        http.actor = actor  # type: ignore[attr-defined]
        return user, token


class SessionOfThisTenant(SessionAuthentication):
    """The browser's session; CSRF is checked for every unsafe method, signed in or not."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            try:
                # Django's request: DRF's would have the body parsed, and a wrong one complained about, before it is known
                # who asks.
                self.enforce_csrf(request._request)  # type: ignore[arg-type]
            except PermissionDenied as refused:
                raise PermissionDenied(FROM_ELSEWHERE) from refused
        user = getattr(request._request, "user", None)
        if user is None or not user.is_authenticated or not user.is_active:
            return None
        return user, None


class Admitted(BasePermission):
    """The default of every JSON route: its door decides, and a route without a door is closed."""

    message = "You may not do this here."

    def has_permission(self, request: Request, view: Any) -> bool:
        door = getattr(view, "door", None)
        if door is None:
            return False
        http = request._request
        return is_admitted(door, http.actor, getattr(http, "tier", None))  # type: ignore[attr-defined]
