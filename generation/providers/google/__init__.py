"""Google's Gemini API: text and pictures by `generateContent`, film by Interactions."""

from generation.providers.google.adapter import Google

__all__ = ["Google"]
