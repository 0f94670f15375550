"""What the providers themselves say of their models: which there are, and which are about to go. For the operator's
command; nothing here is asked while somebody waits for a page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from generation import keys, providers
from generation.adapters import adapter
from generation.models import AiModel, Credential
from generation.providers.contract import Listed
from generation.providers.protocols import Lists, Provider


@dataclass(slots=True)
class Findings:
    """What one provider's list means for our rows. Names are keys, except `unknown`: the provider's own."""

    provider: str
    problem: str = ""
    """Why nothing could be compared; empty where it could."""
    is_fault: bool = False
    """Whether the problem is one to look into, and not how this install is set up."""
    retiring: list[tuple[str, datetime.date]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    found_again: list[str] = field(default_factory=list)
    unknown: list[Listed] = field(default_factory=list)


def account_of(provider: str, bound: Credential | None = None) -> Provider | None:
    """An adapter with the platform's account at a provider (or with the one that a model is `bound` to); None where there
    is none that can buy."""
    if provider in keys.BUILT_IN:
        return adapter(provider)
    accounts = [bound] if bound is not None else list(
        Credential.objects.filter(provider=provider, is_brought=False, is_enabled=True).order_by("base_url", "id")
    )  # fmt: skip
    for one in accounts:
        try:
            return providers.make(provider, **keys.account(one, provider=provider).options)
        except keys.NoKey:
            continue
    return None


def compare(provider: str, *, changes_rows: bool) -> Findings:
    """Read a provider's list and compare our rows with it. With `changes_rows` they are brought up to date: days of
    retirement, and since when a model is missing. New models are reported, never added."""
    found = Findings(provider)
    able = account_of(provider)
    if able is None:
        found.problem = "no account of the platform's can be used"
    elif not isinstance(able, Lists):
        found.problem = "it has no list of its models"
    if able is None or not isinstance(able, Lists):
        return found
    try:
        listed = {one.name: one for one in able.models()}
    except Exception as error:  # whatever one provider's list does wrong, the others are still read
        found.problem, found.is_fault = f"{type(error).__name__}: {error}", True
        return found
    if not listed:
        found.problem, found.is_fault = "its list is empty, which is taken for a fault of theirs", True
        return found
    _compare(found, listed, changes_rows=changes_rows)
    return found


def _compare(found: Findings, listed: dict[str, Listed], *, changes_rows: bool) -> None:
    today = timezone.now().date()
    rows = list(AiModel.objects.filter(provider=found.provider).order_by("key"))
    changed = []
    for row in rows:
        entry = listed.get(row.remote_name)
        before = (row.retires_on, row.missing_since)
        if entry is not None and entry.retires_on is not None and entry.retires_on != row.retires_on:
            row.retires_on = entry.retires_on
            found.retiring.append((row.key, entry.retires_on))
        if entry is not None and row.missing_since is not None:
            row.missing_since = None
            found.found_again.append(row.key)
        is_gone = not row.is_enabled or (row.retires_on is not None and row.retires_on <= today)
        if entry is None and row.missing_since is None and not is_gone:
            row.missing_since = today
            found.missing.append(row.key)
        if before != (row.retires_on, row.missing_since):
            changed.append(row)
    found.unknown = [listed[name] for name in sorted(listed.keys() - {row.remote_name for row in rows})]
    if changes_rows:
        AiModel.objects.bulk_update(changed, ["retires_on", "missing_since"])
