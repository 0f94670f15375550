"""OpenRouter: text, pictures and films of many makers behind one key."""

from generation.providers.openrouter.adapter import OpenRouter

__all__ = ["OpenRouter"]
