"""The adapters, a plain table. How to add one: ADDING.md beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from generation.providers.contract import Provider
from generation.providers.demo.adapter import Demo

PROVIDERS: dict[str, Callable[..., Provider]] = {
    "demo": Demo,
}


def build(options: Mapping[str, Mapping[str, Any]]) -> dict[str, Provider]:
    """One instance of every adapter, each with its own options."""
    return {name: make(**options.get(name, {})) for name, make in PROVIDERS.items()}
