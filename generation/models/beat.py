"""Heartbeats of the processes that do the work. Platform rows: a worker works for all tenants."""

from __future__ import annotations

from django.db import models


class BeatKind(models.TextChoices):
    GROUP = "group", "Worker group: a task went through its queue"
    DRAIN = "drain", "Drain: holds purchases"


class Beat(models.Model):
    """A group's beat is written by a task that went through the queue, so it proves the whole way. A drain's beat doubles
    as its slot: `slot` is unique within the group, so a group never runs more drains than it has slots."""

    group = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=BeatKind.choices)
    slot = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=80)
    pid = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "kind", "slot"], name="one_beat_per_slot")]

    def __str__(self) -> str:
        return f"{self.group}/{self.kind}/{self.slot}"
