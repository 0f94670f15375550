"""Nothing secret, and nobody's address, in a line of a log. Knows no Django, so the logs can use it before there are
settings.

`Scrubber.text` takes out what is known (the install's own secrets, whole or in base64) and what looks like a secret: what
stands behind `Authorization`, `Cookie` and the like, bearers, tokens, API keys, sealed values, passwords in addresses, the
query and the signed part of addresses. Of people it takes out email addresses. What stands in its place says what it was.

It is the last wall and not the first: nobody writes a secret into a log on purpose, and what providers repeat is scrubbed
where it is read (`generation.providers.wire`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any

GONE = "[removed]"
SHORTEST = 8
"""Shorter secrets are not looked for: what is as short stands in any text."""
_NAMES = (
    r"authorization|proxy-authorization|(?:x-)?(?:goog-)?api[-_]?key|xi-api-key|x-key|access[-_]?key(?:[-_]id)?|"
    r"pass(?:word|wd|phrase)?|secret(?:[-_]\w+)?|(?:\w+[-_])?(?:token|secret|password|ticket|signature|nonce)|"
    r"session(?:id)?|fablewright_\w+|csrf\w*|otp"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b((?:set-)?cookie)(['\"]?\s*[:=,]\s*['\"]?)[^\r\n'\"]+"), rf"\1\2{GONE}"),
    (
        re.compile(
            rf"(?i)(?<![\w-])({_NAMES})(['\"]?\s*[:=]\s*['\"]?)(?!\[removed\])(?:(?:bearer|basic|token)\s+)?[^\s\"'&,;}}\])]+"
        ),
        rf"\1\2{GONE}",
    ),
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {GONE}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"), GONE),
    (re.compile(r"\bfw_[a-z0-9]{4,}_[A-Za-z0-9]{4,}"), GONE),
    (re.compile(r"\b(?:sk|pk|rk|xai|gsk|hf|r8|whsec|key|AKIA|ASIA|AIza)(?=[-_A-Z0-9])[-_]?[A-Za-z0-9_-]{12,}"), GONE),
    (re.compile(r"\bgAAAA[A-Za-z0-9_-]{20,}={0,2}"), GONE),
    (re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/@:'\"]*:[^\s@'\"]+@"), rf"\1{GONE}@"),
    (re.compile(r"((?:\b[a-zA-Z][a-zA-Z0-9+.-]*:/)?/[^\s\"'<>?#]*)\?[^\s\"'<>]+"), rf"\1?{GONE}"),
    (re.compile(r"(/media/)[^\s\"'<>/?]+"), rf"\1{GONE}"),
    (re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "[email]"),
)  # fmt: skip
_SECRET_NAME = re.compile(rf"(?i)^(?:{_NAMES}|(?:set-)?cookies?|headers)$")


class Scrubber:
    """`known` are values that are taken out wherever they stand, whatever they look like."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        whole = {value for value in known if len(value) >= SHORTEST}
        coded = {base64.b64encode(value.encode()).decode().rstrip("=")[:-1] for value in whole}
        # The longest first: one secret may begin with another.
        found = sorted(whole | coded, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, found))) if found else None

    def text(self, said: str) -> str:
        """What was said, without what nobody may read in a log."""
        if self._known is not None:
            said = self._known.sub(GONE, said)
        for rule, instead in _RULES:
            said = rule.sub(instead, said)
        return said

    def value(self, found: Any, *, name: str = "") -> Any:
        """The same for what stands under a name: texts, and what lists and mappings hold of them. Of anything else but numbers
        only what it is."""
        if name and _SECRET_NAME.match(name):
            return GONE
        if isinstance(found, str):
            return self.text(found)
        if found is None or isinstance(found, (bool, int, float)):
            return found
        if isinstance(found, dict):
            return {str(key): self.value(one, name=str(key)) for key, one in found.items()}
        if isinstance(found, (list, tuple, set, frozenset)):
            return [self.value(one) for one in found]
        return f"[{type(found).__name__}]"
