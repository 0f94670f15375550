"""The adapters this install runs with: one without a key for what a model can do, one for each account to buy with."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from generation import providers
from generation.models import Job
from generation.providers.contract import Provider

BUILT_IN = {"demo"}
"""Providers that need no account: what they need stands in settings."""

_lock = threading.Lock()
_keyless: dict[str, Provider] = {}


def all_adapters() -> dict[str, Provider]:
    """The adapters loaded so far, by provider, without keys. What is put here by hand (a provider of a test's own) is
    used for every account."""
    return _keyless


def adapter(name: str) -> Provider:
    """A provider's adapter without a key: it says what models can do. KeyError where there is none of that name."""
    with _lock:
        if name not in _keyless:
            _keyless[name] = providers.make(name, **options_of(name))
        return _keyless[name]


def account_of(job: Job) -> Provider:
    """The adapter that buys with the key of the job's account."""
    return adapter(job.provider)


def options_of(name: str) -> dict[str, Any]:
    """The options of a built-in provider's adapter."""
    return dict(settings.DEMO) if name == "demo" else {}
