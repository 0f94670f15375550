"""`manage.py models`: what is listed, what the providers' own lists change, and one real purchase."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import LedgerEntry
from accounts.tenancy import across_tenants
from generation import seeds
from generation.adapters import all_adapters
from generation.catalogue import probing
from generation.models import AiModel, Credential, Job, Price, Unit
from generation.providers import PROVIDERS
from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Done, Kind, Link, Listed, Pending, Request, Verdict
from generation.providers.errors import Denied, Transient
from generation.providers.wire import Key
from tests.providers.fake import FakeProviders

pytestmark = pytest.mark.django_db
SOON = datetime.date(2099, 3, 4)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeProviders]:
    with FakeProviders() as server:
        yield server


@pytest.fixture
def accounts(fake: FakeProviders, settings: Any) -> None:
    """The platform's accounts at two providers, with the seeds' models."""
    fake.reset()
    seeds.plant_models()
    settings.PROVIDER_ACCOUNTS = {
        name: {"key": Key(fake.key(name)), "base_url": fake.base_url(name)} for name in ("openai", "anthropic", "bfl")
    }
    for name in ("openai", "anthropic", "bfl"):
        Credential.objects.create(provider=name, label="environment")


@pytest.fixture
def stand_in() -> Iterator[Any]:
    """Makes a class the adapter of the provider `stand-in`, with an account."""

    def put(made: Any) -> Any:
        PROVIDERS["stand-in"] = lambda **_: made
        all_adapters()["stand-in"] = made
        Credential.objects.get_or_create(provider="stand-in", base_url="http://127.0.0.1:1")
        return made

    yield put
    PROVIDERS.pop("stand-in", None)
    all_adapters().pop("stand-in", None)


def said(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("models", *arguments, stdout=out)
    return out.getvalue().splitlines()


def failing(*arguments: str) -> tuple[list[str], str]:
    out = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("models", *arguments, stdout=out)
    return out.getvalue().splitlines(), str(failed.value)


class Lister:
    """A provider with a list of its own."""

    name = "stand-in"

    def __init__(self, *listed: Listed | Exception) -> None:
        self.listed = listed

    def capabilities(self, model: str, kind: Kind, options: Any) -> Capabilities:
        return Capabilities(kind)

    def models(self) -> list[Listed]:
        for one in self.listed:
            if isinstance(one, Exception):
                raise one
        return [one for one in self.listed if isinstance(one, Listed)]


def ours(key: str, **more: Any) -> AiModel:
    return AiModel.objects.create(
        **{"key": key, "name": key.title(), "provider": "stand-in", "remote_name": key, "kind": "text", **more}
    )


def state(*keys: str) -> list[tuple[datetime.date | None, datetime.date | None]]:
    rows = {row.key: row for row in AiModel.objects.filter(key__in=keys)}
    return [(rows[key].retires_on, rows[key].missing_since) for key in keys]


class TestList:
    def test_every_model_and_what_became_of_it(self, no_models: None, stand_in: Any) -> None:
        stand_in(Lister())
        heir = ours("heir")
        Price.objects.create(model=heir, unit=Unit.CALL, amount_micros=0, effective_from="2026-01-01")
        ours("dear", replacement=heir)
        ours("old", replacement=heir, retires_on=datetime.date(2026, 1, 2))
        ours("off", is_enabled=False)
        ours("strange", provider="unheard-of")
        Price.objects.create(
            model=ours("lost", missing_since="2026-01-01"), unit=Unit.TOKEN, amount_micros=2_000_000, per=1_000_000,
            effective_from="2026-01-01",
        )  # fmt: skip
        rows = [tuple(re.split(r" {2,}", line)) for line in said("list")]
        assert rows == [
            ("key", "provider", "kind", "price", "retires on", "replacement", "usable"),
            ("dear", "stand-in", "text", "no price", "-", "heir", "no: no price"),
            ("heir", "stand-in", "text", "free", "-", "-", "yes"),
            (
                "lost",
                "stand-in",
                "text",
                "2 USD per million tokens",
                "-",
                "-",
                "yes, but missing from its provider's list",
            ),
            ("off", "stand-in", "text", "no price", "-", "-", "no: switched off"),
            ("old", "stand-in", "text", "no price", "2026-01-02", "heir", "no: retired"),
            ("strange", "unheard-of", "text", "no price", "-", "-", "no: no adapter speaks to it"),
        ]
        assert [line.split()[0] for line in said("list", "--provider", "unheard-of")] == ["key", "strange"]
        Credential.objects.update(is_enabled=False)
        assert said("list", "--provider", "stand-in")[2].endswith("no: no key")


class TestSync:
    def test_what_a_list_changes(self, stand_in: Any) -> None:
        stand_in(
            Lister(
                Listed("stays"),
                Listed("goes", Kind.TEXT, SOON),
                Listed("back"),
                Listed("new", Kind.IMAGE, SOON),
                Listed("newer"),
            )
        )
        for key in ("stays", "goes", "lost"):
            ours(key)
        ours("back", missing_since="2026-01-01")
        ours("off", is_enabled=False)
        ours("old", retires_on="2026-01-01")
        ours("elsewhere", provider="unheard-of")
        before = state("stays", "goes", "lost", "back", "off", "old", "elsewhere")
        report = [
            "stand-in",
            "  retires on 2099-03-04: goes",
            "  no longer listed: lost",
            "  listed again: back",
            "  not among ours: new (image, until 2099-03-04)",
            "  not among ours: newer (kind not told)",
        ]
        assert said("sync", "--provider", "stand-in", "--dry-run") == [*report, "Nothing was changed."]
        assert state("stays", "goes", "lost", "back", "off", "old", "elsewhere") == before
        assert said("sync", "--provider", "stand-in") == report
        today = timezone.now().date()
        assert state("stays", "goes", "lost", "back", "off", "old", "elsewhere") == [
            (None, None), (SOON, None), (None, today), (None, None), (None, None), (datetime.date(2026, 1, 1), None),
            (None, None),
        ]  # fmt: skip
        assert not AiModel.objects.filter(remote_name__in=["new", "newer"]).exists()
        # A second time there is nothing left to tell but what is new, and the day stays the first one.
        AiModel.objects.filter(key="lost").update(missing_since="2026-02-03")
        assert said("sync", "--provider", "stand-in") == [report[0], *report[4:]]
        assert state("lost") == [(None, datetime.date(2026, 2, 3))]

    @pytest.mark.parametrize(
        ("listed", "problem"),
        [
            ([Denied("the key is bad")], "Denied: the key is bad"),
            ([KeyError("data")], "KeyError: 'data'"),
            ([], "its list is empty, which is taken for a fault of theirs"),
        ],
        ids=["denied", "a fault of ours", "empty"],
    )
    def test_one_that_fails_does_not_stop_the_others(
        self, stand_in: Any, accounts: None, listed: list[Any], problem: str
    ) -> None:
        stand_in(Lister(*listed))
        ours("kept")
        lines, error = failing("sync")
        assert error == "These lists could not be read: stand-in."
        assert f"stand-in: {problem}" in lines
        assert lines[-1] == "xai: no account of the platform's can be used"
        assert state("kept") == [(None, None)]
        assert [line for line in lines if not line.startswith(" ") and ":" not in line] == ["anthropic", "openai"]

    def test_the_wires_own_lists(self, accounts: None) -> None:
        AiModel.objects.filter(key="gpt-4o").update(retires_on=None)
        AiModel.objects.filter(key="claude-sonnet-4-5-20250929").update(retires_on="2026-11-11")
        lines = said("sync")
        assert "  retires on 2027-01-14: gpt-4o" in lines
        assert "  retires on 2026-11-30: claude-sonnet-4-5-20250929" in lines
        assert "  no longer listed: gpt-5" in lines
        assert "bfl: it has no list of its models" in lines
        assert "xai: no account of the platform's can be used" in lines
        assert state("gpt-4o", "claude-sonnet-4-5-20250929") == [
            (datetime.date(2027, 1, 14), None), (datetime.date(2026, 11, 30), None),
        ]  # fmt: skip

    def test_an_unknown_provider(self) -> None:
        assert failing("sync", "--provider", "acme")[1].startswith(
            "There is no provider “acme”: it is one of demo, openai"
        )


class TestTest:
    def test_what_costs_nothing_is_not_asked_about(self, stand_in: Any) -> None:
        seeds.plant_models()
        lines = said("test", "demo-storyteller")
        assert (lines[0][:6], lines[1]) == ("text: ", "cost: 0.000000 USD")
        assert re.fullmatch(r"took: \d+\.\d s", lines[2])

    def test_a_real_text_and_what_it_cost(self, accounts: None, fake: FakeProviders) -> None:
        fake.says = "Yes."
        lines = said("test", "claude-haiku-5-5", "--yes")
        assert lines[0] == "text: Yes."
        assert re.fullmatch(r"cost: 0\.\d{6} USD", lines[1])
        assert fake.submits("anthropic") == 1
        with across_tenants("nothing is booked to anybody"):
            assert (Job.objects.count(), LedgerEntry.objects.count()) == (0, 0)

    def test_a_real_picture(self, accounts: None, fake: FakeProviders) -> None:
        lines = said("test", "gpt-image-2", "--yes")
        assert re.fullmatch(r"[\d,]+ bytes of image/\w+.*", lines[0])
        assert fake.submits("openai") == 1
        assert fake.captured[-1].json["size"] == "512x512"

    def test_a_result_at_an_address_is_fetched(self, stand_in: Any) -> None:
        class Linking(Lister):
            media_type = "video/mp4"

            def start(self, request: Request, emit: Any) -> Done:
                return Done(link=Link("https://results.example/film"), width=640, height=360, seconds=4.0)

            @contextmanager
            def open(self, link: Link) -> Iterator[Any]:
                yield self

            def chunks(self) -> Iterator[bytes]:
                yield from (b"x" * 1000, b"y" * 500)

        stand_in(Linking())
        ours("film", kind="video")
        assert said("test", "film", "--yes")[:2] == ["1,500 bytes of video/mp4, 640 x 360, 4 s", "cost: not told"]

    @pytest.mark.parametrize(
        ("answer", "priced", "question"),
        [
            ("", True, "One call to Claude Haiku 5.5 costs 0.004105 USD at most. Buy it? [y/N] "),
            ("no", False, "One call to Claude Haiku 5.5 has no price here. Buy it? [y/N] "),
        ],
    )
    def test_it_asks_before_money_is_spent(
        self,
        accounts: None,
        fake: FakeProviders,
        monkeypatch: pytest.MonkeyPatch,
        answer: str,
        priced: bool,
        question: str,
    ) -> None:
        asked = []
        monkeypatch.setattr("builtins.input", lambda sentence: asked.append(sentence) or answer)
        if not priced:
            Price.objects.filter(model__key="claude-haiku-5-5").delete()
        assert said("test", "claude-haiku-5-5") == ["Nothing was bought."]
        assert (asked, fake.submits("anthropic")) == ([question], 0)
        monkeypatch.setattr("builtins.input", lambda _: " Y ")
        said("test", "claude-haiku-5-5")
        assert fake.submits("anthropic") == 1

    def test_what_goes_wrong_is_a_sentence(self, stand_in: Any) -> None:
        class Broken(Lister):
            def start(self, request: Request, emit: Any) -> Done:
                raise Denied("the key is bad")

        assert failing("test", "nothing")[1] == "There is no model “nothing”. `manage.py models list` shows them all."
        ours("orphan", provider="unheard-of")
        assert failing("test", "orphan")[1] == "UnknownModel: No adapter of this install speaks to “orphan”."
        stand_in(Broken())
        ours("broken")
        assert failing("test", "broken", "--yes")[1] == "Denied: the key is bad"
        Credential.objects.update(is_enabled=False)
        assert failing("test", "broken", "--yes")[1] == (
            "UnknownModel: There is no account of the platform's to buy “broken” with."
        )

    def test_it_waits_through_passing_faults_and_tells_how_far_it_is(self, stand_in: Any) -> None:
        class Slow(Lister):
            def __init__(self) -> None:
                self.answers: list[Any] = [
                    Pending("1", progress=0.25, check_after_seconds=0), Transient("busy"),
                    Done(verdict=Verdict(True, ("violence",))),
                ]  # fmt: skip

            def start(self, request: Request, emit: Any) -> Pending:
                return Pending("1", check_after_seconds=0)

            def check(self, handle: Any) -> Any:
                found = self.answers.pop(0)
                if isinstance(found, Exception):
                    raise found
                return found

        stand_in(Slow())
        ours("slow", kind="moderate")
        lines = said("test", "slow", "--yes")
        assert lines[:-1] == ["  waiting", "  25%", "  busy", "  25%", "verdict: violence", "cost: not told"]


@pytest.mark.parametrize(
    ("kind", "able", "asked"),
    [
        (Kind.TEXT, {}, {"max_tokens": 16}),
        (Kind.IMAGE, {"sizes": Sizes(256, 4096, 16), "choices": {"quality": ("low", "high")}}, {
            "width": 512, "height": 512, "quality": "low",
        }),
        (Kind.IMAGE, {"fixed_sizes": ((1536, 1024), (1024, 1024))}, {"width": 1024, "height": 1024}),
        (Kind.IMAGE, {"aspect_ratios": ("1:1",), "resolutions": ("2K", "1K")}, {"resolution": "1K"}),
        (Kind.VIDEO, {"seconds": (3, 9), "takes": frozenset({"audio"})}, {"seconds": 3, "audio": False}),
        (Kind.VIDEO, {"seconds": (2, 9), "seconds_choices": (8, 4)}, {"seconds": 4}),
        (Kind.SPEECH, {"choices": {"voice": ("alloy", "ash")}}, {"voice": "alloy"}),
    ],
)  # fmt: skip
def test_the_cheapest_request(stand_in: Any, kind: Kind, able: dict[str, Any], asked: dict[str, Any]) -> None:
    class Able(Lister):
        def capabilities(self, model: str, kind: Kind, options: Any) -> Capabilities:
            return Capabilities(kind, **able)

    stand_in(Able())
    request = probing.cheapest(ours("m", kind=kind))
    given = {
        name: getattr(request, name)
        for name in Request.__dataclass_fields__
        if name not in ("kind", "model", "prompt", "reference", "system", "options", "inputs")
        and getattr(request, name) is not None
    }
    assert (request.kind, request.prompt, given) == (kind, probing.PROMPTS[kind], asked)


def test_a_model_that_needs_a_picture_gets_one(stand_in: Any) -> None:
    class Able(Lister):
        def capabilities(self, model: str, kind: Kind, options: Any) -> Capabilities:
            return Capabilities(kind, inputs={"first_frame": 1}, needs_one_of=("first_frame",))

    stand_in(Able())
    (given,) = probing.cheapest(ours("m", kind=Kind.VIDEO)).inputs
    assert (given.role, given.media_type, given.read()[:8]) == ("first_frame", "image/png", b"\x89PNG\r\n\x1a\n")
