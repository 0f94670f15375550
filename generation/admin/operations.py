"""What runs, what does not, and the levers, for operators of the platform. Everybody else finds nothing here.

The page is put together by `generation.overview`; each button is one verb, and each is on record.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.staff import money
from generation import freeing, keys, overview, reachable, stuck, switches
from generation.jobs import asking
from generation.models import ACTIVE, AiModel, Switch

STATES = [str(status) for status in ACTIVE]


class SwitchForm(forms.Form):
    """What is switched off, and why."""

    what = forms.ChoiceField()
    reason = forms.CharField(max_length=200, strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what: Any = self.fields["what"]
        what.choices = choices()


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be switched off: all buying, a provider, a model. One query."""
    models = list(AiModel.objects.filter(is_enabled=True).order_by("provider", "name"))
    providers = sorted({model.provider for model in models}, key=lambda name: keys.title(name).casefold())
    return [
        ("Everything", [("all", "All buying")]),
        ("A provider", [(f"provider:{name}", keys.title(name)) for name in providers]),
        ("A model", [(f"model:{model.id}", f"{model.name} ({keys.title(model.provider)})") for model in models]),
    ]


def _for_operators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """To everybody else there is no such address, whatever the method."""

    @wraps(view)
    def shown(request: Any) -> HttpResponse:
        if not request.actor.is_operator:
            raise Http404("There is nothing here.")
        return view(request)

    return shown


@_for_operators
@never_cache
@require_safe
def page(request: Any) -> HttpResponse:
    return _shown(request, SwitchForm())


def _shown(request: Any, form: SwitchForm, status: int = 200) -> HttpResponse:
    found = overview.look()
    context = {
        **admin.site.each_context(request),
        "title": "Operations",
        "found": found,
        "stuck": [(job, money(job.hold_micros, job.currency)) for job in found.stuck],
        "why": [(stuck.WORDS[why], count) for why, count in found.stuck_counts.items()],
        "queue": [(line, [line.counts.get(state, 0) for state in STATES]) for line in found.queue],
        "states": STATES,
        "workers": found.workers,
        "providers": [
            (one, ", ".join(money(micros, currency) for currency, micros in sorted(one.money.items())))
            for one in found.providers
        ],
        "reachable": reachable.everything(),
        "choices": form.fields["what"].choices,  # type: ignore[attr-defined]
        "form": form,
    }
    return TemplateResponse(request, "admin/operations.html", context, status=status)


@_for_operators
@require_POST
def switch_off(request: Any) -> HttpResponse:
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=422)
    kind, _, name = form.cleaned_data["what"].partition(":")
    model = AiModel.objects.get(id=name) if kind == "model" else None
    row = switches.switch_off(
        reason=form.cleaned_data["reason"], provider=name if kind == "provider" else "", model=model,
        by=request.actor.user_id,
    )  # fmt: skip
    messages.success(request, f"Off: {switches.title(row)}. Nothing new is sent; what was sent is finished.")
    return _back()


@_for_operators
@require_POST
def switch_on(request: Any) -> HttpResponse:
    row = _switch(request)
    switches.switch_on(row)
    asking.ring()
    messages.success(request, f"On again: {switches.title(row)}. What waits goes on.")
    return _back()


@_for_operators
@require_POST
def cancel_waiting(request: Any) -> HttpResponse:
    row = _switch(request)
    count = freeing.cancel_waiting(row)
    more = " Press again for the rest." if count == freeing.AT_ONCE else ""
    messages.success(request, f"{_jobs(count)} cancelled; what was held for them is given back.{more}")
    return _back()


@_for_operators
@require_POST
def cancel_job(request: Any) -> HttpResponse:
    if freeing.cancel(_id(request.POST.get("job", ""))):
        messages.success(request, "The job was cancelled.")
    else:
        messages.error(request, "The job was not cancelled: it has ended, or is bought already and about to appear.")
    return _back()


@_for_operators
@require_POST
def give_back(request: Any) -> HttpResponse:
    worker = request.POST.get("worker", "")[:80]
    count = freeing.give_back(worker)
    if count is None:
        messages.error(request, "This worker beats again: its jobs are its own.")
    else:
        audit.write("operations.gave-back", subject=audit.Subject("generation.worker", worker), detail={"jobs": count})
        messages.success(request, f"{_jobs(count)} given back; others take them.")
    return _back()


@_for_operators
@require_POST
def sweep(request: Any) -> HttpResponse:
    freeing.ask_the_sweep()
    audit.write("operations.swept")
    messages.success(request, "A worker was asked to sweep. Where none is at work, it waits too.")
    return _back()


def _switch(request: Any) -> Switch:
    given = request.POST.get("switch", "")
    row = (
        Switch.objects.filter(id=given).select_related("model").first()
        if given.isdecimal() and len(given) < 19
        else None
    )
    if row is None:
        raise Http404("There is nothing here.")
    return row


def _id(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError as wrong:
        raise Http404("There is nothing here.") from wrong


def _jobs(count: int) -> str:
    return "1 job was" if count == 1 else f"{count} jobs were"


def _back() -> HttpResponse:
    return redirect("admin:operations")


site: Any = admin.site  # ours, which its type does not say
site.add_room("operations/", page, name="operations")
site.add_room("operations/off/", switch_off, name="operations-off")
site.add_room("operations/on/", switch_on, name="operations-on")
site.add_room("operations/cancel-waiting/", cancel_waiting, name="operations-cancel-waiting")
site.add_room("operations/cancel/", cancel_job, name="operations-cancel")
site.add_room("operations/give-back/", give_back, name="operations-give-back")
site.add_room("operations/sweep/", sweep, name="operations-sweep")
