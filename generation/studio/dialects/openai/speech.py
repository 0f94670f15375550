"""POST /v1/audio/speech: words spoken. The answer is the sound itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.access import Door, admits
from generation import catalogue, storage
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind
from generation.studio.dialects.openai import buying, documents, parameters
from generation.studio.dialects.openai.views import OpenAiView, asker, fields_of
from generation.studio.dialects.openai.voices import voice_of
from generation.studio.errors import WrongWish

TAKEN = frozenset({"input", "model", "voice", "response_format", "speed", "instructions", "language", "seed"})
UNSAID = {"speed": 1}
USUAL_FORMAT = "mp3"
ENGLISH = "en"
CALLED = {"prompt": "input", "system": "instructions", "output_format": "response_format"}


@admits(Door.AUTHOR)
class Speech(OpenAiView):
    """Words spoken."""

    @extend_schema(operation_id="openai_speech", **documents.SPEECH)
    def post(self, request: Request) -> HttpResponse:
        given = fields_of(request)
        parameters.take_out(given, parameters.OF_SPEECH)
        parameters.refuse_others(given, TAKEN)
        if not given.get("input"):
            raise WrongWish("input is missing: say what is to be spoken.", field="input")
        able = _able(request, given)
        given = {**_voice(given.pop("voice", None), able), **given}
        if "response_format" not in given and USUAL_FORMAT in able.choices.get("output_format", ()):
            given["response_format"] = USUAL_FORMAT
        piece = buying.buy(request, Kind.SPEECH, given, unsaid=UNSAID, called=CALLED)
        job = buying.wait(request, piece)[0].job
        assert job.asset is not None
        sound = storage.read(job.asset.storage_name)
        return HttpResponse(sound, content_type=job.asset.media_type, headers={"x-request-id": str(job.id)})


def _able(request: Request, given: dict[str, Any]) -> Capabilities:
    """What the model takes that would be chosen. A name of a wrong form is refused where it is read."""
    name = given.get("model", "")
    chosen = catalogue.resolve(None, Kind.SPEECH, name if isinstance(name, str) else "", user=asker(request))
    return catalogue.capabilities(chosen.model) or Capabilities(Kind.SPEECH)


def _voice(given: Any, able: Capabilities) -> dict[str, Any]:
    """The voice of the model's; the client names it, or gives it as an object with its id. One that stands in for a voice of
    OpenAI's speaks English, as those do best, where nothing else is said and the model lets one choose."""
    name = given.get("id") if isinstance(given, dict) else given
    if name is None:
        return {}
    if not isinstance(name, str):
        raise WrongWish("voice must be a voice's name, or an object with its id.", field="voice")
    voice = voice_of(name, able)
    stands_in = voice is not None and voice.lower() != name.lower()
    is_free = stands_in and ENGLISH in able.choices.get("language", ())
    return {"voice": voice, **({"language": ENGLISH} if is_free else {})}
