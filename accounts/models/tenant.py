"""A tenant, and the hosts it answers at."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models


class Tenant(models.Model):
    """One publisher with its own readers, tiers, models and money."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=160, blank=True)
    is_default = models.BooleanField(default=False, help_text="Answers at loopback names that no domain claims.")
    is_open = models.BooleanField(default=True, help_text="A closed tenant answers 404 everywhere.")
    allows_own_keys = models.BooleanField(
        default=False, help_text="People may buy with keys of their own, which they enter on their key page."
    )
    staff_need_second_factor = models.BooleanField(
        default=False,
        help_text="Staff rooms open to those alone who have an authenticator app beside their password.",
    )
    allows_sign_up = models.BooleanField(
        default=False, help_text="Anybody may become a reader here by an email address that they can read."
    )
    currency = models.CharField(max_length=3, default="USD")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_tenant"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A host name. Not a tenant row: it is what the tenant is found by."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    host = models.CharField(
        max_length=253,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9.-]+$", "Write the host in lower case, without scheme and port.")],
    )

    class Meta:
        ordering = ["host"]

    def __str__(self) -> str:
        return self.host

    def clean(self) -> None:
        self.host = self.host.strip().lower().rstrip(".")
        if self.host in {"localhost", "127.0.0.1"}:
            raise ValidationError({"host": "Plain loopback names belong to the default tenant."})
