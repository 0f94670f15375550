"""The schemas tell good bodies from bad ones, at the place that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.providers import specs

SAID = [{"role": "user", "content": "Go on."}]
DATA_URL = "data:image/png;base64,iVBORw0KGgo="
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}
BY_SCHEMA = {"type": "json_schema", "json_schema": {"name": "scene", "schema": SCHEMA, "strict": True}}
PART = {"type": "image_url", "image_url": {"url": DATA_URL}}
TURBO = {"model": "gen4_turbo", "promptImage": "https://files.example/a.png", "ratio": "1280:720", "duration": 5}
GRAPH = {"3": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["4", 0]}}}

GOOD: list[tuple[str, str, Any]] = [
    (
        "openai",
        "chat/completions",
        {
            "model": "gpt-5.6-terra",
            "messages": [{"role": "developer", "content": "Be brief."}, *SAID],
            "max_completion_tokens": 900,
            "response_format": BY_SCHEMA,
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    ),
    (
        "openai",
        "images/generations",
        {"model": "gpt-image-2", "prompt": "A quay.", "n": 1, "size": "1536x864", "quality": "medium"},
    ),
    (
        "openai",
        "multipart images/edits",
        {"model": "gpt-image-2", "prompt": "A quay.", "image[]": [b"1", b"2"], "n": "2", "mask": b"3"},
    ),
    (
        "openai",
        "images/edits",
        {"model": "gpt-image-1.5", "prompt": "A quay.", "images": [{"image_url": DATA_URL}], "input_fidelity": "high"},
    ),
    ("openai", "audio/speech", {"model": "gpt-4o-mini-tts", "input": "Hm.", "voice": "fable", "speed": 1.5}),
    ("openai", "moderations", {"model": "omni-moderation-latest", "input": [{"type": "text", "text": "Hm."}, PART]}),
    ("openai", "multipart videos", {"model": "sora-2", "prompt": "A quay.", "seconds": "8", "size": "1280x720"}),
    (
        "openrouter",
        "/api/v1/chat/completions",
        {
            "model": "google/gemini-3.1-flash-image",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "A quay."}, PART]}],
            "modalities": ["image", "text"],
            "image_config": {"aspect_ratio": "16:9"},
            "response_format": BY_SCHEMA,
            "provider": {"require_parameters": True},
        },
    ),
    (
        "openrouter",
        "images",
        {"model": "m/x", "prompt": "A quay.", "aspect_ratio": "16:9", "resolution": "1K", "input_references": [PART]},
    ),
    (
        "openrouter",
        "videos",
        {
            "model": "m/x",
            "prompt": "A quay.",
            "duration": 6,
            "resolution": "720p",
            "frame_images": [{**PART, "frame_type": "first_frame"}],
        },
    ),
    ("runway", "/v1/image_to_video", TURBO),
    ("runway", "text_to_video", {"model": "gen4.5", "promptText": "A quay.", "ratio": "720:1280", "duration": 10}),
    (
        "runway",
        "text_to_image",
        {
            "model": "gen4_image_turbo",
            "promptText": "@hero on a quay",
            "ratio": "1920:1080",
            "referenceImages": [{"uri": "https://files.example/a.png", "tag": "hero"}],
        },
    ),
    ("bfl", "/v1/flux-2-pro", {"prompt": "A quay.", "width": 1280, "height": 720, "seed": 1, "output_format": "png"}),
    ("bfl", "flux-2-flex", {"prompt": "A quay.", "steps": 50, "guidance": 4.5, "prompt_upsampling": False}),
    ("bfl", "flux-2-klein-4b", {"prompt": "A quay.", "input_image": "aGk=", "width": 0, "height": 0}),
    ("bfl", "flux-dev", {"prompt": "A quay.", "width": 1024, "height": 768, "steps": 28, "guidance": 3}),
    ("bfl", "flux-pro-1.1-ultra", {"prompt": "A quay.", "aspect_ratio": "21:9", "raw": True}),
    ("bfl", "flux-kontext-max", {"prompt": "A quay.", "input_image": "aGk=", "aspect_ratio": "16:9"}),
    (
        "elevenlabs",
        "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM",
        {"text": "Hm.", "model_id": "eleven_v3", "voice_settings": {"stability": 0.5, "similarity_boost": 0.75}},
    ),
    ("elevenlabs", "text-to-speech/x/with-timestamps", {"text": "Hm.", "seed": 4_294_967_295}),
    ("compatible", "chat/completions", {"model": "m", "messages": SAID, "guided_json": SCHEMA}),
    ("compatible", "api/chat", {"model": "m", "messages": SAID, "stream": False, "format": SCHEMA}),
    ("compatible", "images/generations", {"prompt": "A quay.", "size": "640x360", "num_inference_steps": 9}),
    ("compatible", "multipart videos", {"model": "m", "prompt": "A quay.", "seconds": "4", "seed": "7"}),
    ("xai", "chat/completions", {"model": "grok-4.1", "messages": SAID, "response_format": BY_SCHEMA}),
    (
        "xai",
        "images/generations",
        {"model": "grok-imagine-image", "prompt": "A quay.", "aspect_ratio": "16:9", "resolution": "2k"},
    ),
    (
        "xai",
        "images/edits",
        {"model": "grok-imagine-image", "prompt": "A quay.", "image": {"type": "image_url", "url": DATA_URL}},
    ),
    (
        "xai",
        "videos/generations",
        {"model": "grok-imagine-video", "prompt": "A quay.", "duration": 8, "image": {"url": DATA_URL}},
    ),
    (
        "anthropic",
        "/v1/messages",
        {
            "model": "claude-sonnet-5-5",
            "max_tokens": 8_000,
            "system": "Be brief.",
            "messages": SAID,
            "thinking": {"type": "between_tools"},
            "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
        },
    ),
    (
        "google",
        "/v1beta/models/gemini-3.1-flash-image:generateContent",
        {
            "contents": [{"role": "user", "parts": [{"text": "A quay."}]}],
            "generationConfig": {
                "responseModalities": ["TEXT", "IMAGE"],
                "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
            },
        },
    ),
    (
        "google",
        "interactions",
        {
            "model": "gemini-omni-1.2-flash",
            "input": [
                {"type": "image", "data": "aGk=", "mime_type": "image/png"},
                {"type": "text", "text": "It moves."},
            ],
            "background": True,
            "response_format": {"type": "video", "aspect_ratio": "16:9", "duration": "8s", "delivery": "uri"},
            "generation_config": {"video_config": {"task": "image_to_video"}},
        },
    ),
    (
        "stability",
        "multipart /v2beta/stable-image/generate/core",
        {"prompt": "A quay.", "aspect_ratio": "16:9", "seed": "9", "style_preset": "neon-punk"},
    ),
    (
        "stability",
        "multipart stable-image/generate/sd3",
        {"prompt": "A quay.", "mode": "image-to-image", "image": b"1", "strength": "0.6", "cfg_scale": "4.5"},
    ),
    ("comfyui", "/prompt", {"prompt": GRAPH, "client_id": "a"}),
    ("comfyui", "multipart upload/image", {"image": b"1", "overwrite": "true", "type": "input"}),
    ("cosmos", "/v1/infer", {"prompt": "A quay.", "seed": 4, "video_params": {"height": 704, "width": 1280}}),
]

CHAT = {"model": "m", "messages": SAID}
CLAUDE = {**CHAT, "max_tokens": 100}
EDIT = {"model": "gpt-image-2", "prompt": "A quay.", "image": b"1"}
OMNI = {"model": "gemini-omni-1.2-flash", "input": "A quay."}
PICTURE = {"model": "gpt-image-2", "prompt": "A quay."}
SPOKEN = {"text": "Hm."}

BAD: list[tuple[str, str, Any, str]] = [
    ("openai", "chat/completions", {"model": "m", "messages": []}, "$.messages"),
    ("openai", "chat/completions", {**CHAT, "temprature": 1}, "$"),
    (
        "openai",
        "chat/completions",
        {**CHAT, "response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}},
        "$.response_format.json_schema",
    ),
    ("openai", "images/generations", {**PICTURE, "response_format": "b64_json"}, "$.response_format"),
    ("openai", "images/generations", {**PICTURE, "style": "vivid"}, "$.style"),
    ("openai", "images/generations", {**PICTURE, "quality": "standard"}, "$.quality"),
    ("openai", "images/generations", {"prompt": "A quay."}, "$"),
    ("openai", "multipart images/edits", {**EDIT, "input_fidelity": "high"}, "$.input_fidelity"),
    ("openai", "multipart images/edits", {**EDIT, "n": "many"}, "$.n"),
    ("openai", "images/edits", {"model": "gpt-image-2", "prompt": "A quay.", "images": []}, "$.images"),
    ("openai", "audio/speech", {"model": "tts-1", "input": "a" * 4_097, "voice": "ash"}, "$.input"),
    ("openai", "moderations", {"model": "omni-moderation-latest"}, "$"),
    ("openai", "multipart videos", {"model": "sora-2", "prompt": "A quay.", "seconds": "5"}, "$.seconds"),
    ("openrouter", "images", {"model": "m/x", "prompt": "A quay.", "resolution": "1k"}, "$.resolution"),
    ("openrouter", "images", {"model": "m/x", "prompt": "A quay.", "width": 640}, "$"),
    ("openrouter", "videos", {"model": "m/x", "prompt": "A quay.", "duration": "6"}, "$.duration"),
    ("openrouter", "videos", {"model": "m/x", "prompt": "A quay.", "frame_images": [PART]}, "$.frame_images[0]"),
    ("openrouter", "chat/completions", {**CHAT, "provider": {"require_parameter": True}}, "$.provider"),
    ("runway", "image_to_video", {**TURBO, "ratio": "16:9"}, "$.ratio"),
    ("runway", "image_to_video", {**TURBO, "model": "gen3a_turbo"}, "$.model"),
    ("runway", "image_to_video", {**TURBO, "width": 1280}, "$"),
    ("runway", "text_to_video", {"model": "gen4_turbo", "promptText": "A quay.", "ratio": "1280:720"}, "$.model"),
    ("runway", "text_to_image", {"model": "gen4_image_turbo", "promptText": "A", "ratio": "1920:1080"}, "$"),
    ("bfl", "flux-2-pro", {"prompt": "A quay.", "model": "flux-2-pro"}, "$"),
    ("bfl", "flux-2-pro", {"prompt": "A quay.", "width": 1000}, "$.width"),
    ("bfl", "flux-2-pro", {"prompt": "A quay.", "safety_tolerance": 6}, "$.safety_tolerance"),
    ("bfl", "flux-dev", {"prompt": "A quay.", "width": 1456}, "$.width"),
    ("bfl", "flux-pro-1.1-ultra", {"prompt": "A quay.", "width": 1024}, "$"),
    ("elevenlabs", "text-to-speech/x", {**SPOKEN, "output_format": "mp3_44100_128"}, "$"),
    ("elevenlabs", "text-to-speech/x", {**SPOKEN, "voice_settings": {"similarityBoost": 0.5}}, "$.voice_settings"),
    ("compatible", "images/generations", {"prompt": "A quay.", "size": "16:9"}, "$.size"),
    ("compatible", "api/chat", {**CHAT, "max_tokens": 9}, "$"),
    ("xai", "images/generations", {"model": "grok-imagine-image", "prompt": "A quay.", "size": "1024x1024"}, "$"),
    ("xai", "images/edits", {"model": "grok-imagine-image", "prompt": "A quay.", "image_url": DATA_URL}, "$"),
    ("xai", "videos/generations", {"model": "grok-imagine-video", "prompt": "A.", "duration": 16}, "$.duration"),
    ("anthropic", "v1/messages", {**CLAUDE, "temperature": 1}, "$"),
    ("anthropic", "v1/messages", CHAT, "$"),
    (
        "anthropic",
        "v1/messages",
        {**CLAUDE, "messages": [{"role": "system", "content": "Be brief."}]},
        "$.messages[0].role",
    ),
    (
        "google",
        "models/m:generateContent",
        {"contents": [], "generationConfig": {"imageConfig": {"imageSize": "1k"}}},
        "$.contents",
    ),
    (
        "google",
        "models/m:streamGenerateContent",
        {"contents": [{"parts": [{"text": "A"}]}], "generation_config": {}},
        "$",
    ),
    (
        "google",
        "interactions",
        {**OMNI, "response_format": {"type": "video", "duration": 8}},
        "$.response_format.duration",
    ),
    ("stability", "multipart stable-image/generate/core", {"prompt": "A quay.", "width": "1024"}, "$"),
    (
        "stability",
        "multipart stable-image/generate/sd3",
        {"prompt": "A", "mode": "image-to-image", "image": b"1", "strength": "0.5", "aspect_ratio": "1:1"},
        "$.aspect_ratio",
    ),
    (
        "stability",
        "multipart stable-image/generate/sd3",
        {"prompt": "A", "model": "sd3.5-large-turbo", "negative_prompt": "fog"},
        "$.negative_prompt",
    ),
    ("comfyui", "prompt", {"prompt": {"nodes": [], "links": []}}, "$.prompt.nodes"),
    ("cosmos", "v1/infer", {"prompt": "A quay.", "fps": 24}, "$"),
]


@pytest.mark.parametrize(("provider", "operation", "body"), GOOD)
def test_a_good_body_passes(provider: str, operation: str, body: Any) -> None:
    specs.validate(provider, operation, body)


@pytest.mark.parametrize(("provider", "operation", "body", "place"), BAD)
def test_a_bad_body_is_refused_where_it_is_wrong(provider: str, operation: str, body: Any, place: str) -> None:
    with pytest.raises(AssertionError) as refusal:
        specs.validate(provider, operation, body)
    assert str(refusal.value).partition(" at ")[2].partition(": ")[0] == place


def test_each_provider_has_good_and_bad_bodies() -> None:
    named = {provider for provider, *_ in GOOD}
    assert sorted(named) == sorted({provider for provider, *_ in BAD}) == specs.providers()


@pytest.mark.parametrize("provider", specs.providers())
def test_each_schema_is_sound_and_holds_structure_only(provider: str) -> None:
    text = (specs.HERE / f"{provider}.json").read_text()
    document = json.loads(text)
    for schema in document["operations"].values():
        Draft202012Validator.check_schema({**schema, "$defs": document.get("$defs", {})})
    assert len(text) < 40_000
    assert _prose(document["operations"]) + _prose(document.get("$defs", {}), named=True) == []


def test_an_operation_that_is_not_known_is_refused() -> None:
    with pytest.raises(AssertionError) as refusal:
        specs.validate("cosmos", "/v1/infers", {})
    assert str(refusal.value) == "cosmos has no operation '/v1/infers', only v1/infer"


def test_a_long_complaint_is_cut() -> None:
    with pytest.raises(AssertionError) as refusal:
        specs.validate("bfl", "flux-2-pro", {"prompt": ["x" * 10_000]})
    assert str(refusal.value).startswith("bfl flux-2-pro at $.prompt: ['xxx")
    assert len(str(refusal.value)) == len("bfl flux-2-pro at $.prompt: ") + specs.SHOWN + len(" ...")


def _prose(schema: Any, named: bool = False) -> list[str]:
    """Keys that hold words for people; names of properties are none."""
    if isinstance(schema, list):
        return [found for member in schema for found in _prose(member)]
    if not isinstance(schema, dict):
        return []
    wordy = ("description", "title", "example", "examples", "default", "$comment")
    here = [] if named else [key for key in schema if key in wordy]
    return here + [
        found for key, value in schema.items() for found in _prose(value, named=key == "properties" and not named)
    ]
