"""Kill switches: an operator switches off a model, a provider, or all buying, with a reason.

The row is the switch, and every process looks at it: who asks is told at once (`refuse_off`), and no worker sends anything new
(`off` is part of what is due). What was sent already is asked after and finished. What waits stays until it is switched on
again, its time is over, or the operator cancels it (`generation.freeing`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts import audit
from generation import keys
from generation.errors import CannotBuy
from generation.models import AiModel, Job, Switch
from generation.providers.contract import Kind

ALL = "all buying"


class SwitchedOff(CannotBuy):
    """Operators switched off what was to be bought from. It comes back when they say so, so the status is 503."""

    def __init__(self, message: str, *, field: str = "model") -> None:
        super().__init__(message, field=field, status=503)


def off() -> Q:
    """Of a query on jobs: what the job would be bought from is switched off. Deliveries are no purchases."""
    return ~Q(kind=Kind.DELIVER) & Q(
        Exists(
            Switch.objects.filter(
                Q(model_id=OuterRef("model_id"))
                | Q(model=None, provider=OuterRef("provider"))
                | Q(model=None, provider="")
            )
        )
    )


def off_models() -> Q:
    """The same of a query on grants."""
    return Q(Exists(_of_a_grant()))


def why_off() -> Subquery:
    """Of a query on grants: the reason why the model is off; null where it is on."""
    return Subquery(_of_a_grant().order_by("-model", "-provider").values("reason")[:1])


def _of_a_grant() -> QuerySet[Switch]:
    return Switch.objects.filter(
        Q(model_id=OuterRef("model_id"))
        | Q(model=None, provider=OuterRef("model__provider"))
        | Q(model=None, provider="")
    )


def covers(job: Job) -> bool:
    """Whether the job may not be sent now. One query."""
    return job.kind != Kind.DELIVER and of(job.model_id, job.provider) is not None


def of(model_id: int | None, provider: str) -> Switch | None:
    """The switch that keeps a model of a provider from being bought from, the widest first; None where it is on. One query."""
    here = Q(provider="") | Q(provider=provider)
    rows = list(Switch.objects.filter(Q(model_id=model_id, model__isnull=False) | (Q(model=None) & here)))
    return min(rows, key=_width, default=None)


def covering(switches: Sequence[Switch], model: AiModel) -> Switch | None:
    """The same among switches that are known."""
    found = [
        one
        for one in switches
        if one.model_id == model.id or (one.model_id is None and one.provider in ("", model.provider))
    ]
    return min(found, key=_width, default=None)


def every() -> list[Switch]:
    """All that is off. One query."""
    return list(Switch.objects.select_related("model"))


def refuse_off(model: AiModel, *, field: str = "model") -> None:
    """Raise `SwitchedOff` where the model may not be bought from. One query."""
    found = of(model.id, model.provider)
    if found is not None:
        raise SwitchedOff(sentence(model, found), field=field)


def sentence(model: AiModel, switch: Switch, others: Sequence[AiModel] = ()) -> str:
    """What whoever asks for the model is told: that it is off, why, and which others may be used."""
    if switch.model_id is None and not switch.provider:
        return f"Nothing can be made here at the moment: {_ended(switch.reason)} What is there already can be read as usual."
    what = f"“{model.name}”" if switch.model_id else f"“{model.name}”, like all of {keys.title(model.provider)},"
    names = ", ".join(f"“{one.name}”" for one in others[:3])
    instead = f"{names} can be used instead." if names else "Choose another model, or come back later."
    return f"{what} is switched off at the moment: {_ended(switch.reason)} {instead}"


def title(switch: Switch) -> str:
    """What is off, in words for staff."""
    if switch.model_id is not None:
        return f"the model “{switch.model.name}”"  # type: ignore[union-attr]
    return f"the provider {keys.title(switch.provider)}" if switch.provider else ALL


# What operators do


def switch_off(*, reason: str, provider: str = "", model: AiModel | None = None, by: uuid.UUID | None) -> Switch:
    """Switch it off, from now on in every process. A second call gives a new reason. On record."""
    with transaction.atomic():
        key = {"model": model} if model is not None else {"model": None, "provider": provider}
        row, _ = Switch.objects.update_or_create(**key, defaults={"reason": reason.strip()[:200], "by": by})
        audit.write("switch.off", subject=_subject(row), detail={"reason": row.reason})
    return row


def switch_on(switch: Switch) -> None:
    """Switch it on again: what waits for it goes on. On record. Whoever calls rings."""
    with transaction.atomic():
        if Switch.objects.filter(id=switch.id).delete()[0]:
            audit.write("switch.on", subject=_subject(switch), detail={"reason": switch.reason})


def concerns(switch: Switch) -> Q:
    """Of a query on jobs: those that this switch is about."""
    if switch.model_id is not None:
        return Q(model_id=switch.model_id)
    bought = ~Q(kind=Kind.DELIVER)
    return bought & Q(provider=switch.provider) if switch.provider else bought


def _subject(switch: Switch) -> audit.Subject:
    name = switch.model.key if switch.model is not None else (switch.provider or ALL)
    return audit.Subject("generation.switch", name[:60], title(switch))


def _width(switch: Switch) -> int:
    return 2 if switch.model_id is not None else int(bool(switch.provider))


def _ended(reason: str) -> str:
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."
