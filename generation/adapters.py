"""The adapters this install runs with: one without a key for what a model can do, one for each account to buy with."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from generation import keys, providers
from generation.models import Job
from generation.providers.errors import ProviderError
from generation.providers.protocols import Provider

_lock = threading.Lock()
_keyless: dict[str, Provider] = {}
_accounts: dict[tuple[Any, str], Provider] = {}
MOST_ACCOUNTS = 200


def all_adapters() -> dict[str, Provider]:
    """The adapters loaded so far, by provider, without keys. They say what models can do; who buys is `account_of`."""
    return _keyless


def adapter(name: str) -> Provider:
    """A provider's adapter without a key: it says what models can do. KeyError where there is none of that name."""
    with _lock:
        if name not in _keyless:
            _keyless[name] = providers.make(name, **options_of(name))
        return _keyless[name]


def account_of(job: Job, *, buys: bool = True) -> Provider:
    """The adapter that speaks with the key of the job's account. Runs under the job's scope. With `buys` something is about
    to be bought. Raises `generation.keys.NoKey`."""
    if job.provider in keys.BUILT_IN:
        return adapter(job.provider)
    if job.provider == keys.DELIVERIES:
        # Not kept: there are as many endpoints as tenants like, and each is spoken to seldom.
        return providers.kind_of(job.provider)(**keys.endpoint(job).options)
    if job.provider == keys.LETTERS:
        return providers.kind_of(job.provider)(**keys.letter(job).options)
    found = keys.account(job.credential, provider=job.provider, buys=buys)
    made_by = providers.kind_of(job.provider)
    with _lock:
        if (made_by, found.stamp) not in _accounts:
            _forget_old()
            _accounts[made_by, found.stamp] = made_by(**found.options)
        return _accounts[made_by, found.stamp]


def scrubbed(able: Provider, error: ProviderError) -> ProviderError:
    """The error without the key of the account that it was raised for: whatever a provider repeats of a request, and
    whichever way it came to be read, what is kept and logged holds no key."""
    wire = getattr(able, "wire", None)
    if wire is not None:
        error.args = (wire.scrub(str(error)),)
    return error


def options_of(name: str) -> dict[str, Any]:
    """The options of a built-in provider's adapter."""
    return dict(settings.DEMO) if name in keys.BUILT_IN else {}


def _forget_old() -> None:
    # What is forgotten goes on working for whoever holds it.
    while len(_accounts) >= MOST_ACCOUNTS:
        _accounts.pop(next(iter(_accounts)))
