"""What people write, held against the rules at once: by every verb that takes words, before its transaction begins, so that
the event stays where nothing else does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from accounts.models import Tier
from generation.errors import AgainstRules
from generation.models import SafetyEvent
from generation.safety import events, words
from generation.safety.words import Finding


def refuse_words(
    *,
    tier: Tier | None,
    user_id: uuid.UUID | None,
    said: Mapping[str, str],
    what: SafetyEvent.What = SafetyEvent.What.PROMPT,
    is_meant: bool = True,
) -> list[str]:
    """Hold what was said, by its field's name, against the rules of a tier, or without one of the studio. Answers the hints to
    be told; raises `AgainstRules`, naming the field. Unless it `is_meant`, as where only a price is asked for, nothing is
    written down. One query where nothing is found."""
    rules = words.rules_of(tier)
    hints: list[str] = []
    for field, text in said.items():
        for finding in words.find(rules, text):
            if is_meant:
                events.note(
                    tier=tier, user_id=user_id, stage=SafetyEvent.Stage.BEFORE, what=what, by=SafetyEvent.By.RULE,
                    name=finding.rule.text, said=text,
                    verdict=SafetyEvent.Verdict.REFUSED if finding.keeps_out else SafetyEvent.Verdict.HINTED,
                )  # fmt: skip
            if finding.keeps_out:
                raise AgainstRules(_sentence(field, finding), field=field)
            hints.append(hint(finding))
    return list(dict.fromkeys(hints))


def hint(finding: Finding) -> str:
    """What is told of a name that belongs to somebody."""
    return f"“{finding.words}” belongs to somebody. Describe a character of your own instead."


def _sentence(field: str, finding: Finding) -> str:
    if finding.is_somebodys:
        return hint(finding)
    return f"{field} holds “{finding.words}”, which is kept out here. Say it in other words."
