"""A person's pages of what is kept of them: have it, and have it taken away. And the end of looking as somebody else."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, logout
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import exporting, leaving, viewing
from accounts.access import Door, admits
from accounts.actors import actor_for
from accounts.forms import LeaveForm
from accounts.models import Membership


@admits(Door.MEMBER)
@require_GET
@never_cache
def own_data(request: Any) -> HttpResponse:
    return render(request, "accounts/own_data.html", {"most": exporting.MOST_IN_AN_HOUR})


@admits(Door.MEMBER)
@require_POST
def own_data_archive(request: Any) -> HttpResponse | StreamingHttpResponse:
    user, tenant = request.user, request.tenant
    try:
        pieces = exporting.ask(user=user, tenant=tenant)
    except exporting.TooOften as refused:
        more = {"most": exporting.MOST_IN_AN_HOUR, "problems": [str(refused)]}
        answer = render(request, "accounts/own_data.html", more, status=429)
        answer["Retry-After"] = "3600"
        return answer
    archive = StreamingHttpResponse(pieces, content_type="application/zip")
    named = exporting.file_name(tenant, timezone.now().date())
    archive["Content-Disposition"] = f'attachment; filename="{named}"'
    archive["Cache-Control"] = "no-store"
    return archive


@admits(Door.MEMBER)
@require_GET
@never_cache
def leave(request: Any) -> HttpResponse:
    return _leave_page(request, LeaveForm())


@sensitive_post_parameters("password")
@admits(Door.MEMBER)
@require_POST
@never_cache
def leave_now(request: Any) -> HttpResponse:
    """The password is asked for again, by the way that signing in goes: whoever guesses is slowed down as there."""
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _leave_page(request, form, status=422)
    known = authenticate(request, username=request.user.email, password=form.cleaned_data["password"])
    if known is None or known.pk != request.user.pk:
        form.add_error("password", "This is not your password.")
        return _leave_page(request, form, status=422)
    try:
        made = leaving.leave(
            user=request.user, tenant_id=request.tenant.pk, is_whole=form.cleaned_data["what"] == LeaveForm.ACCOUNT
        )
    except leaving.CannotLeave as refused:
        form.add_error(None, str(refused))
        return _leave_page(request, form, status=409)
    logout(request)
    request.actor = actor_for(request.user, request.tenant)  # a stranger now, for the page as well
    return render(request, "accounts/departed.html", {"is_whole": any(one.is_whole for one in made)})


@admits(Door.PUBLIC)
@require_POST
def end_view_as(request: Any) -> HttpResponse:
    """Back to one's own eyes, and to the page that it was begun from."""
    viewed = viewing.end(request)
    membership = Membership.objects.filter(user_id=viewed).first() if viewed is not None else None
    return redirect("/") if membership is None else redirect("admin:accounts_membership_change", membership.pk)


def _leave_page(request: Any, form: LeaveForm, *, status: int = 200) -> HttpResponse:
    others = leaving.elsewhere(request.user, request.tenant.pk)
    return render(request, "accounts/departing.html", {"form": form, "others": others}, status=status)
