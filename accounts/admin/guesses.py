"""Wrong passwords and codes that count, for operators: who has to wait, and letting them in again."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin, messages
from django.db.models import QuerySet
from unfold.decorators import display

from accounts.access import Actor
from accounts.staff import PlatformAdmin


@admin.register(AccessAttempt)
class GuessesPage(PlatformAdmin):
    """Nothing that was typed but the address of the account, which need not exist."""

    list_display = ["account", "ip_address", "failures_since_start", "attempt_time"]
    search_fields = ["username", "ip_address"]
    actions = ["let_in_again"]
    fields = readonly_fields = ["account", "ip_address", "failures_since_start", "attempt_time", "user_agent"]

    def edits(self, actor: Actor) -> bool:
        return False

    @display(description="Account", ordering="username")
    def account(self, attempt: AccessAttempt) -> str:
        return attempt.username or "—"

    @admin.action(description="Let in again")
    def let_in_again(self, request: Any, attempts: QuerySet) -> None:
        """Their failures are forgotten, so that nobody has to wait for them."""
        for attempt in attempts:
            self.log_change(request, attempt, "Let in again.")
        forgotten = attempts.delete()[0]
        messages.success(request, f"Forgotten: {forgotten}. They can try again at once.")
