"""Reporting a story, a page, a picture or a film to staff, and closing what was reported."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.access import Actor
from accounts.quotas import person_of
from gallery.models import Reason, Report
from stories import showing
from stories.drafts import clean
from stories.errors import CannotPlay

MAX_WORDS = 1000
MOST_IN_AN_HOUR = 10


class TooMany(CannotPlay):
    """So many reports from one person (for guests: from one address) that no more are taken for a while."""

    wait_seconds = 3600

    def __init__(self) -> None:
        super().__init__("That are many reports in an hour. Staff see those you sent; wait a little.", status=429)


def report(*, actor: Actor, address: str, thing: showing.Thing, reason: str, words: str = "") -> tuple[Report, bool]:
    """The report, and whether it is new: one for each person and thing. Whoever calls has made sure that the actor sees it."""
    if reason not in Reason.values:
        raise CannotPlay("Choose what is wrong with it.", field="reason")
    words = clean(words, keep_lines=True)
    if len(words) > MAX_WORDS:
        raise CannotPlay(f"That is longer than {MAX_WORDS:,} characters. Say it shorter.", field="words")
    subject = str(person_of(user_id=actor.user_id, is_guest=actor.is_guest, address=address))
    about = {"part": showing.PARTS[type(thing)], "subject_id": showing.subject_of(thing), "subject": subject}
    found = Report.objects.filter(**about).first()
    if found is not None:
        return found, False
    since = timezone.now() - datetime.timedelta(hours=1)
    if Report.objects.filter(subject=subject, created_at__gte=since).count() >= MOST_IN_AN_HOUR:
        raise TooMany
    return Report.objects.get_or_create(
        **about,
        defaults={
            "story_id": showing.story_id_of(thing), "reporter_id": actor.user_id, "reason": reason, "words": words,
        },
    )  # fmt: skip


def close(thing: showing.Thing, state: Report.State) -> int:
    """Close what is open about `thing`; how many reports that were."""
    return Report.objects.filter(
        part=showing.PARTS[type(thing)], subject_id=showing.subject_of(thing), state=Report.State.OPEN
    ).update(state=state, closed_at=timezone.now())
