"""Accounts at providers, for operators, and the tenant's own keys, for its owner.

A key goes in and never comes out: the field is empty on every page, and afterwards only the key's last characters are
shown. It spends on somebody's bill at the provider, beyond every budget that is kept here, so of the tenant's staff only
the owner may set one; the others see which there are and whether they work.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from accounts.access import Actor
from accounts.sealed import Sealed
from accounts.staff import PlatformAdmin, StaffAdmin, TenantAdmin, TenantForm, is_owner
from generation import keys
from generation.forms import FIELD
from generation.models import Credential, ProviderKey

TONES = {"works": "success", "paused": "warning", "off": ""}


class KeyField(forms.CharField):
    """A key on its way in. Never filled in, whatever the form knows or was sent."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False)
        super().__init__(label="Key", widget=widget, **options)

    def clean(self, value: Any) -> str:
        if self.required or (value or "").strip():
            try:
                return keys.checked(value or "")
            except keys.NotAKey as wrong:
                raise forms.ValidationError(str(wrong)) from None
        return ""


class KeepsSecrets(StaffAdmin):
    """What both pages share: lists are no oracle, and error reports say nothing of what was posted."""

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return "secret" not in lookup and super().lookup_allowed(lookup, value, request)

    @method_decorator(sensitive_post_parameters(FIELD))
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return super().changeform_view(request, object_id, form_url, extra_context)


class CredentialForm(forms.ModelForm):
    provider = forms.ChoiceField(choices=keys.has_accounts, widget=UnfoldAdminSelectWidget())
    new_key = KeyField(required=False, help_text="For a server of your own. Empty: the key stays as it is.")
    no_key = forms.BooleanField(required=False, label="Forget the key", help_text="The server needs none any more.")

    class Meta:
        model = Credential
        fields = ["provider", "label", "base_url", "max_concurrent", "is_enabled"]

    def clean_base_url(self) -> str:
        address = (self.cleaned_data["base_url"] or "").strip()
        try:
            parts = urlsplit(address)
            is_good = (
                parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
            )
        except ValueError:
            is_good = False
        if address and (not is_good or "@" in parts.netloc or parts.query or parts.fragment):
            raise forms.ValidationError(
                "Write an address like http://10.0.0.5:8000/v1, without a name, a password, or anything after “?” or “#”."
            )
        return address

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        address, has_key = given.get("base_url", self.instance.base_url), bool(given.get(FIELD))
        if FIELD in self.errors or "base_url" in self.errors:
            return given
        if address and keys.ENVIRONMENT in (self.instance.label, given.get("label")):
            self.add_error(
                "base_url", "The address of this account stands in the environment. Make another account for a server."
            )
        if has_key and not address:
            self.add_error(
                FIELD,
                "A key that is entered here is for a server of your own. Write its address too, or put the key into the "
                "environment.",
            )
        moved = bool(self.instance.secret) and address != self.initial.get("base_url", "")
        if moved and not has_key and not given.get("no_key"):
            self.add_error(
                FIELD, "The address has changed. Enter the key for it: the one that is kept is not sent there."
            )
        return given

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data.get(FIELD):
            self.instance.secret = Sealed.of(self.cleaned_data[FIELD])
        elif self.cleaned_data.get("no_key"):
            self.instance.secret = Sealed("")
        return super().save(commit)


@admin.register(Credential)
class CredentialPage(KeepsSecrets, PlatformAdmin):
    form = CredentialForm
    list_display = ["provider", "label", "base_url", "key", "is_enabled", "max_concurrent", "pause"]
    list_filter = ["provider", "is_enabled"]
    actions = ["resume_chosen"]
    actions_detail = ["resume"]

    def get_fields(self, request: Any, obj: Credential | None = None) -> list[str]:
        if obj is None:
            return ["provider", "label", "base_url", FIELD, "max_concurrent", "is_enabled"]
        if obj.is_brought:
            return ["provider", "label", "key", "max_concurrent", "is_enabled", "pause"]
        forget = ["no_key"] if obj.secret else []
        return ["provider", "label", "base_url", "key", FIELD, *forget, "max_concurrent", "is_enabled", "pause"]

    def get_readonly_fields(self, request: Any, obj: Credential | None = None) -> list[str]:
        if obj is None:
            return []
        # Jobs and models point at an account for what it is: another provider's would be another account.
        return ["provider", "key", "pause", *(["label"] if obj.is_brought else [])]

    @display(description="Key kept")
    def key(self, account: Credential) -> str:
        if account.is_brought:
            return "a tenant's or a person's own"
        if account.base_url:
            return str(account.secret) or "none"
        return "in the environment" if keys.is_configured(account.provider) else "none"

    @display(description="Pause", ordering="paused_until")
    def pause(self, account: Credential) -> str:
        if account.paused_until is None or account.paused_until <= timezone.now():
            return "—"
        return f"until {account.paused_until:%Y-%m-%d %H:%M} UTC: {account.paused_because}"

    def has_resume_permission(self, request: Any, obj: Any = None) -> bool:
        if isinstance(obj, str):
            self.row(request, obj)
        return self.edits(request.actor)

    def get_actions_detail(self, request: Any, object_id: Any) -> list[Any]:
        account: Credential = self.row(request, object_id)
        shown: list[Any] = super().get_actions_detail(request, object_id)
        return shown if account.paused_until is not None and account.paused_until > timezone.now() else []

    @action(
        description="Resume", permissions=["resume"], icon="play_arrow",
        dialog={
            "title": "Buy from this account again?",
            "description": "Jobs that wait for it go on at once. If the reason is still there, it pauses again.",
            "form_class": None, "form_submit_text": "Resume",
        },
    )  # fmt: skip
    def resume(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        self._resume(request, [self.row(request, object_id)])
        return self.back_to(request, object_id)

    @admin.action(description="Resume", permissions=["resume"])
    def resume_chosen(self, request: Any, accounts: QuerySet[Credential]) -> None:
        self._resume(request, list(accounts))

    def _resume(self, request: Any, accounts: list[Credential]) -> None:
        for account in accounts:
            Credential.objects.filter(pk=account.pk).update(paused_until=None, paused_because="")
            self.log_change(request, account, "The account was resumed.")
            messages.success(request, f"{account} buys again.")


class ProviderKeyForm(TenantForm):
    """A key of the tenant's own. One that is there may stay as it is, or be replaced."""

    provider = forms.ChoiceField(choices=keys.takes_keys, widget=UnfoldAdminSelectWidget())
    new_key = KeyField(help_text="Copied from the provider's site. It is kept encrypted and never shown again.")
    sentences = {"one_key_per_tenant": ("provider", "There is a key for this provider already. Replace that one.")}

    class Meta:
        model = ProviderKey
        fields = ["provider", "is_enabled"]
        labels = {"is_enabled": "In use"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            return
        self.fields.pop("provider", None)
        if FIELD in self.fields:
            self.fields[FIELD].required = False
            self.fields[FIELD].help_text = "Empty: the key stays as it is."


@admin.register(ProviderKey)
class ProviderKeyPage(KeepsSecrets, TenantAdmin):
    """The keys of people are their own business: they are not found here."""

    form = ProviderKeyForm
    list_display = ["name", "key", "state", "changed_at"]
    list_select_related = ["credential"]

    def edits(self, actor: Actor) -> bool:
        return is_owner(actor)

    def get_queryset(self, request: Any) -> QuerySet[ProviderKey]:
        found: QuerySet[ProviderKey] = super().get_queryset(request)
        return found.filter(user=None)

    def get_fields(self, request: Any, obj: ProviderKey | None = None) -> list[str]:
        if obj is None:
            return ["provider", FIELD]
        may_edit = self.has_change_permission(request, obj)
        return ["name", "key", *([FIELD] if may_edit else []), "is_enabled", "state", "changed_at"]

    def get_readonly_fields(self, request: Any, obj: ProviderKey | None = None) -> list[str]:
        return ["name", "key", "state", "changed_at"] if obj else []

    @display(description="Provider", ordering="provider")
    def name(self, key: ProviderKey) -> str:
        return keys.title(key.provider)

    @display(description="Key")
    def key(self, key: ProviderKey) -> str:
        return f"…{key.hint}"

    @display(description="State", label=TONES)
    def state(self, key: ProviderKey) -> tuple[str, str]:
        if not (key.is_enabled and key.credential.is_enabled):
            return "off", "Off"
        until = key.credential.paused_until
        if until is not None and until > timezone.now():
            return "paused", f"Refused by the provider; tried again at {until:%H:%M} UTC"
        return "works", "In use"

    def save_model(self, request: Any, obj: ProviderKey, form: Any, change: bool) -> None:
        # Never in a variable of its own: an error report shows those.
        if not form.cleaned_data.get(FIELD):
            obj.save(update_fields=["is_enabled", "changed_at"])
            return
        is_on = obj.is_enabled
        kept = keys.save_key(tenant=request.tenant, provider=obj.provider, secret=form.cleaned_data[FIELD])
        if not is_on:  # a new key is used at once, unless the same form says otherwise
            kept.is_enabled = False
            kept.save(update_fields=["is_enabled"])
        # What Django does next (the log, the message) is about the row that was kept.
        for field in kept._meta.concrete_fields:
            setattr(obj, field.attname, getattr(kept, field.attname))
        obj._state.adding = False
