"""The contract between the engine and a provider's adapter: plain frozen values, no Django, no files, no retries.

An adapter has two verbs. `start` sends one purchase and answers `Done` (the result is here) or `Pending` (the provider
took the work and gave it an id). `check` asks after a pending one. Both raise the errors of
`generation.providers.errors`, which are named by what the engine does next. Everything else about a purchase (whether it
may be bought, when it is tried again, what it cost the tenant, where the bytes are kept) belongs to the engine. Here are
the values; `generation.providers.protocols` has the verbs, `generation.providers.capabilities` what a model takes.

Units: sizes in pixels, durations in seconds, money in integer micro-units of US dollars.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is bought. An EDIT is bought from an image model: it changes the picture that the request brings along. A
    DELIVER is bought from nobody and has no model: it takes a message to a tenant's webhook."""

    TEXT = "text"
    IMAGE = "image"
    EDIT = "edit"
    VIDEO = "video"
    SPEECH = "speech"
    MODERATE = "moderate"
    DELIVER = "deliver"


class Replay(StrEnum):
    """What may be done about a purchase that was sent and whose answer (and id) was lost.

    FREE: send it again, it costs nothing. LOOKUP: ask the provider by our reference (`Provider.find`). NEVER: it may
    have been charged and cannot be asked after, so the hold is booked as spent.
    """

    FREE = "free"
    LOOKUP = "lookup"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Input:
    """A file that goes along with a request.

    `role` is "source" (the picture to be changed), "mask" (where it may change: transparent pixels of a PNG of the same
    size), "reference" (what to keep the likeness of), "first_frame" or "last_frame". `data` is the bytes, or a function
    that reads them, so that a purchase that waits for an hour holds no picture in memory.
    """

    role: str
    media_type: str
    data: bytes | Callable[[], bytes]

    def read(self) -> bytes:
        return self.data if isinstance(self.data, bytes) else self.data()


@dataclass(frozen=True, slots=True)
class Request:
    """One purchase. None means "not asked for"; a field that the model's `Capabilities` do not list is refused by name
    before anything is sent.

    For text, `system` carries the rules and `prompt` what is asked (a JSON document in stories); `schema` is the JSON
    schema that the answer must satisfy. For speech, `prompt` is what is spoken and `system` how. For moderation,
    `prompt` is what is judged. For a delivery, `prompt` is the body, byte for byte. `seed` is the same for all
    purchases of one story, so that a model that takes a seed keeps its hero and palette. `reference` is our own name
    for this purchase, unique per job and attempt. `options` are what the platform's staff wrote down about the model (a
    ComfyUI workflow); they never come from a person's request.
    """

    kind: Kind
    model: str
    prompt: str
    reference: str = ""
    system: str = ""
    schema: Mapping[str, Any] | None = None
    max_tokens: int | None = None
    seed: int | None = None
    aspect_ratio: str | None = None
    """Width to height, "16:9"."""
    width: int | None = None
    height: int | None = None
    resolution: str | None = None
    """A tier: "512", "1K", "1.5K", "2K", "4K" for pictures, "360p" to "1080p" and "4K" for film."""
    seconds: float | None = None
    style: str | None = None
    """A manner that the model knows by name (Stability calls it style_preset)."""
    negative_prompt: str | None = None
    prompt_upsampling: bool | None = None
    """Whether the provider may rewrite the prompt."""
    steps: int | None = None
    guidance: float | None = None
    cfg_scale: float | None = None
    strength: float | None = None
    """How far a source picture may be changed, from 0 to 1."""
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    safety_tolerance: int | None = None
    fidelity: str | None = None
    """How closely reference pictures are kept, where a model lets one say: "high" or "low"."""
    audio: bool | None = None
    """Whether a film has sound."""
    voice: str | None = None
    language: str | None = None
    speed: float | None = None
    inputs: tuple[Input, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A result that lies at an address, to be fetched at once: some are gone after ten minutes. `with_key` where the
    provider's own host gives it to the key's owner only; the key is never sent to another host."""

    url: str
    with_key: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a moderation found: whether anything was flagged, in which categories, and each category's score (0 to 1)."""

    flagged: bool
    categories: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a spoken word begins and ends, in seconds from the start."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Done:
    """A finished purchase. Exactly one of `text`, `data`, `link` and `verdict` is set.

    `model`, `seed`, `prompt`, the size and the seconds say what was really used, where the provider tells it;
    `cost_micros` is None where the provider reports no cost. `usage` counts what prices are made of: `input_tokens`,
    `output_tokens`, `characters`; of a delivery it tells the receiver's `status` and the `milliseconds` it took.
    `is_cut` says that a length limit ended the text. `adjusted` maps a field to what was asked and what the provider
    used instead.
    """

    text: str | None = None
    data: bytes | None = None
    link: Link | None = None
    verdict: Verdict | None = None
    media_type: str = ""
    model: str = ""
    seed: int | None = None
    prompt: str | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    cost_micros: int | None = None
    usage: Mapping[str, int] = field(default_factory=dict)
    is_cut: bool = False
    timings: tuple[Timing, ...] = ()
    adjusted: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    request_id: str = ""
    """The provider's name for the call, for staff who have to ask the provider about it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The provider has the work. `progress` is a share from 0 to 1, or None where it is not told."""

    id: str
    poll_url: str = ""
    progress: float | None = None
    check_after_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Handle:
    """What is needed to ask after a pending purchase, also from another process after a crash."""

    id: str
    poll_url: str
    request: Request


def _ignore(_: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Emit:
    """What an adapter tells while a purchase runs: its progress (a share from 0 to 1), and pieces of text as they are
    written. May be called from the adapter's thread at any rate."""

    progress: Callable[[float], None] = _ignore
    text: Callable[[str], None] = _ignore


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as its provider lists it. `kind` is None where the list does not say what it makes."""

    name: str
    kind: Kind | None = None
    retires_on: datetime.date | None = None
