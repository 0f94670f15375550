"""The official `openai` client against a running install, with one of our API keys: no part of either is replaced."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import av
import httpx
import openai
import pytest
from PIL import Image

from tests.e2e.conftest import Playing, start
from tests.installs import ROOT, until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    # Not the settings of the tests, in which the demo takes no time: there would be nothing to see being written.
    slow = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEMO_TEXT_SECONDS": "1.5"}
    with start(tmp_path_factory.mktemp("openai") / "home", **slow) as started:
        yield started


def new_key(
    playing: Playing, email: str = "author@example.com", *, scopes: tuple[str, ...] = ("read", "generate")
) -> str:
    """An API key as a person makes one: signed in, in the form, shown once."""
    password = (playing.install.home / "secrets" / "demo-password").read_text().strip()
    with httpx.Client(base_url=playing.address, follow_redirects=True, timeout=30) as browser:
        page = browser.get("/sign-in/").text
        browser.post("/sign-in/", data={"email": email, "password": password, "csrfmiddlewaretoken": token_in(page)})
        page = browser.get("/account/api-keys/").text
        nonce = re.search(r'name="nonce" value="([^"]+)"', page)
        form = re.search(r'action="([^"]+)" class="stack"', page)
        assert nonce is not None and form is not None
        given = {"name": "A test", "scopes": scopes, "nonce": nonce[1], "csrfmiddlewaretoken": token_in(page)}
        made = browser.post(form[1], data=given).text
    shown = re.search(r"fw_[a-z0-9]{10}_[A-Za-z0-9]{40}", made)
    assert shown is not None
    return shown[0]


def token_in(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def key(playing: Playing) -> str:
    return new_key(playing)


def client_of(playing: Playing, key: str, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{playing.address}/v1", api_key=key, **{"timeout": 60, **options})


@pytest.fixture
def client(playing: Playing, key: str) -> Iterator[openai.OpenAI]:
    with client_of(playing, key) as made:
        yield made


def ask(prompt: str) -> list[Any]:
    return [{"role": "user", "content": prompt}]


def bought(playing: Playing) -> int:
    return int(playing.install.rows("SELECT count(*) FROM generation_job")[0][0])


def kept_text(playing: Playing, job: str) -> str:
    row = playing.install.rows(f"SELECT result FROM generation_job WHERE id = '{job.replace('-', '')}'")
    return str(json.loads(row[0][0])["text"])


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (40, 90, 60)).save(out, "PNG")
    return out.getvalue()


class TestModels:
    def test_what_the_studio_offers(self, client: openai.OpenAI) -> None:
        told = {model.id: (model.object, model.owned_by) for model in client.models.list()}
        assert told == dict.fromkeys(
            ("demo-storyteller", "demo-painter", "demo-filmmaker", "demo-narrator"), ("model", "demo")
        )

    def test_one_by_our_key_and_by_the_providers_name(self, client: openai.OpenAI) -> None:
        assert client.models.retrieve("demo-painter").id == "demo-painter"
        assert client.models.retrieve("painter").id == "demo-painter"

    def test_one_that_is_not_there(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.NotFoundError) as refused:
            client.models.retrieve("gpt-99")
        assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


class TestChat:
    def test_an_answer(self, playing: Playing, client: openai.OpenAI) -> None:
        said = client.chat.completions.create(
            model="demo-storyteller",
            messages=[
                {"role": "system", "content": "You tell of the sea."},
                {"role": "user", "content": "A lighthouse keeper finds a letter."},
                {"role": "assistant", "content": "It was wet."},
                {"role": "user", "content": [{"type": "text", "text": "What did it say?"}]},
            ],
            temperature=1,
            user="somebody",
            seed=7,
        )
        choice = said.choices[0]
        assert said._request_id is not None and said.usage is not None
        assert (said.object, said.model, len(said.choices)) == ("chat.completion", "demo-storyteller", 1)
        assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
        assert choice.message.content == kept_text(playing, said._request_id)
        assert said.usage.total_tokens == said.usage.prompt_tokens + said.usage.completion_tokens > 0

    def test_one_that_is_cut(self, client: openai.OpenAI) -> None:
        said = client.chat.completions.create(
            model="demo-storyteller", messages=ask("A long story of a ferry."), max_completion_tokens=5
        )
        assert said.choices[0].finish_reason == "length"

    def test_an_answer_by_schema(self, client: openai.OpenAI) -> None:
        schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
        said = client.chat.completions.create(
            model="demo-storyteller",
            messages=ask("Name a story."),
            response_format={"type": "json_schema", "json_schema": {"name": "title", "schema": schema}},
        )
        assert set(json.loads(said.choices[0].message.content or "")) == {"title"}

    def test_as_it_is_written(self, playing: Playing, client: openai.OpenAI) -> None:
        parts: list[str] = []
        reasons: list[str | None] = []
        counted = []
        with client.chat.completions.create(
            model="demo-storyteller",
            messages=ask("A ferry that does not come back."),
            stream=True,
            stream_options={"include_usage": True},
        ) as stream:
            job = stream.response.headers["x-request-id"]
            states = []
            for chunk in stream:
                counted += [chunk.usage] if chunk.usage is not None else []
                for choice in chunk.choices:
                    reasons.append(choice.finish_reason)
                    if choice.delta.content:
                        parts.append(choice.delta.content)
                        states.append(state_of(playing, job))
        assert "".join(parts) == kept_text(playing, job)
        assert len(parts) > 2
        assert states[0] == "running"  # its first words came while it was being written
        assert reasons[-1] == "stop" and set(reasons[:-1]) == {None}
        assert len(counted) == 1 and counted[0].completion_tokens > 0

    def test_whoever_hangs_up_cancels_nothing(self, playing: Playing, client: openai.OpenAI) -> None:
        with client.chat.completions.create(
            model="demo-storyteller", messages=ask("A letter nobody reads to its end."), stream=True
        ) as stream:
            job = stream.response.headers["x-request-id"]
            next(iter(stream))
        assert state_of(playing, job) != "done"
        until(lambda: state_of(playing, job) == "done", 30, "the end of the text")

    def test_what_goes_wrong_on_the_way(self, playing: Playing, client: openai.OpenAI) -> None:
        playing.set_faults(text="refuse")
        try:
            stream = client.chat.completions.create(model="demo-storyteller", messages=ask("No."), stream=True)
            with pytest.raises(openai.APIError) as refused:
                list(stream)
            assert refused.value.code == "content_policy_violation"
            with pytest.raises(openai.BadRequestError) as whole:
                client.chat.completions.create(model="demo-storyteller", messages=ask("No, again."))
            assert whole.value.code == "content_policy_violation"
        finally:
            playing.set_faults()

    def test_a_wait_longer_than_the_clients(self, playing: Playing, client: openai.OpenAI) -> None:
        """It hears of the job before it hangs up, and does not send it again."""
        before = bought(playing)
        playing.set_faults(text="hang")
        try:
            with pytest.raises(openai.InternalServerError) as late:
                client.with_options(timeout=3).chat.completions.create(
                    model="demo-storyteller", messages=ask("A slow one.")
                )
        finally:
            playing.set_faults()
        job = re.search(r"job ([0-9a-f-]{36})", late.value.message)
        assert job is not None
        assert (late.value.status_code, late.value.code, bought(playing)) == (504, "still_generating", before + 1)
        until(lambda: state_of(playing, job[1]) == "done", 30, "the end of the text")

    def test_the_same_key_is_one_purchase(self, playing: Playing, client: openai.OpenAI) -> None:
        before = bought(playing)
        once, twice = (
            client.chat.completions.create(
                model="demo-storyteller", messages=ask("Once."), extra_headers={"Idempotency-Key": "once-and-again"}
            )
            for _ in range(2)
        )
        assert (once.to_dict(), bought(playing)) == (twice.to_dict(), before + 1)
        with pytest.raises(openai.ConflictError):
            client.chat.completions.create(
                model="demo-storyteller", messages=ask("Twice."), extra_headers={"Idempotency-Key": "once-and-again"}
            )
        assert bought(playing) == before + 1


def state_of(playing: Playing, job: str) -> str:
    return str(playing.install.rows(f"SELECT status FROM generation_job WHERE id = '{job.replace('-', '')}'")[0][0])


class TestPictures:
    def test_in_base64(self, client: openai.OpenAI) -> None:
        said = client.images.generate(
            model="demo-painter", prompt="A brass key", n=2, size="1024x1024", quality="standard", output_format="jpeg"
        )
        assert said.data is not None
        pictures = [base64.b64decode(one.b64_json or "") for one in said.data]
        formats = [(Image.open(io.BytesIO(one)).format, Image.open(io.BytesIO(one)).size) for one in pictures]
        assert formats == [("JPEG", (1024, 1024))] * 2
        assert pictures[0] != pictures[1]
        assert (said.output_format, said.size) == ("jpeg", "1024x1024")

    def test_as_a_link_that_needs_no_key(self, playing: Playing, client: openai.OpenAI) -> None:
        said = client.images.generate(model="demo-painter", prompt="A lamp", response_format="url")
        assert said.data is not None and said.data[0].url is not None
        assert said.data[0].url.startswith(f"{playing.address}/media/")
        found = httpx.get(said.data[0].url)
        assert (found.status_code, found.headers["content-type"]) == (200, "image/png")

    def test_an_edit(self, playing: Playing, client: openai.OpenAI) -> None:
        said = client.images.edit(model="demo-painter", image=[picture()], prompt="Add a sunset", n=1)
        assert said.data is not None
        assert Image.open(io.BytesIO(base64.b64decode(said.data[0].b64_json or ""))).size == (320, 240)
        kind, inputs = playing.install.rows(
            "SELECT kind, json_extract(request, '$.inputs[0].role') FROM generation_job ORDER BY created_at DESC LIMIT 1"
        )[0]
        assert (kind, inputs) == ("edit", "source")

    def test_what_is_refused_by_name(self, playing: Playing, client: openai.OpenAI) -> None:
        before, told = bought(playing), {}
        wrong: dict[str, Any] = {
            "size": {"size": "huge"}, "n": {"n": 99}, "quality": {"quality": "splendid"}, "stream": {"stream": True},
            "partial_images": {"partial_images": 2}, "response_format": {"response_format": "hex"},
            "complexity": {"extra_body": {"complexity": "high"}}, "style": {"style": "cubist"},
        }  # fmt: skip
        for name, more in wrong.items():
            with pytest.raises(openai.BadRequestError) as refused:
                client.images.generate(model="demo-painter", prompt="A key", **more)
            told[name] = refused.value.param
        assert told == {name: name for name in wrong}
        assert bought(playing) == before


class TestSpeech:
    @pytest.mark.parametrize(("form", "kind"), [(None, "audio/mpeg"), ("wav", "audio/wav")])
    def test_what_is_spoken(self, client: openai.OpenAI, form: str | None, kind: str) -> None:
        more: dict[str, Any] = {} if form is None else {"response_format": form}
        said = client.audio.speech.create(
            model="demo-narrator", voice="alloy", input="The ferry is late again.", **more
        )
        assert said.response.headers["content-type"] == kind
        with av.open(io.BytesIO(said.content)) as sound:
            frames = sum(frame.samples for frame in sound.decode(audio=0))
            assert frames / sound.streams.audio[0].rate > 0.5

    def test_usual_voices_stand_for_the_models_own(self, playing: Playing, client: openai.OpenAI) -> None:
        jobs = [
            client.audio.speech.create(
                model="demo-narrator", voice=voice, input="Who goes there?", response_format="wav"
            ).response.headers["x-request-id"]
            for voice in ("alloy", "echo", "alloy", "Linnet")
        ]
        asked = [
            playing.install.rows(
                "SELECT json_extract(request, '$.voice'), json_extract(request, '$.language') FROM generation_job "
                f"WHERE id = '{job.replace('-', '')}'"
            )[0]
            for job in jobs
        ]
        assert asked == [("hazel", "en"), ("rowan", "en"), ("hazel", "en"), ("linnet", None)]


class TestWhoMay:
    def test_a_key_that_is_none(self, playing: Playing) -> None:
        for key in ("fw_0000000000_" + "x" * 40, "sk-proj-nothing"):
            with client_of(playing, key) as client, pytest.raises(openai.AuthenticationError) as refused:
                client.models.list()
            assert (refused.value.code, refused.value.type) == ("invalid_api_key", "invalid_request_error")

    def test_a_key_that_may_look_only(self, playing: Playing) -> None:
        before = bought(playing)
        with client_of(playing, new_key(playing, scopes=("read",))) as client:
            assert len(list(client.models.list())) > 0
            with pytest.raises(openai.PermissionDeniedError) as refused:
                client.chat.completions.create(model="demo-storyteller", messages=ask("No."))
        assert (refused.value.code, bought(playing)) == ("insufficient_permissions", before)

    def test_a_model_that_is_none(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.NotFoundError) as refused:
            client.chat.completions.create(model="gpt-4o-mini", messages=ask("Hello"))
        assert (refused.value.code, refused.value.param) == ("model_not_found", "model")

    def test_an_address_that_is_none(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.NotFoundError) as refused:
            client.embeddings.create(model="demo-storyteller", input="A word")
        assert refused.value.type == "invalid_request_error"

    def test_another_librarys_key(self, playing: Playing) -> None:
        """At the harbour's host the key of this library opens nothing."""
        elsewhere = httpx.get(
            f"{playing.address}/v1/models",
            headers={"Host": "harbour.localhost", "Authorization": f"Bearer {new_key(playing)}"},
        )
        assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (401, "invalid_api_key")


class TestAsync:
    def test_many_at_once(self, playing: Playing, key: str) -> None:
        async def drive() -> list[Any]:
            async with openai.AsyncOpenAI(base_url=f"{playing.address}/v1", api_key=key, timeout=60) as client:

                async def streamed(prompt: str) -> tuple[str, str, int]:
                    stream = await client.chat.completions.create(
                        model="demo-storyteller", messages=ask(prompt), stream=True
                    )
                    parts = [
                        chunk.choices[0].delta.content
                        async for chunk in stream
                        if chunk.choices and chunk.choices[0].delta.content
                    ]
                    return stream.response.headers["x-request-id"], "".join(parts), len(parts)

                whole = client.chat.completions.create(model="demo-storyteller", messages=ask("Whole."))
                image = client.images.generate(model="demo-painter", prompt="A key", response_format="url")
                return await asyncio.gather(*(streamed(f"Streamed, {n}.") for n in range(6)), whole, image)

        *streams, whole, image = asyncio.run(drive())
        for job, text, parts in streams:
            assert (text, parts > 1) == (kept_text(playing, job), True)
        assert whole.choices[0].message.content == kept_text(playing, whole._request_id)
        assert image.data[0].url.startswith(playing.address)


SERVER = """
import socketserver, wsgiref.simple_server as simple
from config.wsgi import application
class Server(socketserver.ThreadingMixIn, simple.WSGIServer):
    daemon_threads = True
class Quiet(simple.WSGIRequestHandler):
    def log_message(self, *_): ...
server = simple.make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def threaded(playing: Playing) -> Iterator[str]:
    """The address of the same install behind a server that gives each request a thread (`config.wsgi`)."""
    environment = {**playing.install.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_under_threads_it_streams_too(playing: Playing, key: str, threaded: str) -> None:
    with (
        openai.OpenAI(base_url=f"{threaded}/v1", api_key=key, timeout=60) as client,
        client.chat.completions.create(
            model="demo-storyteller", messages=ask("A ferry under threads."), stream=True
        ) as stream,
    ):
        job, first, parts = stream.response.headers["x-request-id"], "", []
        for chunk in stream:
            if chunk.choices[0].delta.content:
                parts.append(chunk.choices[0].delta.content)
                first = first or state_of(playing, job)
    assert ("".join(parts), first, len(parts) > 2) == (kept_text(playing, job), "running", True)
