"""Second factors: begun, confirmed, asked for, taken away. Signing in asks here after the password was right."""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
import time
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django_otp.oath import TOTP

from accounts import audit
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.sealed import Sealed

STEP_SECONDS = 30
DIGITS = 6
TOLERANCE = 1
"""Steps before and after the present one whose codes are taken: clocks differ, and people type slowly."""
SECRET_BYTES = 20
CODES = 10
CODE_BYTES = 10


class WrongCode(Exception):
    """The code is not the present one, or was used. The text is fit for a person."""

    def __init__(self) -> None:
        super().__init__("This code is wrong, or was used already. Take the one that the app shows now.")


class WaitFirst(Exception):
    """Wrong codes in a row make the next one wait, for as long as a right one too. `seconds` from now."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"Wait {seconds} second{'' if seconds == 1 else 's'} before the next try.")


class AlreadyOn(Exception):
    """There is a confirmed factor: it has to be switched off before another is begun."""


def is_on(user_id: Any) -> bool:
    """Whether this user is asked for a code."""
    return SecondFactor.objects.filter(user_id=user_id, confirmed=True).exists()


@transaction.atomic
def begin(user: User) -> SecondFactor:
    """A new secret, in the place of one that was never confirmed. Raises `AlreadyOn`."""
    _lock(user)
    found = SecondFactor.objects.filter(user=user).first()
    if found is not None and found.confirmed:
        raise AlreadyOn
    SecondFactor.objects.filter(user=user).delete()
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return SecondFactor.objects.create(user=user, secret=Sealed.of(secret))


@sensitive_variables()
def confirm(user: User, code: str) -> list[str]:
    """The app shows the right codes: it is asked for from now on. Recovery codes, which are told this once.

    Raises `WrongCode`, `WaitFirst`, `AlreadyOn`; `SecondFactor.DoesNotExist` where none was begun.
    """
    with transaction.atomic():
        _lock(user)
        factor = SecondFactor.objects.get(user=user)
        if factor.confirmed:
            raise AlreadyOn
        right = _is_present(factor, code)
        if right:
            SecondFactor.objects.filter(pk=factor.pk).update(confirmed=True)
            RecoveryCode.objects.filter(user=user).delete()
            told = [_drawn() for _ in range(CODES)]
            RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(text)) for text in told])
            audit.of_account("second-factor.on", user)
    if not right:  # outside: the count of wrong codes is to stay
        raise WrongCode
    return told


@sensitive_variables()
def check(user: User, code: str) -> None:
    """Use up a code of the app, or one of recovery. Raises `WrongCode` or `WaitFirst`. Nothing where there is no factor."""
    with transaction.atomic():
        _lock(user)
        factor = SecondFactor.objects.filter(user=user, confirmed=True).first()
        right = factor is None or _is_present(factor, code) or _is_recovery(factor, code)
    if not right:
        raise WrongCode


def switch_off(user: User) -> bool:
    """Take the factor and its codes away; whether there was one. Who may is the caller's to know."""
    with transaction.atomic():
        _lock(user)
        RecoveryCode.objects.filter(user=user).delete()
        gone = bool(SecondFactor.objects.filter(user=user).delete()[0])
        if gone:
            audit.of_account("second-factor.off", user)
        return gone


def address(factor: Any, *, issuer: str) -> str:
    """What the drawn code says to an app (the key URI format that authenticator apps share)."""
    name, house = quote(str(factor.user), safe="@"), quote(issuer.replace(":", " "), safe="")
    return (
        f"otpauth://totp/{house}:{name}?secret={factor.secret.reveal()}&issuer={house}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )


def _lock(user: User) -> None:
    """One change at a time: a code that is sent twice at once is used once."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _is_present(factor: Any, code: str) -> bool:
    """Whether the app shows this code. A right one is used up; a wrong one counts when it is no recovery code either."""
    allowed, told = factor.verify_is_allowed()
    if not allowed:
        left = (told["locked_until"] - timezone.now()).total_seconds()
        raise WaitFirst(max(1, math.ceil(left)))
    totp = TOTP(base64.b32decode(factor.secret.reveal()), STEP_SECONDS, 0, DIGITS)
    totp.time = time.time()
    plain = _plain(code)
    right = (
        len(plain) == DIGITS
        and plain.isdecimal()
        and plain.isascii()
        and totp.verify(int(plain), TOLERANCE, factor.last_step + 1)
    )
    if right:
        factor.last_step = totp.t()
        factor.throttle_reset()
    elif factor.confirmed is False or len(plain) == DIGITS:
        factor.throttle_increment()
    return right


def _is_recovery(factor: SecondFactor, code: str) -> bool:
    plain = _plain(code)
    if len(plain) == DIGITS:
        return False
    codes = RecoveryCode.objects.filter(user_id=factor.user_id, digest=_digest(plain), used_at=None)
    if codes.update(used_at=timezone.now()):
        factor.throttle_reset()
        return True
    factor.throttle_increment()
    return False


def _drawn() -> str:
    """As it is shown: "abcd-efgh-ijkl-mnop", 80 bits, so that a plain digest of it cannot be guessed back."""
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _digest(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()
