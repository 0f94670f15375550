"""The conformance cases bought from the real providers: the cheapest of each kind, from each provider with a key.

    VERIFY=1 OPENAI_API_KEY=... VERIFY_MAX_USD=0.50 .venv/bin/python -m pytest tests/verification -n 0

It costs money. What all of it may cost by the prices of `generation/seeds/models.toml` is printed first, and nothing is
bought where that is more than VERIFY_MAX_USD (1.00 if not set). Keys are read from the variables that the install itself
reads (`config/provider_accounts.py`), also from files. VERIFY_ONLY names the kinds to buy, "text,image" for no film.

A model that the seed has no price for (those of a server of one's own, above all) is bought where VERIFY_ALSO names it,
with the most in dollars that one purchase may cost: VERIFY_ALSO="openai text gpt-5-mini 0.01; compatible image sdxl 0".
"""

from __future__ import annotations

import datetime
import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from config import provider_accounts
from generation import pricing, providers, seeds, storage
from generation.catalogue.abilities import stated
from generation.errors import Unpriced
from generation.models import Price
from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Kind, Pending, Request
from generation.providers.errors import Denied, Transient
from generation.providers.fitting import fit
from generation.providers.protocols import Opens
from tests.providers.cases import PROVIDERS, Case, all_cases
from tests.providers.fake import media as pictures

ACCOUNTS, WRONG = provider_accounts.read(os.environ)
MAX_MICROS = int(float(os.environ.get("VERIFY_MAX_USD", "1.00")) * 1_000_000)
ONLY = {Kind(word) for word in os.environ.get("VERIFY_ONLY", ",".join(Kind)).split(",")}
ALSO = [tuple(words.split()) for words in os.environ.get("VERIFY_ALSO", "").split(";") if words.strip()]
FAMILY = {Kind.IMAGE: "image", Kind.EDIT: "image", Kind.VIDEO: "video", Kind.SPEECH: "audio"}
LONGEST_SECONDS = 900.0
TRIES = 5


@dataclass(frozen=True)
class Purchase:
    """A case with a model that lives, and the most it may cost in micros of a dollar."""

    case: Case
    request: Request
    micros: int


def keyed(provider: str) -> bool:
    account = ACCOUNTS[provider]
    made: Any = providers.kind_of(provider)
    return (bool(account.get("key")) or not made.needs_key) and bool(account.get("base_url") or made.home)


def adapter(provider: str, **more: Any) -> Any:
    """With the install's own account. A key shows itself only here."""
    account: dict[str, Any] = {**ACCOUNTS[provider], **more}
    key: Any = account.pop("key")
    return providers.make(
        provider, key=key if isinstance(key, str) else key.reveal(), trusted="base_url" in account, **account
    )


def priced(row: Mapping[str, Any]) -> list[Price]:
    today = datetime.datetime.now(datetime.UTC).date()
    begun = [said for said in row.get("prices", ()) if said["from"] <= today]
    return [
        Price(unit=said["unit"], amount_micros=round(float(said["usd"]) * 1_000_000), per=said.get("per", 1))
        for said in begun
    ]


def lives(row: Mapping[str, Any]) -> bool:
    today = datetime.datetime.now(datetime.UTC).date()
    return row.get("is_enabled", True) and row.get("retires_on", datetime.date.max) > today


def with_real_pictures(request: Request) -> Request:
    """Pictures as large as real providers want them."""
    picture = pictures.picture("png", 1024, 576)
    inputs = tuple(replace(given, media_type="image/png", data=picture) for given in request.inputs)
    return replace(request, inputs=inputs, reference=str(uuid.uuid4()))


def purchase(case: Case, row: Mapping[str, Any]) -> Purchase | None:
    """The case with the model of a row of the seed; None where that cannot do it, or cannot say for how much."""
    able: Any = providers.make(case.provider)
    options = row.get("options", case.options)
    model = row.get("remote_name", row["key"])
    found = able.capabilities(model, case.kind, options)
    if found is None:
        return None
    found = stated(found, row.get("capabilities", {}))
    request, _ = fit(replace(with_real_pictures(case.request), model=model, options=options), found)
    if refuse_unsupported(request, found):
        return None
    try:
        return Purchase(case, request, pricing.quote(priced(row), request, found))
    except Unpriced:
        return None


def cheapest(provider: str, kind: Kind) -> Purchase | None:
    """With as few pictures of ours as can be, then for as little money."""
    begun = datetime.date(2026, 1, 1)
    rows: list[Mapping[str, Any]] = [
        {"key": model, "prices": [{"unit": "call", "usd": usd, "from": begun}]}
        for its, makes, model, usd in ALSO
        if (its, makes) == (provider, kind)
    ] or [row for row in seeds.listed().values() if row["provider"] == provider and lives(row) and priced(row)]
    cases = [case for case in all_cases() if (case.provider, case.kind) == (provider, kind)]
    found = [one for case in cases for row in rows if (one := purchase(case, row)) is not None]
    return min(found, key=lambda one: (len(one.request.inputs), one.micros), default=None)


KINDS = sorted({(PROVIDERS.index(case.provider), case.provider, case.kind) for case in all_cases()})
CHOSEN = {(provider, kind): cheapest(provider, kind) for _, provider, kind in KINDS if keyed(provider) and kind in ONLY}


@pytest.fixture(scope="session", autouse=True)
def _quoted(request: pytest.FixtureRequest) -> None:
    """Say what it may cost, and refuse what is too dear, before anything is bought."""
    say = request.config.pluginmanager.getplugin("terminalreporter").write_line
    bought = [one for one in CHOSEN.values() if one is not None]
    total = sum(one.micros for one in bought)
    say("")
    for one in bought:
        say(f"{one.case.provider} {one.case.kind} by {one.request.model}: at most {one.micros / 1e6:.4f} USD")
    say(f"all of it: at most {total / 1e6:.4f} USD of {MAX_MICROS / 1e6:.2f}")
    if WRONG:
        pytest.exit(" ".join(WRONG), returncode=2)
    if total > MAX_MICROS:
        pytest.exit(f"{total / 1e6:.4f} USD is more than VERIFY_MAX_USD: nothing was bought", returncode=2)


def variables(provider: str) -> str:
    named = provider_accounts.VARIABLES[provider]
    made: Any = providers.kind_of(provider)
    return named["key"] if made.home else named["base_url"]


def made(one: Purchase) -> tuple[Any, Done]:
    """Buy it, and wait for it as the engine does. Only what asks is repeated, never what buys."""
    able = adapter(one.case.provider)
    answer: Done | Pending = able.start(one.request, Emit())
    ends, failed = time.monotonic() + LONGEST_SECONDS, 0
    while isinstance(answer, Pending):
        assert time.monotonic() < ends, f"{answer} after {LONGEST_SECONDS} seconds"
        time.sleep(answer.check_after_seconds)
        try:
            answer = able.check(Handle(answer.id, answer.poll_url, one.request))
            failed = 0
        except Transient as error:
            failed += 1
            if failed == TRIES:
                raise
            time.sleep(error.retry_after_seconds or 5.0)
    return able, answer


@pytest.mark.timeout(LONGEST_SECONDS + 120)
@pytest.mark.parametrize(("provider", "kind"), [key[1:] for key in KINDS], ids=str)
def test_the_cheapest_purchase(provider: str, kind: Kind, media: Path) -> None:
    if not keyed(provider):
        pytest.skip(f"{variables(provider)} is not set")
    if kind not in ONLY:
        pytest.skip("VERIFY_ONLY leaves it out")
    one = CHOSEN[provider, kind]
    if one is None:
        pytest.skip(f"the seed has no priced model of {provider} for {kind}, and VERIFY_ALSO names none")
    able, done = made(one)
    given = [name for name in ("text", "data", "link", "verdict") if getattr(done, name) is not None]
    assert len(given) == 1
    assert done.model
    if done.cost_micros is not None:
        assert done.cost_micros <= one.micros, "the seed's price is too low"
    if kind is Kind.TEXT:
        assert given == ["text"]
        assert (done.text or "").strip()
    elif kind is Kind.MODERATE:
        assert given == ["verdict"]
    elif done.data is not None:
        kept = storage.keep(tenant_id=uuid.UUID(int=1), kind=kind, data=done.data, media_type=done.media_type)
        assert kept.media_type.partition("/")[0] == FAMILY[kind]
    else:
        assert done.link is not None
        assert isinstance(able, Opens)
        with able.open(done.link) as stream:
            kept = storage.keep(
                tenant_id=uuid.UUID(int=1),
                kind=kind,
                data=stream.chunks(),
                media_type=done.media_type or stream.media_type,
            )
        assert kept.media_type.partition("/")[0] == FAMILY[kind]


@pytest.mark.parametrize(("provider", "kind"), [key[1:] for key in KINDS], ids=str)
def test_a_wrong_key_is_denied(provider: str, kind: Kind) -> None:
    """It costs nothing, and shows that the address and the form of the refusal are what we take them for."""
    if not keyed(provider):
        pytest.skip(f"{variables(provider)} is not set")
    one = CHOSEN.get((provider, kind))
    its: Any = providers.kind_of(provider)
    if one is None or not its.needs_key:
        pytest.skip(f"nothing of {provider} for {kind} is bought here that needs a key")
    with pytest.raises(Denied):
        adapter(provider, key="wrong-key-0000000000000000").start(one.request, Emit())
