"""What keeps people out of the studio's pages, in words: it is closed, or a form is too large."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from generation.studio.errors import StudioClosed
from generation.studio.pages.pictures import MAX_BODY

View = Callable[..., HttpResponse]


def unless_closed(view: View) -> View:
    """A closed studio is a page that says so."""

    @wraps(view)
    def opened(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except StudioClosed as closed:
            return render(request, "studio/closed.html", {"sentence": str(closed)}, status=closed.status)

    return opened


def unless_too_large(view: View) -> View:
    """Refuse a form by what it says of its size, before any of it is looked at. It stands outside of the check of the
    form's token, which would read it."""

    @wraps(view)
    def capped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) > MAX_BODY:
            sentence = f"That is larger than {MAX_BODY // 1024**2} MB altogether. Send fewer or smaller pictures."
            return render(request, "error.html", {"sentence": sentence, "code": 413}, status=413)
        return view(request, *args, **kwargs)

    return capped
