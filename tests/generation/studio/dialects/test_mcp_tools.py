"""The tools, called as the protocol's server calls them; the protocol itself is driven in `test_mcp_client`."""

from __future__ import annotations

import base64
import io
import uuid
from typing import Any

import jsonschema
import pytest
from PIL import Image

from accounts import bearers
from accounts.middleware import actor_for
from accounts.models import LedgerEntry
from accounts.rates import Asker, Meter
from accounts.scopes import ALL, Scope
from accounts.tenancy import scope
from generation.drain import drain_here
from generation.models import Job, Rule
from generation.studio.dialects.mcp import server
from generation.studio.dialects.mcp.tools import NEEDS, Caller
from generation.studio.models import Piece

pytestmark = pytest.mark.django_db(transaction=True)
MARK = "quillon-mcp"


@pytest.fixture
def call(world: Any, media: Any) -> Any:
    def ask(name: str, *, by: str = "author", scopes: frozenset[Scope] = ALL, at: str = "tenant", **given: Any) -> Any:
        tenant, user = getattr(world, at), world.user(by)
        with scope(tenant):
            bearer = bearers.Bearer(user, actor_for(user, tenant), scopes)
        answer = server.answer(Caller(bearer, tenant, "http://here", Meter(Asker(tenant.id, user.id))), name, given)
        if answer.is_error:
            return answer.content[0].text
        jsonschema.validate(
            answer.structured_content, server.TOOLS[name].answers.model_json_schema(mode="serialization")
        )
        return answer.structured_content

    return ask


def test_what_is_listed() -> None:
    listed = {tool.name: tool for tool in server._listed()}
    assert set(listed) == set(NEEDS) == {
        "list_models", "generate_image", "generate_video", "edit_image", "job_status", "job_result", "cancel_job",
    }  # fmt: skip
    for tool in listed.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema or {})
        assert tool.input_schema["additionalProperties"] is False
    assert [name for name, tool in listed.items() if tool.annotations and tool.annotations.read_only_hint] == [
        "list_models", "job_status", "job_result",
    ]  # fmt: skip


def test_models(call: Any) -> None:
    found = call("list_models", kind="image")["models"]
    assert [(one["key"], one["kind"], one["is_default"], one["price"], one["edits"]) for one in found] == [
        ("demo-painter", "image", True, "free", True)
    ]
    assert {one["kind"] for one in call("list_models")["models"]} >= {"text", "image", "video"}


def test_a_picture_from_asking_to_looking(call: Any) -> None:
    asked = call("generate_image", prompt="a lighthouse", aspect_ratio="16:9", n=2, seed=3)
    assert {name: asked[name] for name in ("status", "model", "held", "notice", "poll_after_seconds")} == {
        "status": "queued", "model": "demo-painter", "held": "0.00 USD", "notice": None, "poll_after_seconds": 2.0,
    }  # fmt: skip
    assert len(asked["job_ids"]) == 2
    assert asked["job_id"] == asked["job_ids"][0]
    state = call("job_status", job_id=asked["job_id"])
    assert state == {
        "job_id": asked["job_id"], "kind": "image", "status": "queued", "progress": None, "message": None,
        "place": 1, "estimate_seconds": None, "poll_after_seconds": 2.0,
    }  # fmt: skip
    assert call("job_result", job_id=asked["job_id"])["url"] is None
    drain_here()
    result = call("job_result", job_id=asked["job_id"])
    assert (result["status"], result["media_type"], result["seed"], result["cost"]) == (
        "completed", "image/webp", 3, "0.00 USD",
    )  # fmt: skip
    assert result["url"].startswith("http://here/media/")


def test_a_finished_picture_comes_with_a_small_view(call: Any, world: Any) -> None:
    asked = call("generate_image", prompt="a lighthouse")
    drain_here()
    with scope(world.tenant):
        bearer = bearers.Bearer(world.user("author"), actor_for(world.user("author"), world.tenant), ALL)
    caller = Caller(bearer, world.tenant, "http://here", Meter(Asker(world.tenant.id)))
    answer = server.answer(caller, "job_result", {"job_id": asked["job_id"]})
    view = answer.content[1]
    with Image.open(io.BytesIO(base64.b64decode(view.data))) as seen:  # type: ignore[union-attr]
        assert (view.mime_type, seen.format, max(seen.size) <= 768) == ("image/jpeg", "JPEG", True)  # type: ignore[union-attr]


def test_a_picture_is_edited_and_filmed(call: Any) -> None:
    asked = call("generate_image", prompt="a lighthouse")
    drain_here()
    picture = call("job_result", job_id=asked["job_id"])["asset_id"]
    edited = call("edit_image", image=picture, instruction="add a sunset")
    film = call("generate_video", prompt="it turns", first_frame=picture, duration_seconds=2)
    drain_here()
    assert call("job_result", job_id=edited["job_id"])["status"] == "completed"
    assert call("job_result", job_id=film["job_id"])["media_type"] == "video/mp4"


def test_the_same_word_is_the_same_call(call: Any) -> None:
    first = call("generate_image", prompt="a lighthouse", idempotency_key="one")
    assert call("generate_image", prompt="a lighthouse", idempotency_key="one") == first
    assert call("generate_image", prompt="a lighthouse", idempotency_key="two") != first


def test_cancelled(call: Any) -> None:
    asked = call("generate_image", prompt="a lighthouse")
    assert call("cancel_job", job_id=asked["job_id"]) == {
        "job_id": asked["job_id"], "kind": "image", "status": "failed", "progress": None,
        "message": "Cancelled. Nothing was charged.", "place": None, "estimate_seconds": None,
        "poll_after_seconds": None,
    }  # fmt: skip


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("no_such_tool", {}, "There is no tool called no_such_tool. There is: list_models, generate_image,"),
    ("generate_image", {}, "prompt is missing."),
    ("generate_image", {"prompt": ""}, "prompt: String should have at least 1 character."),
    ("generate_image", {"prompt": 7}, "prompt: Input should be a valid string."),
    ("generate_image", {"prompt": "x", "fps": 24}, "fps is not known here. There is: prompt, model, aspect_ratio,"),
    ("generate_image", {"prompt": "x", "n": 99}, "n: Input should be less than or equal to 8."),
    ("generate_image", {"prompt": "x", "style": "crayon"}, "style is not one this model takes (watercolour,"),
    ("generate_image", {"prompt": "x", "model": "dall-e-9"}, "“dall-e-9” is a name of OpenAI, and no such model is"),
    ("generate_image", {"prompt": "the dragon"}, "prompt holds “dragon”, which is kept out here. Say it in other words."),
    ("generate_video", {"prompt": "x", "first_frame": "nonsense"}, "first_frame must be a picture's https address,"),
    ("edit_image", {"image": "https://127.0.0.1/a.png", "instruction": "x"}, "image cannot be fetched from there."),
    ("job_status", {"job_id": "7"}, "job_id: Input should be a valid UUID"),
    ("job_status", {"job_id": str(uuid.UUID(int=5))}, f"There is no job {uuid.UUID(int=5)} of yours."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "told"), WRONG, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_said_so_that_it_can_be_mended(
    call: Any, world: Any, name: str, given: dict[str, Any], told: str
) -> None:
    with scope(world.tenant):
        Rule.objects.create(text="dragon", scope="studio")
        said = call(name, **given)
        assert isinstance(said, str)
        assert said.startswith(told)
        assert (Job.objects.count(), Piece.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)


def test_what_breaks_tells_nothing_of_itself(call: Any, monkeypatch: Any, caplog: Any) -> None:
    from generation.studio.dialects.mcp import tools

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("postgres://user:secret@host")

    monkeypatch.setattr(tools.wishes, "read", broken)
    assert call("generate_image", prompt="x") == server.BROKEN
    assert "secret" in caplog.text


def test_a_scope_that_is_lacking(call: Any) -> None:
    assert call("generate_image", prompt="x", scopes=frozenset({Scope.READ})) == (
        "This key may not do that: it lacks the scope “generate”. Use a key that has it."
    )
    assert call("list_models", scopes=frozenset({Scope.READ}))["models"]


def test_nobody_else_learns_of_a_job(call: Any, world: Any) -> None:
    asked = call("generate_image", prompt=MARK)
    drain_here()
    job_id = asked["job_id"]
    unknown = f"There is no job {job_id} of yours. Use the job_id that a generate or edit call answered with."
    for tool in ("job_status", "job_result", "cancel_job"):
        assert call(tool, job_id=job_id, by="harbour-owner", at="harbour") == unknown
        assert call(tool, job_id=job_id, by="reader") == unknown
    assert call("cancel_job", job_id=job_id, by="staff") == unknown, "staff look, and change only their own"
    assert call("job_status", job_id=job_id, by="staff")["status"] == "completed"
    picture = call("job_result", job_id=job_id)["asset_id"]
    assert call("edit_image", image=picture, instruction="x", by="harbour-owner", at="harbour") == (
        "image names no picture of yours. Upload it, or give its address."
    )


def test_too_often_is_said_in_the_result_and_makes_nothing(call: Any, world: Any, settings: Any, still: Any) -> None:
    settings.RATES = {**settings.RATES, "generate": {"person": (1, 60)}}
    made = call("generate_image", prompt="a lighthouse")
    refused = call("generate_image", prompt=MARK)
    assert refused.startswith("That was too often: 1 a minute is the most for one person. Go on in ")
    with scope(world.tenant):
        assert [str(job.id) for job in Job.objects.all()] == [made["job_id"]]
    assert call("job_status", job_id=made["job_id"])["status"] == "queued"
