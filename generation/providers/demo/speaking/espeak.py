"""eSpeak NG through ctypes: text in, samples and word times out.

The library keeps its state in globals and is not safe between threads, so one text is said at a time in a process.
"""

from __future__ import annotations

import ctypes
import importlib
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation.providers.contract import Timing

_SYNCHRONOUS = 2
"""Samples come through the callback before `espeak_Synth` returns."""
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE = 1
_WORD = 1
USUAL_WORDS_A_MINUTE = 165
_SLOWEST, _FASTEST = 80, 450


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Spoken:
    """Mono samples, how many make a second, and when each word is said."""

    samples: NDArray[np.int16]
    rate: int
    timings: tuple[Timing, ...]


@dataclass
class _Heard:
    """What one synthesis has given so far."""

    parts: list[NDArray[np.int16]] = field(default_factory=list)
    words: list[tuple[int, int, int]] = field(default_factory=list)
    """Position in the text (from 1), length, milliseconds."""


_lock = threading.Lock()
_heard = _Heard()


@_CALLBACK
def _take(samples: Any, count: int, events: Any) -> int:
    if samples and count > 0:
        _heard.parts.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
    k = 0
    while events[k].type:
        event = events[k]
        if event.type == _WORD:
            _heard.words.append((event.text_position, event.length, event.audio_position))
        k += 1
    return 0


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """The library, ready to speak, and its samples a second."""
    espeakng_loader = importlib.import_module("espeakng_loader")
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _DONT_EXIT)
    if rate <= 0:
        raise RuntimeError("eSpeak NG did not find its voices")
    library.espeak_SetSynthCallback(_take)
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p,
        ctypes.c_void_p,
    ]  # fmt: skip
    return library, int(rate)


def say(text: str, voice: str, speed: float) -> Spoken:
    """`text` said by an eSpeak voice ("en-us+f3") at a speed (1 is usual). At least a tenth of a second long."""
    global _heard
    text = text.replace("\x00", " ")
    with _lock:
        library, rate = _library()
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise RuntimeError(f"eSpeak NG has no voice {voice}")
        words = round(min(max(USUAL_WORDS_A_MINUTE * speed, _SLOWEST), _FASTEST))
        library.espeak_SetParameter(_RATE, words, 0)
        _heard = _Heard()
        raw = text.encode("utf-8", "replace")
        if library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None) != 0:
            raise RuntimeError("eSpeak NG could not say it")
        library.espeak_Synchronize()
        heard, _heard = _heard, _Heard()
    silence = np.zeros(rate // 10, dtype=np.int16)
    samples = np.concatenate(heard.parts) if heard.parts else silence
    samples = samples if len(samples) >= len(silence) else silence
    return Spoken(samples, rate, _timings(text, heard.words, len(samples) / rate))


def _timings(text: str, words: list[tuple[int, int, int]], seconds: float) -> tuple[Timing, ...]:
    """Each word from where it begins to where the next begins, in the order they are said."""
    found: list[Timing] = []
    for k, (position, length, begins) in enumerate(words):
        word = text[position - 1 : position - 1 + length].strip()
        start = min(begins / 1000, seconds)
        following = words[k + 1][2] / 1000 if k + 1 < len(words) else seconds
        end = min(max(following, start), seconds)
        if word and (not found or start >= found[-1].start):
            found.append(Timing(word, round(start, 3), round(end, 3)))
    return tuple(found)
