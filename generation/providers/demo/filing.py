"""Frames and sound put into an MP4 that plays anywhere."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from PIL import Image

from .ambience import RATE, Samples

_BLOCK = 1024
"""Samples of one AAC frame."""


def encoded(
    frames: Iterator[Image.Image],
    size: tuple[int, int],
    count: int,
    fps: int,
    tell: Callable[[float], None],
    sound: Samples | None = None,
) -> bytes:
    """H.264 (and AAC where there is sound) with its index in front, so that a player can seek before all has come."""
    rate = size[0] * size[1] / (960 * 540)
    cap = int(max(160, min(2300, 2300 * rate, 11_400_000 / 1000 / max(1.0, count / fps))))
    with tempfile.TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=fps)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.time_base = Fraction(1, fps)
            stream.codec_context.gop_size = fps
            stream.codec_context.thread_count = 1
            stream.options = {
                "preset": "superfast", "crf": "22", "tune": "animation", "g": str(fps), "keyint_min": "1",
                "maxrate": f"{cap}k", "bufsize": f"{cap}k",
            }  # fmt: skip
            track = _Track(container, sound) if sound is not None else None
            for k, picture in enumerate(frames):
                shown = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
                shown.pts = k
                shown.time_base = Fraction(1, fps)
                for packet in stream.encode(shown):
                    container.mux(packet)
                if track is not None:
                    track.feed((k + 1) / fps)
                tell(min(1.0, (k + 1) / count) * 0.98)
            for packet in stream.encode(None):
                container.mux(packet)
            if track is not None:
                track.close()
        made = path.read_bytes()
    tell(1.0)
    return made


class _Track:
    """Sound that goes into the file beside the frames, never far ahead of them."""

    def __init__(self, container: OutputContainer, sound: Samples) -> None:
        self.container, self.sound, self.at = container, sound, 0
        self.stream = container.add_stream("aac", rate=RATE, layout="stereo")
        self.stream.codec_context.bit_rate = 96_000

    def feed(self, until: float) -> None:
        """Write the sound up to a time in seconds, in whole blocks."""
        while self.at + _BLOCK <= min(len(self.sound), int(until * RATE)):
            self._write(_BLOCK)

    def close(self) -> None:
        while self.at < len(self.sound):
            self._write(min(_BLOCK, len(self.sound) - self.at))
        for packet in self.stream.encode(None):
            self.container.mux(packet)

    def _write(self, length: int) -> None:
        planes = np.ascontiguousarray(self.sound[self.at : self.at + length].T)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.at, Fraction(1, RATE)
        self.at += length
        for packet in self.stream.encode(frame):
            self.container.mux(packet)
