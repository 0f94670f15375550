"""Memberships: who is here, and in which role.

Roles are the owner's business: other staff see who is here and change nothing. The person behind a membership is global,
so a tenant only ever adds and ends memberships. The last owner stays. Whether readers may sign up by themselves is the
owner's to say too, on the same page.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts import audit, viewing
from accounts.access import Actor
from accounts.leaving import is_last_owner
from accounts.models import Membership, Role, Tenant, User
from accounts.staff import TenantAdmin, TenantForm, is_owner

LAST_OWNER = "{} is the last owner here. Make somebody else an owner first."


class ViewAsForm(BaseDialogForm):
    """Why staff have to see what somebody sees."""

    reason = forms.CharField(
        max_length=300, help_text="It is kept on record for good, so name nobody. You are shown it while you look.",
        widget=UnfoldAdminTextInputWidget(),
    )  # fmt: skip


class MembershipForm(TenantForm):
    """A new membership names an existing user by email; a membership that exists only changes its role."""

    email = forms.EmailField(
        help_text="The address that they sign in with.", widget=UnfoldAdminEmailInputWidget(), max_length=254
    )

    class Meta:
        model = Membership
        fields = ["role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields.pop("email", None)
        if "role" in self.fields:
            # A guest becomes somebody by signing up, and nobody is made a guest by hand.
            roles = [(value, label) for value, label in Role.choices if value != Role.GUEST]
            self.fields["role"] = forms.ChoiceField(choices=roles, widget=UnfoldAdminSelectWidget(), initial="reader")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise ValidationError("Nobody signs in with this address. Ask an operator to make them a user first.")
        if Membership.objects.filter(user=user).exists():
            raise ValidationError(f"{user} is here already. Change their role instead.")
        self.instance.user = user
        return email

    def clean_role(self) -> str:
        role = self.cleaned_data["role"]
        if role != Role.OWNER and not self.instance._state.adding and is_last_owner(self.instance):
            raise ValidationError(LAST_OWNER.format(self.instance.user))
        return role


@admin.register(Membership)
class MembershipPage(TenantAdmin):
    form = MembershipForm
    list_display = ["email", "name", "role", "created_at"]
    list_filter = ["role"]
    search_fields = ["user__email", "user__display_name"]
    ordering = ["-created_at"]
    readonly_fields = ["email", "name", "created_at"]
    actions_detail = ["view_as"]
    actions_list = ["open_sign_up", "close_sign_up"]

    def edits(self, actor: Actor) -> bool:
        return is_owner(actor)

    def get_queryset(self, request: Any) -> QuerySet:
        return super().get_queryset(request).select_related("user")

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        guest = isinstance(obj, Membership) and obj.role == Role.GUEST
        return super().has_change_permission(request, obj) and not guest

    def get_fields(self, request: Any, obj: Membership | None = None) -> list[str]:
        return ["email", "name", "role", "created_at"] if obj else ["email", "role"]

    def get_readonly_fields(self, request: Any, obj: Membership | None = None) -> list[str]:
        return ["email", "name", "created_at"] if obj else []

    @display(description="Email", ordering="user__email")
    def email(self, membership: Membership) -> str:
        return str(membership.user)

    @display(description="Name", ordering="user__display_name")
    def name(self, membership: Membership) -> str:
        return membership.user.display_name or "—"

    def on_record(self, row: Membership | Tenant) -> audit.Subject:
        return audit.of(row)

    def about(self, row: Membership | Tenant) -> uuid.UUID | None:
        return row.user_id if isinstance(row, Membership) else None  # sign-up is the library's, and about nobody

    # Seeing what they see

    def has_view_as_permission(self, request: Any, obj: Any = None) -> bool:
        """Unfold hands over the id from the address; another tenant's is a 404 before anything is asked or shown."""
        return obj is None or viewing.may_view(request.actor, self.row(request, str(obj)))

    @action(
        description="View as", permissions=["view_as"], icon="visibility",
        dialog={
            "title": "See the pages that they see?",
            "description": "For half an hour at most, only looking. What you look at is kept on record with your reason.",
            "form_class": ViewAsForm, "form_submit_text": "View as",
        },
    )  # fmt: skip
    def view_as(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        try:
            viewing.begin(request, self.row(request, object_id), reason=form.cleaned_data["reason"])
        except viewing.CannotView as refused:
            messages.error(request, str(refused))
            return self.back_to(request, object_id)
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": "/"})
        return redirect("/")

    def get_actions(self, request: Any) -> dict[str, Any]:
        # One at a time, so that the last owner is met by a sentence.
        return {}

    # Whether people may sign up

    def has_decide_permission(self, request: Any) -> bool:
        return self.edits(request.actor)

    def get_actions_list(self, request: Any) -> list[Any]:
        wanted = "close_sign_up" if request.tenant.allows_sign_up else "open_sign_up"
        return [button for button in super().get_actions_list(request) if button.action_name.endswith(wanted)]

    @action(
        description="Let readers sign up", permissions=["decide"], icon="person_add",
        dialog={
            "title": "Let readers sign up?",
            "description": "Whoever can read mail at an address becomes a reader here with it. Other roles stay yours to give.",
            "form_class": None, "form_submit_text": "Let them sign up",
        },
    )  # fmt: skip
    def open_sign_up(self, request: Any, form: Any) -> HttpResponse:
        return self._decide(request, True, "Readers may sign up from now on.")

    @action(
        description="Stop sign-up", permissions=["decide"], icon="person_off",
        dialog={
            "title": "Take no more readers?",
            "description": "Links in letters that are on their way end too. Whoever is here stays.",
            "form_class": None, "form_submit_text": "Stop sign-up",
        },
    )  # fmt: skip
    def close_sign_up(self, request: Any, form: Any) -> HttpResponse:
        return self._decide(request, False, "Nobody signs up from now on. You add people by their address.")

    def _decide(self, request: Any, allows: bool, done: str) -> HttpResponse:
        tenant = Tenant.objects.get(pk=request.tenant.pk)
        tenant.allows_sign_up = allows
        tenant.save(update_fields=["allows_sign_up"])
        self.log_change(request, tenant, done)
        messages.success(request, done)
        page = reverse("admin:accounts_membership_changelist")
        # A dialog posts by itself; a plain redirect would be drawn inside it.
        return HttpResponse(headers={"HX-Redirect": page}) if request.headers.get("HX-Request") else redirect(page)

    def delete_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except LastOwner as last:
            messages.error(request, str(last))
            return redirect("admin:accounts_membership_change", object_id)

    def delete_model(self, request: Any, obj: Membership) -> None:
        if is_last_owner(obj):
            raise LastOwner(LAST_OWNER.format(obj.user))
        super().delete_model(request, obj)


class LastOwner(Exception):
    """Raised inside the deletion's transaction, which it undoes."""
