"""What checks answered."""

from __future__ import annotations

from generation.errors import AgainstRules
from generation.models import Job

CHECK = "safety-check"
"""The step of a check that a purchase waits for, because of what was asked for."""
JUDGE = "safety-judge"
"""The step of a check that a result waits for before it shows; its subject is the job that was bought."""
BARRED = "barred"
"""Error class of what a check kept from being asked for."""
UNFIT = "unfit"
"""Error class of what was bought and is never shown."""
UNCHECKED = "unchecked"
"""Error class of what was bought and could not be checked: it is kept, unshown, and only the check is tried again."""
TOLD = "The prompt was not let through by this library's check. Nothing was charged for it."


def categories(check: Job) -> list[str] | None:
    """What a check that is done flagged; None where it let it through."""
    verdict = check.result.get("verdict") or {}
    if not verdict.get("flagged"):
        return None
    return [str(one) for one in verdict.get("categories") or []] or ["flagged"]


def refuse_flagged(job: Job) -> None:
    """Raise `AgainstRules` where a check that `job` waited for flagged what it was asked with."""
    for check in Job.objects.filter(needed_by=job, step=CHECK):
        if categories(check) is not None:
            raise AgainstRules(TOLD)
