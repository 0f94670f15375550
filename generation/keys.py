"""Whose key buys: a person's own, the tenant's, or the platform's.

The platform's keys stand in the environment (`settings.PROVIDER_ACCOUNTS`); tenants and people bring theirs in the admin
and on their key page, encrypted at rest. A key leaves this module only inside the options of an adapter.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.models import Tenant, User
from accounts.sealed import CannotOpen, Sealed
from generation import providers
from generation.models import AiModel, Credential, Job, Letter, ProviderKey, WebhookEndpoint
from generation.providers.errors import Denied
from generation.providers.wire import Key

BUILT_IN = frozenset({"demo"})
"""Providers that need no account: what they need stands in settings."""
DELIVERIES = "webhook"
"""What takes messages to the endpoints of tenants. Nothing is bought from it; its account only limits it."""
DELIVERIES_AT_ONCE = 16
"""Places of a worker that deliveries may take, so that slow receivers keep purchases from none."""
LETTERS = "mail"
"""What takes letters to people, by way of the platform's mail server. Its account limits it, and pauses where it is refused."""
LETTERS_AT_ONCE = 4
ENVIRONMENT = "environment"
"""Label of the platform's accounts whose key stands in the environment."""
ONE_AT_A_TIME = frozenset({"cosmos"})
"""Servers that do one piece of work after another."""
LONGEST = 500
HINT_FROM = 12
"""Characters that a key must have for its last four to be shown."""


class NotAKey(ValueError):
    """What was entered is no key. The sentence is for whoever entered it, and holds nothing of it."""


class NoKey(Denied):
    """A purchase has lost its key. `str(error)` is for staff, `told` ends a sentence for the reader."""

    def __init__(self, detail: str, told: str) -> None:
        super().__init__(detail)
        self.told = told


@dataclass(frozen=True, slots=True)
class Account:
    """What an adapter is made with. `stamp` changes when the key does. `trusted`: an operator set the address."""

    provider: str
    stamp: str = field(repr=False)
    key: Key
    base_url: str = ""
    trusted: bool = False
    more: tuple[tuple[str, Any], ...] = ()

    @property
    def options(self) -> dict[str, Any]:
        found: dict[str, Any] = {"key": self.key.reveal(), **dict(self.more)}
        return found | ({"base_url": self.base_url, "trusted": self.trusted} if self.base_url else {})


# Keys that are brought along


@sensitive_variables("secret")
def checked(secret: str) -> str:
    """The key without the space around it. Raises `NotAKey` where it could not stand in a header: an HTTP library would
    repeat the whole of it in its complaint."""
    secret = secret.strip()
    if not secret:
        raise NotAKey("Enter the key.")
    if len(secret) > LONGEST or not re.fullmatch(r"[!-~]+", secret):
        raise NotAKey("This is no key: it has spaces, line ends, or letters that keys do not have. Copy it once more.")
    return secret


def takes_keys() -> list[tuple[str, str]]:
    """(name, title) of the providers that a tenant or a person can have a key for: those with an address of their own."""
    return [
        (name, title)
        for name, title in has_accounts()
        if getattr(_kind_of(name), "needs_key", False) and getattr(_kind_of(name), "home", "")
    ]


def has_accounts() -> list[tuple[str, str]]:
    """(name, title) of all providers that something is bought from, by title."""
    known = [
        name
        for name in providers.PROVIDERS
        if name not in BUILT_IN | {DELIVERIES, LETTERS} and _kind_of(name) is not None
    ]
    return sorted(((name, title(name)) for name in known), key=lambda pair: pair[1].casefold())


def title(provider: str) -> str:
    """The name that people know a provider by."""
    return str(getattr(_kind_of(provider), "title", "") or provider)


@sensitive_variables("secret")
def save_key(*, tenant: Tenant, provider: str, secret: str, user: User | None = None) -> ProviderKey:
    """Keep a key of the tenant's (or of a person's) own; one that was there is replaced, and is used again if it was
    switched off. Runs under the tenant's scope. Raises `NotAKey`."""
    secret = checked(secret)
    with transaction.atomic():
        # One at a time: two that both find no row would both make one.
        Tenant.objects.select_for_update().get(id=tenant.id)
        found = ProviderKey.objects.filter(provider=provider, user=user).first()
        if found is None:
            label = f"own key {uuid.uuid4().hex[:12]}"
            credential = Credential.objects.create(provider=provider, label=label, is_brought=True)
            found = ProviderKey(provider=provider, user=user, credential=credential)
        Credential.objects.filter(id=found.credential_id).update(paused_until=None, paused_because="")
        found.secret, found.hint, found.is_enabled = Sealed.of(secret), hint(secret), True
        found.save()
        _record("provider-key.saved", found)
    return found


@sensitive_variables("secret")
def hint(secret: str) -> str:
    """All that is ever shown of a key again."""
    return secret[-4:] if len(secret) >= HINT_FROM else ""


def delete_key(key: ProviderKey) -> None:
    """Forget a key, and its account with it. Purchases that are on their way with it can no longer be asked after."""
    with transaction.atomic():
        _record("provider-key.deleted", key)
        key.delete()


def _record(verb: str, key: ProviderKey) -> None:
    """The key is named by its provider and by whose it is; nothing of it is put on record."""
    detail = {"provider": key.provider, "of": "tenant" if key.user_id is None else "person"}
    audit.write(verb, subject=audit.of(key), about=key.user_id, detail=detail)


# Who buys


def choose(*, model: AiModel, user: User | None) -> Credential | None:
    """The account that buys from `model` for `user`: the one the model is bound to, else the person's own, the tenant's,
    the platform's. None where there is none with a usable key."""
    if model.account_id is not None:
        bound: Credential | None = model.account
        return bound if bound is not None and bound.provider == model.provider and _can_buy(bound) else None
    by_owner = {key.user_id: key for key in _own(user).filter(provider=model.provider).select_related("credential")}
    mine = by_owner.get(user.id if user else None) or by_owner.get(None)
    return mine.credential if mine is not None else _platform(model.provider)


def usable_providers(user: User | None = None, *, among: Collection[str]) -> set[str]:
    """Those of `among` that somebody of the active tenant (with their own keys: `user`) can buy from now. Two queries.
    The adapters of other providers are not loaded for it."""
    listed = list(Credential.objects.filter(is_brought=False, provider__in=among))
    usable = {one.provider for one in listed if _can_buy(one)}
    unlisted = set(among) & set(settings.PROVIDER_ACCOUNTS) - {one.provider for one in listed if not one.base_url}
    usable |= {name for name in unlisted if is_configured(name)}
    return usable | set(_own(user).filter(provider__in=among).values_list("provider", flat=True))


def is_configured(provider: str) -> bool:
    """Whether the environment has what is needed to buy from a provider."""
    if provider in BUILT_IN:
        return True
    made = _kind_of(provider)
    if made is None:
        return False
    given = settings.PROVIDER_ACCOUNTS.get(provider, {})
    has_key = bool(given.get("key")) or not getattr(made, "needs_key", False)
    has_address = bool(given.get("base_url")) or getattr(made, "home", None) != ""
    return has_key and has_address


def ensure_platform_accounts() -> None:
    """A row for each provider that the environment has a key (or an address) for; it carries limits and pauses."""
    for provider in settings.PROVIDER_ACCOUNTS:
        if is_configured(provider):
            _environment(provider)


# What an adapter is made with


def account(credential: Credential | None, *, provider: str, buys: bool = True) -> Account:
    """The account with its key. Runs under the scope of the tenant that buys. With `buys` something is about to be bought,
    which a key that was switched off must not; what was bought is asked after with it all the same.

    Raises `NoKey` where the key was taken away, was switched off, or cannot be opened.
    """
    if credential is None:
        raise NoKey("the account that this was to be bought with was deleted", TAKEN_AWAY)
    if credential.provider != provider:
        # Never sent on: a key of one provider would go to another's host.
        raise NoKey(f"the account {credential} is none of {provider}'s", UNUSABLE)
    if credential.is_brought:
        return _brought(credential, buys=buys)
    if buys and not credential.is_enabled:
        raise NoKey(f"the account {credential} was switched off", TAKEN_AWAY)
    given: dict[str, Any] = dict(settings.PROVIDER_ACCOUNTS.get(provider, {}))
    key, base_url = given.pop("key", Key()), given.pop("base_url", "")
    if credential.base_url:
        # A server of the operator's own gets the key that was entered for it, never the one for the provider's own hosts.
        key, base_url = _opened(credential.secret, credential), credential.base_url
    elif buys and not is_configured(provider):
        raise NoKey(f"the environment has no key for {provider} any more", TAKEN_AWAY)
    stamp = f"{credential.id}:{base_url}:{hash(key.reveal())}"
    return Account(provider, stamp, key, base_url, bool(base_url), tuple(sorted(given.items())))


def endpoint(job: Job) -> Account:
    """Where a delivery goes, and what signs it: as the endpoint stands now, not as it was when the event happened. Runs
    under the job's scope. Raises `NoKey` where the endpoint is gone or switched off, or its secret cannot be opened."""
    found = WebhookEndpoint.objects.filter(deliveries__job=job).first()
    if found is None:
        raise NoKey("the endpoint was deleted", "its endpoint is gone.")
    if not found.is_enabled:
        raise NoKey("the endpoint is switched off", "its endpoint is switched off.")
    try:
        return Account(DELIVERIES, "", Key(str(found.secret.reveal())), found.url)
    except CannotOpen as error:
        raise NoKey(f"the endpoint {found}: {error}", "its signing secret cannot be used. Rotate it.") from error


def letter(job: Job) -> Account:
    """A letter, and how letters leave. What it says is opened here and nowhere else. Runs under the job's scope. Raises
    `NoKey` where it was put away already, cannot be opened, or no letter can leave."""
    post = settings.MAIL
    if post.server is None and not post.folder:
        raise NoKey("the environment contradicts itself about mail: see manage.py check", "letters cannot be sent now.")
    found = Letter.objects.filter(job=job).first()
    if found is None or not found.contents:
        raise NoKey("the letter was put away", "it was put away.")
    more = (("folder", post.folder), ("sender", post.sender), ("server", post.server))
    try:
        return Account(LETTERS, "", Key(str(found.contents.reveal())), more=more)
    except CannotOpen as error:
        raise NoKey(f"the letter {found}: {error}", "it cannot be opened any more.") from error


def deliveries_account(provider: str = DELIVERIES) -> Credential:
    """The platform's limit on what takes messages: a row that operators may change or switch off."""
    label, at_once = {DELIVERIES: ("deliveries", DELIVERIES_AT_ONCE), LETTERS: ("letters", LETTERS_AT_ONCE)}[provider]
    limit = {"max_concurrent": at_once}
    return Credential.objects.get_or_create(provider=provider, label=label, defaults=limit)[0]


TAKEN_AWAY = "the key that it was to be bought with was taken away."
UNUSABLE = "the key that it was to be bought with cannot be used. Staff have been told."


def _brought(credential: Credential, *, buys: bool) -> Account:
    own = ProviderKey.objects.filter(credential=credential).select_related("tenant").first()
    if own is None:
        raise NoKey("the key that this was to be bought with was deleted", TAKEN_AWAY)
    is_allowed = own.user_id is None or own.tenant.allows_own_keys
    if buys and not (own.is_enabled and credential.is_enabled and is_allowed):
        raise NoKey(f"the key {own} was switched off", TAKEN_AWAY)
    # The address that the environment may name is the platform's; this key goes to the provider's own hosts.
    more = {k: v for k, v in settings.PROVIDER_ACCOUNTS.get(own.provider, {}).items() if k not in ("key", "base_url")}
    stamp = f"{own.id}:{own.changed_at.isoformat()}"
    return Account(own.provider, stamp, _opened(own.secret, own), more=tuple(sorted(more.items())))


def _opened(sealed: Any, of: Any) -> Key:
    try:
        return Key(str(sealed.reveal()))
    except CannotOpen as error:
        raise NoKey(f"{of}: {error}", UNUSABLE) from error


def _can_buy(credential: Credential) -> bool:
    """Whether a platform account is on and has what it needs."""
    if not credential.is_enabled or credential.is_brought:
        return False
    if not credential.base_url:
        return is_configured(credential.provider)
    made = _kind_of(credential.provider)
    return made is not None and (bool(credential.secret) or not getattr(made, "needs_key", False))


def _platform(provider: str) -> Credential | None:
    """The platform's account: the provider's own before a server of the operator's. One that the environment has a key
    for gets its row when it is first needed; where an operator switched the row off, it stays off."""
    accounts = list(Credential.objects.filter(provider=provider, is_brought=False).order_by("id"))
    at_home = [one for one in accounts if not one.base_url]
    if not at_home and provider in settings.PROVIDER_ACCOUNTS and is_configured(provider):
        at_home = [_environment(provider)]
    servers = [one for one in accounts if one.base_url]
    return next((one for one in (*at_home, *servers) if _can_buy(one)), None)


def _environment(provider: str) -> Credential:
    at_once = {"max_concurrent": 1 if provider in ONE_AT_A_TIME else 16}
    return Credential.objects.get_or_create(provider=provider, label=ENVIRONMENT, defaults=at_once)[0]


def _own(user: User | None) -> Any:
    """The keys that may be used for `user`: the tenant's, and their own where the tenant allows it."""
    whose = Q(user=None)
    if user is not None and not user.is_guest:
        whose |= Q(user=user, tenant__allows_own_keys=True)
    return ProviderKey.objects.filter(whose, is_enabled=True, credential__is_enabled=True)


def _kind_of(provider: str) -> Any:
    """The class of a provider's adapters, None where this install has none."""
    try:
        return providers.kind_of(provider)
    except (KeyError, ModuleNotFoundError):
        return None
