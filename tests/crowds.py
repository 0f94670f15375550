"""More of the same: copies of a story or a piece with all that belongs to it, for what has to be as quick with many of them.
Each function works under the active tenant, and makes as many as it is told."""

from __future__ import annotations

import uuid
from typing import Any

from generation.models import Job, Run
from generation.studio.models import Piece, Take
from stories.models import Choice, Image, Reading, Scene, Story, Video


def copied(row: Any, **changes: Any) -> Any:
    """A new row with the values of this one."""
    fields = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.primary_key}
    fields.pop("tenant")
    return type(row).objects.create(**fields | changes)


def stories(first: Story, number: int, **changes: Any) -> None:
    """Copies of a story, with its readings, pages, pictures and films."""
    readings = list(Reading.objects.filter(story=first))
    # The pages of its first way: those beside it are `siblings`.
    way = Scene.objects.filter(story=first).exclude(via__origin=Choice.Origin.TYPED)
    scenes = list(way.order_by("depth", "created_at").select_related("job__run"))
    plates = [
        plate
        for kind in (Image, Video)
        for plate in kind.objects.filter(scene__in=[scene.id for scene in scenes]).select_related("job")
    ]
    for count in range(number):
        story = copied(first, **{"nonce": uuid.uuid4(), "title": f"Story {count}", **changes})
        runs: dict[Any, Run] = {}
        pages: dict[Any, Any] = {None: None}
        for scene in scenes:
            job = None
            if scene.job is not None:
                run = copied(scene.job.run, topic_id=story.id)
                runs[scene.job.run_id] = run
                job = copied(scene.job, run=run)
            page = copied(scene, story=story, parent=pages[scene.parent_id], via=None, job=job)
            Job.objects.filter(id=page.job_id).update(subject_id=page.id)
            pages[scene.id] = page
        for plate in plates:
            page = pages[plate.scene_id]
            copied(plate, scene=page, job=copied(plate.job, run=runs[plate.job.run_id], subject_id=page.id))
        for reading in readings:
            copied(reading, story=story, scene=pages[reading.scene_id])


def siblings(of: Scene, number: int) -> None:
    """More pages after the same page, each by a choice that its reader typed."""
    assert of.parent is not None
    for count in range(number):
        way = Choice.objects.create(
            scene=of.parent, position=100 + count, text=f"Way {count}", origin=Choice.Origin.TYPED, nonce=uuid.uuid4()
        )
        job = copied(of.job, run=of.job.run) if of.job is not None else None
        page = copied(of, via=way, job=job, is_ending=False)
        Job.objects.filter(id=page.job_id).update(subject_id=page.id)


def pieces(first: Piece, number: int) -> None:
    """Copies of a piece of the studio, with its takes."""
    takes = list(Take.objects.filter(piece=first).select_related("job__run"))
    for count in range(number):
        piece = copied(first, nonce=uuid.uuid4(), title=f"Piece {count}")
        for take in takes:
            run = copied(take.job.run, topic_id=piece.id)
            made = copied(take, piece=piece, nonce=uuid.uuid4(), job=copied(take.job, run=run))
            Job.objects.filter(id=made.job_id).update(subject_id=made.id)
