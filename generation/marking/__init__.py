"""The mark that a file was generated: IPTC's *digital source type*, written into the file itself.

`mark` puts it where readers of each kind of file look for it, without decoding or encoding anything: the pixels and samples
stay the ones that were bought. What is marked already, by us or by its provider, stays as it is; a provider's own metadata
is kept, and ours is written beside it. A file whose container is unknown or odd is kept without a mark, and that is logged:
a mark is not worth a file that was paid for. No prompt, no name and no id of ours goes into the file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from generation.marking import boxes, ebml, flac, id3, jpeg, ogg, png, riff
from generation.marking.splicing import Splice, Unmarkable, apply
from generation.marking.vocabulary import DigitalSource, Mark

__all__ = ["DigitalSource", "Mark", "mark"]

log = logging.getLogger(__name__)

CONTAINERS: dict[str, Callable[[BinaryIO, Mark], list[Splice]]] = {
    "image/png": png.splices,
    "image/jpeg": jpeg.splices,
    "image/webp": riff.webp_splices,
    "video/mp4": boxes.splices,
    "video/webm": ebml.splices,
    "audio/mp4": boxes.splices,
    "audio/mpeg": id3.splices,
    "audio/aac": id3.splices,
    "audio/wav": riff.wav_splices,
    "audio/flac": flac.splices,
    "audio/ogg": ogg.splices,
}


def mark(path: Path, *, media_type: str, mark: Mark) -> bool:
    """Write the mark into the file at `path`, which nobody else has open; whether the file was changed."""
    container = CONTAINERS.get(media_type)
    if container is None:
        log.warning("no way to mark a file of type %s as generated; it is kept as it came", media_type)
        return False
    try:
        with path.open("rb") as file:
            found = container(file, mark)
    except Unmarkable as odd:
        log.warning("a %s is kept without the mark of generated files: %s", media_type, odd)
        return False
    except Exception:
        # Nothing was written yet, and whatever a stranger's file did to its reader, it was paid for.
        log.exception("a %s could not be read to be marked; it is kept as it came", media_type)
        return False
    if found:
        apply(path, found)
    return bool(found)
