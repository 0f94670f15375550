"""What the conformance suite buys from each provider: one module a provider, each with a list `CASES`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from generation.providers.contract import Kind, Request
from generation.providers.errors import ProviderError

PROVIDERS = (
    "openai", "anthropic", "openrouter", "xai", "google", "stability", "bfl", "runway", "elevenlabs", "compatible",
    "comfyui", "cosmos",
)  # fmt: skip


@dataclass(frozen=True)
class Fails:
    """`fault` met at `operation` of the fake makes the adapter raise `error` with these attributes (`billed`,
    `retry_after_seconds`, `field`)."""

    operation: str
    fault: Any
    error: type[ProviderError]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A good purchase. `fields` are those of `Request` beside kind and model. `submit`, `poll`, `result` and `cancel` are the
    fake's names of the operations, empty where the provider has none; `schema` is the operation in `tests.providers.specs`
    that the captured body of the submit must satisfy; `expected` are fields of `Done` by their values; `media_type` is what the
    kept file must turn out to be. `fails` are the faults that this provider has beside those that all have."""

    provider: str
    kind: Kind
    model: str
    fields: Mapping[str, Any]
    submit: str
    poll: str = ""
    result: str = ""
    cancel: str = ""
    schema: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)
    media_type: str = ""
    fails: tuple[Fails, ...] = ()
    name: str = ""

    @property
    def request(self) -> Request:
        return Request(self.kind, self.model, reference="job:1", options=self.options, **self.fields)

    def __str__(self) -> str:
        return f"{self.provider}-{self.name or self.kind}-{self.model}"


def all_cases() -> list[Case]:
    return [case for name in PROVIDERS for case in import_module(f"tests.providers.cases.{name}").CASES]
