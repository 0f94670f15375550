"""The adapters, a plain table. How to add one: ADDING.md beside this file.

An adapter is loaded when it is first needed: an install speaks to few of them, and none is needed to start.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from generation.providers.protocols import Provider

PROVIDERS: dict[str, str | Callable[..., Provider]] = {
    "demo": "generation.providers.demo.adapter:Demo",
    "openai": "generation.providers.openai:OpenAI",
    "anthropic": "generation.providers.anthropic:Anthropic",
    "openrouter": "generation.providers.openrouter:OpenRouter",
    "xai": "generation.providers.xai:XAI",
    "google": "generation.providers.google:Google",
    "stability": "generation.providers.stability:Stability",
    "bfl": "generation.providers.bfl:BlackForestLabs",
    "runway": "generation.providers.runway:Runway",
    "elevenlabs": "generation.providers.elevenlabs:ElevenLabs",
    "compatible": "generation.providers.compatible:Compatible",
    "comfyui": "generation.providers.comfyui:ComfyUI",
    "cosmos": "generation.providers.cosmos:Cosmos",
    "webhook": "generation.providers.webhook:Webhook",
    "mail": "generation.providers.mail:Mail",
}


def kind_of(name: str) -> Callable[..., Provider]:
    """The class of a provider's adapters. KeyError where there is none of that name."""
    found = PROVIDERS[name]
    if not isinstance(found, str):
        return found
    module, _, attribute = found.partition(":")
    return cast("Callable[..., Provider]", getattr(import_module(module), attribute))


def make(name: str, **options: Any) -> Provider:
    """An adapter with its options: for hosted ones the account's `key` and `base_url`."""
    return kind_of(name)(**options)
