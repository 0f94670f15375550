"""The sign-in form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.models import Membership, User


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="Email", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="Password",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("email") and given.get("password"):
            user = authenticate(self.request, username=given["email"].lower(), password=given["password"])
            if user is None or not (user.is_superuser or Membership.objects.filter(user_id=user.pk).exists()):  # type: ignore[attr-defined]
                raise forms.ValidationError("Email or password is wrong. Check both and try again.")
            self.user = user  # type: ignore[assignment]
        return given
