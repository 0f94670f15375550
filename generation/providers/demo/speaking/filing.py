"""Spoken samples as a sound file."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

MEDIA_TYPES = {
    "mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "aac": "audio/aac", "opus": "audio/ogg",
}  # fmt: skip
_FORMS = {
    # the container, the codec, the rate where the codec has its own, bits a second where it loses something
    "mp3": ("mp3", "libmp3lame", None, 64_000),
    "wav": ("wav", "pcm_s16le", None, None),
    "flac": ("flac", "flac", None, None),
    "aac": ("adts", "aac", None, 64_000),
    "opus": ("ogg", "libopus", 48_000, 32_000),
}


def packed(samples: NDArray[np.int16], rate: int, form: str) -> bytes:
    """Mono samples as a file of a form (one of `MEDIA_TYPES`)."""
    container_name, codec, own_rate, bits = _FORMS[form]
    out = io.BytesIO()
    with av.open(out, "w", format=container_name) as container:
        stream = container.add_stream(codec, rate=own_rate or rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        if bits:
            stream.codec_context.bit_rate = bits
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=own_rate or rate,
            frame_size=stream.codec_context.frame_size or None,
        )  # fmt: skip
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for ready in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    return out.getvalue()
