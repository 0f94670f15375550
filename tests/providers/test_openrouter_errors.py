"""The errors of OpenRouter: in a status, in a good answer, in place of a picture; and what it says was paid."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from generation.providers.contract import Done, Emit, Kind, Request
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from generation.providers.openrouter import OpenRouter
from tests.providers.answering import answering
from tests.providers.fake import media

PNG = media.picture()
FILM = Request(Kind.VIDEO, "google/gemini-omni-1.1-flash", "A key turns.", seconds=6)
PICTURE = Request(Kind.IMAGE, "google/gemini-3.1-flash-image", "A key.")


def error(code: int, sort: str = "", availability: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"code": code, "message": "Sorry.", "metadata": {**metadata, "error_type": sort}}
    return {"error": {**told, "availability": availability} if availability else told, "user_id": "user_2b"}


ERRORS: list[tuple[int, dict[str, Any], dict[str, str], type[ProviderError], dict[str, Any]]] = [
    (400, error(400, "content_policy_violation"), {}, Refused, {"billed": False}),
    (400, error(400, "refusal"), {}, Refused, {"billed": False}),
    (403, error(403, reasons=["violence"], flagged_input="x"), {}, Refused, {"billed": False}),
    (403, error(403, "permission_denied"), {}, Denied, {}),
    (401, error(401, "authentication"), {}, Denied, {}),
    (402, error(402, "payment_required"), {}, Denied, {}),
    (402, error(402, "", {"retryable": True, "retry_after": 1}), {}, Denied, {}),
    (400, error(400, "context_length_exceeded"), {}, Rejected, {"field": "prompt"}),
    (400, error(400, "invalid_request"), {}, Rejected, {"field": ""}),
    (404, error(404, "not_found"), {}, Rejected, {"field": "model"}),
    (413, error(413, "payload_too_large"), {}, Rejected, {"field": ""}),
    (429, error(429, "rate_limit_exceeded"), {"retry_after": "7"}, Transient, {"retry_after_seconds": 7.0}),
    (429, error(429, "rate_limit_exceeded", {"retryable": True, "retry_after": 3}), {"retry_after": "7"}, Transient,
     {"retry_after_seconds": 3.0}),
    (429, error(429, "rate_limit_exceeded", {"retryable": False}), {}, Denied, {}),
    (503, error(503, "provider_overloaded"), {}, Transient, {"retry_after_seconds": None}),
    (503, error(503, "provider_overloaded", {"retryable": False, "fallback_models": ["a/b"]}), {}, Rejected, {"field": ""}),
    (400, error(400, "", {"code": "warming_up", "retryable": True, "retry_after": 2.5}), {}, Transient,
     {"retry_after_seconds": 2.5}),
    (502, error(502, "provider_unavailable"), {}, Transient, {"retry_after_seconds": None}),
    (504, error(504, "timeout"), {}, Transient, {}),
    (524, error(524, "unmapped"), {}, Transient, {}),
    (529, error(529, "unmapped"), {}, Transient, {}),
    (500, error(500, "server"), {}, Transient, {}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "document", "headers", "expected", "attributes"), ERRORS)
def test_an_error_means_what_its_words_and_then_its_status_say(
    status: int,
    document: dict[str, Any],
    headers: dict[str, str],
    expected: type[ProviderError],
    attributes: dict[str, Any],
) -> None:
    with answering(OpenRouter, status, document, **headers) as openrouter, pytest.raises(ProviderError) as caught:
        openrouter.start(PICTURE, Emit())

    assert type(caught.value) is expected
    assert {name: getattr(caught.value, name) for name in attributes} == attributes
    assert str(caught.value) == f"{status}: Sorry."


@pytest.mark.parametrize(
    ("document", "expected", "attributes"),
    [
        (
            error(429, "rate_limit_exceeded", {"retryable": True, "retry_after": 4}),
            Transient,
            {"retry_after_seconds": 4.0},
        ),
        (error(502, "provider_unavailable"), Transient, {"retry_after_seconds": None}),
        (error(402, "payment_required"), Denied, {}),
        (error(400, "content_policy_violation"), Refused, {"billed": False}),
        (error(404, "not_found"), Rejected, {"field": "model"}),
        ({"error": {"message": "Sorry."}}, Transient, {}),
    ],
)
@pytest.mark.parametrize("request_", [PICTURE, FILM], ids=["image", "video"])
def test_an_error_in_a_good_answer_to_a_picture_or_film_means_what_its_code_says(
    request_: Request, document: dict[str, Any], expected: type[ProviderError], attributes: dict[str, Any]
) -> None:
    with answering(OpenRouter, 200, document) as openrouter, pytest.raises(ProviderError) as caught:
        openrouter.start(request_, Emit())

    assert type(caught.value) is expected
    assert {name: getattr(caught.value, name) for name in attributes} == attributes


def test_whether_a_refusal_in_the_middle_of_the_words_was_charged_is_not_known() -> None:
    document = error(400, "content_policy_violation")

    with answering(OpenRouter, 200, document) as openrouter, pytest.raises(Refused) as caught:
        openrouter.start(Request(Kind.TEXT, "openai/gpt-6", "Tell."), Emit())

    assert caught.value.billed is None


def test_an_error_in_a_good_answer_that_has_a_price_is_not_bought_again_for_nothing() -> None:
    with (
        answering(OpenRouter, 200, error(502) | {"usage": {"cost": 0.04}}) as openrouter,
        pytest.raises(Damaged) as caught,
    ):
        openrouter.start(PICTURE, Emit())

    assert (str(caught.value), caught.value.billed) == ("an error that was charged: Sorry.", True)


ODD = [
    {},
    {"data": None},
    {"data": [None]},
    {"data": [{}]},
    {"data": [{"b64_json": ""}]},
    {"data": [{"b64_json": "!"}]},
    {"choices": []},
    {"choices": [None]},
    {"choices": [{"message": None}]},
    {"choices": [{"message": {"images": [{"image_url": "x"}]}}]},
    {"choices": [{"message": {"images": [{"image_url": {"url": "data:image/png,x"}}]}}]},
    {"id": 5, "polling_url": []},
]


@pytest.mark.parametrize("document", ODD, ids=json.dumps)
@pytest.mark.parametrize(
    "request_",
    [
        PICTURE,
        Request(Kind.IMAGE, "a/b", "A key.", options={"endpoint": "chat"}),
        FILM,
        Request(Kind.TEXT, "a/b", "Tell."),
    ],
    ids=["image", "chat", "video", "text"],
)
def test_an_odd_answer_is_damaged(request_: Request, document: dict[str, Any]) -> None:
    with answering(OpenRouter, 200, document) as openrouter, pytest.raises(Damaged) as caught:
        openrouter.start(request_, Emit())

    assert caught.value.billed is None


def test_words_in_place_of_a_picture_are_a_refusal_that_was_charged() -> None:
    said = {
        "choices": [{"message": {"content": "I would rather not."}, "finish_reason": "stop"}],
        "usage": {"cost": 0.002},
    }
    request = Request(Kind.IMAGE, "google/gemini-3.1-flash-image", "A key.", options={"endpoint": "chat"})

    with answering(OpenRouter, 200, said) as openrouter, pytest.raises(Refused) as caught:
        openrouter.start(request, Emit())

    assert (str(caught.value), caught.value.billed) == ("words in place of a picture: I would rather not.", True)


@pytest.mark.parametrize(
    ("cost", "micros"),
    [
        (0.04, 40_000),
        (1e-7, 1),
        (0.1 + 0.2, 300_001),
        (0, 0),
        ("0.0000125", 13),
        (None, None),
        (-1, None),
        (True, None),
    ],
)
def test_what_was_paid_is_counted_in_decimals_and_rounded_up(cost: Any, micros: int | None) -> None:
    picture = {
        "data": [{"b64_json": base64.b64encode(PNG).decode(), "media_type": "image/png"}],
        "usage": {"cost": cost},
    }

    with answering(OpenRouter, 200, picture) as openrouter:
        done = openrouter.start(PICTURE, Emit())

    assert done == Done(data=PNG, media_type="image/png", model=PICTURE.model, cost_micros=micros)
