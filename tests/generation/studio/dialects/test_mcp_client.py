"""The protocol's own client against a running `play`: what an assistant sees, from the door to a film."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.e2e.conftest import Playing, start

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    with start(tmp_path_factory.mktemp("mcp") / "home") as started:
        yield started


def post(playing: Playing, path: str, body: Any, **headers: str) -> tuple[int, Any, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", playing.play.port, timeout=20)
    try:
        sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
        connection.request("POST", path, json.dumps(body), sent)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null"), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def token_of(playing: Playing, name: str) -> str:
    password = (Path(playing.install.home) / "secrets" / "demo-password").read_text().strip()
    status, said, _ = post(playing, "/auth/login", {"email": f"{name}@example.com", "password": password})
    assert status == 200, said
    return str(said["access"])


async def finished(client: Client, job_id: str, seconds: float = 60) -> dict[str, Any]:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        state = (await client.call_tool("job_status", {"job_id": job_id})).structured_content
        if state["status"] in ("completed", "failed"):
            return dict((await client.call_tool("job_result", {"job_id": job_id})).structured_content)
        await asyncio.sleep(0.2)
    pytest.fail(f"not finished: {state}")


def test_an_assistant_makes_a_picture_changes_it_and_films_it(playing: Playing) -> None:
    token = token_of(playing, "author")

    async def talk() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http_client,
            Client(streamable_http_client(f"{playing.address}/mcp", http_client=http_client)) as client,
        ):
            tools = (await client.list_tools()).tools
            assert sorted(tool.name for tool in tools) == [
                "cancel_job", "edit_image", "generate_image", "generate_video", "job_result", "job_status", "list_models",
            ]  # fmt: skip
            models = (await client.call_tool("list_models", {"kind": "image"})).structured_content["models"]
            assert [model["key"] for model in models] == ["demo-painter"]

            asked = await client.call_tool("generate_image", {"prompt": "a lighthouse at dusk", "aspect_ratio": "16:9"})
            assert not asked.is_error
            result = await finished(client, asked.structured_content["job_id"])
            assert (result["status"], result["media_type"]) == ("completed", "image/webp")
            async with httpx2.AsyncClient() as anybody:
                seen = await anybody.get(result["url"])
                assert (seen.status_code, seen.headers["content-type"], len(seen.content) > 1000) == (
                    200, "image/webp", True,
                )  # fmt: skip
                assert (await anybody.get(result["url"][:-2] + "xx")).status_code == 404

            edited = await client.call_tool("edit_image", {"image": result["asset_id"], "instruction": "add a sunset"})
            assert (await finished(client, edited.structured_content["job_id"]))["status"] == "completed"
            filmed = await client.call_tool(
                "generate_video", {"prompt": "it turns", "first_frame": result["asset_id"], "duration_seconds": 2}
            )
            film = await finished(client, filmed.structured_content["job_id"])
            assert (film["status"], film["media_type"]) == ("completed", "video/mp4")

            wrong = await client.call_tool("generate_image", {"prompt": "x", "style": "crayon"})
            assert wrong.is_error
            assert wrong.content[0].text.startswith("style is not one this model takes (watercolour,")

    asyncio.run(talk())


def test_who_may_knock(playing: Playing) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    author, reader = token_of(playing, "author"), token_of(playing, "reader")

    def knock(**headers: str) -> tuple[int, str]:
        status, said, _ = post(playing, "/mcp", hello, **headers)
        return status, said.get("error", "") if isinstance(said, dict) and status != 200 else ""

    assert knock() == (401, "Send an API key of yours as a bearer: Authorization: Bearer fw_…")
    assert knock(Authorization="Bearer nonsense")[0] == 401
    assert knock(Authorization="Bearer fw_nonsense_nonsense")[0] == 401
    assert knock(Authorization=f"Bearer {reader}") == (
        403, "This is for authors. Ask the staff of this library for the role.",
    )  # fmt: skip
    assert knock(Authorization=f"Bearer {author}", Host="harbour.localhost")[0] == 401
    assert knock(Authorization=f"Bearer {author}", Host="evil.example.com")[0] == 400
    assert knock(Authorization=f"Bearer {author}", Origin="https://evil.example.com") == (
        403, "This came from another site.",
    )  # fmt: skip
    assert knock(Authorization=f"Bearer {author}")[0] == 200
    status, _, headers = post(playing, "/mcp", hello)
    assert (status, headers["www-authenticate"]) == (401, 'Bearer realm="mcp"')
    looked = post(playing, "/mcp", hello, Authorization=f"Bearer {author}")[2]
    assert (looked["ratelimit-policy"], looked["ratelimit"][:15]) == ('"read-person";q=1200;w=60', '"read-person";r')
    making = {
        "jsonrpc": "2.0", "id": 2, "method": "tools/call",
        "params": {"name": "generate_image", "arguments": {"prompt": "x", "style": "crayon"}},
    }  # fmt: skip
    made = post(playing, "/mcp", making, Authorization=f"Bearer {author}")[2]
    assert (
        made["ratelimit-policy"] == '"generate-person";q=120;w=60'
    )  # of the two that it took, the one that ends first


def test_a_door_that_is_knocked_at_too_often(tmp_path: Path) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    with start(tmp_path / "home", RATE_READ_PERSON="2/day") as playing:
        headers = {"Authorization": f"Bearer {token_of(playing, 'author')}"}
        told = [post(playing, "/mcp", hello, **headers) for _ in range(3)]
        said, answered = told[2][1:]
        assert ([one[0] for one in told], said["code"]) == ([200, 200, 429], 429)
        assert said["error"].startswith("That was too often: 2 a day is the most for one person. Go on in ")
        left = f'"read-person";r=0;t={answered["retry-after"]}'
        assert (answered["ratelimit-policy"], answered["ratelimit"]) == ('"read-person";q=2;w=86400', left)
        staff = {"Authorization": f"Bearer {token_of(playing, 'staff')}"}
        assert post(playing, "/mcp", hello, **staff)[0] == 200
