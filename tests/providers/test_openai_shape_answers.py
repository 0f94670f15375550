"""The OpenAI form of answers by itself: errors as servers word them, pictures and sounds in every form, amounts."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from generation.providers.answers import Answer
from generation.providers.contract import Done, Input, Kind, Link, Request
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from generation.providers.openai_shape import (
    Complaint,
    complaint_of,
    data_url,
    decoded,
    field_of,
    judge,
    micros,
    read_data_url,
    read_picture,
    read_sound,
    usage_of,
)

DRAW = Request(Kind.IMAGE, "painter", "A key.")
KEY = "canary-key"


def answer_of(
    document: Any, status: int = 200, *, headers: Mapping[str, str] | None = None, safe: bool = False
) -> Answer:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {"content-type": "application/json", **(headers or {})}
    return Answer(status, named, io.BytesIO(raw), len(raw), safe, lambda text: text.replace(KEY, "[key]"))


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (
            {"error": {"message": "No.", "type": "t", "param": "size", "code": "c"}},
            Complaint("No.", "t", "size", "c", {"message": "No.", "type": "t", "param": "size", "code": "c"}),
        ),
        (
            {"error": {"message": "No.", "param": None, "code": 404}},
            Complaint("No.", code="404", document={"message": "No.", "param": None, "code": 404}),
        ),
        ({"error": {"oddly": 1}}, Complaint('{"oddly": 1}', document={"oddly": 1})),
        ({"error": "No.", "code": "c"}, Complaint("No.", code="c", document={"error": "No.", "code": "c"})),
        ({"detail": "No."}, Complaint("No.", document={"detail": "No."})),
        (
            {"detail": {"message": "No.", "code": "c"}},
            Complaint("No.", code="c", document={"message": "No.", "code": "c"}),
        ),
        (
            {"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"}, {"msg": "Also."}]},
            Complaint(
                "Field required; Also.",
                "missing",
                "prompt",
                document={
                    "detail": [
                        {"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"},
                        {"msg": "Also."},
                    ]
                },
            ),
        ),
        (
            {"object": "error", "message": "No.", "code": 400},
            Complaint("No.", code="400", document={"object": "error", "message": "No.", "code": 400}),
        ),
        ({"error": None, "choices": []}, None),
        ({"error": {}, "detail": []}, None),
        ({}, None),
    ],
)
def test_errors_are_read_in_every_form(document: dict[str, Any], complaint: Complaint | None) -> None:
    assert complaint_of(document) == complaint


@pytest.mark.parametrize(
    ("status", "error", "kind", "attributes"),
    [
        (400, {"code": "moderation_blocked"}, Refused, {"billed": False}),
        (400, {"code": "content_policy_violation"}, Refused, {"billed": False}),
        (
            400,
            {"code": "moderation_blocked", "moderation_details": {"moderation_stage": "output"}},
            Refused,
            {"billed": None},
        ),
        (400, {"code": "moderation_blocked", "moderation_details": "odd"}, Refused, {"billed": False}),
        (429, {"code": "insufficient_quota"}, Denied, {}),
        (429, {"type": "insufficient_quota"}, Denied, {}),
        (400, {"code": "billing_hard_limit_reached"}, Denied, {}),
        (429, {"code": "rate_limit_exceeded"}, Transient, {"retry_after_seconds": 3.0}),
        (400, {"param": "max_completion_tokens"}, Rejected, {"field": "max_tokens"}),
        (400, {"param": "messages[0].content"}, Rejected, {"field": "prompt"}),
        (400, {"param": "response_format.json_schema.name"}, Rejected, {"field": "schema"}),
        (400, {"param": "quality"}, Rejected, {"field": "quality"}),
        (400, {}, Rejected, {"field": ""}),
        (403, {"code": "model_not_found"}, Rejected, {"field": "model"}),
        (404, {}, Rejected, {"field": "model"}),
        (401, {"code": "invalid_api_key"}, Denied, {}),
        (402, {}, Denied, {}),
        (403, {}, Denied, {}),
        (500, {}, Transient, {"retry_after_seconds": 3.0}),
        (302, {}, Rejected, {"field": ""}),
    ],
)
def test_what_an_error_means(
    status: int, error: dict[str, Any], kind: type[ProviderError], attributes: dict[str, Any]
) -> None:
    found = judge(answer_of({"error": {"message": f"No, {KEY}.", **error}}, status, headers={"retry-after": "3"}))
    assert type(found) is kind
    assert {name: getattr(found, name) for name in attributes} == attributes
    assert KEY not in str(found)


def test_an_error_that_is_no_json_is_judged_by_its_status() -> None:
    found = judge(answer_of(b"<h1>Bad gateway</h1>", 502))
    assert (type(found), str(found)) == (Transient, "502: <h1>Bad gateway</h1>")


def test_the_field_is_ours() -> None:
    assert [field_of(name) for name in ("input_reference", "size", "seed", "", "images[0]")] == [
        "inputs",
        "width",
        "seed",
        "",
        "inputs",
    ]


PNG = b"\x89PNG\r\n"
PACKED = base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    ("document", "done"),
    [
        (
            {
                "data": [{"b64_json": PACKED, "revised_prompt": "A brass key."}],
                "size": "1536x1024",
                "output_format": "webp",
                "usage": {"input_tokens": 5, "output_tokens": 9},
            },
            Done(
                data=PNG,
                media_type="image/webp",
                model="painter",
                prompt="A brass key.",
                width=1536,
                height=1024,
                usage={"input_tokens": 5, "output_tokens": 9},
            ),
        ),
        (
            {"model": "painter-2", "data": [{"url": f"data:image/PNG;charset=x;base64,{PACKED}"}]},
            Done(data=PNG, media_type="image/png", model="painter-2"),
        ),
        (
            {"data": [{"b64_json": None, "url": "https://a.test/1.png", "mime_type": "image/jpeg"}], "size": "auto"},
            Done(link=Link("https://a.test/1.png"), media_type="image/jpeg", model="painter"),
        ),
        ({"data": [{"b64_json": PACKED[:4] + "\n" + PACKED[4:]}]}, Done(data=PNG, model="painter")),
    ],
)
def test_pictures_in_every_form(document: dict[str, Any], done: Done) -> None:
    assert read_picture(answer_of(document), DRAW) == done


def test_a_picture_at_an_address_that_needs_care() -> None:
    link = Link("http://127.0.0.1:8080/1.png", with_key=True)
    document = {"data": [{"url": "/1.png"}]}
    assert read_picture(answer_of({}), DRAW, document=document, link=link) == Done(link=link, model="painter")


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({}, Damaged),
        ({"data": []}, Damaged),
        ({"data": None}, Damaged),
        ({"data": [None]}, Damaged),
        ({"data": [{"b64_json": ""}]}, Damaged),
        ({"data": [{"b64_json": "not base64!"}]}, Damaged),
        ({"data": [{"b64_json": 7, "url": 7}]}, Damaged),
        ({"data": [{"url": "data:image/png,plain"}]}, Damaged),
        ({"data": [{"url": "data:image/png;base64,"}]}, Damaged),
        ({"error": {"message": "No."}}, Damaged),
        ({"error": {"message": "No.", "code": "moderation_blocked"}}, Refused),
        (b"<h1>hello</h1>", Damaged),
        (b"[]", Damaged),
    ],
)
def test_answers_without_a_picture(document: Any, kind: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as met:
        read_picture(answer_of(document), DRAW)
    assert (type(met.value), met.value.billed) == (kind, None)


def test_sound_is_taken_only_as_sound() -> None:
    speak = Request(Kind.SPEECH, "voice", "Hello.")
    sound = answer_of(b"ID3...", headers={"content-type": "audio/mpeg", "x-request-id": "req-1"})
    assert read_sound(sound, speak) == Done(
        data=b"ID3...", media_type="audio/mpeg", model="voice", usage={"characters": 6}, request_id="req-1"
    )
    for body, media_type in ((b"<h1>", "text/html"), (b"", "audio/mpeg")):
        with pytest.raises(Damaged):
            read_sound(answer_of(body, headers={"content-type": media_type}), speak)


@pytest.mark.parametrize(
    ("value", "unit", "amount"),
    [
        ("0.0000011", None, 2),
        (0.04, None, 40_000),
        (1, None, 1_000_000),
        (0, None, 0),
        (12_345, Decimal("0.0001"), 2),
        (-1, None, None),
        ("NaN", None, None),
        (float("inf"), None, None),
        ("free", None, None),
        (None, None, None),
        (True, None, None),
    ],
)
def test_amounts_are_rounded_up(value: Any, unit: Decimal | None, amount: int | None) -> None:
    assert (micros(value) if unit is None else micros(value, unit=unit)) == amount


def test_usage_by_our_names() -> None:
    assert usage_of({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}) == {
        "input_tokens": 1,
        "output_tokens": 2,
    }
    assert usage_of({"input_tokens": 1, "output_tokens": None}) == {"input_tokens": 1}
    assert usage_of(None) == usage_of("7") == {}


def test_data_urls_both_ways() -> None:
    assert read_data_url(data_url(Input("source", "image/webp", lambda: PNG))) == ("image/webp", PNG)
    with pytest.raises(Damaged):
        decoded("====")
