"""Access and refresh tokens: good at one tenant, for as long as somebody is a member there.

A sign-in begins a family of refresh tokens. Each is good for one exchange and is followed by the next of its family; one
that comes a second time was stolen, or its successor was, so all of the family end. A token's `jti` is its family and its
place in it, so that no place can be given out twice. The tokens themselves are kept nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token
from rest_framework_simplejwt.utils import datetime_from_epoch, get_md5_hash_password

from accounts.models import Membership, Tenant, User

TENANT_CLAIM = "tenant"
INVALID = "This token is not valid or has run out. Sign in again."
ELSEWHERE = "This token belongs to another address. Sign in here for one of its own."
NO_MEMBER = "This token's user is no longer a member here."
OLD_PASSWORD = "The password was changed since this token was given out. Sign in again."  # noqa: S105 -- a sentence
USED_UP = "This refresh token was used before, so all that came after it is ended. Sign in again."
Claims = Mapping[str, Any]
VERIFIED_MOST = 4096
_verified: dict[bytes, Claims] = {}
"""The claims of access tokens that were verified here, by the digest of the token."""


class BadToken(ValueError):
    """A token that opens nothing here; the text says why and what would help."""


class _Presented(RefreshToken):
    """A refresh token that somebody hands in. Whether it is used up is looked at by `exchange`, which has to know."""

    def check_blacklist(self) -> None:
        return


def begin(user: User, tenant: Tenant) -> dict[str, str]:
    """{access, refresh} for somebody who signed in: the first of a family."""
    return _give(user, tenant, uuid.uuid4().hex, 0)


def exchange(text: str, tenant: Tenant) -> dict[str, str]:
    """The next {access, refresh} for a refresh token, which is used up by that. Raises `BadToken`."""
    token = _read(text, tenant)
    family, place = _place(token)
    with transaction.atomic():
        user = _holder(token)
        used_up = _is_used_up(token)
        if used_up:
            _end(family)
        else:
            if not (user.is_superuser or Membership.objects.filter(user=user).exists()):
                raise BadToken(NO_MEMBER)
            _use_up(token)
            following = _give(user, tenant, family, place + 1)
    if used_up:
        raise BadToken(USED_UP)
    return following


def end(text: str, tenant: Tenant) -> None:
    """Revoke a refresh token and all that came of it. Doing so twice is no error. Raises `BadToken`."""
    token = _read(text, tenant)
    with transaction.atomic():
        _holder(token)
        _end(_place(token)[0])


@sensitive_variables()
def read_access(text: str) -> Claims:
    """The claims of an access token whose signature holds and whose time is not over. Raises `BadToken`.

    A program sends the same token for minutes, so what was verified is remembered in this process until it runs out; who
    its user is now, and what they may do, is asked each time.
    """
    global _verified
    digest = hashlib.sha256(text.encode()).digest()
    known = _verified.get(digest)
    if known is not None:
        if known["exp"] <= time.time():
            _verified.pop(digest, None)
            raise BadToken(INVALID)
        return known
    try:
        claims = AccessToken(text).payload  # type: ignore[arg-type]
    except TokenError as broken:
        raise BadToken(INVALID) from broken
    if len(_verified) >= VERIFIED_MOST:
        _verified = {}
    _verified[digest] = claims
    return claims


def check_claims(token: Token | Claims, tenant: Tenant) -> None:
    """Raise `BadToken` where a token was made for another tenant."""
    if token.get(TENANT_CLAIM) != str(tenant.id):
        raise BadToken(ELSEWHERE)


def check_user(token: Token | Claims, user: User) -> None:
    """Raise `BadToken` where the user may not sign in any more, or changed their password since."""
    if not user.is_active:
        raise BadToken(INVALID)
    said = str(token.get(api_settings.REVOKE_TOKEN_CLAIM, ""))
    if not hmac.compare_digest(said.encode(), get_md5_hash_password(user.password).encode()):
        raise BadToken(OLD_PASSWORD)


def user_id_of(token: Token | Claims) -> uuid.UUID:
    try:
        return uuid.UUID(str(token.get(api_settings.USER_ID_CLAIM)))
    except ValueError as broken:
        raise BadToken(INVALID) from broken


def forget_expired() -> int:
    """Delete what is known of refresh tokens that have run out; how many rows."""
    return OutstandingToken.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def _read(text: str, tenant: Tenant) -> _Presented:
    try:
        token = _Presented(text)  # type: ignore[arg-type]
    except TokenError as broken:
        raise BadToken(INVALID) from broken
    check_claims(token, tenant)
    return token


def _holder(token: Token) -> User:
    """Whose token it is. Their row stays locked until the transaction ends: one change at a time to their families."""
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id_of(token)).first()
    if user is None:
        raise BadToken(INVALID)
    check_user(token, user)
    return user


def _place(token: Token) -> tuple[str, int]:
    family, _, place = str(token.payload.get(api_settings.JTI_CLAIM, "")).partition(".")
    if not family or not place.isdecimal():
        raise BadToken(INVALID)  # given out before tokens had families
    return family, int(place)


def _is_used_up(token: Token) -> bool:
    """Also where nothing is known of it: what was given out is known for as long as it is good."""
    jti = token.payload[api_settings.JTI_CLAIM]
    return not OutstandingToken.objects.filter(jti=jti, blacklistedtoken=None).exists()


def _use_up(token: Token) -> None:
    BlacklistedToken.objects.create(token=OutstandingToken.objects.get(jti=token.payload[api_settings.JTI_CLAIM]))


def _end(family: str) -> None:
    alive = OutstandingToken.objects.filter(jti__startswith=f"{family}.", blacklistedtoken=None)
    BlacklistedToken.objects.bulk_create([BlacklistedToken(token=token) for token in alive], ignore_conflicts=True)


def _give(user: User, tenant: Tenant, family: str, place: int) -> dict[str, str]:
    token: Any = RefreshToken()
    token[api_settings.JTI_CLAIM] = f"{family}.{place}"
    token[api_settings.USER_ID_CLAIM] = str(user.pk)
    token[api_settings.REVOKE_TOKEN_CLAIM] = get_md5_hash_password(user.password)
    token[TENANT_CLAIM] = str(tenant.id)
    OutstandingToken.objects.create(
        user=user,
        jti=token[api_settings.JTI_CLAIM],
        token="",
        created_at=token.current_time,
        expires_at=datetime_from_epoch(token["exp"]),
    )
    return {"access": str(token.access_token), "refresh": str(token)}
