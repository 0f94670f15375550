"""Who may come in with a password, and the session that begins. The page, the tokens of programs and the second step of both
come here."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import guessing
from accounts.middleware import actor_for
from accounts.models import Membership, User
from accounts.signals import guest_signed_in

WRONG = "Email or password is wrong. Check both and try again."
BACKEND = "django.contrib.auth.backends.ModelBackend"


class WrongPassword(Exception):
    """No such account here, or another password: which of them is not told."""

    def __init__(self) -> None:
        super().__init__(WRONG)


@sensitive_variables("password")
def check_password(request: Any, *, email: str, password: str) -> User:
    """The user at this tenant. Raises `WrongPassword`; the answer to somebody who was wrong too often is made by
    `AxesMiddleware`.

    A stranger to this tenant is refused, and counted, like a wrong password: who has an account elsewhere is not told, also
    not by being able to try on for ever.
    """
    email = email.strip().lower()
    user: Any = authenticate(request, username=email, password=password)
    if user is None:
        raise WrongPassword
    if not (user.is_superuser or Membership.objects.filter(user_id=user.pk).exists()):
        guessing.count_failure(request, email, because="no member here")
        raise WrongPassword
    return user


def begin_session(request: Any, user: User) -> None:
    """Sign `user` in at this browser, under a new session key. What a guest made in it becomes theirs. The session of staff
    ends after `STAFF_SESSION_SECONDS`, that of others after `SESSION_COOKIE_AGE`; either when the password changes."""
    guest = request.user if request.user.is_authenticated and request.user.is_guest else None
    login(request, user, backend=BACKEND)
    if actor_for(user, request.tenant).is_staff:
        request.session.set_expiry(timezone.now() + datetime.timedelta(seconds=settings.STAFF_SESSION_SECONDS))
    if guest is not None:
        guest_signed_in.send(sender=None, guest=guest, user=user)
