"""Small real pictures, films and sounds, made in code. Each is made once a process."""

from __future__ import annotations

import io
import zlib
from functools import cache
from typing import Any

from PIL import Image

WORDS = b"These are plain words and no picture, film or sound at all.\n" * 4
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


@cache
def picture(form: str = "png", width: int = 64, height: int = 36) -> bytes:
    """A picture of one colour. `form` is png, jpeg or webp."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 60)).save(out, form.upper())
    return out.getvalue()


@cache
def film() -> bytes:
    """One second of MP4, 64x36."""
    # Not above: the fake must stand by itself, and toll imports what is under test.
    from tests.providers import toll

    return toll.film()


@cache
def mp3() -> bytes:
    """Half a second of a quiet tone."""
    return _tone("mp3", "libmp3lame")


@cache
def wav() -> bytes:
    """The same as PCM in a WAV container."""
    return _tone("wav", "pcm_s16le")


def _tone(container: str, codec: str) -> bytes:
    import av
    import numpy as np

    rate = 44_100
    wave = (np.sin(np.arange(rate // 2) * 2 * np.pi * 440 / rate) * 4_000).astype(np.int16)
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 1152
        )
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        for ready in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(ready))
        file.mux(stream.encode(None))
    return out.getvalue()


@cache
def bomb() -> bytes:
    """A gzip body of about a megabyte that inflates to 256 MB of spaces."""
    block = b" " * (1 << 20)
    packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join([packer.compress(block) for _ in range(256)]) + packer.flush()
