"""What somebody makes in the studio, and every take of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from accounts.access import Visibility
from accounts.tenancy import TenantRow
from generation.models import Job
from generation.providers.contract import Kind

MADE = [(kind.value, kind.value.capitalize()) for kind in (Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.SPEECH)]
TITLE_LENGTH = 80


class Source(models.TextChoices):
    """The door that it came in by."""

    FORM = "form", "Form"
    API = "api", "API"
    OPENAI = "openai", "OpenAI-shaped API"
    MCP = "mcp", "Assistant"


class Verb(models.TextChoices):
    """How a take came about."""

    MADE = "made", "Made"
    AGAIN = "again", "Made again"
    EDITED = "edited", "Edited"
    FINAL = "final", "Final"


class Piece(TenantRow):
    """A text, a picture, a film or a voice. `settings` is what was asked for, by its public names, so that it can be asked
    again; `parent` is the take that it was made from. With `deleted_at` it is gone for everybody, and tidied away soon; one
    that is not kept (`is_kept`) goes by itself once its answer was fetched, or some minutes after it ended."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=MADE)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.FORM)
    nonce = models.UUIDField(default=uuid.uuid4)
    settings = models.JSONField(default=dict)
    title = models.CharField(max_length=TITLE_LENGTH)
    parent = models.ForeignKey("studio.Take", null=True, on_delete=models.SET_NULL, related_name="children")
    is_kept = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "user", "nonce"], name="one_piece_per_nonce")]
        indexes = [
            models.Index(fields=["tenant", "user", "-created_at"], name="piece_by_user"),
            models.Index(fields=["deleted_at"], name="piece_deleted", condition=models.Q(deleted_at__isnull=False)),
            models.Index(fields=["created_at"], name="piece_not_kept", condition=models.Q(is_kept=False)),
        ]

    def __str__(self) -> str:
        return self.title

    # What `accounts.access` asks of a thing.

    @property
    def owner_id(self) -> uuid.UUID:
        return self.user_id

    @property
    def visibility(self) -> str:
        return Visibility.PRIVATE


class Take(TenantRow):
    """One purchase of a piece; its state is its job's. Every take is kept, and a failed one leaves the earlier standing."""

    piece = models.ForeignKey(Piece, on_delete=models.CASCADE, related_name="takes")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="Counts from 1 within the piece.")
    verb = models.CharField(max_length=8, choices=Verb.choices, default=Verb.MADE)
    instruction = models.TextField(blank=True, help_text="What was to be changed, where it is an edit.")
    nonce = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantRow.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "piece", "number"], name="one_take_per_number"),
            models.UniqueConstraint(fields=["tenant", "piece", "nonce"], name="one_take_per_nonce"),
        ]

    def __str__(self) -> str:
        return f"take {self.number}"
