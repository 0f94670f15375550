"""Webhooks in the hands of the tenant's staff: where it is told, what it was told, and telling it once more.

A signing secret is made here and never entered. It is shown on the page that follows its making, once; afterwards nobody
sees it again, and who lost it has a new one made.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.staff import RecordAdmin, TenantAdmin, TenantForm
from generation.admin.jobs import TONES
from generation.jobs.transitions import LostClaim
from generation.models import ACTIVE, Event, WebhookDelivery, WebhookEndpoint
from generation.webhooks import deliveries, endpoints

SHOWN_ONCE = "webhook-secret-to-show"
"""In the session: the endpoint whose secret the next page shows. Never the secret itself."""


class EndpointForm(TenantForm):
    url = forms.CharField(
        max_length=500, label="Address", help_text="Begins with https:// and is on the public internet."
    )
    events = forms.MultipleChoiceField(choices=Event.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget)
    sentences = {"one_endpoint_per_url": ("url", "This address is entered already. Change that one.")}

    class Meta:
        model = WebhookEndpoint
        fields = ["url", "events", "is_enabled"]
        labels = {"is_enabled": "In use"}

    def clean_url(self) -> str:
        try:
            return endpoints.checked(self.cleaned_data["url"])
        except endpoints.NotAnAddress as wrong:
            raise forms.ValidationError(str(wrong)) from None


@admin.register(WebhookEndpoint)
class EndpointPage(TenantAdmin):
    form = EndpointForm
    list_display = ["url", "told_of", "state", "created_at"]
    actions_detail = ["send_test", "rotate"]

    def get_fields(self, request: Any, obj: WebhookEndpoint | None = None) -> list[str]:
        if obj is None:
            return ["url", "events"]
        return ["url", "events", "is_enabled", "state", "signing_secret", "log", "created_at"]

    def get_readonly_fields(self, request: Any, obj: WebhookEndpoint | None = None) -> list[str]:
        return ["state", "signing_secret", "log", "created_at"] if obj else []

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return "secret" not in lookup and super().lookup_allowed(lookup, value, request)

    def has_act_permission(self, request: Any, obj: Any = None) -> bool:
        """Unfold hands over the id from the address; another tenant's is a 404 before anything is asked or shown."""
        if isinstance(obj, str):
            self.row(request, obj)
        return self.edits(request.actor)

    @display(description="Told of")
    def told_of(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.events)

    @display(description="State", label={"on": "success", "off": ""})
    def state(self, endpoint: WebhookEndpoint) -> tuple[str, str]:
        if endpoint.is_enabled:
            return "on", "In use"
        return "off", f"Off. {endpoint.disabled_because}".strip()

    @display(description="Signing secret")
    def signing_secret(self, endpoint: WebhookEndpoint) -> str:
        return str(endpoint.secret)

    @display(description="Deliveries")
    def log(self, endpoint: WebhookEndpoint) -> SafeString:
        listed = reverse("admin:generation_webhookdelivery_changelist")
        return format_html(
            '<a class="onward" href="{}?endpoint__id__exact={}">What it was told</a>', listed, endpoint.pk
        )

    def save_model(self, request: Any, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        if not change:
            obj.secret = endpoints.new_secret()  # type: ignore[assignment]
            request.session[SHOWN_ONCE] = str(obj.pk)
        elif "is_enabled" in form.changed_data:
            # Whoever switches it by hand knows why; and it gets its full number of failures anew.
            obj.disabled_because, obj.failed_in_a_row = "", 0
        obj.save()

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To its own page, which shows the secret."""
        return self.back_to(request, str(obj.pk))

    def render_change_form(self, request: Any, context: Any, *args: Any, obj: Any = None, **more: Any) -> Any:
        if obj is not None and request.session.get(SHOWN_ONCE) == str(obj.pk):
            del request.session[SHOWN_ONCE]
            # Shown by this very answer, so it is kept in no cookie.
            messages.warning(request, f"Signing secret: {obj.secret.reveal()} – copy it now. It is not shown again.")
        return super().render_change_form(request, context, *args, obj=obj, **more)

    @action(
        description="Send a test", permissions=["act"], icon="send", variant=ActionVariant.PRIMARY,
        dialog={
            "title": "Send a test event?", "description": "It has the type “test” and a body that means nothing.",
            "form_class": None, "form_submit_text": "Send",
        },
    )  # fmt: skip
    def send_test(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        endpoint: WebhookEndpoint = self.row(request, object_id)
        if endpoint.is_enabled:
            deliveries.send_test(endpoint)
            self.log_change(request, endpoint, "A test was sent.")
            messages.success(request, "A test is on its way. Look at the deliveries for what becomes of it.")
        else:
            messages.error(request, "This webhook is off. Switch it on first.")
        return self.back_to(request, object_id)

    @action(
        description="New secret", permissions=["act"], icon="key",
        dialog={
            "title": "Make a new signing secret?",
            "description": "Deliveries are signed with it from now on; a receiver that checks with the old one refuses them.",
            "form_class": None, "form_submit_text": "Make a new secret",
        },
    )  # fmt: skip
    def rotate(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        endpoint: WebhookEndpoint = self.row(request, object_id)
        endpoints.rotate(endpoint)
        self.log_change(request, endpoint, "A new signing secret was made.")
        request.session[SHOWN_ONCE] = str(endpoint.pk)
        return self.back_to(request, object_id)


@admin.register(WebhookDelivery)
class DeliveryPage(RecordAdmin):
    list_display = ["created_at", "event", "endpoint", "state", "status_code", "took", "said", "attempt"]
    list_filter = ["event", "job__status", ("endpoint", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["id", "event_id"]
    actions = ["redeliver_chosen"]
    actions_detail = ["redeliver"]
    fields = ["event", "endpoint", "state", "message", "status_code", "took", "said", "attempt", "next_try", "event_id",
              "id", "body", "the_job", "created_at"]  # fmt: skip
    readonly_fields = ["state", "message", "took", "attempt", "next_try", "id", "body", "the_job"]

    def get_queryset(self, request: Any) -> QuerySet[WebhookDelivery]:
        found: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return found.select_related("endpoint", "job")

    def has_act_permission(self, request: Any, obj: Any = None) -> bool:
        if isinstance(obj, str):
            self.row(request, obj)
        return bool(request.actor.is_staff)

    @display(description="State", ordering="job__status", label=TONES)
    def state(self, delivery: WebhookDelivery) -> tuple[str, str]:
        return delivery.job.status, delivery.job.get_status_display()

    @display(description="Message")
    def message(self, delivery: WebhookDelivery) -> str:
        return delivery.job.message or "—"

    @display(description="Took", ordering="milliseconds")
    def took(self, delivery: WebhookDelivery) -> str:
        return "—" if delivery.milliseconds is None else f"{delivery.milliseconds} ms"

    @display(description="Sent")
    def attempt(self, delivery: WebhookDelivery) -> str:
        job = delivery.job
        return f"attempt {job.attempt}, {job.tries} tries failed" if job.tries else f"attempt {job.attempt}"

    @display(description="Next try")
    def next_try(self, delivery: WebhookDelivery) -> str:
        due_at = delivery.job.due_at
        return f"{due_at:%Y-%m-%d %H:%M:%S} UTC" if due_at is not None and delivery.job.status in ACTIVE else "—"

    @display(description="Body")
    def body(self, delivery: WebhookDelivery) -> SafeString:
        return format_html('<pre class="written">{}</pre>', delivery.payload)

    @display(description="Job")
    def the_job(self, delivery: WebhookDelivery) -> SafeString:
        page = reverse("admin:generation_job_change", args=[delivery.job.pk])
        return format_html('<a class="onward" href="{}">{}</a>', page, delivery.job)

    @action(
        description="Send again", permissions=["act"], icon="replay", variant=ActionVariant.PRIMARY,
        dialog={
            "title": "Send this once more?",
            "description": "The same body under the same id, also where it was taken before; the receiver tells it by the id.",
            "form_class": None, "form_submit_text": "Send again",
        },
    )  # fmt: skip
    def redeliver(self, request: Any, form: Any, object_id: str) -> HttpResponse:
        self._redeliver(request, [self.row(request, object_id)])
        return self.back_to(request, object_id)

    @admin.action(description="Send again", permissions=["act"])
    def redeliver_chosen(self, request: Any, chosen: QuerySet[WebhookDelivery]) -> None:
        self._redeliver(request, list(chosen))

    def _redeliver(self, request: Any, chosen: list[WebhookDelivery]) -> None:
        sent = 0
        for delivery in chosen:
            refused = _again(delivery)
            if refused:
                messages.error(request, f"{delivery}: {refused}")
            else:
                sent += 1
                self.log_change(request, delivery, "The delivery was sent again.")
        if sent:
            messages.success(request, f"{sent} {'delivery is' if sent == 1 else 'deliveries are'} on the way again.")


def _again(delivery: WebhookDelivery) -> str:
    """Send it once more; the sentence that says why not, or nothing."""
    if delivery.job.status in ACTIVE:
        return "It is on its way already."
    if not delivery.endpoint.is_enabled:
        return "Its webhook is off. Switch it on first."
    try:
        deliveries.redeliver(delivery)
    except LostClaim:
        return "It changed at this moment. Look at it again."
    return ""
