"""People. Users are global: one email, one password, memberships in as many tenants as they like."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A user needs an email address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)

    def create_guest(self, **fields: Any) -> User:
        """A reader without an address, made when they start their first story."""
        user = self.model(email=None, is_guest=True, display_name="Guest", **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower(), is_guest=False)


class User(AbstractBaseUser):
    """`is_superuser` marks an operator of the whole platform. Staff of a tenant are known by their membership."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True, null=True, blank=True)
    display_name = models.CharField(max_length=80, blank=True)
    is_guest = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_guest=True, email=None) | models.Q(is_guest=False, email__isnull=False),
                name="guests_have_no_email",
            )
        ]

    def __str__(self) -> str:
        return self.email or f"guest {str(self.id)[:8]}"

    def get_full_name(self) -> str:
        """The name that the admin's corner shows."""
        return self.display_name or str(self)

    @property
    def is_staff(self) -> bool:
        """What Django's admin templates ask. The admin site itself asks the membership at this host."""
        return self.is_superuser

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser
