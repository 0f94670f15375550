"""Pure: when a worker group has been silent for too long. Knows times and beats, no processes and no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

RING_SECONDS = 2.0
"""How often the supervisor sends a beat through the queue."""
SILENCE_SECONDS = 8.0
"""Four beats unanswered. With the start of another group this stays below the 15 seconds that are promised."""
FIRST_BEAT_SECONDS = 20.0
"""A starting group imports everything first, on a machine that may be busy."""
STALL_SECONDS = 4.0
"""Where the supervisor itself stood still so long (a suspended machine, a locked database), that time proves nothing."""


@dataclass
class Silence:
    """Counts from the last change of the beat, by the watcher's own clock: the beat's clock may be another machine's."""

    since: float
    """When the silence began, by the watcher's clock."""
    looked_at: float
    beat: datetime | None = None

    @classmethod
    def begins(cls, now: float) -> Silence:
        return cls(since=now, looked_at=now)

    def look(self, beat: datetime | None, now: float) -> None:
        """What is the latest beat now?"""
        gap = now - self.looked_at
        if gap > STALL_SECONDS:
            self.since += gap
        self.looked_at = now
        if beat is not None and beat != self.beat:
            self.beat = beat
            self.since = now

    def unknown(self, now: float) -> None:
        """The database did not answer: no evidence against the group."""
        self.since += now - self.looked_at
        self.looked_at = now

    @property
    def has_spoken(self) -> bool:
        return self.beat is not None

    @property
    def is_too_long(self) -> bool:
        limit = SILENCE_SECONDS if self.has_spoken else FIRST_BEAT_SECONDS
        return self.looked_at - self.since > limit
