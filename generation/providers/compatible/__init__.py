"""Servers of one's own that speak the OpenAI form: vLLM and vLLM-Omni, LocalAI, Ollama."""

from generation.providers.compatible.adapter import Compatible

__all__ = ["Compatible"]
