"""IPTC's vocabulary of digital source types, as far as what is generated here needs it, and the right word for each thing.

The vocabulary stands at http://cv.iptc.org/newscodes/digitalsourcetype/. Its line is between media made *with a model derived
from sampled content* ("trained") and media made by an algorithm that learnt from nothing, which is what the demo provider is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SCHEME = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class DigitalSource(StrEnum):
    """The last part of a term's address."""

    TRAINED = "trainedAlgorithmicMedia"
    """Made by a trained model."""
    ALGORITHMIC = "algorithmicMedia"
    """Made by an algorithm without any training data."""
    COMPOSITE_WITH_TRAINED = "compositeWithTrainedAlgorithmicMedia"
    """A trained model changed or went on with something else, such as a person's own picture."""
    COMPOSITE_SYNTHETIC = "compositeSynthetic"
    """Put together from several things, one of which at least a trained model made."""
    COMPOSITE = "composite"
    """Put together from several things, none of which a trained model is known to have made."""

    @property
    def uri(self) -> str:
        return SCHEME + self


SAYS_GENERATED = re.compile(
    SCHEME.removeprefix("http").encode()
    + b"(?:"
    + b"|".join(sorted((term.encode() for term in DigitalSource), reverse=True))
    + b")(?!Capture)"
)
"""With http as with https. Of the terms there are, only `compositeCapture`, several photographs in one, begins as one of these
does; what follows a term in a file may be anything."""
NOT_LEARNT = (DigitalSource.ALGORITHMIC, DigitalSource.COMPOSITE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is written into a file. `system` names the model, where one was trained."""

    source: DigitalSource
    system: str = ""

    @property
    def credit(self) -> str:
        return "Made by a program" if self.source in NOT_LEARNT else "Made with AI"


def source_of(*, is_trained: bool, bases: Iterable[DigitalSource | None]) -> DigitalSource:
    """The term for what a maker made. `bases` are the pictures that it changed or set in motion: what each of them is, None
    for one that a person brought along."""
    known = set(bases)
    if is_trained:
        rests_on_more = known - {DigitalSource.TRAINED, DigitalSource.ALGORITHMIC}
        return DigitalSource.COMPOSITE_WITH_TRAINED if rests_on_more else DigitalSource.TRAINED
    if known <= {DigitalSource.ALGORITHMIC}:
        return DigitalSource.ALGORITHMIC
    return DigitalSource.COMPOSITE if known <= {None, *NOT_LEARNT} else DigitalSource.COMPOSITE_SYNTHETIC


def says_generated(data: bytes) -> bool:
    """Whether some metadata already names a term of the vocabulary for generated media."""
    return SAYS_GENERATED.search(data) is not None
