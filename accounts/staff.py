"""The staff rooms: one admin site, and the bases of every page in it. Here a membership at this host becomes a right.

The site stands behind `Door.STAFF`, on every route: strangers are sent to sign in, members without a staff role find
nothing. Who sees and who edits a kind of row is decided by the three bases, from `request.actor` and never from the user
alone. Rows of another tenant are not found, because the managers do not know them; what may not be seen is a 404.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db.models import Model, UniqueConstraint
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts import audit, recorded, views
from accounts.access import Actor, Door, admits
from accounts.models import Role, Tenant
from accounts.tenancy import TenantRow, current, scope

MICROS = 1_000_000
FOREIGN_APPS = frozenset({"auth", "axes", "django_q", "token_blacklist"})
"""Apps whose own admins stay outside: groups are not used here, the queue's results are unsigned pickles, and refresh
tokens and wrong passwords are of all tenants."""


class StaffSite(UnfoldAdminSite):
    """The admin of the tenant at this host."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rooms: list[URLPattern] = []

    def add_room(self, route: str, view: Callable[..., Any], *, name: str) -> None:
        """A page that is no list of rows, at `/admin/<route>` as `admin:<name>`. It stands behind the same door."""
        self._rooms.append(path(route, view, name=name))

    def has_permission(self, request: Any) -> bool:
        return request.actor.is_staff

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only admins that know tenants come in; any other one would show a table to everybody who may enter."""
        if admin_class is None or not issubclass(admin_class, StaffAdmin):
            one = isinstance(model_or_iterable, type)
            found: list[type[Model]] = [model_or_iterable] if one else list(model_or_iterable)
            if {model._meta.app_label for model in found} <= FOREIGN_APPS:
                return
            names = ", ".join(model._meta.label for model in found)
            raise ImproperlyConfigured(
                f"The admin of {names} does not say who may see its rows. Derive it from TenantAdmin, PlatformAdmin or "
                "RecordAdmin of accounts.staff, or add its app to FOREIGN_APPS to keep it out."
            )
        super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        found = [*self._rooms, *super().get_urls()]
        for pattern in _leaves(found):
            if not hasattr(pattern.callback, "door"):
                pattern.callback = admits(Door.STAFF)(_refusals_hidden(pattern.callback))
        return found

    @method_decorator(admits(Door.PUBLIC))
    def login(self, request: Any, extra_context: Any = None) -> HttpResponse:
        """Signing in has one page for everybody; this address only leads there."""
        if self.has_permission(request):
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: Any, extra_context: Any = None) -> HttpResponse:
        return views.sign_out(request)

    def password_change(self, request: Any, extra_context: Any = None) -> HttpResponse:
        """One's own password has one page for everybody, which tells its owner by letter; this address only leads there."""
        return redirect("account")

    def search(self, request: HttpRequest, extra_context: Any = None) -> Any:
        # Unfold keeps its answers by user and word, not by tenant; lists have search fields of their own.
        raise Http404("There is nothing here.")


def _leaves(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern


def _refusals_hidden(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except PermissionDenied as refused:
            raise Http404("There is nothing here.") from refused

    return shown


class StaffAdmin(ModelAdmin):
    """Base of all pages. Subclasses say who `sees` and who `edits`; adding and deleting go with editing."""

    list_per_page = 50
    show_full_result_count = False
    list_disable_select_all = True
    list_fullwidth = True

    def sees(self, actor: Actor) -> bool:
        raise NotImplementedError

    def edits(self, actor: Actor) -> bool:
        raise NotImplementedError

    def has_module_permission(self, request: Any) -> bool:
        return self.sees(request.actor)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self.sees(request.actor) and _is_here(request.actor, obj)

    def has_add_permission(self, request: Any) -> bool:
        return self.edits(request.actor)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self.edits(request.actor) and _is_here(request.actor, obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self.edits(request.actor) and _is_here(request.actor, obj)

    def row(self, request: Any, object_id: str) -> Any:
        """The row that an address names, or 404: gone, another tenant's, or nothing at all."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404("There is nothing here.")
        return found

    def back_to(self, request: Any, object_id: str) -> HttpResponse:
        """Back to a row's page, after one of its buttons."""
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        if request.headers.get("HX-Request"):
            # A dialog posts by itself; a plain redirect would be drawn inside it.
            return HttpResponse(headers={"HX-Redirect": page})
        return redirect(page)

    # What staff change goes into the audit log, and not into Django's own table, which knows no tenants and keeps names.

    def on_record(self, row: Any) -> audit.Subject:
        """The row as it stands in the audit log; its words are the library's own, so they are kept."""
        return audit.of(row, str(row))

    def about(self, row: Any) -> uuid.UUID | None:
        """The person whom a row is about, where it is about one."""
        return None

    def construct_change_message(self, request: Any, form: Any, formsets: Any, add: bool = False) -> Any:
        request.recorded_changes = recorded.changes(form, formsets or [], is_new=add)
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: Any, obj: Any, message: Any) -> None:
        self._record(request, "staff.added", obj, message)

    def log_change(self, request: Any, obj: Any, message: Any) -> None:
        """`message` is Django's list of what a form changed, or the sentence of a button."""
        self._record(request, "staff.acted" if isinstance(message, str) else "staff.changed", obj, message)

    def log_deletions(self, request: Any, queryset: Any) -> None:
        for row in queryset:
            self._record(request, "staff.deleted", row, [])

    def _record(self, request: Any, verb: str, row: Any, message: Any) -> None:
        detail = request.__dict__.pop("recorded_changes", {})
        subject = self.on_record(row)
        if isinstance(message, str):
            if audit.is_written(subject):
                return  # the verb behind the button has put it on record
            detail = {"said": message}
        about = self.about(row)
        audit.write(verb, subject=subject, about=about, detail=detail)
        concerns = getattr(row, "tenant_id", row.pk if isinstance(row, Tenant) else None)
        if concerns is not None and concerns != current():
            with scope(concerns):  # an operator, at another host: the tenant that it concerns knows of it too
                audit.write(verb, subject=subject, about=about, detail=detail)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A row's history is what the audit log has of it."""
        row = self.row(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        listed = reverse("admin:accounts_auditevent_changelist")
        return redirect(f"{listed}?{urlencode({'subject_id__exact': str(row.pk)})}")

    def _get_obj_does_not_exist_redirect(self, request: Any, opts: Any, object_id: Any) -> Any:
        raise Http404("There is nothing here.")


class TenantAdmin(StaffAdmin):
    """Rows of the tenant at this host, for its staff."""

    def sees(self, actor: Actor) -> bool:
        return actor.is_staff

    def edits(self, actor: Actor) -> bool:
        return actor.is_staff


class RecordAdmin(TenantAdmin):
    """What the engine and the readers wrote: staff look at it, nobody writes it by hand."""

    def edits(self, actor: Actor) -> bool:
        return False

    def on_record(self, row: Any) -> audit.Subject:
        return audit.of(row)  # without the words, which somebody wrote


class PlatformAdmin(StaffAdmin):
    """Rows of the platform, for operators. They are switched off, not deleted: rows of all tenants point at them, and a
    delete would only find those of the tenant at this host."""

    def sees(self, actor: Actor) -> bool:
        return actor.is_operator

    def edits(self, actor: Actor) -> bool:
        return actor.is_operator

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


def _is_here(actor: Actor, row: Any) -> bool:
    return not isinstance(row, TenantRow) or row.tenant_id == actor.tenant_id


def is_owner(actor: Actor) -> bool:
    """Whether the actor rules this tenant: its owner, or an operator."""
    return actor.is_operator or actor.role is Role.OWNER


class TenantForm(forms.ModelForm):
    """A form on a tenant's row. The tenant is filled in before the row is checked, so that a name taken twice is a
    sentence beside the field and not a crash; `sentences` holds one for each constraint: (field, what to do)."""

    sentences: dict[str, tuple[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.instance, TenantRow) and self.instance.tenant_id is None:
            self.instance.tenant_id = current()  # type: ignore[assignment]

    def validate_unique(self) -> None:
        """Checks the unique constraints, which Django leaves out for a form that has no field for the tenant."""
        super().validate_unique()
        unsaid = {name for name in self._get_validation_exclusions() if name in self.fields}  # type: ignore[attr-defined]
        model: type[Model] = self._meta.model  # type: ignore[attr-defined]
        for constraint in model._meta.constraints:
            if not isinstance(constraint, UniqueConstraint):
                continue
            field, sentence = self.sentences.get(constraint.name, (None, ""))
            try:
                constraint.validate(model, self.instance, exclude=unsaid)
            except ValidationError as broken:
                self.add_error(field if field in self.fields else None, sentence or broken)


class MicrosField(forms.DecimalField):
    """An amount that people write in units of the currency and that is kept as whole micro-units."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"min_value": 0, "max_value": 1_000_000_000, "decimal_places": 6, **kwargs}
        super().__init__(widget=UnfoldAdminDecimalFieldWidget(), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else int(amount * MICROS)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def plain(micros: int) -> str:
    """1_500_000 -> "1.50"; as many digits as the amount has, and two at least."""
    whole, _, rest = f"{Decimal(micros) / MICROS:f}".partition(".")
    return f"{whole}.{rest.rstrip('0'):0<2}"


def money(micros: int | None, currency: str) -> str:
    """An amount as staff read it: "1.50 USD", or a dash where there is none."""
    return "—" if micros is None else f"{plain(micros)} {currency}"
