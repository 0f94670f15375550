"""Black Forest Labs: what is sent to each family, how a job is asked after, and what its answers mean."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from generation.providers.bfl import FAMILIES, BlackForestLabs, body
from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected, Transient
from generation.providers.fitting import fit
from tests.providers import specs
from tests.providers.answering import answering
from tests.providers.buying import finished, raised, wrong
from tests.providers.cases.bfl import CASES
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    Fault,
    Html,
    JobFailed,
    JobLost,
    Moderated,
    RateLimited,
    RelativePollUrl,
    ServerError,
    Status,
    UnknownStatus,
)

HERO = Input("reference", "image/png", media.picture())
PLATE = Input("source", "image/jpeg", media.picture("jpeg"))
HERO_64 = base64.b64encode(media.picture()).decode()
PLATE_64 = base64.b64encode(media.picture("jpeg")).decode()
KEY = Request(Kind.IMAGE, "flux-2-pro", "A brass key", seed=7, width=1024, height=576)
NAMES = (
    "flux-2-max", "flux-2-pro", "flux-2-pro-preview", "flux-2-flex", "flux-2-klein-9b", "flux-2-klein-9b-preview",
    "flux-2-klein-4b", "flux-pro-1.1", "flux-pro-1.1-ultra", "flux-dev", "flux-kontext-pro", "flux-kontext-max",
)  # fmt: skip


@pytest.fixture
def bfl(fake: FakeProviders) -> BlackForestLabs:
    return BlackForestLabs(
        key=fake.key("bfl"), base_url=fake.base_url("bfl"), trusted=True, result_origins=(fake.elsewhere_url,)
    )


def handle(pending: Pending, request: Request = KEY) -> Handle:
    return Handle(pending.id, pending.poll_url, request)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_good_purchase(fake: FakeProviders, bfl: BlackForestLabs, case: Any) -> None:
    assert wrong(bfl, case.request) == []
    done = finished(bfl, case.request)
    assert {name: getattr(done, name) for name in case.expected} == case.expected
    assert done.link is not None
    with bfl.open(done.link) as stream:
        form = case.media_type.removeprefix("image/")
        assert (stream.media_type, b"".join(stream.chunks())) == (case.media_type, media.picture(form))
    assert ["x-key" in request.headers for request in fake.captured_elsewhere] == [False]
    assert [(request.operation, request.path) for request in fake.captured[:2]] == [
        ("image.submit", f"/v1/{case.model}"),
        ("image.poll", "/cluster-eu4/v1/get_result"),
    ]
    specs.validate("bfl", case.schema, fake.captured[0].json)
    assert fake.submits("bfl") == 1


@pytest.mark.parametrize("fails", CASES[0].fails, ids=repr)
def test_its_own_faults(fake: FakeProviders, bfl: BlackForestLabs, fails: Any) -> None:
    fake.script("bfl", fails.operation, fails.fault)
    fake.polls_needed = 0
    kind, attributes = raised(lambda: finished(bfl, KEY))
    assert (kind, attributes | fails.attributes) == (fails.error, attributes)
    assert fake.unmet() == []


def test_the_whole_answer(fake: FakeProviders, bfl: BlackForestLabs) -> None:
    done = finished(bfl, KEY)
    (job,) = (name for _, name in fake.jobs)
    (hosted,) = fake.hosted
    assert done == Done(
        link=Link(f"{fake.elsewhere_url}{hosted}"),
        model="flux-2-pro",
        seed=7,
        prompt="A brass key",
        width=1024,
        height=576,
        cost_micros=30_000,
        request_id=job,
    )


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (
            Request(
                Kind.IMAGE, "flux-2-flex", "A key", seed=0, width=64, height=2048, steps=50, guidance=1.5,
                prompt_upsampling=False, safety_tolerance=0, output_format="webp",
            ),
            {
                "prompt": "A key", "seed": 0, "width": 64, "height": 2048, "steps": 50, "guidance": 1.5,
                "prompt_upsampling": False, "safety_tolerance": 0, "output_format": "webp",
            },
        ),
        (
            Request(Kind.EDIT, "flux-2-pro", "By night", inputs=(HERO, PLATE, HERO)),
            {"prompt": "By night", "input_image": PLATE_64, "input_image_2": HERO_64, "input_image_3": HERO_64},
        ),
        (
            Request(Kind.EDIT, "flux-2-pro", "By night", aspect_ratio="16:9", inputs=(PLATE,)),
            {"prompt": "By night", "width": 1360, "height": 768, "input_image": PLATE_64},
        ),
        (
            Request(Kind.EDIT, "flux-kontext-pro", "By night", aspect_ratio="16:9", inputs=(PLATE,)),
            {"prompt": "By night", "aspect_ratio": "16:9", "input_image": PLATE_64},
        ),
        (
            Request(Kind.IMAGE, "flux-pro-1.1-ultra", "A key", aspect_ratio="9:21", style="raw", inputs=(HERO,)),
            {"prompt": "A key", "aspect_ratio": "9:21", "raw": True, "image_prompt": HERO_64},
        ),
        (
            Request(Kind.IMAGE, "flux-dev", "A key", width=1440, height=256, steps=28, guidance=3.0, inputs=(HERO,)),
            {
                "prompt": "A key", "width": 1440, "height": 256, "steps": 28, "guidance": 3.0, "image_prompt": HERO_64,
            },
        ),
    ],
)  # fmt: skip
def test_bodies(request_: Request, sent: dict[str, Any]) -> None:
    assert body(request_) == sent
    specs.validate("bfl", request_.model, sent)


@pytest.mark.parametrize("model", NAMES)
def test_every_model_takes_what_is_fitted_for_it(bfl: BlackForestLabs, model: str) -> None:
    """Whatever is wished for: the body satisfies the model's schema."""
    bodies = []
    for kind in (Kind.IMAGE, Kind.EDIT):
        able = bfl.capabilities(model, kind, {})
        if able is None:
            continue
        for wish in (
            {},
            {"aspect_ratio": "16:9"},
            {"aspect_ratio": "1:7", "resolution": "4K"} if able.sizes else {"aspect_ratio": "1:7"},
            {"width": 1000, "height": 10_000},
            {"width": 5000, "height": 5000},
            {"width": 1, "height": 1},
        ):
            given = (PLATE,) if kind is Kind.EDIT else (HERO,)
            request, _ = fit(Request(kind, model, "A key", seed=7, inputs=given, **wish), able)
            assert refuse_unsupported(request, able) == []
            sent = body(request)
            specs.validate("bfl", model, sent)
            assert sent.get("width", 0) * sent.get("height", 0) <= 4 * 1024**2
            bodies.append(sent)
    assert len(bodies) == (6 if model in ("flux-pro-1.1", "flux-pro-1.1-ultra", "flux-dev") else 12)


@pytest.mark.parametrize(
    ("model", "asked", "used"),
    [
        ("flux-2-pro", (1000, 1000), (992, 992)),
        ("flux-2-pro", (4096, 4096), (2048, 2048)),
        ("flux-2-pro", (1, 1), (64, 64)),
        ("flux-pro-1.1", (1920, 1080), (1440, 800)),
        ("flux-dev", (100, 100), (256, 256)),
    ],
)
def test_sizes_are_clamped_visibly(
    bfl: BlackForestLabs, model: str, asked: tuple[int, int], used: tuple[int, int]
) -> None:
    able = bfl.capabilities(model, Kind.IMAGE, {})
    assert able is not None
    request, adjusted = fit(Request(Kind.IMAGE, model, "A key", width=asked[0], height=asked[1]), able)
    assert (request.width, request.height) == used
    assert adjusted == {"size": (f"{asked[0]}x{asked[1]}", f"{used[0]}x{used[1]}")}


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (Request(Kind.IMAGE, "flux-2-pro", "A key", steps=30), ["steps"]),
        (Request(Kind.IMAGE, "flux-2-pro", "A key", guidance=3), ["guidance"]),
        (Request(Kind.IMAGE, "flux-2-pro", "A key", prompt_upsampling=True), ["prompt_upsampling"]),
        (Request(Kind.IMAGE, "flux-2-pro", "A key", safety_tolerance=6), ["safety_tolerance"]),
        (Request(Kind.IMAGE, "flux-2-pro", "A key", inputs=(HERO,) * 4), ["inputs"]),
        (Request(Kind.IMAGE, "flux-2-flex", "A key", guidance=11, steps=51), ["steps", "guidance"]),
        (
            Request(Kind.IMAGE, "flux-pro-1.1", "A key", steps=30, negative_prompt="people"),
            ["negative_prompt", "steps"],
        ),
        (Request(Kind.IMAGE, "flux-dev", "A key", guidance=5.5), ["guidance"]),
        (Request(Kind.IMAGE, "flux-kontext-pro", "A key", style="raw"), ["style"]),
        (Request(Kind.IMAGE, "flux-pro-1.1-ultra", "A key", width=1024, height=1024), ["width"]),
        (Request(Kind.EDIT, "flux-2-pro", "A key"), ["inputs"]),
        (Request(Kind.EDIT, "flux-2-pro", "A key", inputs=(PLATE, Input("mask", "image/png", b""))), ["inputs"]),
    ],
)
def test_what_a_model_cannot_do_is_refused_by_name(bfl: BlackForestLabs, request_: Request, fields: list[str]) -> None:
    assert wrong(bfl, request_) == fields


def test_what_it_does_not_speak_to(bfl: BlackForestLabs) -> None:
    gone = ("flux-pro", "flux-3-video", "flux-pro-1.0-fill", "flux-pro-1.1-ultra-finetuned", "flux")
    assert [bfl.capabilities(name, Kind.IMAGE, {}) for name in gone] == [None] * 5
    assert [bfl.capabilities("flux-2-pro", kind, {}) for kind in (Kind.VIDEO, Kind.TEXT)] == [None, None]
    assert bfl.capabilities("flux-pro-1.1", Kind.EDIT, {}) is None
    assert {name for name in FAMILIES if not name.endswith("-")} <= set(NAMES)


def test_the_polling_url_is_kept_to_the_letter_and_the_cost_beside_it(
    fake: FakeProviders, bfl: BlackForestLabs
) -> None:
    pending = bfl.start(KEY, Emit())
    address, _, fragment = pending.poll_url.partition("#")
    (job,) = (name for _, name in fake.jobs)
    assert (pending.id, address) == (job, f"{fake.base_url('bfl')}/cluster-eu4/v1/get_result?id={job}")
    assert fragment.partition("&")[2] == "cost_micros=30000"
    found = bfl.check(handle(pending))
    assert found == replace(pending, progress=pytest.approx(1 / 3))
    assert (fake.captured[1].path, fake.captured[1].query) == ("/cluster-eu4/v1/get_result", {"id": job})
    assert b"#" not in fake.captured[1].raw


def test_a_relative_polling_url_is_made_whole(fake: FakeProviders, bfl: BlackForestLabs) -> None:
    fake.script("bfl", "image.submit", RelativePollUrl())
    pending = bfl.start(KEY, Emit())
    assert pending.poll_url.startswith(f"{fake.origin}/bfl/cluster-eu4/v1/get_result?id={pending.id}#")
    assert finished(bfl, KEY).cost_micros == 30_000


def test_a_task_that_is_not_found_early_is_waited_for_and_later_lost(fake: FakeProviders, bfl: BlackForestLabs) -> None:
    pending = bfl.start(KEY, Emit())
    fake.script("bfl", "image.poll", UnknownStatus("Task not found"), UnknownStatus("Task not found"))
    assert bfl.check(handle(pending)) == pending
    bfl.settles_seconds = 0
    assert raised(lambda: bfl.check(handle(pending))) == (Lost, {"billed": None})
    assert isinstance(bfl.check(handle(pending)), Pending)


def test_a_lost_task_is_lost(fake: FakeProviders, bfl: BlackForestLabs) -> None:
    pending = bfl.start(KEY, Emit())
    bfl.settles_seconds = 0
    fake.script("bfl", "image.poll", JobLost())
    assert raised(lambda: bfl.check(handle(pending))) == (Lost, {"billed": None})
    # Nobody wrote down when it came: it is old.
    other = BlackForestLabs(key=fake.key("bfl"), base_url=fake.base_url("bfl"), trusted=True)
    bare = Handle(pending.id, pending.poll_url.partition("#")[0], KEY)
    assert raised(lambda: other.check(bare)) == (Lost, {"billed": None})


@pytest.mark.parametrize(
    ("fault", "kind", "attributes"),
    [
        (Moderated(), Refused, {"billed": None}),
        (Moderated(stage="output"), Refused, {"billed": None}),
        (JobFailed(), Damaged, {"billed": None}),
        (ServerError(), Transient, {"billed": False, "retry_after_seconds": None}),
        (RateLimited("seconds", 2.0), Transient, {"billed": False, "retry_after_seconds": 2.0}),
        (Html(), Transient, {"billed": False, "retry_after_seconds": None}),
    ],
    ids=repr,
)
def test_what_a_poll_means(
    fake: FakeProviders, bfl: BlackForestLabs, fault: Fault, kind: type[ProviderError], attributes: dict[str, Any]
) -> None:
    pending = bfl.start(KEY, Emit())
    fake.script("bfl", "image.poll", fault)
    assert raised(lambda: bfl.check(handle(pending))) == (kind, attributes)


def test_an_unknown_status_is_waited_for(fake: FakeProviders, bfl: BlackForestLabs) -> None:
    pending = bfl.start(KEY, Emit())
    fake.script("bfl", "image.poll", UnknownStatus("Reticulating"))
    assert bfl.check(handle(pending)) == pending


def test_a_complaint_names_our_field(fake: FakeProviders, bfl: BlackForestLabs) -> None:
    found = [
        raised(lambda request=request: bfl.start(request, Emit()))
        for request in (
            replace(KEY, width=1000),
            replace(KEY, safety_tolerance=9),
            Request(Kind.IMAGE, "flux-kontext-pro", "A key", aspect_ratio="wide"),
            replace(KEY, model="flux-9"),
        )
    ]
    assert found == [
        (Rejected, {"billed": False, "field": "width"}),
        (Rejected, {"billed": False, "field": "safety_tolerance"}),
        (Rejected, {"billed": False, "field": "aspect_ratio"}),
        (Rejected, {"billed": False, "field": "model"}),
    ]
    assert fake.submits("bfl") == 0


def test_doors(fake: FakeProviders, bfl: BlackForestLabs) -> None:
    fake.script("bfl", "image.submit", Status(402, "no_funds"), Status(403, "denied"), RateLimited("none"))
    assert [raised(lambda: bfl.start(KEY, Emit())) for _ in range(3)] == [
        (Denied, {"billed": False}),
        (Denied, {"billed": False}),
        (Transient, {"billed": False, "retry_after_seconds": None}),
    ]


def test_the_version_and_the_worth_of_a_credit_are_options(fake: FakeProviders) -> None:
    bfl = BlackForestLabs(
        key=fake.key("bfl"), base_url=f"{fake.base_url('bfl')}/v1/", trusted=True, version="v1", credit_micros=12_345
    )
    assert finished(bfl, KEY).cost_micros == 37_035
    newer = BlackForestLabs(key=fake.key("bfl"), base_url=fake.base_url("bfl"), trusted=True, version="v2")
    assert raised(lambda: newer.start(KEY, Emit())) == (Rejected, {"billed": False, "field": "model"})
    assert fake.captured[-1].path == "/v2/flux-2-pro"


def test_which_hosts_get_the_key() -> None:
    urls = (
        "https://api.eu4.bfl.ai/v1/get_result?id=1",
        "https://api.bfl.ai/v1/get_result?id=1",
        "http://api.eu4.bfl.ai/v1/get_result?id=1",
        "https://api.bfl.ai.example.com/v1/get_result?id=1",
        "https://bfl.ai.evil/",
    )

    def allowed(base_url: str) -> list[bool]:
        wire = BlackForestLabs(key="k", base_url=base_url).wire
        return [wire.may_have_key(url) for url in urls]

    assert allowed("") == [True, True, False, False, False]
    assert allowed("https://api.eu.bfl.ai") == [True, True, False, False, False]
    assert allowed("https://flux.example.com") == [False] * 5


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": "1"},
        {"polling_url": "/v1/get_result?id=1"},
        {"id": 1, "polling_url": 2},
        {"id": "", "polling_url": ""},
    ],
    ids=str,
)
def test_a_submit_that_tells_too_little_may_have_been_charged(document: dict[str, Any]) -> None:
    with answering(BlackForestLabs, 200, document) as bfl:
        assert raised(lambda: bfl.start(KEY, Emit())) == (Damaged, {"billed": None})


def test_a_submit_may_be_moderated_at_once_and_need_not_tell_its_cost() -> None:
    with answering(BlackForestLabs, 200, {"id": "1", "status": "Request Moderated"}) as bfl:
        assert raised(lambda: bfl.start(KEY, Emit())) == (Refused, {"billed": None})
    with answering(BlackForestLabs, 200, {"id": "1", "polling_url": "/poll?id=1", "cost": None}) as bfl:
        pending = bfl.start(KEY, Emit())
    assert pending.poll_url.partition("#since=")[2].isdecimal()
    with answering(BlackForestLabs, 200, {"id": "1", "polling_url": "/poll?id=1#top", "cost": 3}) as bfl:
        pending = bfl.start(KEY, Emit())
    address, _, fragment = pending.poll_url.partition("#")
    assert (address, fragment.partition("&")[2]) == (f"{bfl.wire.base_url}poll?id=1", "cost_micros=30000")


def test_a_poll_that_is_not_found_is_a_task_that_is_not_found() -> None:
    with answering(BlackForestLabs, 404, {"detail": "Not Found"}) as bfl:
        assert raised(lambda: bfl.check(Handle("1", "/poll?id=1", KEY))) == (Lost, {"billed": None})


@pytest.mark.parametrize("result", [None, {}, [], "picture", {"sample": None}, {"sample": ""}], ids=str)
def test_ready_without_a_sample_is_damaged(result: Any) -> None:
    with answering(BlackForestLabs, 200, {"id": "1", "status": "Ready", "result": result}) as bfl:
        assert raised(lambda: bfl.check(Handle("1", "/poll?id=1", KEY))) == (Damaged, {"billed": None})


def test_what_a_result_does_not_tell_is_what_was_asked() -> None:
    ready = {"id": "1", "status": "Ready", "result": {"sample": "https://delivery-eu4.bfl.ai/a.jpeg", "seed": "x"}}
    with answering(BlackForestLabs, 200, ready) as bfl:
        assert bfl.check(Handle("1", "/poll?id=1#cost_micros=no", KEY)) == Done(
            link=Link("https://delivery-eu4.bfl.ai/a.jpeg"),
            model="flux-2-pro",
            seed=7,
            width=1024,
            height=576,
            cost_micros=None,
            request_id="1",
        )
