"""The OpenAPI document, and the page that shows it. Both are the same for everybody and hold nothing of any tenant."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from accounts.access import Door, admits
from config.errors import JSON_PREFIXES

Endpoint = tuple[str, str, str, Any]
"""Path, its pattern, method and view."""

KINDS = {
    "json": ("application/vnd.oai.openapi+json", OpenApiJsonRenderer),
    "yaml": ("application/vnd.oai.openapi", OpenApiYamlRenderer),
}


def for_programs(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Of all routes of DRF, those for programs: what pages ask for themselves (`/{tier}/...`) is no part of the document."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(JSON_PREFIXES)]


def bodies_that_are_needed(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A body has to be there where an empty object would not do: the generator looks at a serializer's fields alone."""
    for methods in result["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody")
            if body and all(_needs_something(told["schema"], result) for told in body["content"].values()):
                body["required"] = True
    return result


RATE_HEADERS = {
    "RateLimit-Policy": (
        r'^"[a-z-]+";q=[0-9]+;w=[0-9]+$', "The quota that will end first: its name, `q` requests in `w` seconds.",
    ),
    "RateLimit": (
        r'^"[a-z-]+";r=[0-9]+;t=[0-9]+$', "What is left of it: `r` requests, and more of them in `t` seconds.",
    ),
    "Retry-After": ("^[0-9]+$", "In how many seconds to come back."),
}  # fmt: skip


def rates_on_answers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every operation is counted (`accounts.rates`), and says so in the headers of what it answers."""
    kept = result.setdefault("components", {}).setdefault("headers", {})
    for name, (pattern, meaning) in RATE_HEADERS.items():
        kept[name] = {"description": meaning, "schema": {"type": "string", "pattern": pattern}}
    for methods in result["paths"].values():
        for operation in methods.values():
            for code, told in operation["responses"].items():
                if code.startswith("2") or code == "429":
                    names = [name for name in RATE_HEADERS if code == "429" or name != "Retry-After"]
                    told["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names} | told.get(
                        "headers", {}
                    )
    return result


def _needs_something(schema: dict[str, Any], document: dict[str, Any]) -> bool:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    ways = [schema.get(rule, ()) for rule in ("oneOf", "anyOf")]
    return bool(schema.get("required")) or any(
        way and all(_needs_something(one, document) for one in way) for way in ways
    )


@cache
def document(kind: str) -> tuple[bytes, str]:
    """The document as "json" or "yaml", and its ETag. Made once in a process: it takes a second, and routes do not change."""
    rendered = KINDS[kind][1]().render(SchemaGenerator().get_schema(request=None, public=True), renderer_context={})
    content = rendered if isinstance(rendered, bytes) else str(rendered).encode()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@admits(Door.PUBLIC)
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """GET /api/schema: the OpenAPI document in JSON; in YAML where that is asked for by `Accept` or `?format=yaml`."""
    asked = request.GET.get("format")
    if asked not in KINDS:
        accepted = request.get_preferred_type(
            ["application/json", KINDS["json"][0], "application/yaml", KINDS["yaml"][0]]
        )
        asked = "yaml" if accepted in ("application/yaml", KINDS["yaml"][0]) else "json"
    content, etag = document(asked)
    if request.headers.get("If-None-Match") == etag:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(content, content_type=KINDS[asked][0])
    answer["ETag"] = etag
    answer["Cache-Control"] = "no-cache"
    answer["Vary"] = "Accept"
    return answer


@admits(Door.PUBLIC)
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """GET /api/docs: the document as a page that loads nothing from elsewhere."""
    return render(request, "config/api_docs.html")
