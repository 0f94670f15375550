"""The forms for signing in and for making an API key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.models import User
from accounts.scopes import Scope
from accounts.signing_in import WrongPassword, check_password

TOO_OLD = "This form is too old. Fill it in once more."


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
            try:
                self.user = check_password(self.request, email=given["email"], password=given["password"])
            except WrongPassword as wrong:
                raise forms.ValidationError(str(wrong)) from wrong
        return given


class ApiKeyForm(forms.Form):
    """A new API key. `nonce` is drawn with the form, so that sending it twice makes one key."""

    name = forms.CharField(
        max_length=80,
        error_messages={
            "required": "Give the key a name, so that you can tell later what uses it.",
            "max_length": "Choose a name of at most 80 characters.",
        },
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.sentence) for scope in Scope],
        error_messages={"required": "Choose at least one thing that the key may do."},
    )
    nonce = forms.UUIDField(error_messages={"required": TOO_OLD, "invalid": TOO_OLD})

    def offered(self) -> list[dict[str, Any]]:
        """The scopes as boxes; those that were chosen stay chosen when the form comes back."""
        chosen = self.data.getlist("scopes") if self.is_bound else [Scope.READ]  # type: ignore[attr-defined]
        return [{"name": scope.value, "says": scope.sentence, "is_chosen": scope in chosen} for scope in Scope]

    @property
    def typed_name(self) -> str:
        return str(self.data.get("name", ""))


class LeaveForm(forms.Form):
    """Leaving a library, or ending the account."""

    LIBRARY, ACCOUNT = "library", "account"
    what = forms.ChoiceField(
        choices=[(LIBRARY, "Leave this library"), (ACCOUNT, "Delete my whole account")],
        error_messages={"required": "Choose what is to go.", "invalid_choice": "Choose one of the two."},
    )
    password = forms.CharField(max_length=256, strip=False, error_messages={"required": "Enter your password."})
    is_sure = forms.BooleanField(error_messages={"required": "Tick this box: what goes cannot be brought back."})
