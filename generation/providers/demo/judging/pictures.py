"""A modest look at a picture, offline: its colours and nothing else.

A picture that is for the most part the red of fresh blood is taken for one. It knows no shapes, so it misses nearly everything;
it is there so that a bare machine shows what happens to a picture that a check keeps back.
"""

from __future__ import annotations

import io

from PIL import Image

from generation.providers.contract import Input
from generation.providers.errors import Rejected

SIDE = 64
MOST_PIXELS = 40_000_000
FLAGS_FROM = 0.6
"""The share of the picture."""
CATEGORY = "violence/graphic"


def blood(given: Input) -> float:
    """The share of the picture (0 to 1) that has that red. Raises `Rejected` where it is no picture."""
    try:
        with Image.open(io.BytesIO(given.read())) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Rejected("the picture has more than 40 megapixels", field="inputs")
            small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Rejected("the picture cannot be read", field="inputs") from error
    raw = small.tobytes()
    red = sum(r > 120 and g < 45 and b < 45 for r, g, b in zip(raw[::3], raw[1::3], raw[2::3], strict=True))
    return red / SIDE**2
