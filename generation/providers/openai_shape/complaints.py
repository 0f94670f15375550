"""Errors of the OpenAI form: reading what was said, and naming what follows from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generation.providers.answers import Answer, by_status
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected

POLICY_CODES = {"moderation_blocked", "content_policy_violation", "content_filter", "invalid_prompt"}
MONEY_CODES = {"insufficient_quota", "billing_hard_limit_reached"}
FIELDS = {
    "input": "prompt", "messages": "prompt", "max_completion_tokens": "max_tokens", "response_format": "schema",
    "size": "width", "image": "inputs", "images": "inputs", "mask": "inputs", "input_reference": "inputs",
    "input_fidelity": "fidelity", "num_inference_steps": "steps", "guidance_scale": "guidance", "instructions": "system",
}  # fmt: skip
"""What the provider calls a field -> what `Request` calls it, where they differ."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error as it was told. `code` is text also where a number was sent; `document` is the whole error object."""

    message: str
    type: str = ""
    param: str = ""
    code: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


Judge = Callable[[Answer | None, Complaint | None], ProviderError]
"""The error of an answer with a bad status; without an answer, of a complaint inside a good one or inside a stream."""


def complaint_of(document: Mapping[str, Any]) -> Complaint | None:
    """The complaint in a JSON answer, None if there is none. Read are `error` as an object or as text (its `code` beside
    it), `detail` as text, object or list (FastAPI), and an object that is itself an error."""
    error = document.get("error")
    if isinstance(error, Mapping) and error:
        return _complaint(error)
    if isinstance(error, str) and error:
        return Complaint(error, code=word(document.get("code")), document=document)
    detail = document.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], Mapping):
        place = detail[0].get("loc")
        named = [part for part in place if isinstance(part, str) and part != "body"] if isinstance(place, list) else []
        said = "; ".join(word(one.get("msg")) for one in detail if isinstance(one, Mapping))
        return Complaint(said, word(detail[0].get("type")), named[0] if named else "", document=document)
    if isinstance(detail, Mapping) and detail:
        return _complaint(detail)
    if isinstance(detail, str) and detail:
        return Complaint(detail, document=document)
    if document.get("object") == "error":
        return _complaint(document)
    return None


def judge(answer: Answer | None, complaint: Complaint | None = None) -> ProviderError:
    """What an error of the OpenAI form means. `complaint` is read from `answer` where it is not given.

    Content policy is `Refused` (not charged by an error status before anything was made; not known else), an empty
    account is `Denied` whatever the status, a model that is gone is `Rejected` with field "model". A complaint inside a
    good answer is `Damaged`: the work may have been charged.
    """
    if complaint is None and answer is not None:
        complaint = complaint_of(answer.rough_json())
    told = complaint or Complaint("")
    words = {told.code, told.type}
    said = told.message or (answer.told() if answer is not None else "an error without words")
    if answer is not None:
        said = answer.scrub(f"{answer.status}: {said}")
    if words & POLICY_CODES:
        details = told.document.get("moderation_details")
        stage = details.get("moderation_stage") if isinstance(details, Mapping) else None
        return Refused(said, billed=False if answer is not None and stage != "output" else None)
    if words & MONEY_CODES:
        return Denied(said)
    if told.code == "model_not_found":
        return Rejected(said, field="model")
    if answer is None or answer.is_good:
        return Damaged(said)
    return by_status(answer, told.message, field=field_of(told.param))


def told_inside(complaint: Complaint, judge: Judge, scrub: Callable[[str], str]) -> ProviderError:
    """The error of a complaint inside a good answer, without keys."""
    return judge(None, replace(complaint, message=scrub(complaint.message)))


def field_of(param: str) -> str:
    """The field of `Request` that the provider's `param` ("messages[0].content") means; empty if none is named."""
    first = re.split(r"[.\[]", param, maxsplit=1)[0]
    return FIELDS.get(first, first)


def word(value: Any) -> str:
    """`value` as text; empty for what is neither text nor a number."""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _complaint(error: Mapping[str, Any]) -> Complaint:
    said = error.get("message") or error.get("msg")
    return Complaint(
        said if isinstance(said, str) else json.dumps(dict(error), ensure_ascii=False),
        word(error.get("type")),
        word(error.get("param")),
        word(error.get("code")),
        error,
    )
