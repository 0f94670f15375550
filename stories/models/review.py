"""What staff decided about a story, a page, a picture or a film, and what its reader said to that."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantRow


class Standing(models.TextChoices):
    """Whether a picture or a film may be seen by those who may read its page."""

    SHOWN = "shown", "Shown"
    WAITING = "waiting", "Waits for approval"
    HIDDEN = "hidden", "Hidden"


class Part(models.TextChoices):
    """What is decided about. The subject of a story is its own id; that of the others is the id of their scene."""

    STORY = "story", "The whole story"
    SCENE = "scene", "The words of this page"
    PICTURE = "picture", "The picture"
    FILM = "film", "The film"


class Ruling(models.TextChoices):
    HIDE = "hide", "Hidden"
    RESTORE = "restore", "Restored"
    APPROVE = "approve", "Approved"
    DECLINE = "decline", "Declined"
    KEEP = "keep", "Left as it was"
    UPHOLD = "uphold", "Appeal refused"


NEED_A_REASON = frozenset({Ruling.HIDE, Ruling.DECLINE, Ruling.UPHOLD})


class Decision(TenantRow):
    """One decision of staff. Written once, by `stories.showing` and those above it; nothing of it is changed or deleted."""

    part = models.CharField(max_length=8, choices=Part.choices)
    subject_id = models.UUIDField()
    story = models.ForeignKey("stories.Story", null=True, on_delete=models.SET_NULL, related_name="+")
    ruling = models.CharField(max_length=8, choices=Ruling.choices)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "subject_id", "-created_at"], name="decision_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(ruling__in=["hide", "decline", "uphold"], reason=""), name="decision_has_its_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_ruling_display()}: {self.get_part_display().lower()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A decision is not changed. Write another one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("A decision is not deleted.")


class Appeal(TenantRow):
    """What the reader of something hidden says to that: once for each decision."""

    class State(models.TextChoices):
        OPEN = "open", "Waits for an answer"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="+")
    story = models.ForeignKey("stories.Story", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=1000)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(TenantRow.Meta):
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "decision"], name="one_appeal_per_decision")]
        indexes = [models.Index(fields=["tenant", "state", "created_at"], name="appeal_waiting")]
