"""The contract between the engine and a provider's adapter: plain frozen values, no Django, no files, no retries.

An adapter has two verbs. `start` sends one purchase and answers `Done` (the result is here) or `Pending` (the provider
took the work and gave it an id). `check` asks after a pending one. Both raise the errors of
`generation.providers.errors`, which are named by what the engine does next. Everything else about a purchase (whether it
may be bought, when it is tried again, what it cost the tenant, where the bytes are kept) belongs to the engine.

Units: sizes in pixels, durations in seconds, money in integer micro-units of the model's price currency.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


class Kind(StrEnum):
    """What is bought."""

    TEXT = "text"
    IMAGE = "image"
    EDIT = "edit"
    VIDEO = "video"
    SPEECH = "speech"
    MODERATE = "moderate"


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
    """A file that goes along with a request: the first frame of a film, a reference picture."""

    role: str
    """"first_frame", "last_frame" or "reference"."""
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One purchase. Fields that the model's `Capabilities` do not list are refused by name before anything is sent.

    For text, `system` carries the rules and `prompt` a JSON document (see `stories.prompts`); `schema` is the JSON
    schema that the answer must satisfy. `seed` is the same for all purchases of one story, so that a model that takes a
    seed keeps its hero and palette. `reference` is our own name for this purchase, unique per job and attempt.
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
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    style: str | None = None
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A finished purchase. Exactly one of `text` and `data` is set.

    `model`, `seed` and `prompt` say what was really used; `cost_micros` is None where the provider reports no cost.
    """

    text: str | None = None
    data: bytes | None = None
    media_type: str = ""
    model: str = ""
    seed: int | None = None
    prompt: str | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    cost_micros: int | None = None
    usage: Mapping[str, int] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model takes. An empty tuple or False means that the field is refused."""

    kind: Kind
    seed: bool = False
    schema: bool = False
    aspect_ratios: tuple[str, ...] = ()
    sizes: bool = False
    """Free `width` and `height`."""
    styles: tuple[str, ...] = ()
    seconds: tuple[float, float] | None = None
    """Shortest and longest film, in seconds."""
    inputs: tuple[str, ...] = ()
    """Roles of `Input` that are taken."""
    max_prompt: int = 32_000
    """Longest prompt, in characters."""
    burns_core: bool = False
    """The adapter computes the result itself, so the engine calls it in a child process, not in a thread."""


Emit = Callable[[float], None]
"""Takes the progress of a running purchase, a share from 0 to 1. May be called from the adapter's thread at any rate."""


@runtime_checkable
class Provider(Protocol):
    """One adapter. Instances are shared between threads and hold no state of a purchase."""

    @property
    def name(self) -> str:
        """What `AiModel.provider` calls it."""
        ...

    @property
    def replay(self) -> Replay:
        """What may be done about a purchase whose answer was lost."""
        ...

    def capabilities(self, model: str) -> Capabilities | None:
        """What `model` takes, or None if this adapter cannot speak to it."""
        ...

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        """Send one purchase."""
        ...

    def check(self, handle: Handle) -> Done | Pending:
        """Ask after a pending purchase."""
        ...


@runtime_checkable
class Finds(Protocol):
    """An adapter whose provider can be asked by our own reference (`Replay.LOOKUP`)."""

    def find(self, request: Request) -> Done | Pending | None:
        """The purchase sent under `request.reference`, or None if the provider never took it."""
        ...


def refuse_unsupported(request: Request, capabilities: Capabilities) -> list[tuple[str, str]]:
    """The fields of `request` that the model cannot take, each with the remedy; empty if all is well."""
    wrong: list[tuple[str, str]] = []
    if not request.prompt.strip():
        wrong.append(("prompt", "is empty: say what to make"))
    if len(request.prompt) > capabilities.max_prompt:
        wrong.append(("prompt", f"is longer than {capabilities.max_prompt} characters: shorten it"))
    if request.seed is not None and not capabilities.seed:
        wrong.append(("seed", "is not taken by this model: leave it out"))
    if request.schema is not None and not capabilities.schema:
        wrong.append(("schema", "is not taken by this model: choose one that answers by schema"))
    if request.aspect_ratio is not None and request.aspect_ratio not in capabilities.aspect_ratios:
        known = ", ".join(capabilities.aspect_ratios) or "none"
        wrong.append(("aspect_ratio", f"is not one this model takes ({known})"))
    if (request.width is not None or request.height is not None) and not capabilities.sizes:
        wrong.append(
            ("width" if request.width is not None else "height", "is not taken by this model: use aspect_ratio")
        )
    if request.style is not None and request.style not in capabilities.styles:
        known = ", ".join(capabilities.styles) or "none"
        wrong.append(("style", f"is not one this model takes ({known})"))
    if request.seconds is not None:
        if capabilities.seconds is None:
            wrong.append(("seconds", "is not taken by this model: leave it out"))
        elif not capabilities.seconds[0] <= request.seconds <= capabilities.seconds[1]:
            low, high = capabilities.seconds
            wrong.append(("seconds", f"must lie between {low:g} and {high:g}"))
    strange = [given.role for given in request.inputs if given.role not in capabilities.inputs]
    wrong += [("inputs", f"contain a {role.replace('_', ' ')}, which this model does not take") for role in strange]
    return wrong
