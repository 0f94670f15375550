"""What a form shows for a model: one control for each thing it can be told, in the words of people. Pure.

Names are the public ones of `generation.studio.fields`; whether a value is taken is decided by `wishes.read` alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Kind
from generation.providers.fitting import LINES
from generation.studio.fields import MAX_COUNT

COMMON_RATIOS = ("1:1", "4:3", "3:2", "16:9", "21:9", "3:4", "2:3", "9:16")
RATIO_BOX = 18
FEW = 9
"""As many choices stand side by side; more are a list to choose from."""
WORDS = {
    "quality": "Quality",
    "style": "Style",
    "background": "Background",
    "output_format": "File format",
    "fidelity": "Likeness to the reference pictures",
    "negative_prompt": "What to leave out",
    "seed": "Seed",
    "reuse": "If I made the same before",
    "enhance_prompt": "The model may reword the prompt",
    "generate_audio": "Sound",
    "steps": "Steps",
    "guidance": "Guidance",
    "cfg_scale": "How closely the prompt is kept (CFG)",
    "safety_tolerance": "Safety tolerance",
    "output_compression": "Compression",
}
RANGED = ("steps", "guidance", "cfg_scale", "safety_tolerance", "output_compression")
WHOLE = ("steps", "safety_tolerance", "output_compression")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value and how it is called. `shape` is the width and height of a small drawing of it, in pixels."""

    value: str
    label: str
    shape: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """`form` is how it is shown: choices, number, line, area or pictures. `is_finer` ones stand in a fold. For pictures,
    `role` is the role they have and `most` how many there may be."""

    name: str
    form: str
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    low: float | None = None
    high: float | None = None
    step: str = "1"
    is_finer: bool = False
    role: str = ""
    most: int = 1
    is_needed: bool = False
    usual: str = ""
    """What an empty choice means, in a word."""

    @property
    def is_list(self) -> bool:
        return len(self.choices) > FEW


class Mode:
    """How a film is asked for."""

    SINGLE = "single"
    START_END = "start_end"
    TIMELINE = "timeline"


MODE_WORDS = {
    Mode.SINGLE: ("One picture in motion", "from words, or from a picture it begins with"),
    Mode.START_END: ("From a picture to a picture", "the first and the last frame"),
    Mode.TIMELINE: ("Several scenes", "told one after the other"),
}


def modes_of(able: Capabilities) -> tuple[str, ...]:
    """The ways of asking for a film that the model can do."""
    both = able.inputs.get("first_frame", 0) and able.inputs.get("last_frame", 0)
    return (Mode.SINGLE, *((Mode.START_END,) if both else ()), Mode.TIMELINE)


def controls(kind: Kind, able: Capabilities, *, mode: str = Mode.SINGLE) -> list[Control]:
    """The controls of a form for `kind`, in the order in which they are shown."""
    if kind is Kind.TEXT:
        return [*_pictures(able, mode=""), *_text(able)]
    found = [*_pictures(able, mode=mode if kind is Kind.VIDEO else ""), *_shape(able)]
    if kind is Kind.VIDEO:
        found += _length(able)
    found += _choices(able, "style", "quality")
    if kind is Kind.VIDEO and "audio" in able.takes:
        found.append(_truth("generate_audio", "With", "Without", finer=False))
    if kind is Kind.IMAGE:
        found.append(Control("count", "number", "How many", low=1, high=MAX_COUNT))
    return [*found, *_finer(kind, able)]


def source() -> Control:
    """The picture that is to be changed, for models that change pictures."""
    return Control(
        "source", "pictures", "A picture to change", "With one, the words above say what is to be different in it.",
        role="source", is_finer=True,
    )  # fmt: skip


def _text(able: Capabilities) -> Iterator[Control]:
    yield Control(
        "system", "area", "What holds throughout", "Who writes, for whom, in which manner. Optional.", is_finer=True
    )
    yield Control(
        "max_tokens", "number", "Longest answer, in tokens", "About three quarters of a word each.",
        low=1, high=1_000_000, is_finer=True,
    )  # fmt: skip
    if "seed" in able.takes:
        yield _seed()
        yield _reuse("Write it anew")


def _shape(able: Capabilities) -> Iterator[Control]:
    if able.sizes is not None:
        ratios = [one for one in COMMON_RATIOS if _stretch(one) <= able.sizes.max_ratio]
        yield _ratios(ratios)
        yield _resolutions(_tiers(able.sizes))
        yield Control(
            "size", "line", "Or an exact size", f"Width x height, such as {_example(able.sizes)}.", is_finer=True
        )
    elif able.fixed_sizes:
        sizes = [f"{width}x{height}" for width, height in able.fixed_sizes]
        yield Control(
            "size", "choices", "Size", usual="What suits",
            choices=tuple(Choice(one, one.replace("x", " × "), _box(one, "x")) for one in sizes),
        )  # fmt: skip
    else:
        if able.aspect_ratios:
            yield _ratios(able.aspect_ratios)
        if able.resolutions:
            yield _resolutions(able.resolutions)


def _length(able: Capabilities) -> Iterator[Control]:
    if able.seconds is None:
        return
    low, high = able.seconds
    usual = f"{able.default_seconds:g} s" if able.default_seconds is not None else "What suits"
    if able.seconds_choices:
        lengths = tuple(Choice(f"{one:g}", f"{one:g} s") for one in able.seconds_choices)
        yield Control("duration", "choices", "Length", choices=lengths, usual=usual)
        return
    yield Control("duration", "number", "Length in seconds", f"{low:g} to {high:g}.", low=low, high=high, step="any")


def _choices(able: Capabilities, *names: str, finer: bool = False) -> Iterator[Control]:
    for name in names:
        if able.choices.get(name):
            values = tuple(Choice(value, _said(value)) for value in able.choices[name])
            yield Control(name, "choices", WORDS[name], choices=values, is_finer=finer, usual="What suits")


def _finer(kind: Kind, able: Capabilities) -> Iterator[Control]:
    if "negative_prompt" in able.takes:
        yield Control("negative_prompt", "area", WORDS["negative_prompt"], is_finer=True)
    if "seed" in able.takes:
        yield _seed()
        yield _reuse("Show it where I gave the seed")
    if "prompt_upsampling" in able.takes:
        yield _truth("enhance_prompt", "Yes", "No", finer=True)
    yield from _choices(able, "background", "fidelity", "output_format", finer=True)
    for name in RANGED:
        if name in able.ranges and not (kind is Kind.VIDEO and name == "output_compression"):
            low, high = able.ranges[name]
            step = "1" if name in WHOLE else "any"
            yield Control(
                name, "number", WORDS[name], f"{low:g} to {high:g}.", low=low, high=high, step=step, is_finer=True
            )


def _pictures(able: Capabilities, *, mode: str) -> Iterator[Control]:
    """The pictures that may come along; for films, those that belong to the mode."""
    first, last = able.inputs.get("first_frame", 0), able.inputs.get("last_frame", 0)
    needs = able.needs_one_of
    if mode and first:
        both = mode == Mode.START_END
        yield Control(
            "first_frame", "pictures", "First frame" if both else "The picture it begins with", role="first_frame",
            is_needed=both or "first_frame" in needs,
        )  # fmt: skip
        if both and last:
            yield Control("last_frame", "pictures", "Last frame", role="last_frame", is_needed=True)
    most = able.inputs.get("reference", 0)
    if most and mode != Mode.START_END:
        told = "Whoever or whatever is in them keeps its likeness." if mode or able.kind is not Kind.TEXT else ""
        yield Control(
            "reference_images", "pictures", "Reference pictures", f"{_up_to(most)} {told}".strip(), role="reference",
            most=most, is_needed="reference" in needs,
        )  # fmt: skip


def _ratios(names: Iterable[str]) -> Control:
    known = tuple(Choice(name, name, _box(name, ":")) for name in names)
    return Control("aspect_ratio", "choices", "Shape", choices=known, usual="What suits")


def _resolutions(names: Iterable[str]) -> Control:
    return Control(
        "resolution", "choices", "Resolution", choices=tuple(Choice(name, name) for name in names), usual="Usual"
    )


def _seed() -> Control:
    return Control(
        "seed", "number", WORDS["seed"], "The same seed and words make much the same again. Empty: another each time.",
        low=0, high=2**32 - 1, is_finer=True,
    )  # fmt: skip


def _reuse(usual: str) -> Control:
    choices = (Choice("true", "Show it, free"), Choice("false", "Make it anew"))
    return Control("reuse", "choices", WORDS["reuse"], choices=choices, is_finer=True, usual=usual)


def _truth(name: str, yes: str, no: str, *, finer: bool) -> Control:
    choices = (Choice("true", yes), Choice("false", no))
    return Control(name, "choices", WORDS[name], choices=choices, is_finer=finer, usual="As the model does")


def _tiers(sizes: Sizes) -> list[str]:
    """The resolutions of square pictures that the rule allows."""
    names = ("512", "1K", "1.5K", "2K", "4K")
    return [name for name in names if sizes.low <= LINES[name] and LINES[name] ** 2 <= sizes.max_pixels]


def _said(value: str) -> str:
    """A provider's word for a choice, as a label: "paper-cut" is "Paper cut"."""
    words = value.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _example(sizes: Sizes) -> str:
    side = max(math.isqrt(min(sizes.standard_pixels, sizes.max_pixels)) // sizes.step * sizes.step, sizes.low)
    return f"{side}x{side}"


def _up_to(most: int) -> str:
    return "One picture, as PNG, JPEG or WebP." if most == 1 else f"Up to {most}, as PNG, JPEG or WebP."


def _stretch(ratio: str) -> float:
    wide, high = _sides(ratio, ":")
    return max(wide / high, high / wide)


def _box(text: str, sign: str) -> tuple[int, int] | None:
    """A rectangle of that shape, its longer side as long as the drawing is wide; None where it is no shape ("auto")."""
    try:
        wide, high = _sides(text, sign)
    except (ValueError, ZeroDivisionError):
        return None
    scale = RATIO_BOX / max(wide, high)
    return max(4, round(wide * scale)), max(4, round(high * scale))


def _sides(text: str, sign: str) -> tuple[float, float]:
    wide, _, high = text.partition(sign)
    return float(wide), float(high)
