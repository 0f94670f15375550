"""Host -> tenant, session -> actor (one's own, or whom staff view as), path -> tier. Everything behind these runs under the
tenant's scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts import audit, viewing
from accounts.actors import actor_for as actor_for
from accounts.actors import seen_as as seen_as
from accounts.hosts import tenant_at
from accounts.models import Tier
from accounts.programs import brings_bearer
from accounts.tenancy import scope

MACHINE_PATHS = frozenset({"/healthz", "/metrics"})
Next = Callable[[HttpRequest], HttpResponse]


class HostTenantMiddleware:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.tenant = None  # type: ignore[attr-defined]
        if request.path in MACHINE_PATHS:
            return self.get_response(request)
        tenant = tenant_at(request.get_host())
        if tenant is None:
            return HttpResponse("No library answers at this address. Check the host name.\n", "text/plain", status=400)
        if not tenant.is_open:
            return HttpResponse("This library is closed.\n", "text/plain", status=404)
        request.tenant = tenant  # type: ignore[attr-defined]
        with scope(tenant):
            return self.get_response(request)


class ActorMiddleware:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_for(request.user, request.tenant))  # type: ignore[attr-defined]
        with audit.asked_by(request):
            if request.tenant is not None and _has_session(request):  # type: ignore[attr-defined]
                viewing.enter(request)
            response = self.get_response(request)
            viewing.note(request, response)
            return response


def _has_session(request: HttpRequest) -> bool:
    """Whether a session may say who asks. Programs bring none; where there is a bearer as well, the bearer decides, with rights
    of its own, and the session's table is not asked."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and not brings_bearer(request)


class TierMiddleware:
    """Turns the address's `tier` into `request.tier`; the views behind it take no such argument."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        slug = kwargs.pop("tier", None)
        request.tier = None
        if slug is None or request.tenant is None:
            return None
        request.tier = Tier.objects.filter(slug=slug).first()
        if request.tier is None:
            raise Http404("There is no such shelf.")
        return None


def template_context(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: the tenant, the tier and who is reading."""
    return {
        "tenant": getattr(request, "tenant", None),
        "tier": getattr(request, "tier", None),
        "actor": getattr(request, "actor", None),
        "viewing": getattr(request, "viewing", None),
        "demo": settings.DEMO_FOOTER,
    }
