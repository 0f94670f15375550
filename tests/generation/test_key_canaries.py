"""No key turns up anywhere but at the provider it is for.

Keys of every kind buy, and fail to buy, from a server that keeps what it is sent; then everything that is kept, logged and
shown is searched for them, and for parts of them. Each search has its control: the keys were there to be found.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage

from config import logs
from generation import adapters, keys
from generation.drain import drain_here
from generation.models import AiModel, Credential, Job, ProviderKey, Status
from tests.generation.buying import FROM, MODELS, Shop, fake, shop
from tests.providers.fake.books import Captured
from tests.providers.fake.dialect import as_json
from tests.providers.fake.faults import PollUrlElsewhere, Redirect
from tests.providers.fake.listener import Reply

__all__ = ["fake", "shop"]  # fixtures
pytestmark = pytest.mark.django_db
PART = 8
"""Characters of a key's random part that must not turn up together. The four of the hint may."""


def parts(key: str) -> set[str]:
    """The key's random part, cut into every piece of `PART` characters."""
    secret = key.rsplit("-", 1)[1]
    return {secret[at : at + PART] for at in range(len(secret) - PART + 1)}


def found(shop: Shop, text: str) -> set[str]:
    """The providers whose key, or a part of it, is in the text: plain or in base64."""
    hits = {name for name in MODELS if any(part in text for part in parts(shop.key(name)))}
    coded = {name: base64.b64encode(shop.key(name).encode()).decode().rstrip("=")[:-1] for name in MODELS}
    return hits | {name for name, code in coded.items() if code in text}


def sent(captured: list[Captured]) -> str:
    return repr([(one.method, one.path, one.query, one.headers, one.json, one.fields) for one in captured])


# What is bought


def echoing(shop: Shop) -> None:
    """Every provider refuses the key, and repeats all that it was sent: in its own form, or as a page that is longer than
    what is kept of it, with the key where it is cut."""

    def said(name: str, request: Captured) -> Reply:
        told = " ".join(request.headers.values())
        if name == "xai":
            return Reply(401, b"x" * 470 + told.encode(), {"content-type": "text/html"})
        if name == "compatible":
            return as_json({"detail": {"headers": request.headers}}, 401)
        return shop.fake.dialects[name].error("denied", f"Incorrect API key provided: {told}")

    for name in MODELS:
        dialect: Any = shop.fake.dialects[name]
        dialect.authorise = lambda request, key, name=name: said(name, request)


def resumed() -> None:
    Credential.objects.update(paused_until=None, paused_because="")


def buy(shop: Shop) -> list[tuple[str, str]]:
    """One good purchase from each, one that is led elsewhere, and one with a refused key; how each ended."""
    for name in MODELS:
        shop.ask(name)
    drain_here()
    for name in MODELS:
        shop.fake.script(name, "*", Redirect())
        shop.ask(name)
    drain_here()
    # Twice, because the engine buys it once more.
    shop.fake.script("bfl", "image.submit", PollUrlElsewhere(), PollUrlElsewhere())
    shop.ask("bfl")
    drain_here()
    resumed()
    echoing(shop)
    for name in MODELS:
        shop.ask(name)
    drain_here()
    jobs = Job.objects.order_by("created_at").values_list("provider", "status", "error_class")
    return [f"{provider} {status} {error}".strip() for provider, status, error in jobs]  # type: ignore[misc]


ENDED = [
    *(f"{name} done" for name in MODELS),
    *(f"{name} failed rejected" for name in MODELS),
    "bfl unknown damaged",
    *(f"{name} failed denied" for name in MODELS),
]


# Where it is looked for


def database() -> str:
    """Every row of every table, and what the queue's packages hold inside."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            told += [f"{table}: {row!r}" for row in cursor.fetchall()]
    packages = [SignedPackage.loads(row.payload) for row in OrmQ.objects.all()]
    tasks = [vars(task) for task in Task.objects.all()]
    return "\n".join([*told, repr(packages), repr(tasks)])


def logged(caplog: Any) -> str:
    said = []
    for record in caplog.records:
        said += [record.getMessage(), repr(record.args)]
        if record.exc_info:
            said.append("".join(traceback.format_exception(*record.exc_info)))
    return "\n".join(said)


def written(caplog: Any) -> str:
    """The same records as a process of production writes them."""
    line = logs.formatter("json")
    return "\n".join(line.format(record) for record in caplog.records)


def dumped() -> str:
    out = io.StringIO()
    call_command("dumpdata", "accounts", "generation", "admin", "sessions", stdout=out)
    return out.getvalue()


def shown_to_staff(who: str, client_for: Callable[..., Client]) -> Iterator[tuple[str, str]]:
    """Every kind of admin page of the rows that know of a key."""
    client = client_for(who)
    rows: dict[Any, Any] = {
        ProviderKey: ProviderKey.objects.all(),
        Credential: Credential.objects.exclude(provider="demo"),
        Job: Job.objects.all(),
        AiModel: AiModel.objects.filter(key__startswith="canary-")[:1],
    }
    for model, some in rows.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{base}_changelist"), reverse(f"{base}_add")]
        for row in some:
            pages = ("change", "history", "delete") if model is ProviderKey else ("change",)
            addresses += [reverse(f"{base}_{page}", args=[row.pk]) for page in pages]
        for address in addresses:
            answer = client.get(address)
            yield address, answer.content.decode() + str(dict(answer.headers))
    yield "/admin/", client.get("/admin/").content.decode()


def shown_to_readers(shop: Shop, client_for: Callable[..., Client]) -> Iterator[tuple[str, str]]:
    for who in ("reader", "author"):
        client = client_for(who)
        addresses = [reverse("own-keys"), reverse("tier-home", args=["kids"]), "/"]
        addresses += [reverse("api-job", args=[job_id]) for job_id in Job.objects.values_list("id", flat=True)]
        for address in addresses:
            answer = client.get(address)
            yield f"{who} {address}", answer.content.decode() + str(dict(answer.headers))


def represented() -> str:
    made = [*adapters._accounts.values(), *adapters._accounts, *Credential.objects.all(), *ProviderKey.objects.all()]
    made += [keys.account(one, provider=one.provider, buys=False) for one in Credential.objects.filter(provider="bfl")]
    reporter = SafeExceptionReporterFilter().get_safe_settings()
    plain = {name: getattr(live_settings, name) for name in ("PROVIDER_ACCOUNTS", "PROVIDER_ACCOUNT_PROBLEMS")}
    return "\n".join([*(f"{one!r} {one}" for one in made), repr(reporter), repr(plain)])


@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING], ids=["debug", "usual"])
def test_no_key_is_kept_or_logged_or_sent_elsewhere(level: int, shop: Shop, caplog: Any) -> None:
    caplog.set_level(level)
    caplog.set_level(level, logger="httpcore")  # which is not heard that low, whatever LOG_LEVEL says
    assert buy(shop) == ENDED
    places = {
        "database": database(),
        "log": logged(caplog),
        "json": written(caplog),
        "dump": dumped(),
        "reprs": represented(),
        "elsewhere": sent(shop.fake.captured_elsewhere),
    }
    assert {place: hits for place, text in places.items() if (hits := found(shop, text))} == {}
    # The controls. Each provider was sent its own key, and no other's; and what was searched was what happened.
    at_home = {name: sent([one for one in shop.fake.captured if one.provider == name]) for name in MODELS}
    assert {name: found(shop, text) for name, text in at_home.items()} == {name: {name} for name in MODELS}
    assert [one.operation for one in shop.fake.captured_elsewhere] == ["result"]
    assert places["database"].count("[key]") >= len(MODELS), "what the providers repeated was kept, without the key"
    talkers = {record.name.partition(".")[0] for record in caplog.records}
    assert ("httpcore" in talkers) == (level == logging.DEBUG)


def test_no_statement_that_is_logged_holds_a_key(shop: Shop, world: Any) -> None:
    """With the logger of the database on, every statement is written down with its values."""
    with CaptureQueriesContext(connection) as seen:
        keys.delete_key(ProviderKey.objects.get(provider="anthropic"))
        keys.save_key(tenant=world.tenant, provider="anthropic", secret=shop.key("anthropic"))
        Credential.objects.filter(label="next door").update(secret=shop.key("compatible"))
        job = shop.ask("anthropic")
        drain_here()
    said = "\n".join(query["sql"] for query in seen)
    assert (found(shop, said), Job.objects.get(id=job.id).status) == (set(), Status.DONE)
    assert 'INSERT INTO "generation_providerkey"' in said


def test_no_key_is_shown_to_anybody(shop: Shop, client_for: Any) -> None:
    assert buy(shop) == ENDED
    places = dict(shown_to_readers(shop, client_for))
    for who in ("operator", "owner", "staff"):
        places |= {f"{who} {address}": text for address, text in shown_to_staff(who, client_for)}
    places["database afterwards"] = database()
    assert {place: hits for place, text in places.items() if (hits := found(shop, text))} == {}
    # The controls: the hints are there for those whose keys they are, and staff read what the providers said.
    row = ProviderKey.objects.get(provider="anthropic")
    page = reverse("admin:generation_providerkey_change", args=[row.pk])
    hint = f"…{shop.key('anthropic')[-4:]}"
    assert {who: hint in places[f"{who} {page}"] for who in ("operator", "owner", "staff")} == {
        "operator": True, "owner": True, "staff": True,
    }  # fmt: skip
    assert f"…{shop.key('bfl')[-4:]}" in places[f"reader {reverse('own-keys')}"]
    told = [text for place, text in places.items() if place.startswith("staff /admin/generation/job/")]
    assert sum("[key]" in text for text in told) >= len(MODELS) - 1, "all but the page, which is cut there"


def test_the_search_finds_what_is_there(shop: Shop) -> None:
    """The control of the search itself: whole, cut, coded, and another's."""
    key = shop.key("openai")
    assert [
        found(shop, f"Bearer {key}"), found(shop, key[-12:-3]), found(shop, base64.b64encode(key.encode()).decode()),
        found(shop, key[-4:]), found(shop, shop.key("bfl") + key),
    ] == [{"openai"}, {"openai"}, {"openai"}, set(), {"bfl", "openai"}]  # fmt: skip


def test_the_search_would_find_a_key_in_the_database(shop: Shop) -> None:
    job = shop.ask("openai")
    Job.objects.filter(id=job.id).update(error_detail=shop.key("openai"))
    OrmQ.objects.create(key="x", payload=SignedPackage.dumps({"args": (shop.key("xai"),)}), lock=job.created_at)
    assert found(shop, database()) == {"openai", "xai"}


@pytest.mark.parametrize("name", MODELS)
def test_a_key_never_follows_a_redirect(name: str, shop: Shop) -> None:
    shop.fake.script(name, "*", Redirect())
    job = shop.ask(name)
    drain_here()
    assert shop.fake.captured_elsewhere == []
    assert Job.objects.get(id=job.id).status == Status.FAILED
    assert found(shop, sent(shop.fake.captured)) == {name}


def test_a_key_is_not_sent_where_a_result_lies(shop: Shop) -> None:
    shop.ask("bfl")
    drain_here()
    [fetched] = shop.fake.captured_elsewhere
    assert (fetched.operation, found(shop, sent([fetched]))) == ("result", set())
    assert [one.headers.get("x-key") for one in shop.fake.captured] == [shop.key("bfl")] * len(shop.fake.captured)


# Forms


def posts(shop: Shop) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Who posts a key where; each is wrong in something else, so that the form comes back."""
    account = Credential.objects.get(label="next door")
    own = ProviderKey.objects.get(provider="anthropic")
    return {
        "a person's, of a strange provider": (
            "reader", reverse("own-key-save"), {"provider": "nobody", "new_key": shop.key("bfl")},
        ),
        "a person's, with a space": (
            "reader", reverse("own-key-save"), {"provider": "bfl", "new_key": shop.key("bfl") + " x"},
        ),
        "a tenant's, there already": (
            "owner", reverse("admin:generation_providerkey_add"),
            {"provider": "anthropic", "new_key": shop.key("anthropic")},
        ),
        "a tenant's, with a line end": (
            "owner", reverse("admin:generation_providerkey_change", args=[own.pk]),
            {"new_key": shop.key("anthropic") + "\nx", "is_enabled": "on"},
        ),
        "a server's, without an address": (
            "operator", reverse("admin:generation_credential_change", args=[account.pk]),
            {"label": "next door", "base_url": "", "new_key": shop.key("compatible"), "max_concurrent": "3"},
        ),
    }  # fmt: skip


def test_a_form_that_comes_back_does_not_bring_the_key(shop: Shop, client_for: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    answers = {}
    for case, (who, address, given) in posts(shop).items():
        answer = client_for(who).post(address, given)
        answers[case] = (answer.status_code, found(shop, answer.content.decode() + str(answer.headers)))
        assert (
            "problems" in answer.content.decode()
            or "error" in answer.content.decode()
            or "wrong" in str(answer.content)
        ), case
    assert answers == {case: (422 if case.startswith("a person") else 200, set()) for case in answers}
    assert found(shop, logged(caplog) + written(caplog)) == set()


def test_a_key_that_is_saved_is_in_no_message_and_no_history(shop: Shop, client_for: Any) -> None:
    reader = client_for("reader")
    owner = client_for("owner")
    pages = [
        reader.post(reverse("own-key-save"), {"provider": "openai", "new_key": shop.key("openai")}, follow=True),
        owner.post(
            reverse("admin:generation_providerkey_add"), {"provider": "xai", "new_key": shop.key("xai")}, follow=True
        ),
    ]
    assert [answer.status_code for answer in pages] == [200, 200]
    row = ProviderKey.objects.get(provider="xai")
    pages.append(owner.get(reverse("admin:generation_providerkey_history", args=[row.pk])))
    assert [found(shop, answer.content.decode()) for answer in pages] == [set()] * 3
    assert found(shop, database() + repr(reader.cookies) + repr(owner.cookies)) == set()
    # The control: both were kept.
    kept = {key.provider: key.secret.reveal() for key in ProviderKey.objects.filter(provider__in=["openai", "xai"])}
    assert kept == {name: shop.key(name) for name in ("openai", "xai")}
    assert found(shop, json.dumps(kept)) == {"openai", "xai"}


def test_an_error_report_of_a_failed_save_holds_no_key(shop: Shop, client_for: Any, monkeypatch: Any) -> None:
    """What Django would mail to the operators: every frame with its variables, and what was posted."""

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(ProviderKey, "save", broken)
    reports = []
    for who, address, given in (
        ("reader", reverse("own-key-save"), {"provider": "openai", "new_key": shop.key("openai")}),
        ("owner", reverse("admin:generation_providerkey_add"), {"provider": "xai", "new_key": shop.key("xai")}),
    ):
        try:
            client_for(who).post(address, given)
        except RuntimeError:
            kind, value, trace = sys.exc_info()
        while trace is not None and not trace.tb_frame.f_code.co_filename.endswith("handlers/exception.py"):
            trace = trace.tb_next  # the test's own frames
        request = _request_in(trace)
        reporter = ExceptionReporter(request, kind, value, trace)
        reports.append(reporter.get_traceback_html() + reporter.get_traceback_text())
    assert ["the disk is full" in report for report in reports] == [True, True]
    assert ["new_key" in report for report in reports] == [True, True], "the report tells what was posted"
    assert [found(shop, report) for report in reports] == [set(), set()]


def _request_in(trace: Any) -> Any:
    """The request that the failing view was called with."""
    request = None
    while trace is not None:
        request = trace.tb_frame.f_locals.get("request", request)
        trace = trace.tb_next
    assert request is not None
    return request


def test_every_key_of_the_house_is_searched_for(shop: Shop) -> None:
    assert set(FROM) == set(MODELS)
    assert sorted(FROM.values()) == ["environment", "file", "person", "server", "tenant"]
    assert admin.site.is_registered(ProviderKey)
