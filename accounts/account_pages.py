"""A person's account: name, address, password, and the ways to what else is theirs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import mailed_links, own_account
from accounts.access import STAFF_ROLES, Door, admits
from accounts.account_forms import WRONG_PASSWORD, ChangeEmailForm, ChangePasswordForm, NameForm
from accounts.link_pages import bare, no_good, sent, to_sign_in, token_of
from accounts.mailed_links import NoLink
from accounts.models import Errand, Membership


@admits(Door.MEMBER)
@require_GET
@never_cache
def account(request: Any) -> HttpResponse:
    return _page(request)


@admits(Door.MEMBER)
@require_POST
@never_cache
def change_name(request: Any) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, name=form)
    own_account.rename(request.user, form.cleaned_data["name"])
    messages.success(request, "Your name is changed.")
    return redirect("account")


@sensitive_post_parameters("current", "password")
@sensitive_variables("form")
@admits(Door.MEMBER)
@require_POST
@never_cache
def change_password(request: Any) -> HttpResponse:
    form = ChangePasswordForm(request.POST, user=request.user)
    if not (form.is_valid() and _is_own(request, form)):
        return _page(request, password=form)
    own_account.change_password(request, form.cleaned_data["password"])
    messages.success(request, "Your password is changed. All other sessions are ended, this one stays.")
    return redirect("account")


@sensitive_post_parameters("current")
@sensitive_variables("form")
@admits(Door.MEMBER)
@require_POST
@never_cache
def change_email(request: Any) -> HttpResponse:
    form = ChangeEmailForm(request.POST)
    if form.is_valid() and form.cleaned_data["email"] == request.user.email:
        form.add_error("email", "This is your address already.")
    if not (form.is_valid() and _is_own(request, form)):
        return _page(request, email=form)
    email = form.cleaned_data["email"]
    own_account.ask_for_email(request, email=email)
    return sent(request, email, for_what="Until its link is used, you sign in with the address that you have.")


@sensitive_post_parameters("token")
@sensitive_variables("token")
@admits(Door.PUBLIC)
@never_cache
@bare
@require_http_methods(["GET", "POST"])
def confirm_email(request: Any) -> HttpResponse:
    """Opened wherever the letter is read, which may be where nobody is signed in."""
    token = token_of(request)
    try:
        if request.method == "POST":
            address = own_account.confirm_email(request, token)
            messages.success(request, f"Your address is {address} from now on.")
            return redirect("account") if request.actor.is_member else to_sign_in()
        link = mailed_links.look(Errand.EMAIL, token)
    except NoLink:
        return no_good(request, again="account")
    return render(request, "accounts/confirm.html", {"token": token, "address": link.address, "errand": "email"})


@admits(Door.MEMBER)
@require_POST
@never_cache
def change_alerts(request: Any) -> HttpResponse:
    if request.actor.role not in STAFF_ROLES:
        raise Http404("There is nothing here.")
    own_account.want_alerts(request, bool(request.POST.get("wants")))
    messages.success(request, "Your choice is kept.")
    return redirect("account")


def _is_own(request: Any, form: Form) -> bool:
    if own_account.knows_password(request, form.cleaned_data["current"]):
        return True
    form.add_error("current", WRONG_PASSWORD)
    return False


def _page(
    request: Any, *, name: Form | None = None, email: Form | None = None, password: Form | None = None
) -> HttpResponse:
    """The page with the form that came back in its place."""
    membership = Membership.objects.filter(user=request.user).first()
    is_told = membership.gets_alerts if membership is not None and membership.role in STAFF_ROLES else None
    more = {
        "name": name or NameForm(initial={"name": request.user.display_name}),
        "email": email or ChangeEmailForm(),
        "password": password or ChangePasswordForm(),
        "is_told": is_told,
    }
    return render(request, "accounts/account.html", more, status=422 if name or email or password else 200)
