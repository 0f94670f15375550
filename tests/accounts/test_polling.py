"""Status answers: told once, then only when they change."""

from __future__ import annotations

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.polling import told


def asked(known: str | None, *, is_waiting: bool = False) -> tuple[int, bytes, dict[str, str]]:
    headers = {} if known is None else {"HTTP_IF_NONE_MATCH": known}
    answer = told(
        Request(APIRequestFactory().get("/x", **headers)),
        version="a1",
        is_waiting=is_waiting,
        say=lambda: {"é": [None]},
    )
    return answer.status_code, answer.content, dict(answer.headers)


FRESH = {"ETag": '"a1"', "Cache-Control": "private, no-cache"}


@pytest.mark.parametrize("known", [None, "", '"a2"', 'W/"a2", "a3"', "a1", '"a1'])
def test_what_is_not_known(known: str | None) -> None:
    assert asked(known) == (200, '{"é":[null]}'.encode(), {**FRESH, "Content-Type": "application/json"})


@pytest.mark.parametrize("known", ['"a1"', 'W/"a1"', '"a0", W/"a1"', "*"])
def test_what_is(known: str) -> None:
    assert asked(known) == (304, b"", FRESH)
    assert asked(known, is_waiting=True) == (304, b"", {**FRESH, "Retry-After": "1"})


def test_what_has_been_known_is_not_made_again() -> None:
    request = Request(APIRequestFactory().get("/x", HTTP_IF_NONE_MATCH='"a1"'))
    assert told(request, version="a1", is_waiting=False, say=lambda: 1 / 0).status_code == 304  # type: ignore[arg-type,return-value]
