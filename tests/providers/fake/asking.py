"""How the fake's own tests ask: one good request for each text and each film, and readings of the answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx

from tests.providers.fake.media import picture
from tests.providers.fake.server import FakeProviders

ASK = [{"role": "user", "content": "Say something."}]
PNG = "data:image/png;base64," + base64.b64encode(picture()).decode()
CHAT: dict[str, tuple[str, dict[str, Any]]] = {
    "openai": ("/chat/completions", {"model": "gpt-6", "messages": ASK}),
    "openrouter": ("/chat/completions", {"model": "openai/gpt-6", "messages": ASK}),
    "xai": ("/chat/completions", {"model": "grok-4.3", "messages": ASK}),
    "compatible": ("/chat/completions", {"model": "our-model", "messages": ASK}),
    "anthropic": ("/v1/messages", {"model": "claude-haiku-5-5", "messages": ASK, "max_tokens": 8_000}),
    "google": (
        "/v1beta/models/gemini-3.1-flash:generateContent",
        {"contents": [{"parts": [{"text": "Say something."}]}]},
    ),
}
FILM: dict[str, tuple[str, dict[str, Any]]] = {
    "openrouter": ("/videos", {"model": "bytedance/seedance-2", "prompt": "Rain.", "duration": 4}),
    "xai": ("/videos/generations", {"model": "grok-imagine-video", "prompt": "Rain.", "duration": 4}),
    "compatible": ("/videos", {"model": "our-film-model", "prompt": "Rain.", "seconds": "4"}),
    "google": (
        "/v1beta/interactions",
        {
            "model": "gemini-omni-1.1-flash",
            "input": "Rain.",
            "background": True,
            "response_format": {"type": "video", "duration": "4s", "delivery": "uri"},
        },
    ),
}
DRAW = {"model": "gpt-image-2", "prompt": "A quay."}
GROK = {"model": "grok-imagine-image", "prompt": "A quay."}
WIRE = httpx.Client(timeout=20)


def headers(fake: FakeProviders, provider: str) -> dict[str, str]:
    key = fake.key(provider)
    if provider == "anthropic":
        return {"x-api-key": key, "anthropic-version": "2026-10-21"}
    return {"x-goog-api-key": key} if provider == "google" else {"authorization": f"Bearer {key}"}


def send(
    fake: FakeProviders, provider: str, path: str, body: Any = None, method: str = "", **more: Any
) -> httpx.Response:
    url = path if path.startswith("http") else fake.base_url(provider) + path
    given = {"json": body} if body is not None else {}
    method = method or ("GET" if body is None and "files" not in more else "POST")
    return WIRE.request(method, url, headers=headers(fake, provider), **given, **more)


def said(provider: str, answer: Any) -> str:
    if provider == "anthropic":
        return "".join(block["text"] for block in answer["content"] if block["type"] == "text")
    if provider == "google":
        return "".join(part["text"] for part in answer["candidates"][0]["content"]["parts"])
    return answer["choices"][0]["message"]["content"]


def events(text: str) -> list[Any]:
    datas = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(data) for data in datas if data != "[DONE]"]


def poll_path(provider: str, answer: Any) -> str:
    if provider == "openrouter":
        return answer["polling_url"]
    prefix = "/v1beta/interactions/" if provider == "google" else "/videos/"
    return prefix + (answer.get("request_id") or answer["id"])


def film_url(provider: str, answer: Any) -> str:
    if provider == "openrouter":
        return answer["unsigned_urls"][0]
    if provider == "xai":
        return answer["video"]["url"]
    return answer["steps"][1]["content"][1]["uri"] if provider == "google" else f"/videos/{answer['id']}/content"
