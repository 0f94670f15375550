"""Jobs: staff look at them, try them again and cancel them; nobody writes them by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.ledger import OverBudget
from accounts.models import LedgerEntry
from accounts.staff import RecordAdmin, money
from generation import steps, stuck, switches
from generation.errors import CannotBuy
from generation.jobs import asking, retrying
from generation.jobs.transitions import ALLOWED, LostClaim
from generation.models import ACTIVE, TERMINAL, Job, Status
from generation.providers.contract import Kind

TONES = {
    Status.WAITING: "info",
    Status.QUEUED: "info",
    Status.RUNNING: "primary",
    Status.PARKED: "primary",
    Status.STORED: "primary",
    Status.DONE: "success",
    Status.FAILED: "danger",
    Status.REFUSED: "warning",
    Status.CANCELLED: "",
    Status.UNKNOWN: "warning",
}
"""The colour of a status; stories use it for their pictures and films too."""
ENDED_BADLY = (Status.FAILED, Status.REFUSED, Status.UNKNOWN)


class Stage(SimpleListFilter):
    """What staff look for: what is under way, what of it does not go on, and what ended badly."""

    title = "stage"
    parameter_name = "stage"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", "Under way"), ("stuck", "Does not go on"), ("failed", "Ended badly")]

    def queryset(self, request: Any, jobs: QuerySet[Job]) -> QuerySet[Job]:
        if self.value() == "stuck":
            return jobs.filter(pk__in=stuck.annotated(Job.objects.order_by()).values("pk"))
        wanted = {"active": ACTIVE, "failed": ENDED_BADLY}.get(self.value() or "")
        return jobs.filter(status__in=wanted) if wanted else jobs


@admin.register(Job)
class JobPage(RecordAdmin):
    list_display = ["name", "state", "message", "kind", "model", "tier", "asked_by", "attempt", "cost", "age"]
    list_filter = [Stage, "status", "kind", "run__tier", ("model", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["id", "message", "error_detail", "run__user__email"]
    actions = ["retry_chosen", "cancel_chosen"]
    actions_detail = ["retry", "cancel"]
    fieldsets = [
        (None, {"fields": ["status", "message", "waits_because", "made"]}),
        ("Asked", {"fields": ["asked_by", "tier", "purpose", "model_name", "instead_of", "age", "request_shown"]}),
        ("Came back", {"fields": ["result_shown", "cost", "error_class", "error_detail"]}),
        ("Money", {"fields": ["booked", "reused_from"]}),
        (
            "Engine",
            {
                "fields": ["attempt", "tries", "asks", "needed", "worker", "provider_job_id", "due_at", "deadline_at",
                           "sent_at", "finished_at"],
            },
        ),
    ]  # fmt: skip
    readonly_fields = [
        "made", "waits_because", "asked_by", "tier", "purpose", "model_name", "age", "request_shown", "result_shown", "cost",
        "booked", "needed",
    ]  # fmt: skip

    def get_queryset(self, request: Any) -> QuerySet[Job]:
        found: QuerySet[Job] = super().get_queryset(request)
        return found.select_related("model", "run__tier", "run__user", "tenant", "asset")

    def has_retry_permission(self, request: Any, obj: Any = None) -> bool:
        return self._may_act(request, obj)

    def has_cancel_permission(self, request: Any, obj: Any = None) -> bool:
        return self._may_act(request, obj)

    def _may_act(self, request: Any, named: Any) -> bool:
        """Unfold hands over the id from the address; another tenant's is a 404 before anything is asked or shown."""
        if isinstance(named, str):
            self.row(request, named)
        return bool(request.actor.is_staff)

    # What a row says

    @display(description="Job")
    def name(self, job: Job) -> str:
        return str(job.id)[:8]

    @display(description="Status", ordering="status", label=TONES)
    def state(self, job: Job) -> tuple[str, str]:
        return job.status, "Waiting" if job.status == Status.WAITING else job.get_status_display()

    @display(description="Tier", ordering="run__tier__name")
    def tier(self, job: Job) -> str:
        if job.run.tier:
            return job.run.tier.name
        return "—" if job.kind == Kind.DELIVER else "Studio"

    @display(description="Asked by", ordering="run__user__email")
    def asked_by(self, job: Job) -> str:
        return str(job.run.user or "somebody who is gone")

    @display(description="Cost", ordering="cost_micros")
    def cost(self, job: Job) -> str:
        if job.cost_micros is None and job.status in ACTIVE:
            return f"{money(job.hold_micros, job.tenant.currency)} held"
        return money(job.cost_micros, job.tenant.currency)

    @display(description="Age", ordering="-created_at")
    def age(self, job: Job) -> str:
        return timesince(job.created_at, depth=1)

    @display(description="For")
    def purpose(self, job: Job) -> str:
        return f"{job.run.purpose}, step {job.step}"

    @display(description="Model")
    def model_name(self, job: Job) -> str:
        if job.kind == Kind.DELIVER:
            return "—"
        name = str(job.model) if job.model else "a model that is gone"
        return f"{name} (asked for: {job.asked_model})" if job.asked_model else name

    @display(description="Does not go on")
    def waits_because(self, job: Job) -> str:
        found = stuck.annotated(Job.objects.filter(pk=job.pk)).values_list("why", flat=True).first()
        if found is None:
            return "—"
        off = switches.of(job.model_id, job.provider) if found == stuck.Why.OFF else None
        return f"{stuck.WORDS[found]}{f': {off.reason}' if off is not None else ''}"

    @display(description="Made")
    def made(self, job: Job) -> SafeString | str:
        try:
            address = steps.find(job.step).describe(job).get("url")
        except KeyError:  # the room that asked is not installed any more; its jobs are still looked at
            address = None
        if not address:
            return "—"
        if job.asset is not None and job.asset.media_type.startswith("image/"):
            return format_html('<a href="{0}"><img class="plate" src="{0}" alt="What was made"></a>', address)
        return format_html('<a class="onward" href="{}">Open it</a>', address)

    @display(description="Request")
    def request_shown(self, job: Job) -> SafeString:
        return format_html('<pre class="written">{}</pre>', json.dumps(job.request, indent=2, ensure_ascii=False))

    @display(description="Result")
    def result_shown(self, job: Job) -> SafeString:
        return format_html('<pre class="written">{}</pre>', json.dumps(job.result, indent=2, ensure_ascii=False))

    @display(description="Ledger")
    def booked(self, job: Job) -> SafeString | str:
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (entry.created_at.strftime("%Y-%m-%d %H:%M:%S"), entry.attempt, entry.get_kind_display(),
                 money(entry.amount_micros, job.tenant.currency))
                for entry in LedgerEntry.objects.filter(job_id=job.id)
            ),
        )  # fmt: skip
        head = "<tr><th>When</th><th>Attempt</th><th>Entry</th><th>Amount</th></tr>"
        return format_html('<table class="booked">{}{}</table>', SafeString(head), rows) if rows else "—"

    @display(description="Needs")
    def needed(self, job: Job) -> SafeString | str:
        links = (
            (reverse("admin:generation_job_change", args=[need.id]), need, need.get_status_display())
            for need in Job.objects.filter(needed_by=job)
        )
        return format_html_join(", ", '<a class="onward" href="{}">{} ({})</a>', links) or "—"

    # What staff do

    def get_actions_detail(self, request: Any, object_id: Any) -> list[Any]:
        job: Job = self.row(request, object_id)
        may = {"retry": job.status in TERMINAL and job.status != Status.DONE, "cancel": _cancellable(job)}
        shown: list[Any] = super().get_actions_detail(request, object_id)
        return [button for button in shown if may[button.action_name.rsplit("_", 1)[1]]]

    @action(
        description="Try again", permissions=["retry"], icon="replay", variant=ActionVariant.PRIMARY,
        dialog={
            "title": "Try this job again?",
            "description": "It gets a new attempt with a hold of its own, and what waited for it is tried again too.",
            "form_class": None, "form_submit_text": "Try again",
        },
    )  # fmt: skip
    def retry(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        return self._one(request, object_id, _retry, "was queued again")

    @action(
        description="Cancel job", permissions=["cancel"], icon="cancel",
        dialog={
            "title": "Cancel this job?",
            "description": "What was sent to a provider already may be charged all the same.",
            "form_class": None, "form_submit_text": "Yes, cancel the job",
        },
    )  # fmt: skip
    def cancel(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        return self._one(request, object_id, _cancel, "was cancelled")

    @admin.action(description="Try again", permissions=["retry"])
    def retry_chosen(self, request: Any, jobs: QuerySet[Job]) -> None:
        self._all(request, jobs.order_by("created_at"), _retry, "queued again")

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel_chosen(self, request: Any, jobs: QuerySet[Job]) -> None:
        self._all(request, jobs, _cancel, "cancelled")

    def _one(self, request: Any, object_id: str, verb: Verb, done: str) -> HttpResponse:
        job: Job = self.row(request, object_id)
        refused = verb(job)
        if refused:
            messages.error(request, refused)
        else:
            self.log_change(request, job, f"The job {done}.")
            messages.success(request, f"The job {done}.")
        return self.back_to(request, object_id)

    def _all(self, request: Any, jobs: Iterable[Job], verb: Verb, done: str) -> None:
        refusals: Counter[str] = Counter()
        count = 0
        for job in jobs:
            refused = verb(job)
            if refused:
                refusals[refused] += 1
            else:
                count += 1
                self.log_change(request, job, f"The job was {done}.")
        if count:
            messages.success(request, f"{count} {'job was' if count == 1 else 'jobs were'} {done}.")
        for sentence, times in refusals.items():
            messages.error(request, f"{times} {'job was' if times == 1 else 'jobs were'} not {done}: {sentence}")


Verb = Callable[[Job], str]
"""Does something to a job; answers the sentence that says why not, or nothing."""


def _retry(job: Job) -> str:
    if job.status not in TERMINAL:
        return "It is under way already."
    return _refusal(lambda: retrying.retry(job, with_dependents=True))


def _cancel(job: Job) -> str:
    if job.status in TERMINAL:
        return "It has ended already."
    return _refusal(lambda: asking.cancel(job))


def _refusal(verb: Callable[[], Job]) -> str:
    try:
        verb()
    except (CannotBuy, OverBudget) as refused:
        return str(refused)
    except LostClaim:
        return "It changed at this moment. Look at it again."
    return ""


def _cancellable(job: Job) -> bool:
    return Status.CANCELLED in ALLOWED[Status(job.status)]
