"""What OpenRouter's errors mean, and what it says was paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.providers.answers import Answer, by_status
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from generation.providers.openai_shape import Complaint, complaint_of, field_of, micros

POLICY = {"content_policy_violation", "refusal"}
PASSING = {"rate_limit_exceeded", "provider_overloaded", "provider_unavailable", "timeout"}
POLICY_WORDS = ("content policy", "content_policy", "moderat", "safety")
"""A failed film tells its reason in a sentence only."""


def judge(answer: Answer | None, complaint: Complaint | None = None) -> ProviderError:
    """The error of a complaint. Without an answer it came inside a good one, where words were already being made: what it
    does not name is then `Damaged`, and whether a refusal was charged is not known."""
    if complaint is None and answer is not None:
        complaint = complaint_of(answer.rough_json())
    told = complaint or Complaint("")
    metadata = _mapping(told.document.get("metadata"))
    sort = str(metadata.get("error_type", ""))
    said = told.message or (answer.told() if answer is not None else "an error without words")
    if answer is not None:
        said = answer.scrub(f"{answer.status}: {said}")
    if sort in POLICY or "flagged_input" in metadata or "reasons" in metadata:
        return Refused(said, billed=False if answer is not None else None)
    if sort == "payment_required" or told.code == "402":
        return Denied(said)
    if sort == "context_length_exceeded":
        return Rejected(said, field="prompt")
    if answer is None:
        return Damaged(said)
    return _by_availability(answer, told, sort, said)


def judge_inside(answer: Answer, complaint: Complaint) -> ProviderError:
    """The error of a complaint in the good answer to a picture or a film: nothing was made and nothing charged (it is all
    or nothing there), so it means what its `code` would mean as a status."""
    status = int(complaint.code) if complaint.code.isdecimal() else 500
    return judge(replace(answer, status=status if 400 <= status < 600 else 500), complaint)


def is_policy(reason: str) -> bool:
    """Whether a film failed because of the content policy."""
    return any(word in reason.lower() for word in POLICY_WORDS)


def cost(usage: Mapping[str, Any]) -> int | None:
    """What was paid, in micro-units."""
    return micros(usage.get("cost"))


def paid(usage: Any) -> bool | None:
    """Whether anything was paid; None where it is not told."""
    amount = cost(_mapping(usage))
    return None if amount is None else amount > 0


def _by_availability(answer: Answer, told: Complaint, sort: str, said: str) -> ProviderError:
    availability = _mapping(told.document.get("availability"))
    wait = availability.get("retry_after")
    seconds = float(wait) if isinstance(wait, (int, float)) and not isinstance(wait, bool) and wait >= 0 else None
    error = by_status(answer, told.message, field=field_of(told.param))
    if availability.get("retryable") is True or (sort in PASSING and availability.get("retryable") is not False):
        usual = error.retry_after_seconds if isinstance(error, Transient) else None
        return Transient(said, retry_after_seconds=usual if seconds is None else seconds)
    if availability.get("retryable") is False and isinstance(error, Transient):
        return Denied(said) if answer.status == 429 else Rejected(said)
    if seconds is not None and isinstance(error, Transient):
        return Transient(said, retry_after_seconds=seconds)
    return error


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
