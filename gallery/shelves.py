"""What stands in the gallery, and the pages of a finished story in the order in which they are read."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, UUIDField

from accounts.access import Actor, owned_or_published
from accounts.models import Tier
from generation.models import Status
from stories import showing
from stories.models import Choice, Image, Scene, Story, Video


def stories_for(actor: Actor, tier: Tier) -> QuerySet[Story]:
    """Finished stories of the tier that this actor may read, with cover and film badge, newest first."""
    made = {"scene__story": OuterRef("pk"), "job__status": Status.DONE}
    filmed = Video.objects.filter(showing.seen(), **made)
    cover = Image.objects.filter(showing.seen(), **made).order_by("scene__depth", "created_at")
    return (
        Story.objects.filter(tier=tier, finished_at__isnull=False)
        .filter(owned_or_published(actor, owner="reader_id", visibility="visibility"))
        .select_related("text_model", "image_model", "video_model", "reader")
        .annotate(
            has_film=Exists(filmed),
            # Said outright: a foreign key in a subquery would arrive as the database keeps it.
            cover_scene=Subquery(cover.values("scene_id")[:1], output_field=UUIDField()),
            cover_alt=Subquery(cover.values("scene__alt")[:1]),
        )
        .order_by("-finished_at")
    )


def endings(story: Story, actor: Actor) -> QuerySet[Scene]:
    """The endings that were reached, the first one first; those that staff hid for staff alone."""
    found = Scene.objects.filter(story=story, is_ending=True).exclude(text="").order_by("created_at")
    return found if actor.is_staff else found.filter(is_hidden=False)


def pages_to(story: Story, scene_id: uuid.UUID | None, actor: Actor) -> list[Scene]:
    """The written scenes from the first to an ending. With `scene_id`, the way that leads through that scene. Pages that staff
    hid are turned over, but for staff."""
    rows = {
        row.id: row for row in Scene.objects.filter(story=story).exclude(text="").select_related("via", "job__model")
    }
    end = endings(story, actor).last()
    if scene_id is not None and scene_id in rows:
        end = _ending_below(rows, rows[scene_id], prefer=end)
    way: list[Scene] = []
    at = rows.get(end.id) if end else None
    while at is not None:
        way.append(at)
        at = rows.get(at.parent_id) if at.parent_id else None
    return [page for page in way[::-1] if actor.is_staff or not page.is_hidden]


def _ending_below(rows: dict[uuid.UUID, Scene], scene: Scene, *, prefer: Scene | None) -> Scene:
    """An ending on a way through `scene`: the preferred one if its way leads through it, else the newest, else the last
    written page below."""
    below = {scene.id}
    for row in sorted(rows.values(), key=lambda r: r.depth):
        if row.parent_id in below:
            below.add(row.id)
    if prefer is not None and prefer.id in below:
        return prefer
    return max((rows[i] for i in below), key=lambda r: (r.is_ending, r.created_at))


def reader_page(story: Story, way: list[Scene], scene: Scene, actor: Actor) -> dict[str, Any]:
    """One page of the finished book, with the page before and the page after."""
    position = [page.id for page in way].index(scene.id)
    return {
        "way": way,
        "position": position + 1,
        "previous": way[position - 1] if position else None,
        "following": way[position + 1] if position + 1 < len(way) else None,
        "taken": way[position + 1].via if position + 1 < len(way) else None,
        "endings": endings(story, actor),
        "other_choices": Choice.objects.filter(scene=scene).count(),
    }
