"""The fakes of providers that make pictures, films and speech say what the real ones say: a good call, refusals, faults."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.providers.fake import FakeProviders, faults, media

PNG = ("a.png", media.picture(), "image/png")
GRAPH = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}},
}
FILM = {**GRAPH, "9": {"class_type": "SaveVideo", "inputs": {"video": ["3", 0]}}}
TURBO = {"model": "gen4_turbo", "promptImage": "https://files.example/a.png", "ratio": "1280:720", "duration": 5}
VOICE = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM"


@pytest.fixture
def fake() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        yield running


def client(fake: FakeProviders, provider: str, **headers: str) -> httpx.Client:
    """A plain client with the key where the provider wants it."""
    key = fake.key(provider)
    keys = {
        "stability": {"authorization": f"Bearer {key}"},
        "runway": {"authorization": f"Bearer {key}", "x-runway-version": "2024-11-06"},
        "bfl": {"x-key": key},
        "elevenlabs": {"xi-api-key": key},
    }
    return httpx.Client(base_url=fake.base_url(provider), headers={**keys.get(provider, {}), **headers}, timeout=10)


def form(**fields: str) -> dict[str, Any]:
    return {name: (None, value) for name, value in fields.items()}


def statuses(asks: httpx.Client, url: str, times: int) -> list[str]:
    return [asks.get(url).json()["status"] for _ in range(times)]


def test_stability_paints_as_bytes_and_as_json(fake: FakeProviders) -> None:
    with client(fake, "stability") as asks:
        path = "/v2beta/stable-image/generate/core"
        raw = asks.post(path, files=form(prompt="A quay."), headers={"accept": "image/*"})
        told = asks.post(path, files=form(prompt="A quay.", seed="8"), headers={"accept": "application/json"})
    assert (raw.status_code, raw.content, raw.headers["finish-reason"]) == (200, media.picture(), "SUCCESS")
    image = base64.b64encode(media.picture()).decode()
    assert told.json() == {"image": image, "finish_reason": "SUCCESS", "seed": 8}
    assert [(line.operation, line.cost_usd) for line in fake.books] == [("image.generate", Decimal("0.03"))] * 2


def test_stability_refuses_what_is_no_form_and_a_ratio_with_a_picture(fake: FakeProviders) -> None:
    fields = form(prompt="A quay.", mode="image-to-image", strength="0.5", aspect_ratio="1:1")
    with client(fake, "stability", accept="image/*") as asks:
        as_json = asks.post("/v2beta/stable-image/generate/core", json={"prompt": "A quay."})
        with_ratio = asks.post("/v2beta/stable-image/generate/sd3", files={**fields, "image": PNG})
    assert (as_json.status_code, as_json.json()["errors"]) == (400, ["content-type: must be multipart/form-data"])
    assert (with_ratio.status_code, with_ratio.json()["name"]) == (400, "bad_request")
    assert [error.partition(":")[0] for error in with_ratio.json()["errors"]] == ["aspect_ratio"]
    assert [request.operation for request in fake.captured] == ["image.generate", "image.edit"]
    assert fake.books == []


def test_stability_tells_moderation_in_both_ways(fake: FakeProviders) -> None:
    fake.script("stability", "image.generate", faults.Moderated(), faults.Moderated(how="filtered"), faults.Quota())
    with client(fake, "stability", accept="application/json") as asks:
        answers = [asks.post("/v2beta/stable-image/generate/ultra", files=form(prompt="A quay.")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 200, 402]
    assert answers[0].json()["name"] == "content_moderation"
    assert answers[1].json()["finish_reason"] == "CONTENT_FILTERED"
    assert [line.cost_usd for line in fake.books] == [Decimal("0.08")]


def test_bfl_is_asked_at_its_polling_url_only(fake: FakeProviders) -> None:
    with client(fake, "bfl") as asks:
        sent = asks.post("/v1/flux-2-pro", json={"prompt": "A quay.", "width": 1280, "height": 720}).json()
        assert (sent["cost"], sent["output_mp"]) == (3.0, 0.92)
        assert asks.get("/v1/get_result", params={"id": sent["id"]}).json()["status"] == "Task not found"
        assert statuses(asks, sent["polling_url"], 2) == ["Pending", "Pending"]
        done = asks.get(sent["polling_url"]).json()
    assert done["status"] == "Ready"
    assert httpx.get(done["result"]["sample"]).content == media.picture("jpeg")
    assert done["result"]["sample"].startswith(fake.elsewhere_url)
    assert [(line.job_id, line.cost_usd) for line in fake.books] == [(sent["id"], Decimal("0.03"))]


def test_bfl_refuses_sides_and_fields_by_place(fake: FakeProviders) -> None:
    bodies = [
        ("flux-2-pro", {"prompt": "A quay.", "width": 1000}),
        ("flux-2-pro", {"prompt": "A quay.", "width": 4096, "height": 4096}),
        ("flux-dev", {"prompt": "A quay.", "height": 1456}),
        ("flux-pro-1.1-ultra", {"prompt": "A quay.", "width": 1024}),
    ]
    with client(fake, "bfl") as asks:
        answers = [asks.post(f"/v1/{model}", json=body) for model, body in bodies]
        without_key = httpx.post(f"{fake.base_url('bfl')}/v1/flux-dev", json={"prompt": "A quay."})
    assert [answer.status_code for answer in answers] == [422] * 4
    places = [["body", "width"], ["body", "width"], ["body", "height"], ["body"]]
    assert [answer.json()["detail"][0]["loc"] for answer in answers] == places
    assert without_key.status_code == 403
    assert fake.submits("bfl") == 0


def test_bfl_faults_are_literal_words_and_foreign_urls(fake: FakeProviders) -> None:
    fake.polls_needed = 0
    ends = [
        faults.Moderated("input"),
        faults.Moderated("output"),
        faults.JobFailed(),
        faults.JobLost(),
        faults.UnknownStatus("Task not found"),
    ]
    with client(fake, "bfl") as asks:
        told = []
        for fault in ends:
            sent = asks.post("/v1/flux-dev", json={"prompt": "A quay."}).json()
            fake.script("bfl", "image.poll", fault)
            told.append(statuses(asks, sent["polling_url"], 2))
        fake.script("bfl", "image.submit", faults.PollUrlElsewhere(), faults.RelativePollUrl())
        urls = [asks.post("/v1/flux-dev", json={"prompt": "A quay."}).json()["polling_url"] for _ in range(2)]
    assert told == [
        ["Request Moderated", "Request Moderated"],
        ["Content Moderated", "Content Moderated"],
        ["Error", "Error"],
        ["Task not found", "Task not found"],
        ["Task not found", "Ready"],
    ]
    assert [url.partition("/bfl/")[0] for url in urls] == [fake.elsewhere_url, ""]


def test_runway_throttles_runs_and_tells_the_cost(fake: FakeProviders) -> None:
    with client(fake, "runway") as asks:
        sent = asks.post("/v1/image_to_video", json=TURBO).json()
        assert sent["estimatedCost"] == {"credits": 25}
        url = f"/v1/tasks/{sent['id']}"
        assert statuses(asks, url, 2) == ["THROTTLED", "RUNNING"]
        done = asks.get(url).json()
        assert (done["status"], done["cost"]) == ("SUCCEEDED", {"credits": 25})
        assert httpx.get(done["output"][0]).content == media.film()
        signed = asks.get(done["output"][0])
    assert signed.status_code == 400
    assert [line.cost_usd for line in fake.books] == [Decimal("0.25")]


def test_runway_refuses_by_issue(fake: FakeProviders) -> None:
    words = {"model": "gen4.5", "ratio": "1280:720", "duration": 5}
    bodies = [
        ("image_to_video", {**TURBO, "ratio": "16:9"}),
        ("text_to_video", {"model": "gen4_turbo", "promptText": "A quay.", "ratio": "1280:720"}),
        ("text_to_video", {**words, "promptText": "🌊" * 501}),
    ]
    with client(fake, "runway") as asks:
        paths = [asks.post(f"/v1/{kind}", json=body).json()["issues"][0]["path"] for kind, body in bodies]
        picture = {"model": "gen4_image_turbo", "promptText": "A quay.", "ratio": "1024:1024"}
        without_reference = asks.post("/v1/text_to_image", json=picture)
        del asks.headers["x-runway-version"]
        without_version = asks.post("/v1/image_to_video", json=TURBO)
    assert paths == [["ratio"], ["model"], ["promptText"]]
    assert (without_reference.status_code, without_version.status_code) == (400, 400)
    assert fake.submits("runway") == 0


def test_runway_cancels_and_gives_back_what_failed(fake: FakeProviders) -> None:
    fake.polls_needed = 0
    with client(fake, "runway") as asks:
        first = asks.post("/v1/image_to_video", json=TURBO).json()["id"]
        assert asks.delete(f"/v1/tasks/{first}").status_code == 204
        assert asks.get(f"/v1/tasks/{first}").status_code == 404
        fake.script("runway", "video.submit", faults.Moderated("output"))
        second = asks.post("/v1/image_to_video", json=TURBO).json()["id"]
        refused = asks.get(f"/v1/tasks/{second}").json()
        fake.script("runway", "video.submit", faults.JobFailed())
        third = asks.post("/v1/image_to_video", json=TURBO).json()["id"]
        failed = asks.get(f"/v1/tasks/{third}").json()
    assert (refused["status"], refused["failureCode"], refused["cost"]) == (
        "FAILED",
        "SAFETY.OUTPUT.VIDEO",
        {"credits": 0},
    )
    assert failed["failureCode"] == "INTERNAL.BAD_OUTPUT.CODE01"
    assert [line.job_id for line in fake.books] == [first]


def test_runway_takes_an_upload_without_the_key(fake: FakeProviders) -> None:
    with client(fake, "runway") as asks:
        offer = asks.post("/v1/uploads", json={"filename": "a.png", "type": "ephemeral"}).json()
        signed = asks.post(offer["uploadUrl"], data=offer["fields"], files={"file": PNG})
    sent = httpx.post(offer["uploadUrl"], data=offer["fields"], files={"file": PNG})
    assert (signed.status_code, sent.status_code) == (400, 204)
    assert offer["runwayUri"].startswith("runway://")


def test_elevenlabs_takes_the_format_from_the_query_only(fake: FakeProviders) -> None:
    with client(fake, "elevenlabs") as asks:
        usual = asks.post(VOICE, json={"text": "Hm, hm.", "output_format": "pcm_16000"})
        plain = asks.post(VOICE, json={"text": "Hm, hm."}, params={"output_format": "pcm_16000"})
        timed = asks.post(f"{VOICE}/with-timestamps", json={"text": "Hm."}).json()
    assert (usual.content, usual.headers["content-type"]) == (media.mp3(), "audio/mpeg")
    assert (usual.headers["character-cost"], len(usual.headers["request-id"])) == ("7", 20)
    assert plain.content == media.wav()[44:]
    assert base64.b64decode(timed["audio_base64"]) == media.mp3()
    assert timed["alignment"]["characters"] == ["H", "m", "."]
    assert [line.usage for line in fake.books] == [{"characters": 7}, {"characters": 7}, {"characters": 3}]


def test_elevenlabs_refuses_in_its_own_forms(fake: FakeProviders) -> None:
    fake.script("elevenlabs", "speech", faults.Quota(), faults.RateLimited(), faults.Moderated())
    fake.script("elevenlabs", "speech", faults.Status(429, "too_many_concurrent_requests"))
    with client(fake, "elevenlabs") as asks:
        scripted = [asks.post(VOICE, json={"text": "Hm."}) for _ in range(4)]
        wrong_type = asks.post(VOICE, json={"text": 4})
        nobody = asks.post("/v1/text-to-speech/Rachel", json={"text": "Hm."})
        too_long = asks.post(VOICE, json={"text": "a" * 5_001, "model_id": "eleven_v3"})
        del asks.headers["xi-api-key"]
        stranger = asks.get("/v1/models")
    assert [
        (answer.status_code, answer.json()["detail"]["status"]) for answer in (*scripted, nobody, too_long, stranger)
    ] == [
        (401, "quota_exceeded"),
        (429, "system_busy"),
        (400, "content_against_policy"),
        (429, "too_many_concurrent_requests"),
        (400, "voice_not_found"),
        (400, "max_character_limit_exceeded"),
        (401, "invalid_api_key"),
    ]
    assert (wrong_type.status_code, wrong_type.json()["detail"][0]["loc"]) == (422, ["body", "text"])
    assert fake.submits("elevenlabs") == 0


def test_elevenlabs_lists_its_models_and_pages_its_voices(fake: FakeProviders) -> None:
    with client(fake, "elevenlabs") as asks:
        models = asks.get("/v1/models").json()
        first = asks.get("/v2/voices", params={"page_size": 2}).json()
        second = asks.get("/v2/voices", params={"page_size": 2, "next_page_token": first["next_page_token"]}).json()
    assert [model["model_id"] for model in models if model["maximum_text_length_per_request"] == 40_000] == [
        "eleven_flash_v2_5"
    ]
    pages = [[voice["name"] for voice in page["voices"]] for page in (first, second)]
    assert (pages, first["has_more"], second["has_more"]) == ([["Rachel", "Domi"], ["Sarah"]], True, False)


def test_comfyui_has_no_history_until_it_is_done(fake: FakeProviders) -> None:
    with client(fake, "comfyui") as asks:
        name = asks.post("/prompt", json={"prompt": GRAPH, "client_id": "a"}).json()["prompt_id"]
        assert [asks.get(f"/history/{name}").json() for _ in range(2)] == [{}, {}]
        told = asks.get(f"/history/{name}").json()[name]
        file = {"filename": f"{name}_00001_.png", "subfolder": "", "type": "output"}
        assert told["outputs"] == {"9": {"images": [file]}}
        assert (told["status"]["status_str"], told["status"]["completed"]) == ("success", True)
        assert asks.get("/view", params=file).content == media.picture()
        fake.polls_needed = 0
        film = asks.post("/api/prompt", json={"prompt": FILM}).json()["prompt_id"]
        done = asks.get(f"/history/{film}").json()
        assert asks.get("/view", params=done[film]["outputs"]["9"]["gifs"][0]).content == media.film()
    assert (fake.books, fake.submits("comfyui")) == ([], 2)


def test_comfyui_refuses_graphs_by_node(fake: FakeProviders) -> None:
    dangling = {**GRAPH, "9": {"class_type": "SaveImage", "inputs": {"images": ["4", 0]}}}
    loading = {**GRAPH, "5": {"class_type": "LoadImage", "inputs": {"image": "a.png"}}}
    with client(fake, "comfyui") as asks:
        of_the_editor = asks.post("/prompt", json={"prompt": {"nodes": [], "links": []}}).json()
        linked = asks.post("/prompt", json={"prompt": dangling})
        missing = asks.post("/prompt", json={"prompt": loading}).json()
        stored = asks.post("/upload/image", files={"image": PNG}, data={"overwrite": "true"}).json()
        taken = asks.post("/prompt", json={"prompt": loading})
    assert of_the_editor["error"]["type"] == "invalid_prompt"
    assert (linked.status_code, linked.json()["node_errors"]["9"]["errors"][0]["type"]) == (400, "bad_linked_input")
    assert list(missing["node_errors"]) == ["5"]
    assert stored == {"name": "a.png", "subfolder": "", "type": "input"}
    assert taken.status_code == 200


def test_comfyui_interrupts_what_runs_and_deletes_what_waits(fake: FakeProviders) -> None:
    with client(fake, "comfyui") as asks:
        first, second = (asks.post("/prompt", json={"prompt": GRAPH}).json()["prompt_id"] for _ in range(2))
        asks.get(f"/history/{first}")
        queue = asks.get("/queue").json()
        assert [[entry[1] for entry in queue[name]] for name in ("queue_running", "queue_pending")] == [
            [first],
            [second],
        ]
        asks.post("/queue", json={"delete": [first, second]})
        asks.post("/interrupt", json={})
        told = asks.get(f"/history/{first}").json()[first]["status"]
        assert (told["status_str"], told["messages"][-1][0]) == ("error", "execution_interrupted")
        assert asks.get(f"/history/{second}").json() == {}
        fake.script("comfyui", "image.submit", faults.JobFailed("no such sampler"))
        fake.polls_needed = 0
        third = asks.post("/prompt", json={"prompt": GRAPH}).json()["prompt_id"]
        failed = asks.get(f"/history/{third}").json()
    word, about = failed[third]["status"]["messages"][-1]
    assert (word, about["exception_message"]) == ("execution_error", "no such sampler")


def test_cosmos_makes_one_film_at_a_time(fake: FakeProviders) -> None:
    with client(fake, "cosmos") as asks:
        assert asks.get("/v1/health/ready").status_code == 200
        done = asks.post("/v1/infer", json={"prompt": "A quay.", "seed": 4}).json()
        refused = asks.post("/v1/infer", json={"prompt": "A quay.", "fps": 24})
        fake.dialects["cosmos"].seconds = 30
        with pytest.raises(httpx.ReadTimeout):
            asks.post("/v1/infer", json={"prompt": "A quay."}, timeout=0.2)
        busy = asks.post("/v1/infer", json={"prompt": "A quay."})
    film = base64.b64encode(media.film()).decode()
    assert done == {"b64_video": film, "upsampled_prompt": "A quay.", "seed": 4}
    assert (refused.status_code, busy.status_code) == (422, 429)
    assert (fake.submits("cosmos"), fake.books) == (2, [])


@pytest.mark.parametrize(
    ("provider", "operation"),
    [
        ("stability", "image.generate"),
        ("bfl", "image.submit"),
        ("runway", "video.submit"),
        ("elevenlabs", "speech"),
        ("comfyui", "image.submit"),
        ("cosmos", "video.submit"),
    ],
)
def test_the_faults_of_the_door_have_each_provider_s_form(fake: FakeProviders, provider: str, operation: str) -> None:
    purchases: dict[str, tuple[str, dict[str, Any]]] = {
        "stability": ("/v2beta/stable-image/generate/core", {"files": form(prompt="A quay.")}),
        "bfl": ("/v1/flux-dev", {"json": {"prompt": "A quay."}}),
        "runway": ("/v1/image_to_video", {"json": TURBO}),
        "elevenlabs": (VOICE, {"json": {"text": "Hm."}}),
        "comfyui": ("/prompt", {"json": {"prompt": GRAPH}}),
        "cosmos": ("/v1/infer", {"json": {"prompt": "A quay."}}),
    }
    path, body = purchases[provider]
    fake.script(provider, operation, faults.RateLimited(), faults.ServerError(), faults.ResetAfterCharge())
    with client(fake, provider) as asks:
        busy, broken = asks.post(path, **body), asks.post(path, **body)
        with pytest.raises(httpx.TransportError):
            asks.post(path, **body)
    assert (busy.status_code, busy.headers["retry-after"], broken.status_code) == (429, "2", 500)
    assert isinstance(busy.json(), dict)
    assert (fake.submits(provider), fake.unmet()) == (1, [])
