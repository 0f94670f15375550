"""How a request of DRF is known: a bearer of this tenant, or the browser's session; and the default permission."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.access import is_admitted
from accounts.bearers import BadBearer, Bearer, known
from accounts.scopes import Scope
from accounts.tokens import TENANT_CLAIM as TENANT_CLAIM  # what tokens are made with, for whoever makes one

FROM_ELSEWHERE = "This came from a page that is too old, or from another site. Open the page anew and try again."
MALFORMED = "Send the token as “Authorization: Bearer”, a space, and the token alone."


class TenantTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer` with an access token or an API key, which count only at the host of their tenant.

    Neither the session nor its table is touched; `request.auth` is the `Bearer`.
    """

    def authenticate(self, request: Request) -> tuple[Any, Bearer] | None:
        http: Any = request._request
        parts = http.META.get("HTTP_AUTHORIZATION", "").split()
        if not parts or parts[0].lower() != "bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(MALFORMED)
        try:
            bearer = known(parts[1], http.tenant)
        except BadBearer as bad:
            raise AuthenticationFailed(str(bad)) from bad
        http.actor = bearer.actor
        return bearer.user, bearer

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


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
    """The default of every JSON route: its door decides, and a route without a door is closed.

    An API key needs a scope as well: `read` where nothing is changed, else the view's own `scope`. Where a view names none,
    keys change nothing.
    """

    message = "You may not do this here."

    def has_permission(self, request: Request, view: Any) -> bool:
        door = getattr(view, "door", None)
        if door is None:
            return False
        http: Any = request._request
        bearer = request.auth  # looked at first: it is what says who the actor is
        if not is_admitted(door, http.actor, getattr(http, "tier", None)):
            return False
        if isinstance(bearer, Bearer) and bearer.key is not None:
            _check_scope(bearer, request.method, getattr(view, "scope", None))
        return True


def _check_scope(bearer: Bearer, method: str | None, declared: Scope | None) -> None:
    needed = Scope.READ if method in SAFE_METHODS else declared
    if needed is None:
        raise PermissionDenied("No API key may do this, whatever its scopes. Sign in for an access token.")
    if needed not in bearer.scopes:
        raise PermissionDenied(
            f"This API key lacks the scope “{needed}”, which this needs. Make a key that has it, or sign in for a token."
        )
