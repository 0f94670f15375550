"""What is asked about: in each library a reader's private story, an author's piece, and a row of everything the admin lists.
All of it carries a mark of that library wherever a person or a model could write.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Tenant, Tier, User
from accounts.tenancy import scope
from generation import media
from generation.models import Asset, Job
from generation.providers.contract import Kind
from generation.studio import making, policy, wishes
from generation.studio.models import Piece, Source, Take, Upload
from stories.models import Choice, Scene
from tests.admin_rows import MAKERS
from tests.stories import worker

WORDS = ("story_title", "title", "text", "picture", "alt", "film", "memory", "ending_name")


@dataclass
class Things:
    """`named` is what a placeholder of an address stands for; `rows` the admin's, by label."""

    mark: str
    named: dict[str, Any]
    rows: dict[str, Any] = field(default_factory=dict)


def things_of(tenant: Tenant, *, tier: str, reader: User, author: User) -> Things:
    mark = f"quillon-{tenant.slug}"
    with scope(tenant):
        said = {name: f"{mark} {name} and more words, so that it is long enough to be a scene." for name in WORDS}
        worker.finished(
            reader, Tier.objects.get(slug=tier), film=True, prompt=f"{mark} prompt",
            said={**said, "choices": [f"{mark} one", f"{mark} two"]},
        )  # fmt: skip
        scene = Scene.objects.select_related("job").get(depth=1)
        assert scene.job is not None
        pictures = Job.objects.get(kind="image", run=scene.job.run_id)
        piece, take, upload = _studio(author, mark)
        asset = pictures.asset
        assert asset is not None
        Job.objects.update(message=f"{mark} message", error_detail=f"{mark} detail")
        rows = {model._meta.label_lower: MAKERS[model](mark) for model in admin.site._registry}
        for kept in Asset.objects.all():
            if not default_storage.exists(kept.storage_name):
                default_storage.save(kept.storage_name, ContentFile(mark.ljust(kept.size_bytes).encode()))
        named = {
            "story_id": scene.story_id, "scene_id": scene.id, "choice_id": Choice.objects.get(scene=scene, position=0).id,
            "job_id": scene.job.id, "run_id": scene.job.run_id, "asset_id": asset.id, "piece_id": piece.id,
            "take_id": take.id, "upload_id": upload.id, "token": media.link(asset).rsplit("/", 1)[-1],
            "studio_job": take.job_id, "picture_job": pictures.id,
        }  # fmt: skip
    return Things(mark, named, rows)


def _studio(author: User, mark: str) -> tuple[Piece, Take, Upload]:
    rules = policy.current()
    wish = wishes.read(Kind.IMAGE, {"prompt": f"{mark} prompt"}, rules=rules, user=author)
    piece = making.make(user=author, rules=rules, wish=wish, source=Source.FORM, nonce=uuid.uuid4())
    worker.work()
    brought = Asset.objects.create(sha256="0" * 64, media_type="image/png", size_bytes=100, model_name=f"{mark} model")
    take = Take.objects.get(piece=piece)
    Take.objects.filter(id=take.id).update(instruction=f"{mark} instruction")
    return piece, take, Upload.objects.create(user=author, asset=brought)


def leaked(body: str, about: dict[str, Things]) -> set[str]:
    """The libraries whose marks stand in an answer."""
    return {slug for slug, things in about.items() if things.mark in body}
