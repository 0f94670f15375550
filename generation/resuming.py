"""Going on after the database was away: which of the writes that broke off came through, only the rows can say."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Collection, Mapping

from generation.jobs import claiming
from generation.models import Job
from generation.purchases import Held


def found_again(
    worker: str, *, held: Mapping[uuid.UUID, Held], done: Collection[Held], claimed: deque[Job]
) -> list[Held]:
    """Bring what a worker knows of its jobs up to date. `done` are those of `held` whose outcome is still to be written, and
    `claimed` what was not begun yet; of that, only what still is the worker's stays. Answers those of `done` whose outcome is
    written already, or that are somebody else's by now. What the rows give this worker and it does not have in hand, because
    a claim broke off that was written all the same, is free for the next."""
    jobs = [*claimed, *(one.job for one in done)]
    rows = claiming.still_mine(worker=worker, held={job.id: job.fence for job in jobs})
    for job in jobs:
        for seen in claiming.SEEN:
            if job.id in rows and hasattr(job, seen):
                setattr(rows[job.id], seen, getattr(job, seen))
    for one in done:
        one.job = rows.get(one.job.id, one.job)
    kept = [rows[job.id] for job in claimed if job.id in rows]
    claimed.clear()
    claimed.extend(kept)
    gone = [one for one in done if one.job.id not in rows]
    in_hand = {*held, *(job.id for job in kept)} - {one.job.id for one in gone}
    claiming.give_back(worker=worker, but=in_hand)
    return gone
