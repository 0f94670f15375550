"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import second_factor
from accounts.access import Door, admits
from accounts.forms import SignInForm
from accounts.middleware import actor_for
from accounts.models import User
from accounts.second_step import ask_for_code
from accounts.signing_in import begin_session


@admits(Door.PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    form = SignInForm(request, request.POST or None)
    onward = safe_next(request)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        onward = onward or _home_of(request, form.user)
        if second_factor.is_on(form.user.pk):
            return ask_for_code(request, form.user, onward)
        begin_session(request, form.user)
        return redirect(onward)
    return render(request, "accounts/sign_in.html", {"form": form, "next": onward}, status=422 if form.errors else 200)


@admits(Door.PUBLIC)
@require_POST
def sign_out(request: Any) -> HttpResponse:
    logout(request)
    return redirect("/")


def safe_next(request: Any) -> str:
    """The address within this house that was asked for; "/" in place of one elsewhere; empty where none was."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    if not onward:
        return ""
    safe = url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return onward if safe else "/"


def _home_of(request: Any, user: User) -> str:
    """Where somebody begins who came from nowhere in particular."""
    return settings.AUTHORS_BEGIN_AT if actor_for(user, request.tenant).is_author else "/"
