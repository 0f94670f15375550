"""The pages of signing up. A tenant that does not allow it has none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import joining, mailed_links
from accounts.access import Door, admits
from accounts.account_forms import SignUpForm
from accounts.link_pages import bare, no_good, sent, to_sign_in, token_of
from accounts.mailed_links import NoLink
from accounts.models import Errand, MailedLink
from accounts.views import safe_next


@sensitive_post_parameters("password")
@sensitive_variables("form")
@admits(Door.PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: Any) -> HttpResponse:
    _refuse_closed(request)
    form = SignUpForm(request.POST or None)
    onward = safe_next(request)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        joining.ask(
            request, email=given["email"], name=given["name"], password=given["password"], onward=onward[:500]
        )  # fmt: skip
        return sent(
            request, given["email"], for_what="Press the button on the page that it leads to, and you can sign in."
        )
    status = 422 if form.errors else 200
    return render(request, "accounts/sign_up.html", {"form": form, "next": onward}, status=status)


@sensitive_post_parameters("token")
@sensitive_variables("token")
@admits(Door.PUBLIC)
@never_cache
@bare
@require_http_methods(["GET", "POST"])
def confirm_sign_up(request: Any) -> HttpResponse:
    welcome = f"Welcome to {request.tenant.name}. Sign in with the password that you chose."
    return _by_link(request, Errand.SIGN_UP, joining.confirm, welcome=welcome)


@sensitive_post_parameters("token")
@sensitive_variables("token")
@admits(Door.PUBLIC)
@never_cache
@bare
@require_http_methods(["GET", "POST"])
def join(request: Any) -> HttpResponse:
    welcome = f"You are a reader at {request.tenant.name} now. Sign in as you do elsewhere."
    return _by_link(request, Errand.JOIN, joining.join, welcome=welcome)


@sensitive_variables("token")
def _by_link(request: Any, errand: Errand, act: Callable[[str], MailedLink], *, welcome: str) -> HttpResponse:
    """What a link of a letter leads to: a page with a button, and what the button does."""
    _refuse_closed(request)
    token = token_of(request)
    try:
        if request.method == "POST":
            link = act(token)
            messages.success(request, welcome)
            return to_sign_in(link.onward)
        link = mailed_links.look(errand, token)
    except NoLink:
        return no_good(request, again="sign-up")
    more = {"token": token, "address": link.address, "errand": errand.value}
    return render(request, "accounts/confirm.html", more)


def _refuse_closed(request: Any) -> None:
    if not request.tenant.allows_sign_up:
        raise Http404("There is nothing here.")
