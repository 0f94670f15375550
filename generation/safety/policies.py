"""What holds where."""

from __future__ import annotations

import uuid
from itertools import islice

from accounts.models import Tier
from accounts.prepared import Prepared, columns, loaded
from generation.models import AiModel, SafetyPolicy
from generation.providers.contract import Kind
from generation.safety import words

FALLBACKS = {Kind.TEXT: "fallback_text_model", Kind.IMAGE: "fallback_image_model", Kind.EDIT: "fallback_image_model"}


MODELS = ("check_model", "fallback_text_model", "fallback_image_model")
POLICY, MODEL = columns(SafetyPolicy), columns(AiModel)
PATHS = (*POLICY, *(path for name in MODELS for path in columns(AiModel, f"{name}__")))
_of_tier = Prepared(
    lambda tier: SafetyPolicy.objects.filter(tier=tier).order_by("pk").values_list(*PATHS), tier=uuid.UUID
)
_of_studio = Prepared(lambda: SafetyPolicy.objects.filter(tier=None).order_by("pk").values_list(*PATHS))


def of(tier: Tier | None) -> SafetyPolicy:
    """The policy of a tier, or without one of the studio. Without a row: the word list alone. One query, compiled once: it is
    asked whenever something comes back."""
    row = _of_studio.first() if tier is None else _of_tier.first(tier=tier.pk)
    if row is None:
        return SafetyPolicy(tier=tier)
    rest = iter(row.values())
    found: SafetyPolicy = loaded(SafetyPolicy, POLICY, tuple(islice(rest, len(POLICY))))
    for name in MODELS:
        setattr(found, name, loaded(AiModel, MODEL, tuple(islice(rest, len(MODEL)))))
    return found


def judge_of_text(policy: SafetyPolicy, *, after: bool) -> AiModel | None:
    """Who judges texts, before anything is bought or after it was made; None where nobody is asked."""
    return policy.check_model if (policy.checks_text_after if after else policy.checks_text_before) else None


def judge_of_pictures(policy: SafetyPolicy, *, after: bool) -> AiModel | None:
    """The same for pictures."""
    return policy.check_model if (policy.checks_pictures_after if after else policy.checks_pictures_before) else None


def may_stream(tier: Tier | None, policy: SafetyPolicy | None = None) -> bool:
    """Whether words may show while they are written: nobody reads them first, and no rule could keep them out."""
    policy = policy or of(tier)
    return judge_of_text(policy, after=True) is None and not words.has_rules(tier)


def fallback(policy: SafetyPolicy, kind: Kind) -> AiModel | None:
    """The model that a refused thing of `kind` is asked of."""
    name = FALLBACKS.get(kind)
    found: AiModel | None = getattr(policy, name) if name else None
    return found if found is not None and found.is_enabled else None
