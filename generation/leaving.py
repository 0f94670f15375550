"""What the engine does for somebody who leaves: it stops what is under way, and forgets what was asked and made.

Jobs stay as records of what was paid. What a late worker brings is not written, because cancelling raised the job's fence.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q

from accounts.leaving import Left, Room, Stage, register
from generation import assets, keys
from generation.errors import NotRetryable
from generation.jobs import asking, ending
from generation.jobs.transitions import LostClaim
from generation.models import ACTIVE, Asset, Job, ProviderKey, Run, SafetyEvent, Status, Turn, WebhookDelivery
from generation.webhooks import events

AT_ONCE = 50


def connect() -> None:
    """Take part from now on. Called once, when the app is ready."""
    register(Room("jobs", Stage.STOP, remove=stop))
    register(Room("engine", Stage.TRACES, remove=remove))


def stop(user_id: uuid.UUID) -> Left:
    """Cancel what is under way. What is bought already, and about to appear, is waited for, and so is what a provider has yet
    to say of what it charged: the job's row is what it is asked by."""
    active = Job.objects.filter(run__user_id=user_id, status__in=ACTIVE)
    for job in active[:AT_ONCE]:
        try:
            asking.cancel(job)
        except (NotRetryable, LostClaim):
            continue
    untold = Q(stops_provider=True) | Q(deadline_at__isnull=False)
    asked = Job.objects.filter(untold, run__user_id=user_id, status=Status.CANCELLED)
    return Left.WAITS if active.exists() or asked.exists() else Left.NOTHING


def remove(user_id: uuid.UUID) -> Left:
    """A few of their runs: files, words, and whose they were; then their keys at providers."""
    runs = list(Run.objects.filter(user_id=user_id).order_by("created_at")[:AT_ONCE])
    for run in runs:
        if not _forget(run):
            return Left.WAITS
    if len(runs) == AT_ONCE:
        return Left.MORE
    Turn.objects.filter(person_id=user_id).delete()
    SafetyEvent.objects.filter(user_id=user_id).exclude(excerpt="").update(excerpt="")  # their words; the rest stays
    for key in ProviderKey.objects.filter(user_id=user_id):
        keys.delete_key(key)
    return Left.NOTHING


def _forget(run: Run) -> bool:
    """False where something of it is still under way."""
    with transaction.atomic():
        jobs = list(Job.objects.select_for_update(of=("self",)).filter(run=run).order_by("id"))
        if any(job.status in ACTIVE for job in jobs):
            return False
        for job in jobs:
            files = {str(one["asset"]) for one in job.request.get("inputs", [])}
            if job.asset_id is not None:
                files.add(str(job.asset_id))
            _forget_news(job)
            ending.erase(job)
            for asset in Asset.objects.filter(id__in=files):
                assets.discard(asset)
        Run.objects.filter(id=run.id).update(user=None)
    return True


def _forget_news(job: Job) -> None:
    """Webhooks were told how the job ended, some of them with what was made: those messages go too."""
    told = [
        events.id_of(word, job.id, attempt)
        for word in set(events.TOLD_AS.values())
        for attempt in range(1, job.attempt + 1)
    ]
    for delivery in WebhookDelivery.objects.filter(event_id__in=told).select_related("job"):
        message = delivery.job
        if message.status in ACTIVE:
            asking.cancel(message)
        delivery.delete()
        ending.erase(message)
