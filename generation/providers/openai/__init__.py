"""OpenAI: text, pictures and their edits, speech, moderation."""

from generation.providers.openai.adapter import OpenAI

__all__ = ["OpenAI"]
