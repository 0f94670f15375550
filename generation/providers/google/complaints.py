"""Google's errors: an object with `code`, `message`, `status` and typed `details`, in an answer or inside a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generation.providers.answers import Answer, by_status
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected, Transient
from generation.providers.google.reading import listed, mapping, word

BLOCKED = {"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"}
"""Reasons to take no prompt."""
REFUSING = {
    "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE",
}  # fmt: skip
"""Reasons to end an answer that are the content policy's."""
POLICY = re.compile(
    r"\b(content polic|usage polic|prohibited|violat|responsible ai|safety (filter|polic|setting))", re.I
)
FIELDS = {
    "contents": "prompt", "input": "prompt", "system_instruction": "system", "duration": "seconds",
    "response_json_schema": "schema", "response_schema": "schema", "max_output_tokens": "max_tokens",
    "image_size": "resolution",
}  # fmt: skip
"""The wire's names of fields (in snake case) that are ours by another name."""


def failed(answer: Answer) -> ProviderError:
    """What an answer with a status of error means. A wrong key comes as a wrong request; a refused prompt may."""
    error = mapping(answer.rough_json().get("error"))
    said = word(error.get("message"))
    detail = answer.scrub(f"{answer.status} {word(error.get('status'))}: {said or answer.told()}")
    reasons = set(_reasons(error))
    if answer.status == 400:
        if any(reason.startswith(("API_KEY_", "BILLING_")) for reason in reasons):
            return Denied(detail)
        if reasons & (BLOCKED | REFUSING) or POLICY.search(said):
            return Refused(detail)
    if answer.status == 429 and any("PerDay" in quota for quota in _quotas(error)):
        # The day's share of the plan is used up: waiting as long as the answer proposes is of no use.
        return Denied(detail)
    found = by_status(answer, said, field=_field(error))
    told = retry_delay(error)
    if isinstance(found, Transient) and found.retry_after_seconds is None and told is not None:
        return Transient(str(found), retry_after_seconds=told)
    return found


def failed_job(answer: Answer) -> ProviderError:
    """The same of a question after a job. An id that is not known is a wrong request as well."""
    said = word(mapping(answer.rough_json().get("error")).get("message"))
    if answer.status == 404 or (answer.status == 400 and "interaction name" in said.lower()):
        return Lost(answer.scrub(f"{answer.status}: {said}"), billed=None)
    return failed(answer)


def inside(error: Mapping[str, Any], *, begun: bool) -> ProviderError:
    """What an error inside an answer with a good status means. Once the answer has `begun`, tokens were spent on it."""
    code, detail = error.get("code"), f"{word(error.get('status'))} inside the answer: {word(error.get('message'))}"
    if begun or not isinstance(code, int):
        return Damaged(detail)
    if code in (408, 429) or code >= 500:
        return Transient(detail, retry_after_seconds=retry_delay(error))
    return Denied(detail) if code in (401, 402, 403) else Rejected(detail, field=_field(error))


def retry_delay(error: Mapping[str, Any]) -> float | None:
    """Seconds to wait, from the detail that says so: "37s"."""
    for detail in listed(error.get("details")):
        told = re.fullmatch(r"(\d+(?:\.\d+)?)s", word(mapping(detail).get("retryDelay")))
        if told:
            return float(told[1])
    return None


def _reasons(error: Mapping[str, Any]) -> Iterator[str]:
    for detail in listed(error.get("details")):
        yield word(mapping(detail).get("reason"))


def _quotas(error: Mapping[str, Any]) -> Iterator[str]:
    for detail in listed(error.get("details")):
        for violation in listed(mapping(detail).get("violations")):
            yield word(mapping(violation).get("quotaId"))


def _field(error: Mapping[str, Any]) -> str:
    """The field that a detail names ("response_format.duration"), by our name for it."""
    for detail in listed(error.get("details")):
        for violation in listed(mapping(detail).get("fieldViolations")):
            last = re.split(r"[.\[]", word(mapping(violation).get("field")).rstrip("]"))[-1]
            snake = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", last).lower()
            return FIELDS.get(snake, snake)
    return ""
