"""Four ways to put a stage on paper. Each treats one sheet at a time, so that a film can move the sheets apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PIL import Image

from ..stage import Layer, Stage
from .engraving import Engraving
from .gouache import Gouache
from .papercut import PaperCut
from .watercolour import Watercolour


class Style(Protocol):
    """One way of painting."""

    def leaf(self, layer: Layer) -> Layer:
        """A sheet as this style paints it."""
        ...

    def finish(self, picture: Image.Image) -> Image.Image:
        """What lies over the whole: paper, frame, varnish. RGB in, RGB out; it may be called for each frame of a film."""
        ...


def style_named(name: str, stage: Stage) -> Style:
    """The style of a name; unknown names paint in watercolour."""
    makers: dict[str, Callable[[Stage], Style]] = {
        "engraving": Engraving,
        "paper-cut": PaperCut,
        "gouache": Gouache,
        "watercolour": Watercolour,
    }
    return makers.get(name, Watercolour)(stage)
