"""The audit log, for those who answer for the library: its owners, and operators. Other staff are in it, and do not see it.

Events hold no names. A person's is looked up among the members as the page is made, so who left has none.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from accounts.access import Actor
from accounts.models import AuditEvent, Membership
from accounts.staff import RecordAdmin, is_owner
from accounts.tenancy import scope

KINDS = {
    "sign-in": ("Signing in and out", ["sign-", "second-factor."]),
    "staff": ("Changes by staff", ["staff."]),
    "view-as": ("Views as somebody else", ["view-as."]),
    "keys": ("Keys", ["key.", "provider-key."]),
    "people": ("Accounts, exports, departures", ["export.", "account."]),
    "stories": ("Shown and hidden", ["story.", "scene.", "picture.", "film."]),
    "providers": ("Calls of providers", ["provider."]),
}
LEFT = "somebody who left"
AT_ONCE = 500
COLUMNS = (
    "at", "verb", "actor", "actor_id", "actor_role", "acting_as", "acting_as_id", "about", "about_id", "address_hash",
    "subject_kind", "subject_id", "subject_words", "detail",
)  # fmt: skip


class What(admin.SimpleListFilter):
    """What kind of thing happened."""

    title = "what"
    parameter_name = "what"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in KINDS.items()]

    def queryset(self, request: Any, events: QuerySet) -> QuerySet:
        wanted = Q()
        for beginning in KINDS.get(self.value() or "", ("", []))[1]:
            wanted |= Q(verb__startswith=beginning)
        return events.filter(wanted)


@admin.register(AuditEvent)
class AuditEventPage(RecordAdmin):
    list_display = ["at", "verb", "who", "as_whom", "about_whom", "subject", "in_short"]
    list_filter = [What, "actor_role"]
    date_hierarchy = "at"
    search_fields = ["verb", "subject_id", "subject_words", "address"]
    search_help_text = "An address or a name of somebody, a verb, or the id or the words of what was changed."
    ordering = ["-at"]
    list_before_template = "admin/accounts/auditevent/before_list.html"
    fields = readonly_fields = [
        "at",
        "verb",
        "who",
        "actor_role",
        "as_whom",
        "about_whom",
        "address",
        "subject",
        "in_full",
    ]

    def sees(self, actor: Actor) -> bool:
        return is_owner(actor)

    def get_queryset(self, request: Any) -> QuerySet:
        """With what people are called here now."""
        return super().get_queryset(request).annotate(
            **{f"{column}_email": Subquery(_email_of(f"{column}_id")) for column in ("actor", "acting_as", "about")}
        )  # fmt: skip

    def get_search_results(self, request: Any, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term:
            named = Q(user__email__icontains=search_term) | Q(user__display_name__icontains=search_term)
            people = list(Membership.objects.filter(named).values_list("user_id", flat=True)[:100])
            whose = Q(actor_id__in=people) | Q(acting_as_id__in=people) | Q(about_id__in=people)
            found = found | queryset.filter(whose)
        return found, may_repeat

    @display(description="Who", ordering="actor_id")
    def who(self, event: Any) -> str:
        return _called(event.actor_id, event.actor_email, event.actor_role)

    @display(description="Viewing as")
    def as_whom(self, event: Any) -> str:
        return _called(event.acting_as_id, event.acting_as_email)

    @display(description="About")
    def about_whom(self, event: Any) -> str:
        return _called(event.about_id, event.about_email)

    @display(description="What")
    def subject(self, event: AuditEvent) -> str:
        if not event.subject_kind:
            return "—"
        return f"{event.subject_kind}: {event.subject_words or event.subject_id}"

    @display(description="Detail")
    def in_short(self, event: AuditEvent) -> str:
        said = json.dumps(event.detail, ensure_ascii=False) if event.detail else "—"
        return said if len(said) <= 120 else f"{said[:120]}…"

    @display(description="Detail")
    def in_full(self, event: AuditEvent) -> SafeString:
        said = json.dumps(event.detail, ensure_ascii=False, indent=2)
        return format_html('<pre class="written">{}</pre>', said)

    # As a table for other programs

    def get_urls(self) -> list[Any]:
        download = self.admin_site.admin_view(self.download)
        return [path("csv/", download, name="accounts_auditevent_csv"), *super().get_urls()]

    def download(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list shows, filtered as it is, as CSV. It is read as it is written, so it may be of any length."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = self.get_changelist_instance(request).get_queryset(request)
        lines = _lines(events, request.tenant.pk)  # type: ignore[attr-defined]
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.now():%Y-%m-%d}.csv"'
        answer["Cache-Control"] = "no-store"
        return answer


def _email_of(column: str) -> QuerySet:
    return Membership.objects.filter(user_id=OuterRef(column)).order_by().values("user__email")[:1]


def _called(user_id: uuid.UUID | None, email: str | None, role: str = "") -> str:
    if user_id is None:
        return "—"
    return email or ("an operator" if role == "operator" else LEFT)


def _lines(events: QuerySet, tenant_id: uuid.UUID) -> Iterator[str]:
    """Line by line. Each page is one query of its own: between two of them this may sleep, or wake up in another thread."""
    yield _line(COLUMNS)
    ordered, after = events.order_by("-at", "-id"), Q()
    while True:
        with scope(tenant_id):
            page = list(ordered.filter(after)[:AT_ONCE])
        yield "".join(_line(_cells(event)) for event in page)
        if len(page) < AT_ONCE:
            return
        after = Q(at__lt=page[-1].at) | Q(at=page[-1].at, id__lt=page[-1].id)


def _cells(event: Any) -> list[str]:
    return [
        event.at.isoformat(), event.verb, _called(event.actor_id, event.actor_email, event.actor_role),
        str(event.actor_id or ""), event.actor_role, _called(event.acting_as_id, event.acting_as_email),
        str(event.acting_as_id or ""), _called(event.about_id, event.about_email), str(event.about_id or ""),
        event.address, event.subject_kind, event.subject_id, event.subject_words,
        json.dumps(event.detail, ensure_ascii=False),
    ]  # fmt: skip


def _line(cells: Any) -> str:
    out = io.StringIO()
    # A spreadsheet takes what begins so for a formula.
    csv.writer(out).writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return out.getvalue()
