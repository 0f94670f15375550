"""Reports: a person's own go into their archive, and lose name and words when they leave."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import exporting
from accounts.exporting import Listing, Part, pages
from accounts.leaving import Left, Room, Stage, register
from accounts.models import User
from gallery.models import Report

AT_ONCE = 200


def connect() -> None:
    """Take part from now on. Called once, when the app is ready."""
    exporting.register("gallery", parts, told="reports.json       what you reported")
    register(Room("gallery", Stage.THINGS, remove=remove))


def parts(user: User) -> Iterator[Part]:
    yield Listing("reports.json", map(_report, pages(Report.objects.filter(reporter=user))))


def remove(user_id: uuid.UUID) -> Left:
    """That something was reported, and why, is the library's to know; by whom and in which words, no longer."""
    theirs = Report.objects.filter(Q(reporter_id=user_id) | Q(subject=str(user_id)))
    found = list(theirs.values_list("pk", flat=True)[:AT_ONCE])
    with transaction.atomic():
        for report in found:
            # A subject of its own each, because nobody is in the same place twice.
            Report.objects.filter(pk=report).update(reporter=None, words="", subject=f"left:{uuid.uuid4()}")
    return Left.MORE if len(found) == AT_ONCE else Left.NOTHING


def _report(report: Report) -> dict[str, Any]:
    return {
        "about": report.part, "id": report.subject_id, "reason": report.reason, "words": report.words,
        "state": report.state, "at": report.created_at, "closed_at": report.closed_at,
    }  # fmt: skip
