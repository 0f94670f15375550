"""Links that are mailed, and how many letters somebody was sent. Written by `accounts.mailed_links` and
`accounts.mail_allowance` alone."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.tenancy import TenantRow


class Errand(models.TextChoices):
    """What a link is good for."""

    SIGN_UP = "sign-up", "Sign up"
    JOIN = "join", "Join with an account that is there"
    RESET = "reset", "Choose a new password"
    EMAIL = "email", "Change the address"


class MailedLink(TenantRow):
    """A link that is good once, for a while, and at one tenant. Of its token only the digest is kept.

    `address` is where it was sent. `state` is what the account was like then: a link ends when that changes. `name`,
    `password` (hashed) and `guest` are of somebody who signs up, and of whom there is no user yet. `onward` is where they
    were going.
    """

    errand = models.CharField(max_length=8, choices=Errand.choices)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the token, in hex.")
    address = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=80, blank=True)
    password = models.CharField(max_length=128, blank=True)
    guest = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    onward = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta(TenantRow.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="one_link_per_token")]
        indexes = [models.Index(fields=["expires_at"], name="mailed_link_by_end")]

    def __str__(self) -> str:
        return f"{self.errand} {str(self.id)[:8]}"


class MailTally(TenantRow):
    """Letters asked for within one hour, by or for somebody. `subject` is a keyed hash, not readable."""

    subject = models.CharField(max_length=48)
    hour = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "subject", "hour"], name="one_mail_tally_per_subject_and_hour")
        ]
        indexes = [models.Index(fields=["hour"], name="mail_tally_by_age")]
