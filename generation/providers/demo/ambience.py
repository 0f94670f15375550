"""The sound of a place, made of noise and a few tones: wind, sea, rain, a river, fire, birds, crickets, a far bell.

Soft stereo, never louder than a tenth of full scale on average, the same for the same words and seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .painting.reading import INDOORS, Scene, number, read

RATE = 48_000
Samples = NDArray[np.float32]
"""Shape (samples, 2), -1 to 1."""
LOUDNESS = 0.06
"""Root mean square of a finished track."""
_FADE = 0.25
_Voice = Callable[[int, np.random.Generator], Samples]


def sound(parts: Sequence[tuple[str, float]], seed: int) -> Samples:
    """The sound for words that are shown one after another, each for its seconds."""
    count = max(1, round(sum(seconds for _, seconds in parts) * RATE))
    track = np.zeros((count, 2), dtype=np.float32)
    marks = np.cumsum([0.0, *(seconds for _, seconds in parts)])
    for k, ((words, _), (begin, end)) in enumerate(zip(parts, pairwise(marks), strict=True)):
        # Each reaches into its neighbours by a fade.
        first = max(0, round((begin - _FADE) * RATE)) if k else 0
        last = min(count, round((end + _FADE) * RATE))
        piece = _of(read(words, seed), last - first, np.random.default_rng(number(seed, words, "sound")))
        track[first:last] += piece * _faded(last - first)[:, None]
    level = float(np.sqrt(np.mean(track**2)))
    return np.asarray(np.clip(track * (LOUDNESS / max(level, 1e-6)), -0.95, 0.95), dtype=np.float32)


def _faded(count: int) -> Samples:
    ramp = np.minimum(np.arange(count), np.arange(count)[::-1]) / (_FADE * RATE)
    return np.asarray(np.clip(ramp, 0, 1), dtype=np.float32)


def _of(scene: Scene, count: int, rng: np.random.Generator) -> Samples:
    """What is heard in a scene, mixed."""
    heard: list[tuple[_Voice, float]] = []
    indoors = scene.place in INDOORS
    if scene.place in ("sea", "harbour", "island", "ship", "lighthouse"):
        heard.append((_sea, 1.0))
    if scene.place in ("river", "bridge", "marsh", "cave"):
        heard.append((_stream, 0.8))
    if scene.weather == "rain" or scene.hour == "storm":
        heard.append((_rain, 0.55 if indoors else 1.0))
    if scene.place in ("kitchen", "cabin", "room", "library", "workshop", "theatre"):
        heard.append((_fire, 0.6))
    if (
        scene.hour in ("day", "dawn")
        and not indoors
        and scene.weather == "clear"
        and scene.place not in ("space", "desert")
    ):
        heard.append((_birds, 0.5))
    if scene.hour == "night" and not indoors and scene.weather == "clear" and scene.place not in ("space", "snowfield"):
        heard.append((_crickets, 0.28))
    if scene.place in ("street", "castle", "tower", "rooftops", "market", "station"):
        heard.append((_bell, 0.35))
    windy = (
        scene.hour == "storm" or scene.place in ("mountain", "desert", "snowfield", "rooftops", "space") or not heard
    )
    heard.append((_wind, 0.9 if windy else 0.2))
    return np.sum([voice(count, rng) * share for voice, share in heard], axis=0, dtype=np.float32)


def _noise(count: int, rng: np.random.Generator, low: float, high: float, slope: float) -> Samples:
    """Stereo noise between two frequencies that falls off by `slope` (1 is pink, 2 is brown), at a level of 1."""
    size = 1 << max(1, count - 1).bit_length()
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    shape = 1 / np.maximum(hertz, 20.0) ** (slope / 2)
    shape *= 1 / (1 + (low / np.maximum(hertz, 1.0)) ** 4) / (1 + (hertz / high) ** 4)
    both = [np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape, size)[:count] for _ in range(2)]
    made = np.stack(both, axis=1)
    return np.asarray(made / max(1e-9, float(made.std())), dtype=np.float32)


def _swell(count: int, rng: np.random.Generator, seconds: float, low: float) -> Samples:
    """A level that comes and goes slowly, from `low` to 1."""
    t = np.arange(count) / RATE
    a, b, c = rng.random(3) * math.tau
    wave = np.sin(t * math.tau / seconds + a) + 0.5 * np.sin(t * math.tau / (seconds * 0.43) + b)
    wave = 0.5 + 0.5 * np.tanh(wave + 0.3 * np.sin(t * math.tau / (seconds * 2.3) + c))
    return np.asarray(low + (1 - low) * wave, dtype=np.float32)[:, None]


def _wind(count: int, rng: np.random.Generator) -> Samples:
    deep = _noise(count, rng, 60, 420, 1.0) * _swell(count, rng, 3.7, 0.35)
    return deep + 0.35 * _noise(count, rng, 400, 1_100, 1.0) * _swell(count, rng, 2.3, 0.05)


def _sea(count: int, rng: np.random.Generator) -> Samples:
    return _noise(count, rng, 40, 300, 1.0) * 0.6 + _noise(count, rng, 200, 3_500, 1.3) * _swell(count, rng, 4.6, 0.12)


def _rain(count: int, rng: np.random.Generator) -> Samples:
    return _noise(count, rng, 900, 9_000, 0.3) * 0.7 + _pings(count, rng, 55, 0.004, (1_800, 5_200)) * 0.7


def _stream(count: int, rng: np.random.Generator) -> Samples:
    return _noise(count, rng, 300, 2_600, 0.6) * 0.6 + _pings(count, rng, 26, 0.03, (480, 1_500)) * 0.8


def _fire(count: int, rng: np.random.Generator) -> Samples:
    return _noise(count, rng, 60, 500, 1.2) * 0.35 + _pings(count, rng, 9, 0.006, (900, 3_400)) * 1.1


def _crickets(count: int, rng: np.random.Generator) -> Samples:
    t = np.arange(count) / RATE
    made = np.zeros((count, 2))
    for pitch, beat, side in ((4_350, 2.1, 0.3), (4_720, 1.7, 0.75)):
        trill = (np.sin(t * math.tau * 31) > 0) * (np.sin(t * math.tau * beat + rng.random() * 6) > 0.25)
        tone = np.sin(t * math.tau * pitch) * np.convolve(trill, np.ones(96) / 96, mode="same")
        made += tone[:, None] * np.array([1 - side, side])
    return np.asarray(made, dtype=np.float32)


def _birds(count: int, rng: np.random.Generator) -> Samples:
    made = np.zeros((count, 2), dtype=np.float32)
    for _ in range(max(1, round(count / RATE * 0.9))):
        begin, pitch, side = rng.integers(0, max(1, count)), rng.uniform(2_300, 4_200), rng.random()
        for note in range(int(rng.integers(2, 6))):
            t = np.arange(int(0.09 * RATE)) / RATE
            glide = pitch * (1 + 0.12 * math.sin(note * 2.1) + rng.uniform(-0.5, 0.9) * t)
            tone = np.sin(math.tau * np.cumsum(glide) / RATE) * np.sin(math.pi * t / t[-1]) ** 2
            _laid(made, tone, int(begin) + note * int(0.13 * RATE), side, 0.9)
    return made


def _bell(count: int, rng: np.random.Generator) -> Samples:
    made = np.zeros((count, 2), dtype=np.float32)
    t = np.arange(int(3.0 * RATE)) / RATE
    root = rng.choice([196.0, 220.0, 246.9])
    tone = sum(np.sin(math.tau * root * k * t) * np.exp(-t * (0.9 + 0.7 * k)) / k for k in (1, 2.01, 2.76, 4.1))
    for beat in range(max(1, round(count / RATE / 2.4))):
        _laid(made, np.asarray(tone) * np.minimum(1, t / 0.006), int((0.4 + 2.4 * beat) * RATE), 0.6, 0.9)
    return made


def _pings(
    count: int, rng: np.random.Generator, each_second: float, decay: float, pitches: tuple[float, float]
) -> Samples:
    """Short sounding drops or crackles, so many each second."""
    made = np.zeros((count, 2), dtype=np.float32)
    t = np.arange(int(decay * 6 * RATE)) / RATE
    for _ in range(max(1, round(count / RATE * each_second))):
        tone = np.sin(math.tau * rng.uniform(*pitches) * t) * np.exp(-t / decay)
        _laid(made, tone, int(rng.integers(0, max(1, count))), float(rng.random()), float(rng.random() ** 2 * 2.2))
    return made


def _laid(track: Samples, tone: NDArray[np.float64], at: int, side: float, level: float) -> None:
    end = min(len(track), at + len(tone))
    if end > at:
        track[at:end] += (tone[: end - at, None] * np.array([1 - side, side]) * level).astype(np.float32)
