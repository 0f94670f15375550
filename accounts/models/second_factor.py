"""A second factor: an authenticator app beside the password, and codes on paper for the day when it is lost.

Global like the user it belongs to. Nothing here is readable in a dump: the app's secret is sealed, of the codes there are
digests.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django_otp.models import Device, ThrottlingMixin

from accounts.sealed import SealedField


class SecondFactor(ThrottlingMixin, Device):
    """An app that shows a new code every 30 seconds. It is asked for at signing in once `confirmed`."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    name = None
    secret: Any = SealedField()
    """Base 32, as apps take it."""
    last_step = models.BigIntegerField(default=-1)
    """Which of the 30 seconds since 1970 the last code was of: none is good twice."""
    confirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"second factor of {self.user}"

    def get_throttle_factor(self) -> int:
        return 1  # second, doubled with each wrong code in a row


class RecoveryCode(models.Model):
    """Stands in for the app once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code")]
