"""Every call of a provider on record: what was asked of whom, what became of it, and what it cost. Never what was said."""

from __future__ import annotations

from accounts import audit
from generation import numbers
from generation.models import Job
from generation.providers.contract import Kind


def called(job: Job, outcome: str, *, cost_micros: int) -> None:
    """Put the end of the job's attempt on record, in the transaction that closes its hold: one insert. An attempt that was
    never sent called nobody, and deliveries have a log of their own. `outcome` is “delivered”, “not charged” or “unknown”.
    The prompt is kept as a keyed hash, by which somebody who holds a prompt can show that this was it."""
    numbers.spent(job, outcome, cost_micros)
    was_sent = job.sent_at is not None or bool(job.tries)
    if job.kind == Kind.DELIVER or not was_sent:
        return
    audit.write(
        "provider.called",
        subject=audit.of(job),
        actor=job.run.user_id,
        detail={
            "provider": job.provider,
            "model": job.model.key if job.model is not None else None,
            "kind": job.kind,
            "attempt": job.attempt,
            "outcome": outcome,
            "hold_micros": job.hold_micros,
            "cost_micros": cost_micros,
            "prompt_hash": audit.keyed("prompt", str(job.request.get("prompt", ""))),
            **({"error": job.error_class} if outcome != "delivered" and job.error_class else {}),
        },
    )
