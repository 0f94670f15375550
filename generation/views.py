"""A person's own keys: entered, replaced, deleted. Where the tenant does not allow them, there is no such page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.access import Door, admits
from generation import keys, media
from generation.forms import FIELD, KeyForm
from generation.models import ProviderKey


@admits(Door.PUBLIC)
@require_safe
def linked_file(request: Any, token: str) -> Any:
    """What a signed link leads to. The signature is the right to see it."""
    return media.serve(request, media.linked(token))


@admits(Door.MEMBER)
@require_GET
@never_cache
def own_keys(request: Any) -> HttpResponse:
    _refuse_closed(request)
    return _page(request, KeyForm())


@sensitive_post_parameters(FIELD)
@admits(Door.MEMBER)
@require_POST
@never_cache
def save_own_key(request: Any) -> HttpResponse:
    _refuse_closed(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    provider = form.cleaned_data["provider"]
    keys.save_key(tenant=request.tenant, provider=provider, secret=form.cleaned_data[FIELD], user=request.user)
    messages.success(request, f"Your key for {keys.title(provider)} is kept. It is used from now on.")
    return redirect("own-keys")


@admits(Door.MEMBER)
@require_POST
@never_cache
def delete_own_key(request: Any) -> HttpResponse:
    _refuse_closed(request)
    found = _mine(request).filter(provider=request.POST.get("provider", "")).first()
    if found is None:
        raise Http404("There is nothing here.")
    keys.delete_key(found)
    messages.success(request, f"Your key for {keys.title(found.provider)} is deleted.")
    return redirect("own-keys")


def _refuse_closed(request: Any) -> None:
    # An operator who is no member here plays nothing here, and a key that nobody can use is not taken.
    if not request.tenant.allows_own_keys or request.actor.role is None:
        raise Http404("There is nothing here.")


def _mine(request: Any) -> Any:
    return ProviderKey.objects.filter(user=request.user)


def _page(request: Any, form: KeyForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = [
        {
            "provider": key.provider,
            "title": keys.title(key.provider),
            "hint": key.hint,
            "changed_at": key.changed_at,
            "is_off": not (key.is_enabled and key.credential.is_enabled),
            "is_refused": key.credential.paused_until is not None and key.credential.paused_until > now,
        }
        for key in _mine(request).select_related("credential")
    ]
    more = {"form": form, "keys": rows, "providers": keys.takes_keys()}
    return render(request, "generation/keys.html", more, status=status)
