"""The models that the fake OpenRouter lists, in the forms of its three lists."""

from __future__ import annotations

from typing import Any

from tests.providers.fake.chat import MADE_AT

RETIRED = frozenset({"openai/dall-e-3", "openai/gpt-image-1", "openai/sora-2", "x-ai/grok-2-image", "google/imagen-4"})


def _text(name: str, outputs: list[str], ends: str | None = None) -> dict[str, Any]:
    return {
        "id": name,
        "canonical_slug": name,
        "name": name.partition("/")[2],
        "created": MADE_AT,
        "pricing": {"prompt": "0.00000125", "completion": "0.00001", "image": "0", "request": "0"},
        "context_length": 400_000,
        "architecture": {
            "modality": "text->" + "+".join(outputs),
            "input_modalities": ["text", "image"],
            "output_modalities": outputs,
            "tokenizer": "GPT",
            "instruct_type": None,
        },
        "top_provider": {"context_length": 400_000, "max_completion_tokens": 128_000, "is_moderated": True},
        "per_request_limits": None,
        "supported_parameters": ["max_tokens", "response_format", "structured_outputs", "seed"],
        "default_parameters": None,
        "supported_voices": None,
        "expiration_date": ends,
        "links": {"details": f"/api/v1/models/{name}/endpoints"},
    }


TEXT_MODELS = [
    _text("openai/gpt-6", ["text"]),
    _text("anthropic/claude-sonnet-5.5", ["text"]),
    _text("openai/gpt-4o", ["text"], "2027-01-14"),
    _text("google/gemini-3.1-flash-image", ["image", "text"]),
]

_RESOLUTION = {"resolution": {"type": "enum", "values": ["1K", "2K", "4K"]}}

IMAGE_MODELS: list[dict[str, Any]] = [
    {
        "id": name,
        "name": name.partition("/")[2],
        "description": "Makes pictures.",
        "created": MADE_AT,
        "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["image"]},
        "supported_parameters": {
            **_RESOLUTION,
            "seed": {"type": "boolean"},
            "n": {"type": "range", "min": 1, "max": 10},
        },
        "supports_streaming": False,
        "endpoints": f"/api/v1/images/models/{name}/endpoints",
    }
    for name in ("google/gemini-3.1-flash-image", "black-forest-labs/flux.2-pro", "bytedance-seed/seedream-4.5")
]

VIDEO_MODELS: list[dict[str, Any]] = [
    {
        "id": name,
        "canonical_slug": name,
        "name": name.partition("/")[2],
        "created": MADE_AT,
        "supported_resolutions": ["720p", "1080p"],
        "supported_aspect_ratios": ["16:9", "9:16"],
        "supported_sizes": None,
        "supported_durations": [4, 6, 8],
        "supported_frame_images": ["first_frame", "last_frame"],
        "upscale_factor": None,
        "creativity": None,
        "generate_audio": True,
        "seed": True,
        "allowed_passthrough_parameters": [],
        "pricing_skus": {"duration_seconds": "0.1"},
    }
    for name in ("google/gemini-omni-1.1-flash", "bytedance/seedance-2")
]


def image_endpoints(name: str) -> dict[str, Any] | None:
    """The endpoints of a picture model with what they bill, or None for a strange name."""
    if name not in {row["id"] for row in IMAGE_MODELS}:
        return None
    endpoint = {
        "provider_name": "Somebody",
        "provider_slug": "somebody",
        "provider_tag": "somebody",
        "supported_parameters": _RESOLUTION,
        "supports_streaming": False,
        "allowed_passthrough_parameters": [],
        "pricing": [{"billable": "output_image", "unit": "image", "cost_usd": 0.04}],
    }
    return {"id": name, "endpoints": [endpoint]}
