"""What xAI's errors mean, and what it says was paid. It tells errors in two forms and, in part, only in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generation.providers.answers import Answer, by_status
from generation.providers.errors import Damaged, Denied, ProviderError, Refused
from generation.providers.openai_shape import Complaint, complaint_of, field_of, micros

POLICY = re.compile(r"moderat|usage guidelines|content policy|safety.?check", re.IGNORECASE)
KEY = re.compile(r"\bapi key\b", re.IGNORECASE)
MONEY = re.compile(r"\bcredits?\b|spending limit", re.IGNORECASE)
MICROS_IN_A_TICK = Decimal("0.0001")
"""A tick is 1e-10 dollars."""


def judge(answer: Answer | None, complaint: Complaint | None = None) -> ProviderError:
    """The error of a complaint. Without an answer it came inside a good one. A bad key is a 400 here, an empty account a
    403, and a refusal either. Whether a refusal in this form was charged is not documented."""
    if complaint is None and answer is not None:
        complaint = complaint_of(answer.rough_json())
    told = complaint or Complaint("")
    words = f"{told.code} {told.message}"
    said = told.message or (answer.told() if answer is not None else "an error without words")
    if answer is not None:
        said = answer.scrub(f"{answer.status}: {said}")
    if is_policy(words):
        return Refused(said, billed=None)
    if answer is None or answer.is_good:
        return Damaged(said)
    if (answer.status in (400, 401, 403) and KEY.search(words)) or (
        answer.status in (402, 403, 429) and MONEY.search(words)
    ):
        return Denied(said)
    return by_status(answer, told.message, field=field_of(told.param))


def is_policy(words: str) -> bool:
    """Whether the content policy speaks."""
    return POLICY.search(words) is not None


def cost(usage: Mapping[str, Any]) -> int | None:
    """What was paid, in micro-units."""
    return micros(usage.get("cost_in_usd_ticks"), unit=MICROS_IN_A_TICK)


def paid(usage: Any) -> bool | None:
    """Whether anything was paid; None where it is not told."""
    amount = cost(usage) if isinstance(usage, Mapping) else None
    return None if amount is None else amount > 0
