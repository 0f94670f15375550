"""ElevenLabs: speech with the time of every word. https://api.elevenlabs.io, or a residency host as base url.

A voice is an id of the account's, not a name; staff may give a usual one as the option `voice`, settings of the voice
(`stability`, `similarity_boost`, `style`, `use_speaker_boost`) as `voice_settings`, and the account's own limit of a
request as `max_characters` (`GET /v1/models` tells it; it differs between plans).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from generation.providers.answers import Answer, by_status, retry_after
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Kind, Listed, Replay, Request, Timing
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from generation.providers.hosted import Hosted
from generation.providers.openai_shape.results import decoded
from generation.providers.wire import Key

LONGEST = {
    "eleven_flash_v2": 30_000,
    "eleven_flash_v2_5": 40_000,
    "eleven_multilingual_v2": 10_000,
    "eleven_turbo_v2": 30_000,
    "eleven_turbo_v2_5": 40_000,
    "eleven_v3": 5_000,
    "eleven_v4": 5_000,
}
"""Beginning of a model's name -> the most characters of one request."""
FORMATS = {"mp3": "mp3_44100_128", "opus": "opus_48000_128", "wav": "wav_24000"}
"""Plain names -> one that every plan has, or nearly. Raw PCM is left out: it has no header, so nothing could play it."""
EXACT = (
    "mp3_22050_32", "mp3_24000_48", "mp3_44100_32", "mp3_44100_64", "mp3_44100_96", "mp3_44100_128", "mp3_44100_192",
    "opus_48000_32", "opus_48000_64", "opus_48000_96", "opus_48000_128", "opus_48000_192",
    "wav_8000", "wav_16000", "wav_22050", "wav_24000", "wav_32000", "wav_44100", "wav_48000",
)  # fmt: skip
MEDIA_TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "wav": "audio/wav"}
SETTINGS = ("stability", "similarity_boost", "style", "use_speaker_boost")
SEEDS = 2**32

BUSY = {"too_many_concurrent_requests", "system_busy", "rate_limit_exceeded"}
NO_CREDIT = {"quota_exceeded", "insufficient_credits"}
POLICY = re.compile(r"policy|moderat|safety|prohibited|against_")
"""Words of a status that mean the content; the provider does not list them."""
FIELDS = {
    "voice_not_found": "voice",
    "max_character_limit_exceeded": "prompt",
    "model_not_found": "model",
    "invalid_model": "model",
    "output_format_not_allowed": "output_format",
    "unsupported_language": "language",
}
"""What a status complains of, as a field of `Request`."""
NAMES = {
    "text": "prompt",
    "voice_id": "voice",
    "model_id": "model",
    "language_code": "language",
    "voice_settings": "options",
}
"""The provider's names of fields, where they differ from ours."""


class ElevenLabs(Hosted):
    name = "elevenlabs"
    title = "ElevenLabs"
    home = "https://api.elevenlabs.io"
    replay = Replay.NEVER
    submit_seconds = 240.0

    def auth(self, key: Key) -> dict[str, str]:
        return {"xi-api-key": key.reveal()}

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        known = [name for name in LONGEST if model.startswith(name)]
        if kind is not Kind.SPEECH or not known:
            return None
        told = options.get("max_characters")
        return Capabilities(
            Kind.SPEECH,
            takes=frozenset({"seed", "voice", "language"}),
            choices={"output_format": (*FORMATS, *EXACT)},
            ranges={"speed": (0.7, 1.2)},
            max_prompt=told if isinstance(told, int) else LONGEST[max(known, key=len)],
        )

    def start(self, request: Request, emit: Emit) -> Done:
        voice = request.voice or request.options.get("voice") or ""
        if not isinstance(voice, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", voice):
            raise Rejected(f"a voice is an id of the account's voices, not {voice!r}", field="voice")
        form = FORMATS.get(request.output_format or "mp3", request.output_format or "")
        answer = self.wire.post(
            f"v1/text-to-speech/{voice}/with-timestamps",
            json=_body(request),
            params={"output_format": form},
            seconds=self.submit_seconds,
        )
        if not answer.is_good:
            raise _error(answer)
        return _spoken(answer, request, form)

    def models(self) -> list[Listed]:
        answer = self.wire.get("v1/models", seconds=self.poll_seconds)
        if not answer.is_good:
            raise _error(answer)
        try:
            listed = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise answer.damaged(f"no list of models: {answer.told()}") from error
        if not isinstance(listed, list):
            raise answer.damaged(f"no list of models: {answer.told()}")
        return [
            Listed(model["model_id"], Kind.SPEECH if model.get("can_do_text_to_speech") else None)
            for model in listed
            if isinstance(model, dict) and isinstance(model.get("model_id"), str)
        ]


def _body(request: Request) -> dict[str, Any]:
    given = request.options.get("voice_settings")
    settings = {name: given[name] for name in SETTINGS if name in given} if isinstance(given, Mapping) else {}
    if request.speed is not None:
        settings["speed"] = request.speed
    body = {
        "text": request.prompt,
        "model_id": request.model,
        "language_code": request.language,
        "seed": None if request.seed is None else request.seed % SEEDS,
        "voice_settings": settings or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _spoken(answer: Answer, request: Request, form: str) -> Done:
    document = answer.json()
    packed = document.get("audio_base64")
    if not isinstance(packed, str):
        raise Damaged("an answer without audio")
    data = decoded(packed)
    timings = words(document.get("alignment")) or words(document.get("normalized_alignment"))
    seed = None if request.seed is None else request.seed % SEEDS
    return Done(
        data=data,
        media_type=MEDIA_TYPES[form.partition("_")[0]],
        model=request.model,
        seed=seed,
        seconds=timings[-1].end if timings else None,
        usage=_usage(answer),
        timings=timings,
        adjusted={} if seed == request.seed else {"seed": (str(request.seed), str(seed))},
        request_id=answer.headers.get("request-id", ""),
    )


def words(alignment: Any) -> tuple[Timing, ...]:
    """The times of the words (what stands between white space), from the times of the characters. Empty where they make
    no sense: the sound is good without them."""
    if not isinstance(alignment, Mapping):
        return ()
    characters = alignment.get("characters")
    starts, ends = (alignment.get(f"character_{edge}_times_seconds") for edge in ("start", "end"))
    if not (isinstance(characters, list) and isinstance(starts, list) and isinstance(ends, list)):
        return ()
    if not len(characters) == len(starts) == len(ends) or not all(isinstance(one, str) for one in characters):
        return ()
    if not all(_is_time(value) for value in (*starts, *ends)):
        return ()
    found: list[Timing] = []
    word, began, ended = "", 0.0, 0.0
    for character, start, end in [*zip(characters, starts, ends, strict=True), (" ", 0.0, 0.0)]:
        if character.strip():
            began = began if word else float(start)
            word, ended = word + character, float(end)
        elif word:
            found.append(Timing(word, began, ended))
            word = ""
    return tuple(found)


def _is_time(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _usage(answer: Answer) -> dict[str, int]:
    """The characters that were charged, where the provider tells: fewer than were sent on the cheaper models."""
    try:
        return {"characters": math.ceil(float(answer.headers["character-cost"]))}
    except (KeyError, ValueError, OverflowError):
        return {}


def _error(answer: Answer) -> ProviderError:
    status, said, field = _complaint(answer)
    detail = answer.scrub(f"{answer.status} {status}: {said}")
    if status in NO_CREDIT:
        return Denied(f"the account is out of credit: {detail}")
    if status in BUSY:
        return Transient(detail, retry_after_seconds=retry_after(answer.headers))
    if answer.status in (400, 403) and POLICY.search(status):
        return Refused(detail, billed=False)
    if status in FIELDS:
        return Rejected(detail, field=FIELDS[status])
    return by_status(answer, f"{status} {said}".strip(), field=field)


def _complaint(answer: Answer) -> tuple[str, str, str]:
    """(status word, sentence, field of `Request`) of the three forms that errors have: an object, a list of what does not
    validate, plain text."""
    detail = answer.rough_json().get("detail")
    if isinstance(detail, Mapping):
        told = (detail.get("status"), detail.get("code"), detail.get("type"))
        status = next((word for word in told if isinstance(word, str) and word), "")
        param = str(detail.get("param") or "").rpartition(".")[2]
        return status, str(detail.get("message") or answer.told()), NAMES.get(param, param)
    if isinstance(detail, list) and detail and isinstance(detail[0], Mapping):
        place = detail[0].get("loc")
        path = [str(part) for part in place if part not in ("body", "query", "path")] if isinstance(place, list) else []
        # The outermost part that we know by a name, or the last: voice_settings.speed is our speed.
        field = path[-1] if path else ""
        return "", f"{'.'.join(path)}: {detail[0].get('msg')}", NAMES.get(field, field)
    return "", str(detail) if isinstance(detail, str) else answer.told(), ""
