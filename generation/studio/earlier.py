"""What somebody made of the same wish before, where they want that again and not another: found by what was asked for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from accounts.models import User
from accounts.tenancy import current
from generation.jobs import reusing
from generation.models import Asset, Job
from generation.studio import wishes
from generation.studio.wishes import Wish

ANY_SEED = "any"


def held(wish: Wish, *, user: User) -> int:
    """What asking for the wish would hold now: its price, or less where it is answered by what the user made before. Where a
    picture comes along that is not taken in yet, its price: whether it is the same one is seen when it is there."""
    files = [one.source for one in wish.brought]
    if not wish.reuses or not all(isinstance(file, Asset) for file in files):
        return wish.price_micros
    bought = found(wish, user=user, marks=marks(wish, user=user, files=files)).count(None)
    return wishes.price(replace(wish, count=bought)) if bought else 0


def marks(wish: Wish, *, user: User, files: Sequence[Asset]) -> list[str]:
    """The fingerprint of each of the things that are wished for; `files` are the pictures that come along. A seed that we
    chose ourselves is no part of it."""
    tenant_id = current()
    assert tenant_id is not None
    return [_mark(wish, user, tenant_id, files, place) for place in range(wish.count)]


def found(wish: Wish, *, user: User, marks: Sequence[str]) -> list[Job | None]:
    """For each of the things that are wished for, what there is of it already. One answers for one."""
    had: list[Job | None] = []
    for mark in marks if wish.reuses else ():
        taken = [job.id for job in had if job is not None]
        had.append(reusing.find(user=user, mark=mark, step=wishes.STEP, without=taken))
    return had or [None] * len(marks)


def seeded(request: Mapping[str, Any], place: int) -> dict[str, Any]:
    """The request of one of several: each has a seed of its own."""
    made = dict(request)
    if place and "seed" in made:
        made["seed"] = (made["seed"] + place) % 2**32
    return made


def _mark(wish: Wish, user: User, tenant_id: uuid.UUID, files: Sequence[Asset], place: int) -> str:
    asked = seeded(wish.request, place)
    if not wish.seed_is_said:
        asked["seed"] = ANY_SEED
    return reusing.fingerprint(
        tenant_id=tenant_id, user_id=user.pk, model=wish.model, kind=wish.job_kind, request=asked,
        files=[(one.role, file.sha256) for one, file in zip(wish.brought, files, strict=True)],
        is_preview=wish.preview_of is not None,
    )  # fmt: skip
