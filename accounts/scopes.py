"""What an API key may be good for. Access tokens and sessions are good for all of it."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """A part of what its owner may do. A key without a scope is refused where that scope is needed."""

    READ = "read"
    GENERATE = "generate"
    PLAY = "play"

    @property
    def sentence(self) -> str:
        """What a key with this scope may do, as people read it."""
        return SENTENCES[self]


SENTENCES = {
    Scope.READ: "Look: see your jobs, stories and pictures, the models and what they cost.",
    Scope.GENERATE: "Make: ask for texts, pictures and films, which is charged to this library.",
    Scope.PLAY: "Play: start stories and choose in them, which is charged to this library.",
}
ALL = frozenset(Scope)
