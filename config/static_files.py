"""Static files, before anything of Django is asked. Without a collecting step where one process does all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware

Next = Callable[[HttpRequest], HttpResponse]


class StaticFiles:
    """servestatic's table of files, looked into without a change to async and back, which would cost every other request
    more than all that follows."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self._table = ServeStaticMiddleware(_nothing)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path, table = request.path_info, self._table
        if not path.startswith(table.static_prefix):
            return self._next(request)
        found = table.find_file(path) if table.autorefresh else table.files.get(path)
        return self._next(request) if found is None else _answer(found, request)


async def _nothing(request: HttpRequest) -> HttpResponseBase:
    """What follows is called by `StaticFiles`, not by the table."""
    raise NotImplementedError


def _answer(found: Any, request: HttpRequest) -> HttpResponse:
    said = found.get_response(request.method or "GET", request.META)
    content = b""
    if said.file is not None:
        with said.file as file:
            content = file.read()  # scripts, styles and pictures of our own: none is larger than a page's worth
    answer = HttpResponse(content, status=int(said.status))
    del answer["Content-Type"]
    for name, value in said.headers:
        if value is not None:
            answer[name] = value
    answer["X-Content-Type-Options"] = "nosniff"  # the middleware that says so for the rest comes after this
    return answer
