"""What the pages behind mailed links share. The token comes once in the address, whose query our logs do not hold, and from
then on in the form; no page that is linked to hears of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

LONGEST_TOKEN = 100


def bare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """No other page hears the address of this one. Its origin alone is sent, which forms are checked by."""

    @wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer["Referrer-Policy"] = "strict-origin"
        answer["X-Robots-Tag"] = "noindex"
        return answer

    return answered


@sensitive_variables()
def token_of(request: Any) -> str:
    """The token of the form, or of the address when the page is opened; never longer than ours are."""
    given = request.POST if request.method == "POST" else request.GET
    return str(given.get("token", ""))[:LONGEST_TOKEN]


def sent(request: Any, address: str, *, for_what: str) -> HttpResponse:
    """The same for every address, whatever was sent there or was not."""
    more = {"address": address, "for_what": for_what, "is_local": settings.MAIL.is_local}
    return render(request, "accounts/letter_sent.html", more)


def no_good(request: Any, *, again: str) -> HttpResponse:
    """A link that leads nowhere, whyever: used, too old, changed, another library's, never ours."""
    return render(request, "accounts/no_good.html", {"again": again}, status=404)


def to_sign_in(onward: str = "") -> HttpResponse:
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return HttpResponseRedirect(reverse("sign-in") + query)
