"""Rows whose every word comes from somebody who means harm: written into an install, past every check that would soften them.

Run in the install's own process; prints where to look.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey, Membership, Role, Tenant, Tier, User
from accounts.tenancy import scope
from generation.models import (
    AiModel,
    Asset,
    Credential,
    Event,
    Job,
    ProviderKey,
    Run,
    Status,
    WebhookDelivery,
    WebhookEndpoint,
)
from generation.studio.models import Piece, StudioPolicy, Take
from stories.models import Beginning, Choice, Image, Scene, Story
from tests.stories import worker

FILE = Path(__file__).with_name("xss_payloads.txt")
ROWS = 48
"""Fewer than a list of the admin shows on one page, so that all of them are seen at once."""


def payloads() -> list[str]:
    lines = FILE.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line and not line.startswith("# ")]


def handfuls() -> list[str]:
    """All payloads, some in each."""
    found = payloads()
    return [" ¦ ".join(found[at::ROWS]) for at in range(ROWS)]


@transaction.atomic  # nobody claims what is not committed
def write() -> None:
    every, parts = " ¦ ".join(payloads()), handfuls()
    tenant = Tenant.objects.get(slug="fablewright")
    author = User.objects.get(email="author@example.com")
    with scope(tenant):
        tier = Tier.objects.get(slug="kids")
        root = _story(author, tier, every, parts)
        piece = _studio(author, tier, every, parts)
        _records(author, parts)
        Beginning.objects.bulk_create(
            Beginning(tier=tier, slug=f"b-{n}", title=part, blurb=part, prompt=part, cover_alt=part, position=50 + n)
            for n, part in enumerate(parts)
        )
        Tier.objects.bulk_create(
            Tier(slug=f"t-{n}", name=part, tagline=part, guidelines=part, picture_style=part, position=50 + n)
            for n, part in enumerate(parts)
        )
        Tier.objects.filter(pk=tier.pk).update(name=every, tagline=every)
        StudioPolicy.objects.update(guidelines=every, picture_style=every)
        made = User.objects.bulk_create(
            User(email=f"somebody-{n}@example.org", display_name=part) for n, part in enumerate(parts)
        )
        Membership.objects.bulk_create(Membership(user=user, role=Role.READER, tenant=tenant) for user in made)
    AiModel.objects.filter(provider="demo").update(name=every[:4000])
    Tenant.objects.filter(pk=tenant.pk).update(name=every, tagline=every)
    User.objects.filter(pk=author.pk).update(display_name=every)
    User.objects.filter(email="operator@example.com").update(display_name=every)
    print(json.dumps({"story": str(root.story_id), "root": str(root.id), "piece": str(piece.id)}))


def _story(author: User, tier: Tier, every: str, parts: list[str]) -> Scene:
    """One finished story, whose first page leads to many endings."""
    # As a model's output: through the schema and the drafts, which leave markup alone.
    said = {"title": parts[0][:100], "text": every[:6000], "alt": parts[1], "choices": [parts[2][:250], parts[3][:250]]}
    worker.finished(author, tier, prompt=parts[4], said=said)
    root = Scene.objects.get(parent=None)
    Scene.objects.update(title=every, text=every, picture=every, alt=every, film=every, memory=every, ending_name=every)
    Story.objects.update(title=every, prompt=every, visibility="published", finished_at=timezone.now())
    Choice.objects.update(text=every)
    for n, part in enumerate(parts):
        origin = Choice.Origin.TYPED if n % 2 else Choice.Origin.WRITTEN
        choice = Choice.objects.create(scene=root, position=10 + n, text=part, origin=origin)
        Scene.objects.create(
            story=root.story, parent=root, via=choice, depth=2, title=part, text=part, is_ending=True, ending_name=part
        )
    picture = Asset.objects.first()
    stories = [
        Story(tier=tier, reader=author, prompt=part, title=part, target_depth=2, seed=1, visibility="published",
              nonce=uuid.uuid4(), finished_at=timezone.now(), text_model=root.story.text_model)
        for part in parts[:20]
    ]  # fmt: skip
    for story in Story.objects.bulk_create(stories):
        scene = Scene.objects.create(story=story, depth=1, title=story.title, text=story.title, alt=story.title)
        Image.objects.create(scene=scene, job=_job(author, tier, story.title, status=Status.DONE, asset=picture))
    return root


def _job(user: User, tier: Tier | None, words: str, **changes: Any) -> Job:
    run = Run.objects.create(tier=tier, user=user, purpose=words[:40])
    given = {"kind": "image", "provider": "demo", "step": "draw-scene", "status": Status.FAILED, **changes}
    return Job.objects.create(
        run=run, request={"prompt": words}, result={"text": words}, message=words, error_detail=words, error_class="Rejected",
        finished_at=timezone.now(), **given,
    )  # fmt: skip


def _studio(author: User, tier: Tier, every: str, parts: list[str]) -> Piece:
    for words in [*parts, every]:
        piece = Piece.objects.create(user=author, kind="image", title=words, settings={"prompt": words, "style": words})
        job = _job(author, None, words)
        Take.objects.create(piece=piece, job=job, number=1, instruction=words)
    return piece


def _records(author: User, parts: list[str]) -> None:
    """What stands in pages of keys and in the staff rooms."""
    membership = Membership.objects.get(user=author)
    for n, part in enumerate(parts):
        ApiKey.objects.create(membership=membership, name=part, prefix=f"x{n:07}", digest=f"{n:064}", scopes=["read"])
        account = Credential.objects.create(provider=f"p-{n}", label=part, is_brought=True)
        ProviderKey.objects.create(provider=f"p-{n}", secret="a key of nobody", hint=part[:60], credential=account)
        endpoint = WebhookEndpoint.objects.create(
            url=f"https://hooks.example/{part}", events=[Event.FINISHED], secret="whsec", disabled_because=part
        )
        sent = _job(author, None, part, kind="deliver", provider="webhook", step="deliver")
        WebhookDelivery.objects.create(
            id=sent.id, endpoint=endpoint, event_id=uuid.uuid4(), event=Event.FINISHED, job=sent, said=part
        )
