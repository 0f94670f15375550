"""Every fault that a dialect says it expresses is seen by who asks: nothing is proved by a fault that changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.providers.fake import FakeProviders
from tests.providers.fake import faults as F
from tests.providers.fake.asking import CHAT, DRAW, FILM, GROK, PNG, WIRE, film_url, poll_path, send

GEMINI_DRAW = {
    "contents": [{"parts": [{"text": "A quay."}]}],
    "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]},
}
EDIT = {**GROK, "response_format": "b64_json", "image": {"type": "image_url", "url": PNG}}
QUIET = {**CHAT["anthropic"][1], "thinking": {"type": "disabled"}}
GOOD: dict[tuple[str, str], tuple[str, Any]] = {
    ("openai", "image.generate"): ("/images/generations", DRAW),
    ("openai", "image.edit"): ("/images/edits", {**DRAW, "images": [{"image_url": PNG}]}),
    ("openai", "speech"): ("/audio/speech", {"model": "gpt-4o-mini-tts", "voice": "coral", "input": "Hello."}),
    ("openai", "moderate"): ("/moderations", {"input": "Hello."}),
    ("openrouter", "image.generate"): ("/images", {**DRAW, "model": "a/b"}),
    ("xai", "image.generate"): ("/images/generations", {**GROK, "response_format": "b64_json"}),
    ("xai", "image.edit"): (
        "/images/edits",
        {**GROK, "response_format": "b64_json", "image": {"type": "image_url", "url": PNG}},
    ),
    ("google", "image.generate"): ("/v1beta/models/gemini-3.1-flash-image:generateContent", GEMINI_DRAW),
    ("compatible", "image.generate"): ("/images/generations", {"prompt": "A quay.", "response_format": "b64_json"}),
    ("compatible", "speech"): ("/audio/speech", {"model": "m", "input": "Hello."}),
    **{(provider, "text"): good for provider, good in CHAT.items()},
    **{(provider, "text.stream"): (path, {**body, "stream": True}) for provider, (path, body) in CHAT.items()},
    ("anthropic", "text"): ("/v1/messages", QUIET),
    ("anthropic", "text.stream"): ("/v1/messages", {**QUIET, "stream": True}),
    ("google", "text.stream"): ("/v1beta/models/gemini-3.1-flash:streamGenerateContent?alt=sse", CHAT["google"][1]),
    **{(provider, operation): FILM[provider] for provider in FILM for operation in ("video.submit", "video.poll")},
    **{(provider, "video.content"): FILM[provider] for provider in FILM if provider != "xai"},
}
SAME_IN_THE_END = (F.Drip, F.Slow, F.GzipBomb)
"""Faults of time and size: what comes is the same, if one waits and unpacks."""
ELSEWHERE_ONLY = {("openrouter", "image.generate", F.PollUrlElsewhere)}
"""Faults that only another form of the same operation has: pictures through chat."""


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProviders]:
    with FakeProviders() as fake:
        yield fake


def transcript(fake: FakeProviders, provider: str, operation: str) -> list[tuple[int, bytes]]:
    """Everything that one purchase is answered, with what differs each time taken out."""
    path, body = GOOD[provider, operation]
    heard: list[tuple[int, bytes]] = []

    def hear(answer: httpx.Response) -> httpx.Response:
        heard.append((answer.status_code, re.sub(rb"[0-9a-f]{16}", b"#", answer.content)))
        return answer

    try:
        first = hear(send(fake, provider, path, body))
        if operation.startswith("video.") and first.is_success:
            where = poll_path(provider, first.json())
            for _ in range(fake.polls_needed + 1):
                last = hear(send(fake, provider, where))
            url = film_url(provider, last.json())
            hear(WIRE.get(url) if url.startswith(fake.elsewhere_url) else send(fake, provider, url))
    except httpx.TransportError as error:
        heard.append((0, type(error).__name__.encode()))
    except (KeyError, IndexError, ValueError):
        pass  # the answers heard so far are all that a purchase with this fault has
    return heard


def cases(fake: FakeProviders, provider: str) -> Iterator[tuple[str, F.Fault]]:
    dialect = fake.dialects[provider]
    for operation in [operation for name, operation in GOOD if name == provider]:
        for kind in dialect.faults_of(operation):
            if kind in SAME_IN_THE_END or (provider, operation, kind) in ELSEWHERE_ONLY:
                continue
            if kind is F.Moderated:
                for how in dialect.moderations[operation]:
                    yield operation, F.Moderated(how=how)
            else:
                yield operation, F.Status(418) if kind is F.Status else kind()


@pytest.mark.parametrize("provider", CHAT)
def test_every_fault_is_seen(provider: str, running: FakeProviders) -> None:
    unseen = []
    for operation, fault in cases(running, provider):
        running.reset()
        running.flavour = "localai"
        ordinary = transcript(running, provider, operation)
        assert ordinary[0][0] in (200, 202)
        running.script(provider, operation, fault)
        if transcript(running, provider, operation) == ordinary or running.unmet():
            unseen.append((operation, fault))
    assert (unseen, running.broken) == ([], [])
