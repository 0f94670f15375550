"""Runway: what goes into a task, how it is asked after and stopped, and what its answers mean."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Listed, Pending, Request
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected, Transient
from generation.providers.fitting import fit
from generation.providers.protocols import TellsCharge
from generation.providers.runway import Runway, film, picture
from tests.providers import specs
from tests.providers.answering import answering
from tests.providers.buying import finished, raised, wrong
from tests.providers.cases.runway import CASES
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    Cancelled,
    Fault,
    Html,
    JobFailed,
    JobLost,
    Moderated,
    Quota,
    RateLimited,
    ServerError,
    Status,
    UnknownStatus,
)

HERO = Input("reference", "image/png", media.picture())
BEGIN = Input("first_frame", "image/png", media.picture())
END = Input("last_frame", "image/jpeg", media.picture("jpeg"))
PNG = f"data:image/png;base64,{base64.b64encode(media.picture()).decode()}"
JPEG = f"data:image/jpeg;base64,{base64.b64encode(media.picture('jpeg')).decode()}"
TURBO = Request(
    Kind.VIDEO, "gen4_turbo", "The key turns.", seed=7, width=1280, height=720, seconds=5.0, inputs=(BEGIN,)
)


@pytest.fixture
def runway(fake: FakeProviders) -> Runway:
    return Runway(
        key=fake.key("runway"), base_url=fake.base_url("runway"), trusted=True, result_origins=(fake.elsewhere_url,)
    )


def handle(pending: Pending, request: Request = TURBO) -> Handle:
    return Handle(pending.id, pending.poll_url, request)


def plain(pending: Done | Pending) -> Pending:
    """Without the jitter of the wait, which lies between five and six seconds."""
    assert isinstance(pending, Pending)
    assert 5.0 <= pending.check_after_seconds <= 6.0
    return replace(pending, check_after_seconds=5.0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_good_purchase(fake: FakeProviders, runway: Runway, case: Any) -> None:
    assert wrong(runway, case.request) == []
    done = finished(runway, case.request)
    assert {name: getattr(done, name) for name in case.expected} == case.expected
    assert done.link is not None
    with runway.open(done.link) as stream:
        kept = media.film() if case.media_type == "video/mp4" else media.picture()
        assert (stream.media_type, b"".join(stream.chunks())) == (case.media_type, kept)
    assert ["authorization" in request.headers for request in fake.captured_elsewhere] == [False]
    assert [request.operation for request in fake.captured] == [case.submit, *[case.poll] * 3]
    assert {request.headers["x-runway-version"] for request in fake.captured} == {"2024-11-06"}
    specs.validate("runway", case.schema, fake.captured[0].json)
    assert (fake.submits("runway"), fake.captured[0].path) == (1, f"/v1/{case.schema}")


@pytest.mark.parametrize("case", [case for case in CASES if case.fails], ids=str)
def test_its_own_faults(fake: FakeProviders, runway: Runway, case: Any) -> None:
    for fails in case.fails:
        fake.reset()
        fake.polls_needed = 0
        fake.script("runway", fails.operation, fails.fault)
        kind, attributes = raised(lambda: finished(runway, case.request))
        assert (fails, kind, attributes | fails.attributes) == (fails, fails.error, attributes)
        assert fake.unmet() == []


def test_the_whole_answer(fake: FakeProviders, runway: Runway) -> None:
    done = finished(runway, TURBO)
    (job,) = (name for _, name in fake.jobs)
    (hosted,) = fake.hosted
    assert done == Done(
        link=Link(f"{fake.elsewhere_url}{hosted}"),
        model="gen4_turbo",
        seed=7,
        width=1280,
        height=720,
        seconds=5.0,
        cost_micros=250_000,
        request_id=job,
    )


@pytest.mark.parametrize(
    ("request_", "operation", "sent"),
    [
        (
            replace(TURBO, options={"public_figure_threshold": "low"}),
            "image_to_video",
            {
                "model": "gen4_turbo", "promptText": "The key turns.", "ratio": "1280:720", "duration": 5, "seed": 7,
                "promptImage": PNG, "contentModeration": {"publicFigureThreshold": "low"},
            },
        ),
        (
            Request(Kind.VIDEO, "gen4.5", "It rains.", width=720, height=1280, seconds=10.0),
            "text_to_video",
            {"model": "gen4.5", "promptText": "It rains.", "ratio": "720:1280", "duration": 10},
        ),
        (
            Request(
                Kind.VIDEO, "veo3.1_fast", "It rains.", width=1080, height=1920, seconds=4.0, audio=False,
                negative_prompt="people", inputs=(BEGIN, END),
            ),
            "image_to_video",
            {
                "model": "veo3.1_fast", "promptText": "It rains.", "ratio": "1080:1920", "duration": 4, "audio": False,
                "negativePrompt": "people",
                "promptImage": [{"uri": PNG, "position": "first"}, {"uri": JPEG, "position": "last"}],
            },
        ),
        (
            Request(Kind.VIDEO, "seedance2_mini", "It rains.", width=640, height=640, seconds=4.0, inputs=(HERO, HERO)),
            "text_to_video",
            {
                "model": "seedance2_mini", "promptText": "It rains.", "ratio": "640:640", "duration": 4,
                "references": [{"uri": PNG}, {"uri": PNG}],
            },
        ),
        (
            Request(Kind.IMAGE, "gen4_image", "A key for @image_2", width=2112, height=912, seed=0, inputs=(HERO, HERO)),
            "text_to_image",
            {
                "model": "gen4_image", "promptText": "A key for @image_2", "ratio": "2112:912", "seed": 0,
                "referenceImages": [{"uri": PNG, "tag": "image_1"}, {"uri": PNG, "tag": "image_2"}],
            },
        ),
    ],
)  # fmt: skip
def test_bodies(fake: FakeProviders, runway: Runway, request_: Request, operation: str, sent: dict[str, Any]) -> None:
    runway.start(request_, Emit())
    (captured,) = fake.captured
    assert (captured.path, captured.json) == (f"/v1/{operation}", sent)
    specs.validate("runway", operation, captured.json)


@pytest.mark.parametrize("model", [*film.MODELS, *picture.MODELS])
def test_every_size_and_length_of_every_model_is_one_that_runway_takes(model: str) -> None:
    able = {**film.MODELS, **picture.MODELS}[model]
    made = film if able.kind is Kind.VIDEO else picture
    roles = [()] if not able.needs_one_of else []
    roles += [(role,) for role in able.inputs]
    sent = []
    for inputs in roles:
        for size in able.fixed_sizes:
            for seconds in able.seconds_choices or (None,):
                wish = Request(able.kind, model, "A key", width=size[0], height=size[1], seconds=seconds)
                wish = replace(wish, inputs=tuple(Input(role, "image/png", media.picture()) for role in inputs))
                assert refuse_unsupported(wish, able) == []
                request, _ = fit(wish, film.narrowed(able, wish))
                operation, body = made.task(request, lambda _: PNG)
                specs.validate("runway", operation, body)
                sent.append(body)
    assert len(sent) == len(roles) * len(able.fixed_sizes) * max(len(able.seconds_choices), 1)


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (replace(TURBO, inputs=()), ["inputs"]),
        (replace(TURBO, inputs=(BEGIN, END)), ["inputs"]),
        (replace(TURBO, audio=True), ["audio"]),
        (replace(TURBO, negative_prompt="people"), ["negative_prompt"]),
        (replace(TURBO, seconds=5.5), ["seconds"]),
        (replace(TURBO, prompt="\N{OLD KEY}" * 501), ["prompt"]),
        (replace(TURBO, prompt="\N{OLD KEY}" * 500), []),
        (replace(TURBO, model="veo3.1", seconds=5.0), ["seed", "seconds"]),
        (Request(Kind.IMAGE, "gen4_image_turbo", "A key"), ["inputs"]),
        (Request(Kind.IMAGE, "gen4_image", "A key", inputs=(HERO,) * 4), ["inputs"]),
        (Request(Kind.IMAGE, "gen4_image", "A key", steps=4, output_format="png"), ["steps", "output_format"]),
    ],
)
def test_what_a_model_cannot_do_is_refused_by_name(runway: Runway, request_: Request, fields: list[str]) -> None:
    assert wrong(runway, request_) == fields


def test_what_it_does_not_speak_to(runway: Runway) -> None:
    asked = (("gen3a_turbo", Kind.VIDEO), ("gen4_turbo", Kind.IMAGE), ("gen4_image", Kind.EDIT), ("gen4.5", Kind.TEXT))
    assert [runway.capabilities(model, kind, {}) for model, kind in asked] == [None] * 4


@pytest.mark.parametrize(
    ("model", "wish", "used", "adjusted"),
    [
        ("gen4_turbo", {"aspect_ratio": "16:9"}, (1280, 720, 5), {}),
        ("gen4_turbo", {"aspect_ratio": "1:1", "seconds": 60}, (960, 960, 10.0), {"seconds": ("60", "10")}),
        ("veo3.1", {"resolution": "1080p", "seconds": 5}, (1920, 1080, 4.0), {"seconds": ("5", "4")}),
        ("gen4_image", {"aspect_ratio": "16:9"}, (1280, 720, None), {}),
        ("gen4_image", {"width": 1024, "height": 768}, (960, 720, None), {"size": ("1024x768", "960x720")}),
    ],
)
def test_wishes_become_what_the_model_takes(
    runway: Runway, model: str, wish: dict[str, Any], used: tuple[Any, ...], adjusted: dict[str, Any]
) -> None:
    kind = Kind.VIDEO if model in film.MODELS else Kind.IMAGE
    able = runway.capabilities(model, kind, {})
    assert able is not None
    request, changed = fit(Request(kind, model, "A key", **wish), able)
    assert ((request.width, request.height, request.seconds), changed) == (used, adjusted)


def test_frames_and_references_do_not_go_together(fake: FakeProviders, runway: Runway) -> None:
    both = Request(Kind.VIDEO, "seedance2", "It rains.", seconds=4.0, inputs=(BEGIN, HERO))
    assert raised(lambda: runway.start(both, Emit())) == (Rejected, {"billed": False, "field": "inputs"})
    assert fake.captured == []


def test_a_large_picture_is_laid_down_first_without_the_key(fake: FakeProviders, runway: Runway) -> None:
    large = Input("first_frame", "image/png", bytes(4 * 1024**2))
    runway.start(replace(TURBO, inputs=(large,)), Emit())
    offer, drop, submit = fake.captured
    assert (offer.path, offer.json) == ("/v1/uploads", {"filename": "picture.png", "type": "ephemeral"})
    assert {"authorization", "x-runway-version"} & set(drop.headers) == set()
    assert [(file.filename, file.content_type, file.size) for file in drop.files] == [
        ("picture.png", "image/png", 4 * 1024**2)
    ]
    assert list(drop.fields) == ["key", "policy"]
    assert submit.json["promptImage"] == f"runway://{drop.fields['key'][0]}"


def test_what_goes_wrong_with_a_large_picture_is_passing(fake: FakeProviders, runway: Runway) -> None:
    large = replace(TURBO, inputs=(Input("first_frame", "image/png", bytes(4 * 1024**2)),))
    fake.script("runway", "upload", ServerError(), Html())
    told = {"billed": False, "retry_after_seconds": None}
    assert [raised(lambda: runway.start(large, Emit())) for _ in range(2)] == [(Transient, told)] * 2
    assert fake.submits("runway") == 0


def test_waiting(fake: FakeProviders, runway: Runway) -> None:
    pending = runway.start(TURBO, Emit())
    waiting = plain(pending)
    assert waiting == Pending(pending.id, "", None, 5.0)
    assert plain(runway.check(handle(pending))) == waiting  # THROTTLED
    fake.script("runway", "video.poll", UnknownStatus("RETICULATING"))
    assert plain(runway.check(handle(pending))) == waiting
    assert plain(runway.check(handle(pending))) == replace(waiting, progress=2 / 3)
    assert isinstance(runway.check(handle(pending)), Done)


def test_cancelling(fake: FakeProviders, runway: Runway) -> None:
    pending = runway.start(TURBO, Emit())
    runway.cancel(handle(pending))
    runway.cancel(handle(pending))
    assert [(request.method, request.operation) for request in fake.captured[1:]] == [("DELETE", "video.cancel")] * 2
    assert raised(lambda: runway.check(handle(pending))) == (Lost, {"billed": None})
    fake.script("runway", "video.cancel", ServerError())
    assert raised(lambda: runway.cancel(handle(pending)))[0] is Transient


def test_what_a_cancelled_one_cost(fake: FakeProviders, runway: Runway) -> None:
    assert isinstance(runway, TellsCharge)
    pending = runway.start(TURBO, Emit())
    assert runway.charged(handle(pending)) is None, "it goes on, so nobody can say"
    fake.script("runway", "video.poll", Cancelled())
    assert runway.charged(handle(pending)) == 0
    runway.cancel(handle(pending))
    assert runway.charged(handle(pending)) is None, "a deleted task is gone"
    fake.script("runway", "video.poll", ServerError())
    assert raised(lambda: runway.charged(handle(pending)))[0] is Transient


@pytest.mark.parametrize(
    ("fault", "kind", "attributes"),
    [
        (Moderated(), Refused, {"billed": False}),
        (Moderated(stage="output"), Refused, {"billed": False}),
        (JobFailed("INTERNAL"), Damaged, {"billed": False}),
        (JobFailed("INTERNAL.BAD_OUTPUT.CODE01"), Damaged, {"billed": False}),
        (JobFailed("INPUT_PREPROCESSING.INTERNAL"), Damaged, {"billed": False}),
        (JobFailed("INPUT_PREPROCESSING.SAFETY.TEXT"), Refused, {"billed": False}),
        (JobFailed("INPUT_PREPROCESSING.ASPECT"), Rejected, {"billed": False, "field": "inputs"}),
        (JobFailed("ASSET.INVALID"), Rejected, {"billed": False, "field": "inputs"}),
        (JobFailed("SOMETHING.NEW"), Damaged, {"billed": False}),
        (Cancelled(), Lost, {"billed": False}),
        (JobLost(), Lost, {"billed": None}),
        (ServerError(), Transient, {"billed": False, "retry_after_seconds": None}),
        (Html(), Transient, {"billed": False, "retry_after_seconds": None}),
        (Status(401, "denied"), Denied, {"billed": False}),
    ],
    ids=repr,
)
def test_what_a_poll_means(
    fake: FakeProviders, runway: Runway, fault: Fault, kind: type[ProviderError], attributes: dict[str, Any]
) -> None:
    pending = runway.start(TURBO, Emit())
    fake.script("runway", "video.poll", fault)
    assert raised(lambda: runway.check(handle(pending))) == (kind, attributes)


def test_doors(fake: FakeProviders, runway: Runway) -> None:
    fake.script(
        "runway", "video.submit", Quota(), Status(401, "denied"), RateLimited("seconds", 3.0), RateLimited("none")
    )
    assert [raised(lambda: runway.start(TURBO, Emit())) for _ in range(4)] == [
        (Denied, {"billed": False}),
        (Denied, {"billed": False}),
        (Transient, {"billed": False, "retry_after_seconds": 3.0}),
        (Transient, {"billed": False, "retry_after_seconds": None}),
    ]


def test_a_complaint_names_our_field(fake: FakeProviders, runway: Runway) -> None:
    long = replace(TURBO, prompt="k" * 1_001)
    assert raised(lambda: runway.start(long, Emit())) == (Rejected, {"billed": False, "field": "prompt"})
    assert raised(lambda: runway.start(replace(TURBO, model="gen3a_turbo"), Emit())) == (
        Rejected,
        {"billed": False, "field": "model"},
    )
    assert fake.submits("runway") == 0


def test_the_account_s_models(runway: Runway) -> None:
    assert runway.models() == [
        Listed("gen4.5", Kind.VIDEO),
        Listed("gen4_image", Kind.IMAGE),
        Listed("gen4_image_turbo", Kind.IMAGE),
        Listed("gen4_turbo", Kind.VIDEO),
    ]


def test_the_worth_of_a_credit_is_an_option(fake: FakeProviders) -> None:
    runway = Runway(key=fake.key("runway"), base_url=fake.base_url("runway"), trusted=True, credit_micros=12_345)
    assert finished(runway, TURBO).cost_micros == 308_625


@pytest.mark.parametrize("document", [{}, {"id": ""}, {"id": 1}], ids=str)
def test_a_submit_that_tells_no_id_may_have_been_charged(document: dict[str, Any]) -> None:
    with answering(Runway, 200, document) as runway:
        assert raised(lambda: runway.start(TURBO, Emit())) == (Damaged, {"billed": None})


@pytest.mark.parametrize("output", [None, [], [None], "https://files.example/a.mp4"], ids=str)
def test_success_without_an_output_is_damaged(output: Any) -> None:
    with answering(Runway, 200, {"id": "1", "status": "SUCCEEDED", "output": output}) as runway:
        assert raised(lambda: runway.check(Handle("1", "", TURBO))) == (Damaged, {"billed": None})


@pytest.mark.parametrize(
    ("cost", "billed"), [({"credits": 25}, True), ({"credits": 0}, False), ({}, None), (None, None), (5, None)], ids=str
)
def test_whether_a_refusal_was_charged_stands_in_its_cost(cost: Any, billed: bool | None) -> None:
    failed = {"id": "1", "status": "FAILED", "failureCode": "SAFETY.OUTPUT.VIDEO", "failure": "No.", "cost": cost}
    with answering(Runway, 200, failed) as runway:
        assert raised(lambda: runway.check(Handle("1", "", TURBO))) == (Refused, {"billed": billed})


def test_a_failure_without_a_code_is_damaged() -> None:
    with answering(Runway, 200, {"id": "1", "status": "FAILED", "cost": {"credits": 0}}) as runway:
        assert raised(lambda: runway.check(Handle("1", "", TURBO))) == (Damaged, {"billed": False})


def test_an_empty_account_is_denied() -> None:
    with answering(Runway, 400, {"error": "You do not have enough credits to run this task."}) as runway:
        assert raised(lambda: runway.start(TURBO, Emit())) == (Denied, {"billed": False})


@pytest.mark.parametrize(
    "offer",
    [{}, {"uploadUrl": "https://files.example/", "fields": {}, "runwayUri": "https://files.example/a"}],
    ids=str,
)
def test_an_upload_that_is_offered_no_place_is_passing(offer: dict[str, Any]) -> None:
    large = replace(TURBO, inputs=(Input("first_frame", "image/png", bytes(4 * 1024**2)),))
    with answering(Runway, 200, offer) as runway:
        assert raised(lambda: runway.start(large, Emit())) == (
            Transient,
            {"billed": False, "retry_after_seconds": None},
        )


def test_a_large_picture_is_laid_down_on_no_private_host_but_the_operator_s_own(fake: FakeProviders) -> None:
    large = replace(TURBO, inputs=(Input("first_frame", "image/png", bytes(4 * 1024**2)),))
    offer = {"uploadUrl": f"{fake.elsewhere_url}/drop", "fields": {}, "runwayUri": "runway://1"}
    with answering(Runway, 200, offer) as runway:
        assert raised(lambda: runway.start(large, Emit()))[0] is Transient
    assert fake.captured_elsewhere == []
