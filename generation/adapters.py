"""The adapters this install runs with, made once per process from settings."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from generation import providers
from generation.providers.contract import Provider


@cache
def all_adapters() -> dict[str, Provider]:
    """Every adapter by its provider's name."""
    return providers.build({"demo": settings.DEMO})


def adapter(name: str) -> Provider:
    """The adapter of a provider. KeyError where this install has none of that name."""
    return all_adapters()[name]
