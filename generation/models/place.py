"""Where this database last knew itself to be, by which a copy that was put back from a backup is known. A platform row."""

from __future__ import annotations

import uuid

from django.db import models


class DatabasePlace(models.Model):
    """The one row (`id` 1) that says which server, history and table, or which file, this database lives in. Whoever keeps it
    is `generation.restored`. The row travels with every backup; the place does not."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    lineage = models.UUIDField(default=uuid.uuid4, help_text="The same in the database and in all copies of it.")
    place = models.CharField(max_length=200)
    epoch = models.BigIntegerField(help_text="When it came to live there, in microseconds since 1970; only ever grows.")
    ticks = models.BigIntegerField(default=0, help_text="Grows while workers watch; a copy stands where it was taken.")
    settling_since = models.DateTimeField(null=True, help_text="When settling began after a backup was put back.")
    settled_at = models.DateTimeField(null=True)
    settled = models.JSONField(default=dict, help_text="What the last settling came to: how many jobs of which fate.")

    def __str__(self) -> str:
        return self.place
