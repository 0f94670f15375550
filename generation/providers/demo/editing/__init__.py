"""Edits of a given picture by an instruction in words: real ones, made of light, weather, colour and drawn things.

What comes out has the size of the source. A mask limits where it changes, `strength` how far, references lend their
colours. An instruction of which nothing is known gives the picture another light, so that something is to be seen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from generation.providers.contract import Done, Input, Request
from generation.providers.demo.painting.reading import number
from generation.providers.demo.picturing import MEDIA_TYPES, opened, packed, read

from . import adding, changes, masking, wishes
from .tones import Field, graded, in_colours_of, tinted

_REFERENCE_SHARE = 0.8


def edit(request: Request, progress: Callable[[float], None]) -> Done:
    """The source of `request`, changed as its prompt says. Raises `Rejected` for inputs that cannot be read."""
    given = read(_given(request, "source")[0])
    source = given.image.convert("RGB")
    masks = _given(request, "mask")
    free = masking.free_of(opened(masks[0]), source.size) if masks else None
    progress(0.1)
    changed = _changed(source, request, free, progress)
    share: Field | float = 1.0 if request.strength is None else request.strength
    if free is not None:
        share = np.asarray(free * np.float32(share), dtype=np.float32)
    made = masking.merged(source, changed, share)
    progress(0.9)
    if given.image.mode in ("RGBA", "LA", "PA") and request.output_format != "jpeg":
        made.putalpha(given.image.convert("RGBA").getchannel("A"))
    # Behind a mask the rest must stay as it was, to the byte: no format that loses anything, unless one is asked for.
    form = request.output_format or ("png" if given.format == "png" else None)
    data, media_type = packed(made, form, lossless=free is not None)
    assert media_type in MEDIA_TYPES.values()
    return Done(
        data=data, media_type=media_type, model="painter", seed=request.seed, width=made.width, height=made.height
    )


def _given(request: Request, role: str) -> list[Input]:
    return [given for given in request.inputs if given.role == role]


def _changed(
    source: Image.Image, request: Request, free: Field | None, progress: Callable[[float], None]
) -> Image.Image:
    wish = wishes.read(request.prompt)
    seed = number(request.seed or 0, request.prompt) % (1 << 31)
    made = source
    if wish.removes and free is not None:
        made = masking.filled(made, free, seed)
    if wish.undone:
        made = changes.undo(made, wish.undone)
    # A manner of painting comes last: it lies over everything.
    ordered = sorted(wish.changes, key=lambda name: name in wishes.MANNERS)
    manners = [name for name in ordered if name in wishes.MANNERS]
    for k, name in enumerate(ordered[: len(ordered) - len(manners)]):
        made = changes.CHANGES[name](made, seed)
        progress(0.1 + 0.5 * (k + 1) / len(ordered))
    if wish.things:
        room = masking.room_in(free) if free is not None else None
        made = adding.added(made, wish.things, request.prompt, seed, room)
    if wish.tint is not None:
        colour = wish.tint
        made = graded(made, lambda lab: tinted(lab, colour))
    references = [opened(one).convert("RGB") for one in _given(request, "reference")]
    if references:
        made = in_colours_of(made, references, _REFERENCE_SHARE)
    for name in manners:
        made = changes.CHANGES[name](made, seed)
    return made if made is not source else changes.unknown(made, seed)
