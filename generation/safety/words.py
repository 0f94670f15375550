"""Rules found in a text."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from accounts.models import Tier
from accounts.prepared import Prepared, columns, loaded
from generation.models import Rule
from generation.safety import folding, patterns

KEEPS_OUT = frozenset({Rule.Kind.REFUSE, Rule.Kind.INSIST})


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, and the words that it was found in, as they are said back."""

    rule: Rule
    words: str

    @property
    def keeps_out(self) -> bool:
        return self.rule.kind in KEEPS_OUT

    @property
    def is_somebodys(self) -> bool:
        return self.rule.kind != Rule.Kind.REFUSE


RULE = columns(Rule)
ALL = Q(scope=Rule.Scope.ALL)
_of_tier = Prepared(
    lambda tier: Rule.objects.filter(Q(scope=Rule.Scope.TIER, tier=tier) | ALL, is_on=True).values_list(*RULE),
    tier=uuid.UUID,
)
_of_studio = Prepared(lambda: Rule.objects.filter(Q(scope=Rule.Scope.STUDIO) | ALL, is_on=True).values_list(*RULE))


def rules_of(tier: Tier | None) -> list[Rule]:
    """The rules in use on a tier, or without one in the studio. One query, compiled once: it is asked of every text."""
    rows = _of_studio.rows() if tier is None else _of_tier.rows(tier=tier.pk)
    return [loaded(Rule, RULE, row.values()) for row in rows]


def has_rules(tier: Tier | None) -> bool:
    """Whether anything is kept out there."""
    return any(rule.kind in KEEPS_OUT for rule in rules_of(tier))


def find(rules: Sequence[Rule], text: str) -> list[Finding]:
    """The rules that `text` breaks or touches: those that keep out first."""
    if not rules or not text.strip():
        return []
    readings = folding.readings(text)
    known = [frozenset(re.findall(r"\w+", reading)) for reading in readings]
    found = [finding for rule in rules if (finding := _look(rule, readings, known)) is not None]
    return sorted(found, key=lambda one: not one.keeps_out)


def _look(rule: Rule, readings: Iterable[str], known: Sequence[frozenset[str]]) -> Finding | None:
    if rule.form == Rule.Form.PATTERN:
        pattern, needed = patterns.compiled(rule.text), frozenset[str]()
    else:
        pattern, needed = _phrase(rule.text)
    for reading, words in zip(readings, known, strict=True):
        if needed <= words and (match := pattern.search(reading)):
            return Finding(rule, rule.text if rule.form == Rule.Form.WORDS else match.group())
    return None


@lru_cache(maxsize=4096)
def _phrase(text: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """The expression that finds a phrase as whole words, and the words that a text must have for it to be looked for."""
    parts = folding.fold(text).split()
    between = r"[^\w]{1,3}"
    pattern = re.compile(rf"(?<!\w){between.join(re.escape(part) for part in parts)}(?!\w)")
    return pattern, frozenset(re.findall(r"\w+", " ".join(parts)))
