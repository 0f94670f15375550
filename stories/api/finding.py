"""Stories and scenes by their id, for whoever may read or play them; for everybody else there is nothing, 404.

A story belongs to a tier: where its tier may not be entered, it is not found either, as on the pages.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, UUIDField
from rest_framework.request import Request

from accounts.access import Actor, Verb, enterable, find
from accounts.models import User
from stories.models import Choice, Image, Reading, Scene, Story, Video

STATUS_FIELDS = (
    "version", "status", "progress", "message", "kind", "lane", "credential_id", "model_id", "sent_at", "spool_id",
)  # fmt: skip


def actor_of(request: Request) -> Actor:
    http: Any = request._request
    found: Actor = http.actor
    return found


def reader_of(request: Request) -> User:
    """Who is signed in; behind the door for members, somebody is."""
    user: Any = request.user
    reader: User = user
    return reader


def story(request: Request, story_id: uuid.UUID) -> Story:
    actor = actor_of(request)
    found: Story = find(stories(actor), actor, Verb.READ, id=story_id)
    return found


def stories(actor: Actor) -> QuerySet[Story]:
    """The stories of tiers that `actor` may enter, with what `answers.story` says of them."""
    here = Reading.objects.filter(story=OuterRef("pk"), reader_id=actor.user_id).values("scene_id")[:1]
    return (
        Story.objects.filter(enterable(actor, tier="tier"))
        .select_related("tier", "beginning", "text_model", "image_model", "video_model")
        .annotate(here=Subquery(here, output_field=UUIDField()))
    )


def playable(request: Request, scene_id: uuid.UUID) -> Scene:
    """A scene of one's own, with what the verbs of play need."""
    actor = actor_of(request)
    rows = Scene.objects.select_related(
        "story__tier", "story__text_model", "story__image_model", "story__video_model", "job", "parent__story", "via"
    ).filter(enterable(actor, tier="story__tier"))
    found: Scene = find(rows, actor, Verb.PLAY, id=scene_id)
    return found


def scene(request: Request, scene_id: uuid.UUID) -> Scene:
    """A scene with its jobs, as `answers.scene` reads it: one query."""
    actor = actor_of(request)
    rows = Scene.objects.select_related("story__tier", "job", "image__job__asset", "video__job__asset").filter(
        enterable(actor, tier="story__tier")
    )
    found: Scene = find(rows, actor, Verb.READ, id=scene_id)
    return found


def status_of_scene(request: Request, scene_id: uuid.UUID) -> Scene:
    """The same with no more columns than a status needs: it is asked for all the time."""
    actor = actor_of(request)
    plates = [
        f"{part}__{name}" for part in ("image", "video") for name in ("tenant_id", "scene_id", "job_id", "standing")
    ]
    jobs = [
        f"{job}__{name}"
        for job in ("job", "image__job", "video__job")
        for name in ("tenant_id", *STATUS_FIELDS, "asset_id")
    ]
    assets = [f"{part}__job__asset__{name}" for part in ("image", "video") for name in ("tenant_id", "sha256")]
    rows = (
        Scene.objects.select_related("story", "job", "image__job__asset", "video__job__asset")
        .only(
            "tenant_id", "job_id", "is_hidden", "story__tenant_id", "story__reader_id", "story__visibility", "job__partial",
            *plates, *jobs, *assets,
        )
        .filter(enterable(actor, tier="story__tier"))
    )  # fmt: skip
    found: Scene = find(rows, actor, Verb.READ, id=scene_id)
    return found


def plate(scene: Scene, part: str) -> Image | Video | None:
    """The picture (`image`) or film (`video`) of a scene that was loaded here."""
    return getattr(scene, part, None)


def choices(scene: Scene) -> list[Choice]:
    """The ways on from a scene: those written with it, and those that somebody made and took. Each has `led_to`."""
    onward = Scene.objects.filter(via=OuterRef("pk"))
    rows = Choice.objects.filter(scene=scene).annotate(led_to=Subquery(onward.values("id")[:1]))
    return [row for row in rows.order_by("position", "id") if row.origin == Choice.Origin.WRITTEN or row.led_to]
