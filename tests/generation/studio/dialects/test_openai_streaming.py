"""What a stream says: the pieces, joined, are the text that is kept; and where they cannot be, it says so."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from generation.models import AiModel, Job, Status
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind
from generation.studio.dialects.openai.streaming import Teller
from generation.studio.dialects.openai.voices import USUAL, voice_of

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
JOB = uuid.UUID(int=7)


def teller(**more: Any) -> Teller:
    return Teller(HEAD, job_id=JOB, **{"with_usage": False, **more})


def events(data: bytes) -> list[Any]:
    lines = [line for line in data.decode().split("\n\n") if line]
    assert [line for line in lines if not line.startswith("data: ")] == []
    return ["[DONE]" if line == "data: [DONE]" else json.loads(line[6:]) for line in lines]


def words(data: bytes) -> str:
    return "".join(
        choice["delta"].get("content", "") for event in events(data) if "choices" in event for choice in event["choices"]
    )  # fmt: skip


def ended(text: str, **result: Any) -> Job:
    return Job(id=JOB, status=Status.DONE, model=AiModel(key="m"), result={"text": text, **result})


def test_a_stream_from_its_beginning_to_its_end() -> None:
    tells = teller(with_usage=True)
    said = tells.begin() + tells.more("The fer") + tells.more("The ferry left") + tells.more("The ferry left")
    said += tells.end(ended("The ferry left.", usage={"input_tokens": 3, "output_tokens": 4}))

    def chunk(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return {**HEAD, "choices": [choice], "usage": None}

    counted = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert events(said) == [
        chunk({"role": "assistant", "content": ""}), chunk({"content": "The fer"}), chunk({"content": "ry left"}),
        chunk({"content": "."}), chunk({}, "stop"), {**HEAD, "choices": [], "usage": counted}, "[DONE]",
    ]  # fmt: skip


def test_nothing_is_counted_where_nobody_asked_and_a_cut_is_told() -> None:
    said = events(teller().end(ended("The", is_cut=True)))
    assert [event["choices"][0]["finish_reason"] for event in said[:-1]] == [None, "length"]
    assert [event for event in said[:-1] if "usage" in event] == []


@pytest.mark.parametrize(
    ("parts", "final"),
    [
        (["One\n", "One\n\nTwo"], "One\n\nTwo"),
        (["One\n\n"], "One"),  # the adapter took white space from its end
        (["Caf\ufffd", "Café"], "Café"),
        (["", "   ", "One"], "One"),
        ([], "All at once"),
        (["One two"], "One two"),
    ],
)
def test_the_pieces_are_the_text_that_is_kept(parts: list[str], final: str) -> None:
    tells = teller()
    assert words(b"".join(tells.more(part) for part in parts) + tells.end(ended(final))) == final


def test_an_attempt_that_begins_anew_with_the_same_words_goes_on() -> None:
    tells = teller()
    said = tells.more("The ferry") + tells.more("") + tells.more("The") + tells.more("The ferry left")
    assert words(said + tells.end(ended("The ferry left."))) == "The ferry left."


def test_one_with_other_words_ends_as_an_error_that_tells_where_the_whole_is() -> None:
    tells = teller()
    said = tells.more("The ferry") + tells.more("A boat came") + tells.end(ended("A boat came in."))
    *shown, last = events(said)
    assert [event["choices"][0]["delta"] for event in shown] == [{"content": "The ferry"}]
    assert (last["error"]["code"], str(JOB) in last["error"]["message"]) == ("stream_restarted", True)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.REFUSED, "content_policy_violation"),
        (Status.FAILED, "generation_failed"),
        (Status.UNKNOWN, "generation_failed"),
        (Status.CANCELLED, "cancelled"),
    ],
)
def test_a_failure_is_an_error_in_the_clients_form(status: Status, code: str) -> None:
    job = Job(id=JOB, status=status, message="It did not come.", error_detail="key sk-1 is over its limit")
    [said] = events(teller().end(job))
    told = "invalid_request_error" if status in (Status.REFUSED, Status.CANCELLED) else "server_error"
    message = f"It did not come. (Job {JOB}.)"
    assert said == {"error": {"message": message, "type": told, "param": None, "code": code}}


class TestVoices:
    THREE = Capabilities(Kind.SPEECH, choices={"voice": ("Ada", "Ben", "Cy")})

    def test_the_models_own_in_any_case(self) -> None:
        assert [voice_of(name, self.THREE) for name in ("Ada", "ben", "CY")] == ["Ada", "Ben", "Cy"]

    def test_the_usual_ones_each_stand_for_one(self) -> None:
        assert [voice_of(name, self.THREE) for name in USUAL[:5]] == ["Ada", "Ben", "Cy", "Ada", "Ben"]

    def test_a_model_with_openais_names_keeps_them(self) -> None:
        own = Capabilities(Kind.SPEECH, choices={"voice": tuple(reversed(USUAL))})
        assert [voice_of(name, own) for name in USUAL] == list(USUAL)

    def test_where_voices_are_ids(self) -> None:
        ids = Capabilities(Kind.SPEECH, takes=frozenset({"voice"}))
        assert (voice_of("alloy", ids), voice_of("21m00Tcm4TlvDq8ikWAM", ids)) == (None, "21m00Tcm4TlvDq8ikWAM")

    def test_others_are_the_models_to_refuse(self) -> None:
        assert voice_of("Zoe", self.THREE) == "Zoe"
