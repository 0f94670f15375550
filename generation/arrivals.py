"""What a worker's purchases bring is written into their rows: words and progress, what lies in the spool, results and errors.
Called by the thread that owns the database connection, under the job's tenant scope; raises `LostClaim` where the fence is no
longer this worker's, and then nothing was written."""

from __future__ import annotations

import logging
import time

from django.conf import settings

from generation import crash, policy, purchases, spool, switches, taking_up
from generation.adapters import adapter, scrubbed
from generation.breakers import Word, word_of
from generation.jobs import outcomes, storing
from generation.jobs.breaking import Ears
from generation.models import Job, Status
from generation.policy import Verdict
from generation.providers.contract import Done, Kind, Pending
from generation.providers.errors import ProviderError
from generation.purchases import Held, Outcome
from generation.tallies import Counting
from generation.telemetry import span

log = logging.getLogger(__name__)

NOTE_SECONDS = 0.3
MAX_SAID = 60_000
"""Characters of a text that are shown while it is written; a scene has a fifth of them."""


class Arrivals:
    """The writing hand of one worker, with what it counts of providers' health."""

    def __init__(self) -> None:
        self.ears = Ears()
        self.counting = Counting()

    def hear(self, held: Held, piece: str) -> None:
        """Keep a piece of text in mind, where the job is a text that may be shown before it is whole."""
        room = MAX_SAID - held.said_length
        if room <= 0 or held.job.kind != Kind.TEXT:
            return
        if not held.job.run.streams_text:
            return
        held.said.append(purchases.keepable(piece[:room]))
        held.said_length += len(held.said[-1])

    def has_news(self, held: Held, moment: float) -> bool:
        """Whether it has words or progress to show, and showed some no less long ago than an eye can follow."""
        if held.said_length <= held.noted_length and held.share <= held.noted_share:
            return False
        return moment - held.noted_at >= NOTE_SECONDS

    def note(self, held: Held, moment: float) -> None:
        """Write all words so far, and the progress, in one write."""
        has_words, has_share = held.said_length > held.noted_length, held.share > held.noted_share
        held.noted_at, held.noted_share, held.noted_length = moment, held.share, held.said_length
        if has_words:
            held.said = ["".join(held.said)]
            outcomes.wrote(held.job, held.said[0], held.share if has_share else None)
        else:
            outcomes.progressed(held.job, held.share)

    def spooled(self, held: Held) -> None:
        """What was bought is safe on this machine. Where storage has it by now, that needs not be said."""
        crash.point("after_spooled")
        held.gives_up_at = time.monotonic() + settings.GENERATION["STORE_SECONDS"]
        if not held.is_put and held.job.spool_id != spool.own_id():
            storing.spooled(held.job, replay=adapter(held.job.provider).replay)
        crash.point("after_spool_noted")

    def waits(self, held: Held, waited_seconds: float) -> None:
        """Storage is gone: the job goes on when it is back, by whoever of this machine takes it up."""
        storing.waits_for_storage(held.job, replay=adapter(held.job.provider).replay, waited_seconds=waited_seconds)
        crash.point("after_left_in_spool")

    def outcome(self, outcome: Outcome) -> Held | None:
        """A result or an error, in the row. What is to be done next by a thread, where something is."""
        job, value = outcome.held.job, outcome.value
        is_shut = self._hear_of(outcome)
        if outcome.error is not None:
            self._decide(job, scrubbed(outcome.held.able, outcome.error), is_shut=is_shut)
        elif isinstance(value, Pending):
            crash.point("before_parked")
            outcomes.parked(job, value)
            crash.point("after_parked")
        elif isinstance(value, Done):
            if job.status != Status.STORED:  # else it was written before the database went away
                crash.point("before_stored")
                with span("store", job):
                    outcomes.stored(job, value, outcome.kept)
                crash.point("after_stored")
            if outcome.kept is not None:
                spool.forget(job.id)
            taking_up.finish(job)
            crash.point("after_finished")
        elif switches.covers(job):  # asked by our reference, and the provider never took it
            outcomes.handed_back(job)
        else:
            return taking_up.begin(job, "start")
        return None

    def late(self, held: Held) -> None:
        """Its time is over, whatever its thread does."""
        decision = policy.past_deadline(
            kind=Kind(held.job.kind), sent=held.verb == "start" or bool(held.job.sent_at),
            replay=adapter(held.job.provider).replay,
        )  # fmt: skip
        self.counting.note(held.job.provider, error="deadline")
        self.ears.hear(held.job, Word.FAILED, because="deadline")
        outcomes.decided(held.job, decision)

    def _hear_of(self, outcome: Outcome) -> bool:
        """Note how the call went, for whoever looks at the provider's health, and for its breakers; whether one is open."""
        job, error = outcome.held.job, outcome.error
        name = type(error).__name__.lower() if error is not None else ""
        is_made = isinstance(outcome.value, Done) and outcome.held.verb == "start"
        took = outcome.at - outcome.held.began_at if is_made else None
        self.counting.note(job.provider, error=name, seconds=took)
        return self.ears.hear(job, word_of(error), because=name, is_first=job.tries == 0)

    def _decide(self, job: Job, error: ProviderError, *, is_shut: bool = False) -> None:
        decision = policy.after_error(
            error,
            kind=Kind(job.kind),
            replay=adapter(job.provider).replay,
            tries=job.tries + 1,
            attempt=job.attempt,
            has_id=bool(job.provider_job_id),
        )
        log.info("job %s: %s, so %s", job.id, error, decision.verdict)
        if is_shut and decision.verdict is Verdict.RETRY and not job.provider_job_id and outcomes.elsewhere(job, error):
            return
        outcomes.decided(job, decision, error)
