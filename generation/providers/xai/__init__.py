"""xAI: text, pictures and films of the Grok models."""

from generation.providers.xai.adapter import XAI

__all__ = ["XAI"]
