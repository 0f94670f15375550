"""`Prefer` (RFC 7240): whether, and how long, a program wants to wait for its answer."""

from __future__ import annotations

from dataclasses import dataclass

HEADER = "Prefer"
APPLIED = "Preference-Applied"


@dataclass(frozen=True, slots=True)
class Preferences:
    """`wait_seconds` is None where nothing was said about it. What is malformed was not said."""

    is_async: bool = False
    wait_seconds: int | None = None

    def seconds(self, most: float) -> float:
        """How long to wait: `respond-async` alone is not at all, with `wait` it is that long."""
        if self.wait_seconds is None:
            return 0.0 if self.is_async else most
        return min(float(self.wait_seconds), most)

    def applied(self, most: float, *, is_over: bool) -> str:
        """What of it was honoured, for `Preference-Applied`; empty for nothing."""
        kept = ["respond-async"] if self.is_async and not is_over else []
        if self.wait_seconds is not None and self.wait_seconds <= most:
            kept.append(f"wait={self.wait_seconds}")
        return ", ".join(kept)


def read(header: str) -> Preferences:
    """The preferences of a header; of one that is named twice, the first counts."""
    found: dict[str, str] = {}
    for part in header.split(","):
        name, _, value = part.partition(";")[0].partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"').strip())
    wait = found.get("wait", "")
    is_number = wait.isascii() and wait.isdigit() and len(wait) <= 9
    return Preferences("respond-async" in found, int(wait) if is_number else None)
