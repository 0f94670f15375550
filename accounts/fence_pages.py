"""The page that asks for a tier's PIN, and the middleware that leads there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import fence
from accounts.access import Barred, Door, admits, may_enter
from accounts.models import Tier

OPEN = frozenset({"healthz", "media-link"})
"""Routes outside every tier that nobody is kept from."""
NO_PAGES = frozenset({"tier-leave", "scene-image-file", "scene-video-file"})
"""Routes of a tier that are not opened by somebody who comes in to read."""
ASK = "A grown-up has to enter the PIN first."


class FenceMiddleware:
    """Behind `TierMiddleware`: what is asked for outside the tier that this browser is in leads to the page for its PIN."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.tenant is None or request.resolver_match.url_name in OPEN or _has_bearer(request, view):
            return None
        tier: Tier | None = request.tier
        enters = tier is not None and tier.exit_pin and _is_page(request, view) and may_enter(request.actor, tier)
        # Whoever stands in another tier with a PIN has to leave that one first.
        if tier is not None and enters and fence.standing_in(request.session) is None:
            fence.entered(request.session, tier)
        inside = fence.standing_in(request.session) if _has_session(request) else None
        if inside is None or inside == tier or not may_enter(request.actor, inside):
            return None
        if hasattr(view, "cls"):
            raise Barred(ASK)
        asked = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
        address = reverse("tier-leave", kwargs={"tier": inside.slug})
        return redirect(f"{address}?{urlencode({'next': asked})}")


def _is_page(request: Any, view: Any) -> bool:
    """Whether somebody opens a page. Pictures of a tier stand on pages of staff too, who are not led in by them."""
    return not hasattr(view, "cls") and request.resolver_match.url_name not in NO_PAGES


def _has_session(request: Any) -> bool:
    return bool(request.session.session_key) or fence.SESSION_KEY in request.session


def _has_bearer(request: Any, view: Any) -> bool:
    """A program, which is known by its bearer alone: such a view does not look at the session then."""
    given = request.META.get("HTTP_AUTHORIZATION", "").split()
    return bool(given) and given[0].lower() == "bearer" and hasattr(view, "cls")


@sensitive_post_parameters("pin")
@admits(Door.TIER)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave(request: Any) -> HttpResponse:
    onward = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        onward = "/"
    if not request.tier.exit_pin:
        raise Http404("There is no PIN here.")
    if fence.standing_in(request.session) != request.tier:
        return redirect(onward)
    problem, status, seconds = "", 200, 0
    if request.method == "POST":
        try:
            if fence.leave(
                session=request.session,
                user_id=request.actor.user_id,
                tier=request.tier,
                pin=request.POST.get("pin", ""),
            ):
                return redirect(onward)
            problem, status = "That is not the PIN.", 422
        except fence.Waiting as waiting:
            problem, status, seconds = str(waiting), 429, waiting.seconds
    answer = render(request, "accounts/leave_tier.html", {"next": onward, "problem": problem}, status=status)
    if seconds:
        answer["Retry-After"] = str(seconds)
    return answer
