"""The routes under /v1 without their client: refusals in its form, before anything is bought, and what policy and money say."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Cap, LedgerEntry
from accounts.models.ledger import Period, Pool
from accounts.tenancy import across_tenants, scope
from generation.drain import drain_here
from generation.models import AiModel, Job, ModelGrant, Rule, Run
from generation.studio.dialects.openai import buying, views
from generation.studio.models import Piece, Source, StudioPolicy, Take
from tests.generation.studio.dialects.conftest import Program

pytestmark = pytest.mark.django_db(transaction=True)
CHAT, IMAGES, EDITS, SPEECH = "/v1/chat/completions", "/v1/images/generations", "/v1/images/edits", "/v1/audio/speech"
MESSAGES = [{"role": "user", "content": "A ferry."}]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def error(answer: Any) -> tuple[int, str | None, str | None]:
    """(status, param, code) of an error, whose form is checked."""
    said = answer.json()
    assert set(said) == {"error"} and set(said["error"]) == {"message", "type", "param", "code"}
    assert said["error"]["message"]
    return answer.status_code, said["error"]["param"], said["error"]["code"]


def rows() -> dict[str, int]:
    with across_tenants("a test counts all"):
        return {model.__name__: model._default_manager.count() for model in (LedgerEntry, Piece, Take, Job, Run)}


@pytest.fixture
def nothing_bought(world: Any) -> Any:
    before = rows()
    yield
    assert rows() == before


@pytest.mark.usefixtures("nothing_bought")
class TestRefusals:
    @pytest.mark.parametrize(
        ("path", "body", "told"),
        [
            (CHAT, "{", (400, None, None)),
            (CHAT, b"\xff\xfe", (400, None, None)),
            (CHAT, "[" * 100_000, (400, None, None)),
            (CHAT, "[]", (400, None, None)),
            (CHAT, "3", (400, None, None)),
            (CHAT, '{"messages": NaN}', (400, None, None)),
            (CHAT, {}, (400, "messages", None)),
            (CHAT, {"messages": MESSAGES, "max_tokens": 0}, (400, "max_tokens", None)),
            (CHAT, '{"messages": [{"role": "user", "content": "a"}], "seed": 1e999}', (400, "seed", None)),
            (CHAT, {"messages": MESSAGES, "seed": 10**400}, (400, "seed", None)),
            (CHAT, {"messages": [{"role": "user", "content": "a\0b"}]}, (400, "messages", None)),
            (CHAT, {"messages": [{"role": "user", "content": "a" * 100_001}]}, (400, "messages", None)),
            (CHAT, {"messages": MESSAGES, "model": "a\0b"}, (400, "model", None)),
            (CHAT, {"messages": MESSAGES, "model": 7}, (400, "model", None)),
            (CHAT, {"messages": MESSAGES, "model": "gpt-99"}, (404, "model", "model_not_found")),
            (CHAT, {"messages": MESSAGES, "model": "demo-painter"}, (404, "model", "model_not_found")),
            (CHAT, {"messages": MESSAGES, "max_tokens": 5, "max_completion_tokens": 6}, (400, "max_completion_tokens", None)),
            (CHAT, {"messages": MESSAGES, "temperature": 0}, (400, "temperature", "unsupported_parameter")),
            (
                CHAT,
                {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/"}}]}]},
                (400, "messages[0].content[0]", None),
            ),
            (IMAGES, {}, (400, "prompt", None)),
            (IMAGES, {"prompt": ["x"]}, (400, "prompt", None)),
            (IMAGES, {"prompt": "x", "size": "1x1"}, (400, "size", None)),
            (IMAGES, {"prompt": "x", "size": ["1024x1024"]}, (400, "size", None)),
            (IMAGES, {"prompt": "x", "n": 0}, (400, "n", None)),
            (IMAGES, {"prompt": "x", "stream": True}, (400, "stream", "unsupported_parameter")),
            (IMAGES, {"prompt": "x", "moderation": "low"}, (400, "moderation", "unsupported_parameter")),
            (IMAGES, {"prompt": "x", "background": "transparent"}, (400, "background", None)),
            (IMAGES, {"prompt": "x", "response_format": {}}, (400, "response_format", "unsupported_parameter")),
            (SPEECH, {}, (400, "input", None)),
            (SPEECH, {"input": "x", "stream_format": "sse"}, (400, "stream_format", "unsupported_parameter")),
            (SPEECH, {"input": "x", "speed": True}, (400, "speed", None)),
            (SPEECH, {"input": "x", "voice": 7}, (400, "voice", None)),
            (SPEECH, {"input": "x", "voice": "zoe"}, (400, "voice", None)),
            (SPEECH, {"input": "x", "response_format": "pcm"}, (400, "response_format", None)),
            (SPEECH, {"input": "x", "nonsense": 1}, (400, "nonsense", "unsupported_parameter")),
            ("/v1/embeddings", {"input": "x"}, (404, None, "not_found")),
            ("/v1/models", {}, (405, None, "method_not_supported")),
        ],
    )  # fmt: skip
    def test_each_in_the_form_of_the_api(self, caller: Program, path: str, body: Any, told: Any) -> None:
        assert error(caller.post(path, body)) == told

    def test_methods_types_and_addresses(self, caller: Program) -> None:
        told = [
            error(caller.get(CHAT)),
            error(caller.client.delete("/v1/models/demo-painter")),
            error(caller.client.put("/v1/nothing")),
            error(caller.get("/v1/")),
            error(caller.get("/v1/models/%00")),
            error(caller.client.post(CHAT, "<a/>", content_type="text/xml")),
            error(caller.post(EDITS, {"prompt": "x"})),
        ]
        assert told == [
            (405, None, "method_not_supported"), (405, None, "method_not_supported"), (404, None, "not_found"),
            (404, None, "not_found"), (404, "model", "model_not_found"), (415, None, "unsupported_media_type"),
            (415, None, "unsupported_media_type"),
        ]  # fmt: skip

    def test_a_body_that_is_too_large(self, caller: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views.Conversation, "most_bytes", 1000)
        assert error(caller.post(CHAT, {"messages": [{"role": "user", "content": "a" * 1000}]})) == (
            413,
            None,
            "too_large",
        )

    def test_forms_of_edits(self, caller: Program) -> None:
        def send(**fields: Any) -> Any:
            return error(caller.client.post(EDITS, {"prompt": "x", **fields}))

        def file(data: bytes = PNG, kind: str = "image/png") -> Any:
            from django.core.files.uploadedfile import SimpleUploadedFile

            return SimpleUploadedFile("a.png", data, kind)

        told = {
            "none": send(),
            "text": send(image="x"),
            "two masks": send(image=file(), mask=[file(), file()]),
            "no picture": send(image=file(b"<svg/>")),
            "number": send(image=file(), n="many"),
            "another file": send(image=file(), markup=file()),
        }
        assert told == {
            "none": (400, "image", None), "text": (400, "image", None), "two masks": (400, "mask", None),
            "no picture": (400, "image", None), "number": (400, "n", None),
            "another file": (400, "markup", "unsupported_parameter"),
        }  # fmt: skip

    @pytest.mark.parametrize("field", [{"cfg_scale": "0.5"}, {"guidance": "1e-05"}, {"prompt_upsampling": "true"}])
    def test_a_form_has_numbers_and_truths_too(self, caller: Program, field: dict[str, str]) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        sent = {"prompt": "x", "image": SimpleUploadedFile("a.png", PNG, "image/png"), **field}
        told = caller.client.post(EDITS, sent).json()["error"]["message"]
        assert told == f"{next(iter(field))} is not taken by this model: leave it out."

    def test_who_has_no_key_hears_of_it(self, world: Any, client_for: Callable[..., Client]) -> None:
        nobody = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
        missing = nobody.post(CHAT, json.dumps({"messages": MESSAGES}), content_type="application/json")
        assert (error(missing), missing["WWW-Authenticate"]) == ((401, None, "invalid_api_key"), 'Bearer realm="api"')
        page = client_for("author", csrf=True)  # a session without the token of its page
        forged = page.post(CHAT, json.dumps({"messages": MESSAGES}), content_type="application/json")
        assert error(forged) == (403, None, "insufficient_permissions")

    def test_what_goes_wrong_before_any_view(self, rf: Any) -> None:
        from config import errors

        told = [json.loads(view(rf.post(CHAT)).content)["error"] for view in (errors.not_found, errors.server_error)]
        assert [(one["type"], one["code"]) for one in told] == [
            ("invalid_request_error", "not_found"), ("server_error", None),
        ]  # fmt: skip

    def test_a_closed_studio(self, world: Any, caller: Program) -> None:
        with scope(world.tenant):
            StudioPolicy.objects.update(is_open=False)
        told = [error(caller.post(CHAT, {"messages": MESSAGES})), error(caller.get("/v1/models"))]
        assert told == [(403, None, "insufficient_permissions")] * 2

    def test_words_that_staff_keep_out(self, world: Any, caller: Program) -> None:
        with scope(world.tenant):
            Rule.objects.create(text="ferry", scope="studio")
        told = error(caller.post(CHAT, {"messages": MESSAGES}))
        assert told == (400, "messages", "content_policy_violation")


@pytest.mark.usefixtures("worker")
class TestPurchases:
    def test_a_piece_is_kept_like_any_other(self, world: Any, caller: Program) -> None:
        said = caller.post(CHAT, {"messages": MESSAGES, "model": "demo-storyteller"})
        with scope(world.tenant):
            piece, job = Piece.objects.get(), Job.objects.get()
        assert (piece.source, piece.is_kept, piece.user_id) == (Source.OPENAI, True, caller.user.id)
        assert piece.settings == {"prompt": "A ferry.", "model": "demo-storyteller"}
        used = job.result["usage"]
        assert (said.status_code, said.json()) == (
            200,
            {
                "id": f"chatcmpl-{piece.id.hex}",
                "object": "chat.completion",
                "created": int(piece.created_at.timestamp()),
                "model": "demo-storyteller",
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": job.result["text"], "refusal": None},
                        "logprobs": None,
                        "finish_reason": "stop",
                    }
                ],
                "usage": {
                    "prompt_tokens": used["input_tokens"],
                    "completion_tokens": used["output_tokens"],
                    "total_tokens": used["input_tokens"] + used["output_tokens"],
                },
            },
        )

    def test_a_wait_that_is_too_long(self, caller: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(buying, "WAIT_SECONDS", 0.0)
        late = caller.post(IMAGES, {"prompt": "A key"}, **{"Idempotency-Key": "late"})
        with across_tenants("a test looks"):
            job = Job.objects.get()
        assert (error(late), str(job.id) in late.json()["error"]["message"], late["x-should-retry"]) == (
            (504, None, "still_generating"), True, "false",
        )  # fmt: skip
        monkeypatch.undo()
        with scope(job.tenant_id):
            drain_here()
        again = caller.post(IMAGES, {"prompt": "A key"}, **{"Idempotency-Key": "late"})
        assert (again.status_code, rows()["Job"]) == (200, 1)

    @pytest.mark.parametrize(
        ("told", "waits"),
        [("600", 290), ("60", 58), ("3", 1.5), ("", 290), ("nan", 290), ("inf", 290), ("-1", 290), ("soon", 290)],
    )
    def test_how_long_a_client_is_let_wait(self, told: str, waits: float, rf: Any) -> None:
        request = rf.get("/", headers={"X-Stainless-Read-Timeout": told})
        assert buying.patience(request) == waits

    def test_money_that_is_not_there(self, world: Any, caller: Program, toll: Any) -> None:
        with scope(world.tenant):
            ModelGrant.objects.create(model=AiModel.objects.get(key="toll-words"))
            Cap.objects.filter(pool=Pool.TENANT, period=Period.DAY).update(limit=10)
        before = rows()
        told = caller.post(CHAT, {"messages": MESSAGES, "model": "toll-words"})
        assert (error(told), told["x-should-retry"]) == ((429, None, "insufficient_quota"), "false")
        assert rows() == before

    def test_links_are_new_each_time_and_pictures_the_same(self, caller: Program) -> None:
        once, twice = (
            caller.post(IMAGES, {"prompt": "A key", "response_format": "url"}, **{"Idempotency-Key": "k"}) for _ in "ab"
        )
        files = [caller.client.get(answer.json()["data"][0]["url"]) for answer in (once, twice)]
        assert [(file.status_code, file["Content-Type"]) for file in files] == [(200, "image/png")] * 2
        assert files[0].content == files[1].content
        assert rows()["Job"] == 1

    def test_a_stream_in_one_piece_where_words_are_not_shown_before(self, world: Any, caller: Program) -> None:
        with scope(world.tenant):
            StudioPolicy.objects.update(streams_text=False)
        answer = caller.post(CHAT, {"messages": MESSAGES, "stream": True})
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
        with scope(world.tenant):
            drain_here()
            job = Job.objects.select_related("run").get()
        said = b"".join(answer.streaming_content).decode()
        parts = [json.loads(line[6:]) for line in said.split("\n\n") if line.startswith("data: {")]
        words = [part["choices"][0]["delta"].get("content") for part in parts]
        assert (job.run.streams_text, words) == (False, ["", job.result["text"], None])
        assert said.endswith("data: [DONE]\n\n")

    def test_names_lead_to_the_offered_model(self, world: Any, caller: Program) -> None:
        with scope(world.tenant):
            AiModel.objects.filter(key="demo-painter").update(retires_on="2099-01-01")
            old = AiModel.objects.create(
                key="old-painter", name="Old", provider="demo", remote_name="old", kind="image", is_enabled=False,
                replacement=AiModel.objects.get(key="demo-painter"),
            )  # fmt: skip
        told = [caller.get(f"/v1/models/{name}").json() for name in ("demo-painter", "painter", old.key)]
        assert {json.dumps(one) for one in told} == {json.dumps(told[0])}
        assert {**told[0], "created": 0} == {
            "id": "demo-painter", "object": "model", "created": 0, "owned_by": "demo", "shutdown_date": "2099-01-01",
        }  # fmt: skip

    def test_only_what_is_offered_here(self, world: Any, program: Callable[..., Program]) -> None:
        with scope(world.harbour):
            ModelGrant.objects.filter(tier=None).exclude(model__key="demo-painter").delete()
        harbour = program("harbour-owner")
        told = [model["id"] for model in harbour.get("/v1/models").json()["data"]]
        assert told == ["demo-painter"]
        refused = harbour.post(CHAT, {"messages": MESSAGES, "model": "demo-storyteller"})
        assert error(refused) == (404, "model", "model_not_found")
        here = [model["id"] for model in program().get("/v1/models").json()["data"]]
        assert {"demo-painter", "demo-storyteller"} <= set(here)  # the control
