"""Guessing at passwords and codes: how often somebody may be wrong before they have to wait.

Counted are failures, in the database and for the whole install, because users are global: by account and network address
together (`AXES_FAILURE_LIMIT`), and by address over all accounts (`ADDRESS_FAILURE_LIMIT`). An account alone is never shut:
anybody could shut out anybody else. Who has no account is counted under the name they gave, so nothing is told by the
counting. Getting in clears one's own count, and not that of the address, which a guesser with an account could clear else.
Nobody who is signed in is signed out by any of this.
"""

from __future__ import annotations

import datetime
import ipaddress
import math
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.guests import address_of


class Guesses(AxesDatabaseHandler):
    """What axes counts, in the terms above. The two ways of counting stand in `AXES_LOCKOUT_PARAMETERS`, in this order."""

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        account, address = (
            attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        # axes knows one limit; the address has that many more.
        return max(account, address - (settings.ADDRESS_FAILURE_LIMIT - settings.AXES_FAILURE_LIMIT))

    def reset_user_attempts(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        account, _ = self.filter_user_attempts(request, credentials)
        return account.delete()[0]

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        if not user.is_guest:  # they have no password, and begin with every first story
            super().user_logged_in(sender, request, user, **kwargs)

    def user_logged_out(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Nothing is written down of this here."""


def counted_address(request: HttpRequest) -> str | None:
    """The address that is counted; None where the request came by none, as over a Unix socket."""
    try:
        return str(ipaddress.ip_address(address_of(request)))
    except ValueError:
        return None


def must_wait(request: Any, email: str) -> bool:
    """Whether this account was guessed at too often from here. Where it is so, `AxesMiddleware` answers, whatever the view
    says. `authenticate` asks the same by itself; this is for codes."""
    if AxesProxyHandler.is_allowed(request, {"username": email}):
        return False
    request.axes_locked_out, request.axes_credentials = True, {"username": email}
    return True


def count_failure(request: Any, email: str, *, because: str) -> None:
    """One more that was wrong, where `authenticate` was not the one to find out. `because` is for the audit log."""
    user_login_failed.send(sender=__name__, credentials={"username": email}, request=request, because=because)


def forget(request: Any, email: str) -> None:
    """They got in without a session: their own failures are cleared, as signing in with one does by itself."""
    AxesProxyHandler.update_request(request)
    AxesProxyHandler.get_implementation().reset_user_attempts(request, {"username": email})


def seconds_left(request: Any, credentials: dict[str, Any] | None) -> int:
    """How long somebody who has to wait has to wait yet; 1 at least."""
    guesses: Any = AxesProxyHandler.get_implementation()
    account, address = guesses.get_user_attempts(request, credentials)
    failures = account.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
    counted = account if failures >= settings.AXES_FAILURE_LIMIT else address
    last = counted.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    over: datetime.timedelta = last + settings.AXES_COOLOFF_TIME - timezone.now()
    return max(1, math.ceil(over.total_seconds()))
