"""Purchases from ElevenLabs."""

from __future__ import annotations

from generation.providers.contract import Kind
from generation.providers.errors import Denied, Refused, Rejected, Transient
from tests.providers.cases import Case, Fails
from tests.providers.fake.faults import Moderated, Quota, Status

VOICE = "21m00Tcm4TlvDq8ikWAM"
FAILS = (
    Fails("speech", Quota(), Denied, {"billed": False}),
    Fails("speech", Status(401, error="denied"), Denied),
    Fails("speech", Status(429, error="too_many_concurrent_requests"), Transient, {"retry_after_seconds": None}),
    Fails("speech", Status(429, error="busy"), Transient),
    Fails("speech", Status(400, error="voice"), Rejected, {"field": "voice"}),
    Fails("speech", Status(400, error="too_long"), Rejected, {"field": "prompt"}),
    Fails("speech", Status(400, error="unknown_model"), Rejected, {"field": "model"}),
    Fails("speech", Status(403, error="forbidden"), Rejected, {"field": "output_format"}),
    Fails("speech", Moderated(how="400"), Refused, {"billed": False}),
    Fails("speech", Moderated(how="403"), Refused, {"billed": False}),
)

CASES = [
    Case(
        "elevenlabs",
        Kind.SPEECH,
        "eleven_multilingual_v2",
        {"prompt": "The key lay in the fish.", "voice": VOICE, "seed": 7, "speed": 1.1, "language": "en"},
        "speech",
        schema="text-to-speech/{voice_id}/with-timestamps",
        expected={
            "model": "eleven_multilingual_v2",
            "seed": 7,
            "seconds": 1.2,
            "usage": {"characters": 24},
            "media_type": "audio/mpeg",
        },
        media_type="audio/mpeg",
        fails=FAILS,
    ),
    Case(
        "elevenlabs",
        Kind.SPEECH,
        "eleven_flash_v2_5",
        {"prompt": "Nobody asked.", "voice": VOICE, "output_format": "wav"},
        "speech",
        schema="text-to-speech/{voice_id}/with-timestamps",
        expected={"usage": {"characters": 7}, "media_type": "audio/wav"},
        media_type="audio/wav",
        name="speech-wav",
    ),
]
