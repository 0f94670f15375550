"""All that waits for staff: appeals, reports, pictures and films for approval, stories for the shelf; and deciding about it.

Gathered from the rows themselves, so nothing is said twice: what is decided is gone from here by that.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.access import Actor, Visibility
from gallery import reports
from gallery.models import Report
from generation.models import Status
from stories import appeals, showing
from stories.errors import CannotPlay
from stories.models import Appeal, Image, Part, Ruling, Scene, Standing, Story, Video

LISTED = 25
"""Of each kind, the oldest; the others come up when those are decided."""


class Wait(StrEnum):
    """Why something waits."""

    APPEAL = "appeal"
    REPORT = "report"
    APPROVAL = "approval"
    PUBLICATION = "publication"


BUTTONS: dict[Wait, tuple[tuple[str, str], ...]] = {
    Wait.APPEAL: (("grant", "Show it again"), ("refuse", "Leave it hidden")),
    Wait.REPORT: (("hide", "Hide"), ("keep", "Leave it as it is")),
    Wait.APPROVAL: (("approve", "Approve"), ("decline", "Decline")),
    Wait.PUBLICATION: (("approve", "Put on the shelf"), ("decline", "Decline")),
}


@dataclass(slots=True)
class Item:
    """One thing that waits, with what staff need to decide. `said` are the sentences of those who brought it here."""

    wait: Wait
    part: str
    subject_id: uuid.UUID
    since: datetime.datetime
    said: list[dict[str, Any]] = field(default_factory=list)
    story: Story | None = None
    scene: Scene | None = None
    is_hidden: bool = False

    @property
    def buttons(self) -> tuple[tuple[str, str], ...]:
        if self.wait is Wait.REPORT and self.is_hidden:
            return (("keep", "Leave it hidden, and close"),)
        return BUTTONS[self.wait]

    @property
    def noun(self) -> str:
        return {"story": "Story", "scene": "Page", "picture": "Picture", "film": "Film"}[self.part]


def counts() -> dict[str, int]:
    """How much waits, by why."""
    reported = Report.objects.filter(state=Report.State.OPEN).order_by().values("part", "subject_id").distinct()
    return {
        Wait.APPEAL: Appeal.objects.filter(state=Appeal.State.OPEN).count(),
        Wait.REPORT: reported.count(),
        Wait.APPROVAL: sum(_for_approval(kind).count() for kind in (Image, Video)),
        Wait.PUBLICATION: _for_publication().count(),
    }


def items() -> list[Item]:
    """The oldest of each kind, in a fixed number of queries: appeals first, then reports, pictures and films, stories."""
    found = [*_appeals(), *_reports(), *_approvals(), *_publications()]
    _fill(found)
    return [item for item in found if item.story is not None]


def decide(*, actor: Actor, wait: str, part: str, subject_id: uuid.UUID, verb: str, reason: str) -> str:
    """Carry out a button; a sentence about it. Raises `CannotPlay` with nothing changed."""
    thing = showing.find(part, subject_id)
    if not actor.is_staff or thing is None or (wait, verb) not in {(w, v) for w in Wait for v, _ in BUTTONS[w]}:
        raise CannotPlay("There is nothing here.", status=404)
    with transaction.atomic():
        if wait == Wait.APPEAL:
            decision = showing.why_hidden(thing)
            appeal = appeals.of(decision) if decision is not None else None
            if appeal is None:
                raise CannotPlay("Somebody has answered this appeal meanwhile. Look again.", status=409)
            appeals.answer(actor=actor, appeal=appeal, grants=verb == "grant", reason=reason)
            return "It is shown again." if verb == "grant" else "It stays hidden."
        if verb == "hide":
            showing.hide(actor=actor, thing=thing, reason=reason)
            reports.close(thing, Report.State.ACTED)
            return "It is hidden."
        if verb == "keep":
            state = Report.State.ACTED if showing.is_hidden(thing) else Report.State.KEPT
            if not reports.close(thing, state):
                raise CannotPlay("Somebody has decided about this meanwhile. Look again.", status=409)
            showing.record(actor=actor, thing=thing, ruling=Ruling.KEEP, reason=reason)
            return "It stays as it is."
        if isinstance(thing, Scene):
            raise CannotPlay("There is nothing here.", status=404)
        if verb == "approve":
            showing.approve(actor=actor, thing=thing, reason=reason)
            return "It is approved."
        showing.decline(actor=actor, thing=thing, reason=reason)
        return "It is declined."


def _for_approval(kind: type[Any]) -> QuerySet[Any]:
    waits: QuerySet[Any] = kind.objects.filter(standing=Standing.WAITING, job__status=Status.DONE)
    return waits.order_by("created_at")


def _for_publication() -> QuerySet[Story]:
    return Story.objects.filter(publication_asked_at__isnull=False, visibility=Visibility.PRIVATE).order_by(
        "publication_asked_at"
    )


def _appeals() -> Iterator[Item]:
    rows = Appeal.objects.filter(state=Appeal.State.OPEN).select_related("decision", "owner").order_by("created_at")
    for row in rows[:LISTED]:
        yield Item(
            Wait.APPEAL, row.decision.part, row.decision.subject_id, row.created_at,
            [
                {"who": "Staff", "reason": "hid it", "words": row.decision.reason},
                {"who": str(row.owner), "reason": "appeals", "words": row.words},
            ],
        )  # fmt: skip


def _reports() -> Iterable[Item]:
    found: dict[tuple[str, uuid.UUID], Item] = {}
    for row in Report.objects.filter(state=Report.State.OPEN).select_related("reporter").order_by("created_at")[:200]:
        item = found.get((row.part, row.subject_id))
        if item is None:
            if len(found) == LISTED:
                continue
            item = found[(row.part, row.subject_id)] = Item(Wait.REPORT, row.part, row.subject_id, row.created_at)
        who = str(row.reporter) if row.reporter else "Somebody"
        item.said.append({"who": who, "reason": row.get_reason_display(), "words": row.words})
    return found.values()


def _approvals() -> Iterator[Item]:
    for kind in (Image, Video):
        for row in _for_approval(kind)[:LISTED]:
            yield Item(Wait.APPROVAL, showing.PARTS[kind], row.scene_id, row.created_at)


def _publications() -> Iterator[Item]:
    for story in _for_publication()[:LISTED]:
        assert story.publication_asked_at is not None
        yield Item(Wait.PUBLICATION, Part.STORY, story.id, story.publication_asked_at)


def _fill(found: list[Item]) -> None:
    """Give each item its story, and its scene with picture and film; for a whole story its first scene."""
    of_scenes = {item.subject_id for item in found if item.part != Part.STORY}
    of_stories = {item.subject_id for item in found if item.part == Part.STORY}
    with_all = Scene.objects.select_related("story__tier", "story__reader", "image__job", "video__job")
    scenes = {row.id: row for row in with_all.filter(id__in=of_scenes)}
    stories = {row.id: row for row in Story.objects.select_related("tier", "reader").filter(id__in=of_stories)}
    firsts = {row.story_id: row for row in with_all.filter(story__in=of_stories, parent=None)}
    for item in found:
        if item.part == Part.STORY:
            item.story, item.scene = stories.get(item.subject_id), firsts.get(item.subject_id)
        else:
            item.scene = scenes.get(item.subject_id)
            item.story = item.scene.story if item.scene else None
        item.is_hidden = _is_hidden(item)


def _is_hidden(item: Item) -> bool:
    if item.story is None or item.part == Part.STORY:
        return item.story is not None and item.story.visibility == Visibility.HIDDEN
    if item.part == Part.SCENE:
        return item.scene is not None and item.scene.is_hidden
    plate = getattr(item.scene, "image" if item.part == Part.PICTURE else "video", None)
    return plate is not None and plate.standing == Standing.HIDDEN
