"""Users are global, so only operators see and change them: their email, and with it their password, opens every tenant."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts import audit, second_factor
from accounts.models import User
from accounts.staff import PlatformAdmin


class UserForm(forms.ModelForm):
    new_password = forms.CharField(
        required=False, strip=False, max_length=256, help_text="Empty: the password stays as it is.",
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    class Meta:
        model = User
        fields = ["email", "display_name", "is_active", "is_superuser"]
        labels = {"is_superuser": "Operator"}
        help_texts = {"is_superuser": "Runs the whole platform, in every tenant."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.fields["new_password"].required = True
            self.fields["new_password"].help_text = "Give it to them in person."

    def clean_email(self) -> str | None:
        email = (self.cleaned_data["email"] or "").strip().lower()
        if not email and not self.instance.is_guest:
            raise ValidationError("A user needs an email address. It is what they sign in with.")
        if email and self.instance.is_guest:
            raise ValidationError("A guest has no address: they get a user of their own when they sign up.")
        return email or None

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        if password:
            # As they will be: the row itself gets what was typed after all fields were looked at.
            said = {name: self.cleaned_data.get(name) or "" for name in ("email", "display_name")}
            validate_password(password, User(**said))
        return password

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_password"]:
            self.instance.set_password(self.cleaned_data["new_password"])
        return super().save(commit)


@admin.register(User)
class UserPage(PlatformAdmin):
    form = UserForm
    fields = ["email", "display_name", "is_active", "is_superuser", "new_password"]
    list_display = ["__str__", "display_name", "is_active", "is_superuser", "is_guest", "created_at"]
    list_filter = ["is_superuser", "is_guest", "is_active"]
    search_fields = ["email", "display_name"]
    ordering = ["-created_at"]
    actions = ["take_second_factor_away"]

    def get_readonly_fields(self, request: Any, obj: User | None = None) -> list[str]:
        # Nobody locks themselves out; another operator can do it.
        return ["is_active", "is_superuser"] if obj is not None and obj.pk == request.actor.user_id else []

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def on_record(self, row: Any) -> audit.Subject:
        return audit.of(row)

    def about(self, row: Any) -> uuid.UUID:
        return row.pk

    @admin.action(description="Take the second factor away")
    def take_second_factor_away(self, request: Any, users: QuerySet) -> None:
        """For somebody who lost the app and the recovery codes: they come in with their password alone, until they set up
        another one."""
        chosen = list(users)
        freed = [user for user in chosen if second_factor.switch_off(user)]
        for user in freed:
            self.log_change(request, user, "Took the second factor away.")
        messages.success(request, f"Taken away: {len(freed)} of {len(chosen)}. Their password alone lets them in now.")
