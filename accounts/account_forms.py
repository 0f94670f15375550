"""The forms of signing up, of a forgotten password and of one's own account."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

LONGEST_PASSWORD = 256
NO_ADDRESS = "This is no email address. Write one like ada@example.com."
WRONG_PASSWORD = "This is not your password. Check it and try again."  # noqa: S105 -- a sentence


class EmailForm(forms.Form):
    """An address, as users have them: in lower case."""

    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter your email address.", "invalid": NO_ADDRESS, "max_length": "This address is too long.",
        },
    )  # fmt: skip

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if not email.isascii():
            raise ValidationError(NO_ADDRESS)
        return email


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        error_messages={
            "required": "Enter the name that others see.", "max_length": "Choose a name of at most 80 characters.",
        },
    )  # fmt: skip

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", name):
            raise ValidationError("A name is one line of letters. Write it without line ends.")
        return name


def password_field(sentence: str) -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST_PASSWORD,
        strip=False,
        error_messages={"required": sentence, "max_length": f"Choose one of at most {LONGEST_PASSWORD} characters."},
    )


class NewPasswordForm(forms.Form):
    """A password that is to be kept. It has to be one that nobody guesses, also knowing its owner's name and address."""

    password = password_field("Choose a password.")

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def owner(self) -> User | None:
        return self.user

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password"):
            try:
                validate_password(given["password"], self.owner())
            except ValidationError as weak:
                self.add_error("password", weak)
        return given


class SignUpForm(NewPasswordForm, EmailForm, NameForm):
    field_order = ["email", "name", "password"]

    def owner(self) -> User:
        return User(email=self.cleaned_data.get("email"), display_name=self.cleaned_data.get("name", ""))


class ChangePasswordForm(NewPasswordForm):
    current = password_field("Enter the password that you have now.")


class ChangeEmailForm(EmailForm):
    current = password_field("Enter your password, so that nobody else changes your address.")
