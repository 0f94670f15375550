"""A person's page of API keys: made, shown once, revoked."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts import api_keys
from accounts.access import Door, admits
from accounts.forms import ApiKeyForm
from accounts.models import ApiKey, Membership
from accounts.scopes import Scope


@admits(Door.AUTHOR)
@require_GET
@never_cache
def own_api_keys(request: Any) -> HttpResponse:
    return _page(request, _membership(request), ApiKeyForm())


@sensitive_variables()
@admits(Door.AUTHOR)
@require_POST
@never_cache
def new_api_key(request: Any) -> HttpResponse:
    """The key stands in this answer and nowhere else: no redirect, no session, no address ever holds it."""
    membership = _membership(request)
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return _page(request, membership, form, status=422)
    given = form.cleaned_data
    try:
        key, text = api_keys.issue(
            membership=membership, name=given["name"], nonce=given["nonce"], scopes=[Scope(s) for s in given["scopes"]]
        )
    except api_keys.IssuedAlready as there:
        said = f"{there} If you did not copy it, revoke it and make another."
        return _page(request, membership, ApiKeyForm(), problem=said, status=409)
    except api_keys.CannotIssue as refused:
        return _page(request, membership, form, problem=str(refused), status=409)
    return _page(request, membership, ApiKeyForm(), made=key, text=text)


@admits(Door.AUTHOR)
@require_POST
@never_cache
def revoke_api_key(request: Any) -> HttpResponse:
    try:
        wanted = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise Http404("There is nothing here.") from None
    key = ApiKey.objects.filter(membership=_membership(request), id=wanted).first()
    if key is None:
        raise Http404("There is nothing here.")
    api_keys.revoke(key)
    messages.success(request, f"The key “{key.name}” is revoked. Nothing that uses it gets in any more.")
    return redirect("api-keys")


def _membership(request: Any) -> Membership:
    found = Membership.objects.filter(user_id=request.actor.user_id).first()
    if found is None:  # an operator who is no member here
        raise Http404("There is nothing here.")
    return found


@sensitive_variables()
def _page(
    request: Any,
    membership: Membership,
    form: ApiKeyForm,
    *,
    made: ApiKey | None = None,
    text: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    more = {
        "form": form,
        # A form that came back with a mistake made nothing yet, so a nonce of its own does no harm.
        "nonce": uuid.uuid4(),
        "keys": ApiKey.objects.filter(membership=membership, revoked_at=None),
        "revoked": ApiKey.objects.filter(membership=membership).exclude(revoked_at=None)[:20],
        "made": made,
        "text": text,
        "problems": [problem] if problem else form.errors.get("nonce", []),
        "host": request.build_absolute_uri("/"),
    }
    return render(request, "accounts/api_keys.html", more, status=status)
