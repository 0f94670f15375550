"""Checks, carried out: what is asked for waits for them, what came back is held until they are done, and what is refused ends
or is asked of another model.

A job that was bought stays `stored` while it is looked at. So no page, status, socket, file or list shows it: all of them
show what is done, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.ledger import OverBudget
from generation import catalogue, steps
from generation.adapters import adapter
from generation.clock import after
from generation.errors import CannotBuy
from generation.jobs import asking
from generation.jobs.transitions import write
from generation.models import ACTIVE, AiModel, Asset, Job, Lane, Run, SafetyEvent, SafetyPolicy, Status
from generation.policy import NOTHING_CHARGED, NOUNS
from generation.providers.contract import Kind, Replay
from generation.safety import events, policies, verdicts, words
from generation.safety.verdicts import CHECK, JUDGE

LOOK_AGAIN_SECONDS = 20.0
A_PICTURE = "The picture that comes along."
THE_RESULT = "The picture that was made."
WHAT = {Kind.TEXT: SafetyEvent.What.TEXT, Kind.VIDEO: SafetyEvent.What.FILM}


# Before


def wanted(policy: SafetyPolicy, text: str, pictures: int = 0) -> list[dict[str, Any]]:
    """The requests of the checks that have to pass before `text` and so many pictures may be sent to anybody. The files of
    those with `inputs` are still to be filled in."""
    reads = policies.judge_of_text(policy, after=False) is not None and bool(text.strip())
    looks = policies.judge_of_pictures(policy, after=False) is not None and _takes_pictures(policy.check_model)
    found: list[dict[str, Any]] = [{"prompt": text, "what": SafetyEvent.What.PROMPT}] if reads else []
    one: dict[str, Any] = {"prompt": A_PICTURE, "what": SafetyEvent.What.UPLOAD, "inputs": [{"role": "source"}]}
    return found + [dict(one) for _ in range(pictures if looks else 0)]


def before(
    *, run: Run, policy: SafetyPolicy, text: str, pictures: Sequence[Asset] = (), what: str = SafetyEvent.What.PROMPT
) -> list[Job]:
    """Buy the checks of what is asked for; what is asked for needs them. None where the policy asks for none. Raises as
    `asking.add` does."""
    checks: list[Job] = []
    files = iter(pictures)
    for request in wanted(policy, text, len(pictures)):
        assert policy.check_model is not None
        if "inputs" in request:
            request["inputs"] = [{"role": "source", "asset": str(next(files).id)}]
        else:
            request["what"] = what
        checks.append(asking.add(run=run, model=policy.check_model, request=request, step=CHECK))
    return checks


class CheckStep(steps.Step):
    """A check of what is asked for. What waits for it looks at its verdict (`verdicts.refuse_flagged`)."""

    name = CHECK

    def finish(self, job: Job) -> None:
        flagged = verdicts.categories(job)
        if flagged is not None:
            _note(
                job, stage=SafetyEvent.Stage.BEFORE, what=job.request.get("what", SafetyEvent.What.PROMPT),
                by=SafetyEvent.By.MODEL, name=_name(job.model), categories=flagged,
                verdict=SafetyEvent.Verdict.REFUSED, said=str(job.request.get("prompt", "")),
            )  # fmt: skip


# After


@dataclass(frozen=True, slots=True)
class Unfit:
    """What came back may not show: found by a rule, by a check, or refused by the provider itself."""

    by: SafetyEvent.By
    name: str
    said: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What came back waits for its check."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What came back could not be checked; `why` is for staff."""

    why: str


def look(job: Job) -> Unfit | Held | Unchecked | None:
    """Whether what was bought may go on to its step (None), waits for a check that is bought here, or may not show."""
    if job.kind not in (Kind.TEXT, Kind.IMAGE, Kind.EDIT, Kind.VIDEO):
        return None
    tier = job.run.tier
    is_text = job.kind == Kind.TEXT
    said = steps.find(job.step).said(job) if is_text else ""
    found = next((one for one in words.find(words.rules_of(tier), said) if one.keeps_out), None) if said else None
    if found is not None:
        return Unfit(SafetyEvent.By.RULE, found.rule.text, said)
    policy = policies.of(tier)
    if is_text:
        judge = policies.judge_of_text(policy, after=True) if said.strip() else None
    else:
        judge = policies.judge_of_pictures(policy, after=True)
        if judge is not None and not _takes_pictures(judge):
            return Unchecked(f"“{judge.key}” looks at no pictures: choose another model, or take the check away")
    return _judged(job, judge, said) if judge is not None else None


def _judged(job: Job, judge: AiModel, said: str) -> Unfit | Held | Unchecked | None:
    check = Job.objects.filter(subject_id=job.id, step=JUDGE, request__of_attempt=job.attempt).first()
    if check is None and job.restored_at is not None and adapter(judge.provider).replay is not Replay.FREE:
        return Unchecked("it came back with a backup, and its check may have been bought since that was taken")
    if check is None:
        request: dict[str, Any] = {"prompt": said or THE_RESULT, "of_attempt": job.attempt}
        if not said:
            request["inputs"] = [{"role": "source", "asset": str(job.asset_id)}]
        try:
            with transaction.atomic():
                check = asking.add(run=job.run, model=judge, request=request, step=JUDGE, subject_id=job.id)
        except (OverBudget, CannotBuy) as no:
            return Unchecked(str(no))
        asking.ring()
    if check.status in ACTIVE:
        # The check's own end wakes it (`JudgeStep`); should that be missed, it is looked at again soon.
        write(job, seen=False, lease_until=after(LOOK_AGAIN_SECONDS), worker="")
        return Held()
    if check.status != Status.DONE:
        return Unchecked(check.message)
    flagged = verdicts.categories(check)
    return Unfit(SafetyEvent.By.MODEL, _name(check.model), said, tuple(flagged)) if flagged is not None else None


class JudgeStep(steps.Step):
    """A check of what came back. However it ends, the job that it looked at goes on."""

    name = JUDGE

    def finish(self, job: Job) -> None:
        _wake(job)

    def failed(self, job: Job) -> None:
        _wake(job)


def _wake(check: Job) -> None:
    Job.objects.filter(id=check.subject_id, status=Status.STORED).update(lease_until=after(-1))
    asking.ring()


def told(job: Job, found: Unfit | Unchecked) -> str:
    """The sentence for whoever waits."""
    noun = NOUNS[Kind(job.kind)]
    if isinstance(found, Unchecked):
        return f"{noun} came back and could not be checked, so nothing is shown. Try again: only the check is repeated."
    charged = "It was charged." if job.cost_micros else NOTHING_CHARGED
    kept = f"{noun} that came back {'are' if job.kind == Kind.TEXT else 'is'} not shown"
    return f"{kept}: this library's rules keep it from you. {charged}"


# A refusal, and who is asked instead


def instead(job: Job) -> dict[str, Any] | None:
    """The job's row for the policy's fallback model, as changes for a new attempt; None where a refusal is final: there is no
    such model, it was asked already, or it cannot be bought from."""
    model = policies.fallback(policies.of(job.run.tier), Kind(job.kind))
    if model is None or job.instead_of or model.id == job.model_id or job.error_class == verdicts.BARRED:
        return None
    refused_by = _name(job.model)
    before = (job.model, job.request, job.provider)
    try:
        job.model, job.provider = model, model.provider
        job.request = catalogue.fit(model, job.request)
        catalogue.refuse_wrong(model, asking.request_of(job))
        job.hold_micros = asking.quote(job)
        credential = asking.account(model, job.run.user)
    except CannotBuy:
        job.model, job.request, job.provider = before
        return None
    able = catalogue.capabilities(model, Kind(job.kind))
    return {
        "model": model, "provider": model.provider, "credential": credential, "hold_micros": job.hold_micros,
        "lane": Lane.CORE if able is not None and able.burns_core else Lane.WAIT, "instead_of": refused_by,
        "request": job.request, "result": {}, "error_class": "", "error_detail": f"refused by {refused_by}",
    }  # fmt: skip


def note_refusal(job: Job, found: Unfit, *, is_final: bool) -> None:
    """Write down that a result, or by its provider the request, was refused."""
    is_providers = found.by == SafetyEvent.By.PROVIDER
    _note(
        job, stage=SafetyEvent.Stage.AFTER,
        what=SafetyEvent.What.PROMPT if is_providers else WHAT.get(Kind(job.kind), SafetyEvent.What.PICTURE),
        by=found.by, name=found.name, categories=found.categories, said=found.said,
        verdict=SafetyEvent.Verdict.REFUSED if is_final else SafetyEvent.Verdict.FALLBACK,
    )  # fmt: skip


def _note(job: Job, **facts: Any) -> None:
    events.note(tier=job.run.tier, user_id=job.run.user_id, job_id=job.id, **facts)


def _name(model: AiModel | None) -> str:
    return model.key if model is not None else "a model that is gone"


def _takes_pictures(model: AiModel | None) -> bool:
    able = catalogue.capabilities(model) if model is not None else None
    return able is not None and able.inputs.get("source", 0) > 0


def register() -> None:
    """Make the steps known to the engine."""
    for step in (CheckStep(), JudgeStep()):
        steps.register(step)
