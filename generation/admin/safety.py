"""What is kept out and by whom it is checked, in the hands of the tenant's staff; and what came of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from accounts.models import User
from accounts.staff import RecordAdmin, TenantAdmin, TenantForm
from generation import catalogue
from generation.models import AiModel, Rule, SafetyEvent, SafetyPolicy
from generation.safety import folding, patterns


class PolicyForm(TenantForm):
    sentences = {
        "one_safety_policy_per_tier": ("tier", "This tier has its safety policy already: change that one."),
        "one_safety_policy_without_a_tier": ("tier", "The studio has its safety policy already: change that one."),
    }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        looks = given.get("checks_pictures_after")
        judge: AiModel | None = given.get("check_model")
        if looks and judge is not None:
            able = catalogue.capabilities(judge)
            if able is None or not able.inputs.get("source"):
                self.add_error(
                    "check_model", f"“{judge.name}” reads texts and looks at no pictures. Choose another one."
                )
        return given


@admin.register(SafetyPolicy)
class SafetyPolicyPage(TenantAdmin):
    form = PolicyForm
    list_display = ["name", "check_model", "checks_text_before", "checks_text_after", "checks_pictures_after"]
    list_select_related = ["tier", "check_model"]
    fieldsets = [
        (None, {"fields": ["tier"]}),
        ("Checks", {"fields": [
            "check_model", "checks_text_before", "checks_pictures_before", "checks_text_after", "checks_pictures_after",
        ]}),
        ("Pictures", {"fields": ["never_shown"]}),
        ("Refusals", {"fields": ["fallback_text_model", "fallback_image_model"]}),
    ]  # fmt: skip

    @display(description="Where")
    def name(self, policy: SafetyPolicy) -> str:
        return str(policy)


class RuleForm(TenantForm):
    text = forms.CharField(
        max_length=200,
        strip=True,
        label="Looked for",
        help_text="Whole words, in any case; accents, invisible signs, lookalike letters, digits for letters and letters "
        "pulled apart change nothing. A regular expression is held against the text in small letters without accents.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        text, scope = given.get("text", ""), given.get("scope")
        if given.get("form") == Rule.Form.PATTERN:
            try:
                patterns.checked(text)
            except patterns.NotAPattern as wrong:
                self.add_error("text", str(wrong))
        elif text and not folding.fold(text):
            self.add_error("text", "This has no letters that could be looked for.")
        if scope == Rule.Scope.TIER and not given.get("tier"):
            self.add_error("tier", "Say which tier.")
        if scope != Rule.Scope.TIER:
            given["tier"] = None
        return given


@admin.register(Rule)
class RulePage(TenantAdmin):
    form = RuleForm
    list_display = ["text", "form", "kind", "scope", "tier", "note", "is_on"]
    list_select_related = ["tier"]
    list_filter = ["kind", "form", "scope", "is_on"]
    search_fields = ["text", "note"]
    fieldsets = [
        (None, {"fields": ["text", "form", "kind"]}),
        ("Where", {"fields": ["scope", "tier"]}),
        ("For staff", {"fields": ["note", "is_on"]}),
    ]


@admin.register(SafetyEvent)
class SafetyEventPage(RecordAdmin):
    """Written once, looked at, and kept."""

    list_display = ["created_at", "state", "what", "name", "place", "flagged", "excerpt"]
    list_filter = ["verdict", "stage", "what", "by", "place"]
    search_fields = ["name", "excerpt", "digest"]
    fieldsets = [
        (None, {"fields": ["created_at", "state", "stage", "what", "place", "person"]}),
        ("Found by", {"fields": ["by", "name", "flagged"]}),
        ("Said", {"fields": ["excerpt", "digest", "job"]}),
    ]
    readonly_fields = ["state", "person", "flagged", "job"]

    @display(
        description="Verdict", ordering="verdict", label={"refused": "danger", "hinted": "", "fallback": "warning"}
    )
    def state(self, event: SafetyEvent) -> tuple[str, str]:
        return event.verdict, event.get_verdict_display()

    @display(description="Categories")
    def flagged(self, event: SafetyEvent) -> str:
        return ", ".join(event.categories) or "—"

    @display(description="Person")
    def person(self, event: SafetyEvent) -> str:
        found = User.objects.filter(id=event.user_id).first() if event.user_id else None
        return str(found or "nobody who is known")

    @display(description="Job")
    def job(self, event: SafetyEvent) -> SafeString | str:
        if event.job_id is None:
            return "Nothing was bought."
        return format_html(
            '<a class="onward" href="{}">{}</a>', reverse("admin:generation_job_change", args=[event.job_id]),
            str(event.job_id)[:8],
        )  # fmt: skip
