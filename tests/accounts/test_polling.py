"""Status answers: told once, then only when they change."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.polling import told


def asked(known: str | None, *, is_waiting: bool = False) -> tuple[int, Any, dict[str, str]]:
    headers = {} if known is None else {"HTTP_IF_NONE_MATCH": known}
    answer = told(
        Request(APIRequestFactory().get("/x", **headers)), version="a1", is_waiting=is_waiting, say=lambda: {"a": 1}
    )
    return answer.status_code, answer.data, {name: answer[name] for name in answer.headers if name != "Content-Type"}


FRESH = {"ETag": '"a1"', "Cache-Control": "private, no-cache"}


@pytest.mark.parametrize("known", [None, "", '"a2"', 'W/"a2", "a3"', "a1", '"a1'])
def test_what_is_not_known(known: str | None) -> None:
    assert asked(known) == (200, {"a": 1}, FRESH)


@pytest.mark.parametrize("known", ['"a1"', 'W/"a1"', '"a0", W/"a1"', "*"])
def test_what_is(known: str) -> None:
    assert asked(known) == (304, None, FRESH)
    assert asked(known, is_waiting=True) == (304, None, {**FRESH, "Retry-After": "1"})


def test_what_has_been_known_is_not_made_again() -> None:
    request = Request(APIRequestFactory().get("/x", HTTP_IF_NONE_MATCH='"a1"'))
    assert told(request, version="a1", is_waiting=False, say=lambda: 1 / 0).status_code == 304  # type: ignore[arg-type,return-value]
