"""A job: one purchase or one piece of work. The row is the truth; `generation.jobs` is the only writer of its status."""

from __future__ import annotations

from django.db import models

from accounts.tenancy import TenantRow
from generation.providers.contract import Kind


class Status(models.TextChoices):
    WAITING = "waiting", "Waiting for another job"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PARKED = "parked", "At the provider"
    STORED = "stored", "Bought and kept"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused"
    CANCELLED = "cancelled", "Cancelled"
    UNKNOWN = "unknown", "Fate unknown"


ACTIVE = (Status.WAITING, Status.QUEUED, Status.RUNNING, Status.PARKED, Status.STORED)
TERMINAL = (Status.DONE, Status.FAILED, Status.REFUSED, Status.CANCELLED, Status.UNKNOWN)


class Lane(models.TextChoices):
    """Where the work is done: in a thread, because it only waits, or in a child process, because it burns a core."""

    WAIT = "wait", "Waits"
    CORE = "core", "Burns a core"


KINDS = [(kind.value, kind.value.capitalize()) for kind in Kind]


class Job(TenantRow):
    run = models.ForeignKey("generation.Run", on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=KINDS)
    lane = models.CharField(max_length=4, choices=Lane.choices, default=Lane.WAIT)
    priority = models.PositiveSmallIntegerField(
        default=5, help_text="Lower goes first: text, then pictures, then film."
    )
    model = models.ForeignKey("generation.AiModel", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_model = models.CharField(
        max_length=120,
        blank=True,
        help_text="The name that was asked for, where one was; it may lead to another model.",
    )
    instead_of = models.CharField(
        max_length=120, blank=True, help_text="Key of the model that refused it, where the tier's fallback took over."
    )
    credential = models.ForeignKey("generation.Credential", null=True, on_delete=models.SET_NULL, related_name="+")
    provider = models.SlugField(max_length=40)
    request = models.JSONField(default=dict, help_text="Fields of the provider's Request; inputs by asset id.")

    step = models.CharField(max_length=40, help_text="Name in generation.steps.")
    subject_id = models.UUIDField(null=True, help_text="The asking room's row that the step fills in.")
    needs = models.ManyToManyField("self", symmetrical=False, through="JobNeed", related_name="needed_by")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    version = models.PositiveBigIntegerField(default=1, help_text="Grows with every change that somebody may see.")
    progress = models.FloatField(null=True, help_text="A share from 0 to 1.")
    partial = models.TextField(
        blank=True, help_text="What this attempt has written so far, raw; only where the tier shows text as it comes."
    )
    attempt = models.PositiveIntegerField(default=1, help_text="Purchases tried; each has a hold of its own.")
    tries = models.PositiveIntegerField(default=0, help_text="Passing faults within this attempt.")
    asks = models.PositiveIntegerField(default=0, help_text="Times the step asked again for a usable answer.")

    fence = models.PositiveBigIntegerField(
        default=0, help_text="Grows with every claim; writes name the one they hold."
    )
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, help_text="Committed just before the request goes out.")
    provider_job_id = models.CharField(max_length=500, blank=True)
    poll_url = models.CharField(max_length=1000, blank=True)

    spool_id = models.UUIDField(
        null=True, help_text="The spool that its file waits in for storage, where that takes longer than a moment."
    )
    spooled_until = models.DateTimeField(
        null=True, help_text="Until then only workers that see that spool go on with it; then anybody's policy does."
    )

    stops_provider = models.BooleanField(default=False, help_text="Cancelled, and the provider has to be told.")

    hold_micros = models.BigIntegerField(default=0)
    cost_micros = models.BigIntegerField(null=True)
    result = models.JSONField(default=dict, help_text="Text, and what was really used.")
    asset = models.ForeignKey("generation.Asset", null=True, on_delete=models.SET_NULL, related_name="+")
    error_class = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True, help_text="For staff. Never shown to readers.")
    message = models.CharField(max_length=300, blank=True, help_text="Fit for a reader.")

    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="Of who asked for what; the same again has the same. Empty: not compared."
    )
    reused_from = models.UUIDField(null=True, help_text="The job whose result this one shows again, at no cost.")
    preview_of = models.JSONField(
        null=True, help_text="Of a preview: the fields of the request as they were before it was made small."
    )

    restored_at = models.DateTimeField(
        null=True,
        help_text="It came back with a backup: what was bought goes on, and no attempt is made of its own accord.",
    )

    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["status", "due_at"],
                name="job_due",
                condition=models.Q(status__in=["queued", "parked", "running", "stored"]),
            ),
            models.Index(fields=["run"], name="job_run"),
            models.Index(fields=["id"], name="job_to_stop", condition=models.Q(stops_provider=True)),
            models.Index(fields=["tenant", "created_at"], name="job_by_tenant"),
            models.Index(
                fields=["tenant", "fingerprint"],
                name="job_done_before",
                condition=models.Q(status="done") & ~models.Q(fingerprint=""),
            ),
            models.Index(
                fields=["model", "-finished_at"],
                name="job_took",
                condition=models.Q(status="done", sent_at__isnull=False),
            ),
            models.Index(
                fields=["deadline_at"],
                name="job_charge_untold",
                condition=models.Q(status="cancelled", deadline_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.id)[:8]}"

    @property
    def is_preview(self) -> bool:
        """Whether it was made small, and is marked as a preview."""
        return self.preview_of is not None

    @property
    def reference(self) -> str:
        """Our own name for the purchase, unique per attempt."""
        return f"{self.id}:{self.attempt}"


class JobNeed(TenantRow):
    """`job` waits until `need` is done, and fails with it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    need = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "job", "need"], name="one_need_per_pair")]
