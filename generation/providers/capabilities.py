"""What a model takes, and the refusal by field name of what it does not. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generation.providers.contract import Kind, Request

EVERY_MODEL = {"kind", "model", "prompt", "reference", "system", "max_tokens", "inputs", "options"}
"""Fields that are not checked one by one: every model of a kind takes them, or they have a rule of their own."""
SHAPE = ("aspect_ratio", "width", "height", "resolution")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Free width and height: multiples of `step`, each side from `low` to `high`, the shorter at most `max_short`, at most
    `max_pixels` in all and the longer side at most `max_ratio` times the shorter. `standard_pixels` is the area where only
    a shape is asked for."""

    low: int
    high: int
    step: int = 1
    max_pixels: int = 1 << 30
    max_ratio: float = 100.0
    standard_pixels: int = 1024 * 1024
    max_short: int = 1 << 30


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model takes. What is not listed is refused.

    The shape of a picture or film is said in the one way that the model understands: by `aspect_ratios` (with
    `resolutions` beside them), by free `sizes`, or as one of `fixed_sizes`; `generation.providers.fitting` translates
    what was asked for into it.
    """

    kind: Kind
    takes: frozenset[str] = frozenset()
    """Fields taken with any value: seed, schema, negative_prompt, prompt_upsampling, audio, language."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields with a list of values: style, quality, background, output_format, fidelity, voice."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Fields with a least and a greatest value: steps, guidance, cfg_scale, strength, safety_tolerance, speed ..."""
    aspect_ratios: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    sizes: Sizes | None = None
    fixed_sizes: tuple[tuple[int, int], ...] = ()
    seconds: tuple[float, float] | None = None
    """Shortest and longest film."""
    seconds_choices: tuple[float, ...] = ()
    """The only lengths there are, where a model takes no others."""
    default_seconds: float | None = None
    """The length of a film for which none was asked; a price by the second needs one."""
    inputs: Mapping[str, int] = field(default_factory=dict)
    """Roles of `Input` that are taken, and how many of each."""
    needs_one_of: tuple[str, ...] = ()
    """Roles of which at least one must come along."""
    max_prompt: int = 32_000
    """Longest prompt, in characters, or in UTF-16 units where `counts_utf16`."""
    counts_utf16: bool = False
    answer_tokens: int = 8_192
    """Tokens of the longest answer, where the request sets no `max_tokens`."""
    thinking_tokens: int = 0
    """Tokens that the adapter leaves the model for its thoughts, beside those of the answer; they are charged as well."""
    streams: bool = False
    """Text comes in pieces while it is written."""
    burns_core: bool = False
    """The adapter computes the result itself, so the engine calls it in a child process, not in a thread."""
    longest_seconds: float | None = None
    """How long one purchase may take; None: what is usual for its kind."""
    is_trained: bool = True
    """Whether it is a model that learnt from examples; False for a procedure. The mark in what it makes says which."""
    results_live_seconds: float | None = None
    """How long a result can be fetched from the provider; None where it comes with the answer."""


def refuse_unsupported(request: Request, able: Capabilities) -> list[tuple[str, str]]:
    """The fields of `request` that the model cannot take, each with the remedy; empty if all is well."""
    wrong = _wrong_prompt(request, able)
    if request.kind != able.kind and not (request.kind is Kind.EDIT and "source" in able.inputs):
        wrong.append(("kind", f"is {request.kind}, and this model makes {able.kind}: choose another model"))
    for name in _asked(request):
        if name in SHAPE:
            wrong += _wrong_shape(name, request, able)
        elif name == "seconds":
            wrong += _wrong_seconds(request, able)
        else:
            wrong += _wrong_value(name, getattr(request, name), able)
    return wrong + _wrong_inputs(request, able)


def _asked(request: Request) -> list[str]:
    return [
        name for name in Request.__dataclass_fields__ if name not in EVERY_MODEL and getattr(request, name) is not None
    ]


def _wrong_prompt(request: Request, able: Capabilities) -> list[tuple[str, str]]:
    if not request.prompt.strip():
        return [("prompt", "is empty: say what to make")]
    length = len(request.prompt.encode("utf-16-le")) // 2 if able.counts_utf16 else len(request.prompt)
    if length > able.max_prompt:
        return [("prompt", f"is longer than {able.max_prompt} characters: shorten it")]
    return []


def _wrong_value(name: str, value: object, able: Capabilities) -> list[tuple[str, str]]:
    if name in able.takes:
        return []
    if name in able.choices:
        if value in able.choices[name]:
            return []
        return [(name, f"is not one this model takes ({', '.join(able.choices[name])})")]
    if name in able.ranges:
        low, high = able.ranges[name]
        if isinstance(value, (int, float)) and low <= value <= high:
            return []
        return [(name, f"must lie between {low:g} and {high:g}")]
    if name == "schema":
        return [(name, "is not taken by this model: choose one that answers by schema")]
    return [(name, "is not taken by this model: leave it out")]


def _wrong_shape(name: str, request: Request, able: Capabilities) -> list[tuple[str, str]]:
    if name == "aspect_ratio":
        if request.aspect_ratio in able.aspect_ratios:
            return []
        return [(name, f"is not one this model takes ({', '.join(able.aspect_ratios) or 'none'})")]
    if name == "resolution":
        if request.resolution in able.resolutions:
            return []
        return [(name, f"is not one this model takes ({', '.join(able.resolutions) or 'none'})")]
    if able.sizes is None and not able.fixed_sizes:
        told = [(name, "is not taken by this model: use aspect_ratio")]
        return told if name == "width" or request.width is None else []
    return []


def _wrong_seconds(request: Request, able: Capabilities) -> list[tuple[str, str]]:
    if able.seconds is None:
        return [("seconds", "is not taken by this model: leave it out")]
    low, high = able.seconds
    if request.seconds is not None and not low <= request.seconds <= high:
        return [("seconds", f"must lie between {low:g} and {high:g}")]
    if able.seconds_choices and request.seconds not in able.seconds_choices:
        known = ", ".join(f"{seconds:g}" for seconds in able.seconds_choices)
        return [("seconds", f"must be one of {known}")]
    return []


def _wrong_inputs(request: Request, able: Capabilities) -> list[tuple[str, str]]:
    wrong: list[tuple[str, str]] = []
    counts: dict[str, int] = {}
    for given in request.inputs:
        counts[given.role] = counts.get(given.role, 0) + 1
    for role, count in counts.items():
        called, most = role.replace("_", " "), able.inputs.get(role, 0)
        if not most:
            wrong.append(("inputs", f"contain a {called}, which this model does not take"))
        elif count > most:
            wrong.append(("inputs", f"contain {count} of {called}, and this model takes {most}"))
    if request.kind is Kind.EDIT and "source" not in counts:
        wrong.append(("inputs", "contain no source: add the picture to be changed"))
    if able.needs_one_of and not any(role in counts for role in able.needs_one_of):
        called = " or ".join(role.replace("_", " ") for role in able.needs_one_of)
        wrong.append(("inputs", f"are missing: this model needs a {called}"))
    return wrong
