"""Who stands behind a bearer: an access token or an API key. For DRF, the MCP door and whoever else is handed one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.views.decorators.debug import sensitive_variables

from accounts import api_keys, tokens
from accounts.access import Actor
from accounts.middleware import seen_as
from accounts.models import ApiKey, Membership, Tenant, User
from accounts.prepared import Prepared, columns, loaded
from accounts.scopes import ALL, Scope
from accounts.tenancy import scope

NO_KEY = "This API key is not known here. Check that it is whole, and that this is the address that it was made at."
REVOKED = "This API key was revoked. Make a new one on your page of API keys."
KEY_OF_NOBODY = "The owner of this API key cannot sign in any more."


class BadBearer(ValueError):
    """A bearer that opens nothing here. The text is fit for whoever sent it and says why."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who asks. `key` is None for an access token, which has all scopes."""

    user: User
    actor: Actor
    scopes: frozenset[Scope]
    key: ApiKey | None = None

    @property
    def key_id(self) -> uuid.UUID | None:
        return self.key.pk if self.key is not None else None


@sensitive_variables()
def known(token: str, tenant: Tenant) -> Bearer:
    """Whose bearer `token` is at `tenant`. Raises `BadBearer`. Needs no active scope.

    One query, and a second for an operator who is no member; a key's first use in an hour writes that down.
    """
    with scope(tenant):
        if token.startswith(api_keys.START):
            return _holder_of_key(token, tenant)
        try:
            return _holder_of_token(token, tenant)
        except tokens.BadToken as bad:
            raise BadBearer(str(bad)) from bad


@sensitive_variables()
def _holder_of_key(text: str, tenant: Tenant) -> Bearer:
    key = api_keys.find(text)
    if key is None:
        raise BadBearer(NO_KEY)
    if key.revoked_at is not None:
        raise BadBearer(REVOKED)
    user = key.membership.user
    if not user.is_active:
        raise BadBearer(KEY_OF_NOBODY)
    api_keys.note_use(key)
    scopes = frozenset(Scope(name) for name in key.scopes if name in ALL)
    return Bearer(user, seen_as(user, key.membership, tenant), scopes, key)


@sensitive_variables()
def _holder_of_token(text: str, tenant: Tenant) -> Bearer:
    token = tokens.read_access(text)
    tokens.check_claims(token, tenant)
    user_id = tokens.user_id_of(token)
    membership = _membership_of(user_id)
    if membership is not None:
        user = membership.user
    else:
        operator = User.objects.filter(pk=user_id, is_superuser=True).first()
        if operator is None:
            raise BadBearer(tokens.NO_MEMBER)
        user = operator
    tokens.check_user(token, user)
    return Bearer(user, seen_as(user, membership, tenant), ALL)


MEMBERSHIP, USER = columns(Membership), columns(User)
_member = Prepared(
    lambda user_id: Membership.objects.filter(user_id=user_id).values_list(*MEMBERSHIP, *columns(User, "user__")),
    user_id=uuid.UUID,
)


def _membership_of(user_id: uuid.UUID) -> Membership | None:
    """With its user, in one query that is asked for every request with a token."""
    found = _member.first(user_id=user_id)
    if found is None:
        return None
    row = found.values()
    user = loaded(User, USER, row[len(MEMBERSHIP) :])
    membership: Membership = loaded(Membership, MEMBERSHIP, row[: len(MEMBERSHIP)], user=user)
    return membership
