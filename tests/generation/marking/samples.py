"""Small real files of every container that something generated comes in, and readers of them that share nothing with
`generation.marking`: Pillow and PyAV for what is seen and heard, own walks for what else lies in the file."""

from __future__ import annotations

import functools
import hashlib
import io
import struct
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from PIL import Image

from generation.marking import DigitalSource, Mark

MARK = Mark(DigitalSource.TRAINED, system='Brush & "Sons" <2>')
SAYS = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def pixels(mode: str = "RGB") -> Image.Image:
    rng = np.random.default_rng(7)
    size = (37, 61, len(mode)) if len(mode) > 1 else (37, 61)
    return Image.fromarray(rng.integers(0, 255, size, dtype=np.uint8), mode if len(mode) > 1 else "L")


def picture(form: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    pixels(mode).save(out, form, **options)
    return out.getvalue()


def film(container: str, codec: str, **options: str) -> bytes:
    """A second of film with sound."""
    with tempfile.NamedTemporaryFile() as out:  # a film with its head first is read again by its writer
        _film(out.name, container, codec, options)
        return out.read()


def _film(name: str, container: str, codec: str, options: dict[str, str]) -> None:
    with av.open(name, "w", format=container, options=options) as made:
        seen: Any = made.add_stream(codec, rate=10)
        seen.width, seen.height, seen.pix_fmt = 64, 48, "yuv420p"
        heard: Any = made.add_stream("aac" if container == "mp4" else "libopus", rate=48_000, layout="mono")
        for number in range(10):
            frame: Any = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number * 20, dtype=np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            made.mux(seen.encode(frame))
        made.mux(seen.encode(None))
        for sound in _sound(heard):
            made.mux(heard.encode(sound))
        made.mux(heard.encode(None))


def sound(container: str, codec: str, layout: str = "mono", **options: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        heard: Any = made.add_stream(codec, rate=48_000, options=options, layout=layout)
        for frame in _sound(heard):
            made.mux(heard.encode(frame))
        made.mux(heard.encode(None))
    return out.getvalue()


def _sound(stream: Any) -> Iterator[Any]:
    rate = 48_000
    samples = (np.sin(np.arange(rate // 2) / 20) * 9000).astype(np.int16)
    context = stream.codec_context
    resampler = av.AudioResampler(
        format=context.format, layout=context.layout, rate=rate, frame_size=context.frame_size or None
    )
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    yield from (*resampler.resample(frame), *resampler.resample(None))


def without_lengths(wav: bytes) -> bytes:
    """The same sound as a server sends it that did not know its length when it began."""
    at = wav.index(b"data")
    return wav[:4] + b"\xff" * 4 + wav[8 : at + 4] + b"\xff" * 4 + wav[at + 8 :]


def open_ended(mp4: bytes) -> bytes:
    """The same film with a last box that says it goes on to the end of the file."""
    at = 0
    for name, at, _ in boxes(mp4):  # noqa: B007 -- the last one is wanted
        pass
    assert name == b"mdat"
    return mp4[:at] + bytes(4) + mp4[at + 4 :]


@functools.cache
def samples() -> dict[str, tuple[str, bytes]]:
    """name -> (media type, bytes)."""
    wav, fast = sound("wav", "pcm_s16le"), film("mp4", "libx264", movflags="faststart")
    return {
        "png": ("image/png", picture("PNG")),
        "png with alpha": ("image/png", picture("PNG", "RGBA")),
        "grey png": ("image/png", picture("PNG", "L")),
        "jpeg": ("image/jpeg", picture("JPEG", quality=90)),
        "jpeg with exif": ("image/jpeg", picture("JPEG", exif=_exif())),
        "progressive jpeg": ("image/jpeg", picture("JPEG", progressive=True)),
        "lossy webp": ("image/webp", picture("WEBP", quality=80)),
        "lossless webp": ("image/webp", picture("WEBP", lossless=True)),
        "webp with alpha": ("image/webp", picture("WEBP", "RGBA", quality=80)),
        "lossless webp with alpha": ("image/webp", picture("WEBP", "RGBA", lossless=True)),
        "webp with exif": ("image/webp", picture("WEBP", exif=_exif())),
        "mp4": ("video/mp4", film("mp4", "libx264")),
        "mp4 with its head first": ("video/mp4", fast),
        "mp4 with an open end": ("video/mp4", open_ended(fast)),
        "mp4 in fragments": ("video/mp4", film("mp4", "libx264", movflags="frag_keyframe+empty_moov")),
        "webm": ("video/webm", film("webm", "libvpx-vp9")),
        "live webm": ("video/webm", film("webm", "libvpx-vp9", live="1")),
        "mp3": ("audio/mpeg", sound("mp3", "libmp3lame")),
        "bare mp3": ("audio/mpeg", _bare(sound("mp3", "libmp3lame"))),
        "aac": ("audio/aac", sound("adts", "aac")),
        "m4a": ("audio/mp4", sound("mp4", "aac")),
        "wav": ("audio/wav", wav),
        "wav without lengths": ("audio/wav", without_lengths(wav)),
        "flac": ("audio/flac", sound("flac", "flac")),
        "flac with nothing said": ("audio/flac", _only_info(sound("flac", "flac"))),
        "opus": ("audio/ogg", sound("ogg", "libopus")),
        "vorbis": ("audio/ogg", sound("ogg", "vorbis", "stereo", strict="experimental")),
    }


def _exif() -> Any:
    exif = Image.Exif()
    exif[0x010E] = "a field"
    return exif


def _bare(mp3: bytes) -> bytes:
    """Without its ID3 tag."""
    assert mp3[:3] == b"ID3"
    return mp3[10 + sum(byte << shift for byte, shift in zip(mp3[6:10], (21, 14, 7, 0), strict=True)) :]


def _only_info(flac: bytes) -> bytes:
    """With the block of stream info alone before the sound."""
    at, last = 4, False
    while not last:
        last = bool(flac[at] & 0x80)
        at += 4 + int.from_bytes(flac[at + 1 : at + 4], "big")
    return flac[:4] + bytes([flac[4] | 0x80]) + flac[5:42] + flac[at:]


def perceived(data: bytes, media_type: str) -> list[str]:
    """A digest of everything that can be seen and heard, frame by frame, with its time."""
    if media_type.startswith("image/"):
        with Image.open(io.BytesIO(data)) as opened:
            return [opened.mode, str(opened.size), _digest(opened.tobytes())]
    found = []
    with av.open(io.BytesIO(data)) as media:
        for frame in media.decode(*media.streams.video, *media.streams.audio):
            array = frame.to_ndarray()  # type: ignore[union-attr]
            found.append(f"{type(frame).__name__} {frame.pts} {array.shape} {_digest(array.tobytes())}")
    return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def boxes(mp4: bytes) -> list[tuple[bytes, int, bytes]]:
    """Name, offset and body of each box at the top."""
    found, at = [], 0
    while at < len(mp4):
        size, name = struct.unpack_from(">I4s", mp4, at)
        size = size or len(mp4) - at
        assert 8 <= size <= len(mp4) - at, (name, at, size)
        found.append((name, at, mp4[at + 8 : at + size]))
        at += size
    return found


def chunks(riff: bytes) -> list[tuple[bytes, bytes]]:
    """Name and body of each chunk; the lengths must add up to the file's."""
    assert struct.unpack_from("<I", riff, 4)[0] == len(riff) - 8
    found, at = [], 12
    while at < len(riff):
        name, size = struct.unpack_from("<4sI", riff, at)
        assert at + 8 + size <= len(riff)
        found.append((name, riff[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found
