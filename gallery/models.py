"""Reports: what a reader thinks should not stand there."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantRow
from stories.models import Part


class Reason(models.TextChoices):
    FRIGHTENING = "frightening", "It is frightening or cruel"
    UNKIND = "unkind", "It is unkind to somebody"
    UNSUITED = "unsuited", "It is nothing for those who read here"
    PERSONAL = "personal", "It tells or shows something private"
    COPIED = "copied", "It copies a figure or a brand of somebody else"
    OTHER = "other", "Something else"


class Report(TenantRow):
    """One for each person and thing. `subject_id` is the story's id, or the scene's for all that belongs to one."""

    class State(models.TextChoices):
        OPEN = "open", "Waits for staff"
        ACTED = "acted", "Hidden"
        KEPT = "kept", "Left as it was"

    part = models.CharField(max_length=8, choices=Part.choices)
    subject_id = models.UUIDField()
    story = models.ForeignKey("stories.Story", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    words = models.CharField(max_length=1000, blank=True)
    subject = models.CharField(max_length=80, help_text="The person, or what stands for a guest’s address.")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(TenantRow.Meta):
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "part", "subject_id", "subject"], name="one_report_per_person_and_thing"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "state", "created_at"], name="report_waiting"),
            models.Index(fields=["tenant", "subject", "created_at"], name="report_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}: {self.get_reason_display()}"
