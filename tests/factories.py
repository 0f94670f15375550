"""Rows for tests. Each function makes what it says under the active tenant."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import transaction

from accounts.models import Cap, Counter, Tier, User
from accounts.models.ledger import Measure, Period, Pool
from generation import catalogue
from generation.jobs import asking
from generation.models import AiModel, Credential, Job, ModelGrant, Price, Run, Unit
from generation.providers.contract import Kind
from stories import play
from stories.models import Length, Scene
from stories.play import Wishes

TOLL_PRICE = 1000
TOLL_CAP = 1_000_000


def grant_toll(tier: Tier) -> None:
    """The paid test provider's three models, priced, capped and made the tier's own choice."""
    Credential.objects.create(provider="toll", label="test", max_concurrent=200)
    ModelGrant.objects.filter(tier=tier).update(is_default=False)
    for remote_name, kind in (("words", "text"), ("paint", "image"), ("reel", "video")):
        model = AiModel.objects.create(
            key=f"toll-{remote_name}", name=f"Toll {remote_name}", provider="toll", remote_name=remote_name, kind=kind
        )
        Price.objects.create(
            model=model, unit=Unit.CALL, amount_micros=TOLL_PRICE, effective_from=datetime.date(2026, 1, 1)
        )
        ModelGrant.objects.create(tier=tier, model=model, is_default=True)
    Cap.objects.create(pool=Pool.TENANT, subject_id=tier.tenant_id, period=Period.DAY, limit=TOLL_CAP)
    Cap.objects.create(pool=Pool.GUESTS, subject_id=tier.id, period=Period.DAY, limit=TOLL_CAP)


def scenes_a_day(tier: Tier, limit: int) -> None:
    """How many scenes each reader of the tier may ask for in a day."""
    Cap.objects.update_or_create(
        pool=Pool.READER, subject_id=tier.id, measure=Measure.SCENES, period=Period.DAY, defaults={"limit": limit}
    )


def scenes_counted(tier: Tier) -> int:
    """The scenes of today in the tier, written and under way."""
    return Counter.objects.get(pool=Pool.TIER, subject_id=tier.id, period=Period.DAY).used(Measure.SCENES)


def wishes(tier: Tier, **changes: Any) -> Wishes:
    """What a reader wishes for, with the tier's default models and no film."""
    given: dict[str, Any] = {
        "prompt": "A fishwife finds a brass key in a fish",
        "length": Length.SHORT,
        "art_style": "watercolour",
        "text_model": catalogue.choose(tier, Kind.TEXT),
        "image_model": catalogue.choose(tier, Kind.IMAGE),
        "video_model": None,
        "beginning": None,
        "nonce": uuid.uuid4(),
    }
    if changes.pop("film", False):
        given["video_model"] = catalogue.choose(tier, Kind.VIDEO)
    return Wishes(**{**given, **changes})


def story(reader: User, tier: Tier, **changes: Any) -> Scene:
    """The first scene of a new story; nothing is written yet."""
    return play.start(reader=reader, tier=tier, wishes=wishes(tier, **changes), address="192.0.2.1")


def run(user: User, tier: Tier) -> Run:
    return asking.open_run(tier=tier, user=user, purpose="test")


def job(user: User, tier: Tier, *, kind: Kind = Kind.IMAGE, needs: tuple[Job, ...] = (), **request: Any) -> Job:
    """A queued purchase that belongs to no story; its step does nothing (see `tests.generation.conftest`)."""
    with transaction.atomic():
        default = {"prompt": '{"must_end": false}' if kind is Kind.TEXT else "a brass key"}
        return asking.add(
            run=run(user, tier),
            model=catalogue.choose(tier, kind),
            request={**default, **request},
            step="test-step",
            needs=needs,
        )
