"""The pages for a forgotten password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import recovery
from accounts.access import Door, admits
from accounts.account_forms import EmailForm, NewPasswordForm
from accounts.link_pages import bare, no_good, sent, to_sign_in, token_of
from accounts.mailed_links import NoLink


@admits(Door.PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: Any) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        recovery.ask(request, email=email)
        return sent(request, email, for_what="If the address signs in here, the letter leads to a new password.")
    return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("token", "password")
@sensitive_variables("token", "form")
@admits(Door.PUBLIC)
@never_cache
@bare
@require_http_methods(["GET", "POST"])
def new_password(request: Any) -> HttpResponse:
    """Also a password that is too weak leaves the link as it is."""
    token = token_of(request)
    try:
        link = recovery.look(token)
        form = NewPasswordForm(request.POST or None, user=link.user)
        if request.method == "POST" and form.is_valid():
            recovery.reset(request, token=token, password=form.cleaned_data["password"])
            messages.success(request, "Your password is changed. Sign in with the new one.")
            return to_sign_in()
    except NoLink:
        return no_good(request, again="password-forgotten")
    more = {"form": form, "token": token, "address": link.address}
    return render(request, "accounts/new_password.html", more, status=422 if form.errors else 200)
