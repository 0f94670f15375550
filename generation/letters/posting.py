"""Letters on their way: written with what they tell of, put away when they have gone or were given up."""

from __future__ import annotations

import datetime
import logging
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.letters import Letter as Written
from accounts.signals import letter_written
from accounts.tenancy import across_tenants
from generation import keys
from generation.jobs import asking, ending
from generation.models import ACTIVE, Job, Letter
from generation.providers.mailing import Letter as Contents
from generation.signals import job_ended

log = logging.getLogger(__name__)
KEPT_FOR = datetime.timedelta(days=90)
"""How long it is remembered that something was told: longer than any period of a budget."""


def connect() -> None:
    """Listen from now on. Called once, when the app is ready."""
    letter_written.connect(_letter_written, dispatch_uid="letters")
    job_ended.connect(_job_ended, dispatch_uid="letters")


@sensitive_variables()
def post(letter: Written) -> Letter | None:
    """Send a letter under the active tenant's name, in the caller's transaction; None where that event was told already."""
    contents = Contents(letter.to, letter.subject, letter.text, letter.sender_name).written()
    if Letter.objects.filter(event_id=letter.event_id).exists():
        return None
    try:
        with transaction.atomic():
            job = asking.post(seconds=letter.good_for.total_seconds() if letter.good_for else None)
            row: Letter = Letter.objects.create(
                id=job.id, job=job, event_id=letter.event_id, about=letter.about, contents=contents
            )
    except IntegrityError:
        return None  # another process told of the same event at the same moment
    asking.ring()
    return row


@sensitive_variables()
def _letter_written(sender: Any, letter: Written, **_: Any) -> None:
    post(letter)


def _job_ended(sender: Any, job: Job, **_: Any) -> None:
    """Put a letter away: from here on nobody can read it or send it again."""
    if job.provider == keys.LETTERS:
        Letter.objects.filter(job=job).update(contents="")
        ending.forget(job, but_why=True)


def forget_old() -> int:
    """Delete what is remembered of letters of long ago, of all tenants; how many."""
    with across_tenants("letters of all tenants are forgotten after a while"):
        old = Letter.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).exclude(job__status__in=ACTIVE)
        return old.delete()[0]


OURS = uuid.UUID("c1e0b0fb-2f0c-5b0e-8f5e-3a7c9d2a6b14")
"""The namespace of the events that letters are told by once."""


def id_of(*facts: object) -> uuid.UUID:
    """The same id for the same facts."""
    return uuid.uuid5(OURS, ":".join(str(fact) for fact in facts))
