"""The document says of every route for programs what it takes, what it answers and who may ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from config.schema import document as made

PAGES_ASK = "{tier}/"
ELSEWHERE = {
    "v1/": "answers for addresses that are not there",
    "v1/{rest}": "answers for addresses that are not there",
}
"""Routes of DRF that the document leaves out, and why. Those below a tier's slug are asked by pages, which speak for
themselves."""
OPEN = {"sign_in", "renew_tokens", "sign_out"}
"""Operations before which nobody is known."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(made("json")[0])
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", told) for path, methods in document["paths"].items() for method, told in methods.items()
    ]  # fmt: skip


def routes(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route that a view of DRF answers, as the document writes it, and the view's class."""
    for each in patterns:
        pattern = each.pattern
        text = before + (str(pattern) if isinstance(pattern, RoutePattern) else "")
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, text)
        elif isinstance(each, URLPattern) and hasattr(each.callback, "cls"):
            yield "".join(_parameter(part) for part in text.split("<")), each.callback.cls


def _parameter(part: str) -> str:
    inner, closed, rest = part.partition(">")
    return f"{{{inner.rpartition(':')[2]}}}{rest}" if closed else part


def test_every_route_of_drf_is_in_it(document: dict[str, Any]) -> None:
    there = {
        (f"/{path}", method)
        for path, view in routes(get_resolver().url_patterns)
        if path not in ELSEWHERE and not path.startswith(PAGES_ASK)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(view, method)
    }
    told = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert told == there
    assert set(ELSEWHERE) <= {path for path, _ in routes(get_resolver().url_patterns)}


def test_each_operation_is_told_whole(document: dict[str, Any]) -> None:
    names = Counter(told["operationId"] for _, told in operations(document))
    assert [name for name, times in names.items() if times > 1] == []
    known = {tag["name"]: tag["description"] for tag in document["tags"]}
    lacks = {
        label: [
            what
            for what, is_there in {
                "summary": bool(told.get("summary")),
                "one tag with a line of its own": len(told["tags"]) == 1 and told["tags"][0] in known,
                "a good answer": any(code[0] == "2" for code in told["responses"]),
                "who is known how": ("security" not in told) == (told["operationId"] in OPEN),
                "401": "401" in told["responses"],
                "403": "403" in told["responses"] or told["operationId"] in OPEN,
                "400 and 415 of a body": "requestBody" not in told or {"400", "415"} <= told["responses"].keys(),
                "400 of a query": not _has(told, "query") or "400" in told["responses"],
                "404 of a path": not _has(told, "path") or "404" in told["responses"],
                "400 and 409 of an Idempotency-Key": not _has(told, "header", "Idempotency-Key")
                or {"400", "409"} <= told["responses"].keys(),
            }.items()
            if not is_there
        ]
        for label, told in operations(document)
    }
    assert {label: what for label, what in lacks.items() if what} == {}
    assert {tag for _, told in operations(document) for tag in told["tags"]} == set(known)


def _has(told: dict[str, Any], place: str, name: str = "") -> bool:
    return any(each["in"] == place and name in ("", each["name"]) for each in told.get("parameters", ()))


@pytest.mark.django_db
def test_what_is_served_is_what_was_made(world: Any, document: dict[str, Any]) -> None:
    assert Client(HTTP_HOST="localhost").get("/api/schema").json() == document
