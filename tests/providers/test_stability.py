"""Stability AI: what is sent, which requests are refused by name, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Input, Kind, Request
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from generation.providers.fitting import fit
from generation.providers.stability import MODELS, Stability
from tests.providers import specs
from tests.providers.answering import answering
from tests.providers.cases.stability import CASES
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import Fault, Html, Moderated, RateLimited, ResetAfterCharge, Status

HERO = Input("reference", "image/png", media.picture())
PLATE = Input("source", "image/jpeg", media.picture("jpeg"))


@pytest.fixture
def stability(fake: FakeProviders) -> Stability:
    return Stability(key=fake.key("stability"), base_url=fake.base_url("stability"), trusted=True)


def wrong(stability: Stability, request: Request) -> list[str]:
    able = stability.capabilities(request.model, request.kind, {})
    assert able is not None
    return [field for field, _ in refuse_unsupported(request, able)]


def raised(stability: Stability, request: Request) -> tuple[type[ProviderError], dict[str, Any]]:
    with pytest.raises(ProviderError) as caught:
        stability.start(request, Emit())
    return type(caught.value), {name: value for name, value in vars(caught.value).items() if name != "args"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_good_purchase(fake: FakeProviders, stability: Stability, case: Any) -> None:
    done = stability.start(case.request, Emit())
    form = "jpeg" if case.media_type == "image/jpeg" else "png"
    assert (done.data, done.media_type) == (media.picture(form), case.media_type)
    assert {name: getattr(done, name) for name in case.expected} == case.expected
    assert wrong(stability, case.request) == []
    (request,) = fake.captured
    assert (request.operation, request.headers["accept"]) == (case.submit, "image/*")
    specs.validate_captured("stability", request.path, request.json, request.fields, request.files)


@pytest.mark.parametrize("fails", [fails for case in CASES for fails in case.fails], ids=repr)
def test_its_own_faults(fake: FakeProviders, stability: Stability, fails: Any) -> None:
    case = next(case for case in CASES if fails in case.fails and case.submit == fails.operation)
    fake.script("stability", fails.operation, fails.fault)
    kind, attributes = raised(stability, case.request)
    assert (kind, attributes | fails.attributes) == (fails.error, attributes)
    assert fake.unmet() == []


def test_the_form_of_a_picture_from_words(fake: FakeProviders, stability: Stability) -> None:
    request = Request(
        Kind.IMAGE, "core", "A brass key", negative_prompt="people", aspect_ratio="21:9", seed=7, style="neon-punk",
        output_format="webp",
    )  # fmt: skip
    assert stability.start(request, Emit()) == Done(
        data=media.picture("webp"), media_type="image/webp", model="core", seed=7
    )
    (captured,) = fake.captured
    assert captured.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert (captured.path, captured.files) == ("/v2beta/stable-image/generate/core", [])
    assert captured.fields == {
        "prompt": ["A brass key"],
        "negative_prompt": ["people"],
        "aspect_ratio": ["21:9"],
        "seed": ["7"],
        "style_preset": ["neon-punk"],
        "output_format": ["webp"],
    }


def test_the_form_of_an_edit(fake: FakeProviders, stability: Stability) -> None:
    request = Request(Kind.EDIT, "sd3.5-medium", "By night", strength=0.35, cfg_scale=7.0, seed=0, inputs=(PLATE,))
    done = stability.start(request, Emit())
    assert (done.seed, done.adjusted) == (1_234_567, {})
    (captured,) = fake.captured
    assert captured.path == "/v2beta/stable-image/generate/sd3"
    assert captured.fields == {
        "prompt": ["By night"],
        "seed": ["0"],
        "cfg_scale": ["7"],
        "model": ["sd3.5-medium"],
        "mode": ["image-to-image"],
        "strength": ["0.35"],
    }
    (file,) = captured.files
    assert (file.field, file.filename, file.content_type) == ("image", "image.jpeg", "image/jpeg")
    assert file.data == media.picture("jpeg")


def test_what_sd35_changes_where_a_reference_comes_along_stands_in_the_answer(
    fake: FakeProviders, stability: Stability
) -> None:
    request = Request(Kind.IMAGE, "sd3.5-large", "A brass key", aspect_ratio="16:9", inputs=(HERO,))
    done = stability.start(request, Emit())
    assert done.adjusted == {"strength": ("", "0.8"), "aspect_ratio": ("16:9", "that of the reference")}
    assert fake.captured[0].fields == {
        "prompt": ["A brass key"],
        "model": ["sd3.5-large"],
        "mode": ["image-to-image"],
        "strength": ["0.8"],
    }


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (Request(Kind.IMAGE, "core", "A key", cfg_scale=7), ["cfg_scale"]),
        (Request(Kind.IMAGE, "core", "A key", inputs=(HERO,)), ["inputs"]),
        (Request(Kind.IMAGE, "core", "A key", style="baroque"), ["style"]),
        (Request(Kind.IMAGE, "core", "A key", steps=30, guidance=3), ["steps", "guidance"]),
        (Request(Kind.IMAGE, "core", "A key", seed=4_294_967_295), ["seed"]),
        (Request(Kind.IMAGE, "core", "k" * 10_001), ["prompt"]),
        (Request(Kind.IMAGE, "ultra", "A key", style="anime"), ["style"]),
        (Request(Kind.IMAGE, "ultra", "A key", inputs=(HERO, HERO)), ["inputs"]),
        (Request(Kind.IMAGE, "sd3.5-large", "A key", output_format="webp"), ["output_format"]),
        (Request(Kind.IMAGE, "sd3.5-large", "A key", cfg_scale=11), ["cfg_scale"]),
        (Request(Kind.IMAGE, "sd3.5-large-turbo", "A key", negative_prompt="people"), ["negative_prompt"]),
        (Request(Kind.EDIT, "sd3.5-large", "A key", aspect_ratio="16:9", inputs=(PLATE,)), ["aspect_ratio"]),
        (Request(Kind.EDIT, "ultra", "A key", aspect_ratio="16:9", inputs=(PLATE,)), []),
        (Request(Kind.EDIT, "ultra", "A key"), ["inputs"]),
    ],
)
def test_what_a_model_cannot_do_is_refused_by_name(stability: Stability, request_: Request, fields: list[str]) -> None:
    assert wrong(stability, request_) == fields


def test_what_no_model_makes(stability: Stability) -> None:
    found = [
        (model, kind)
        for model in (*MODELS, "sd3", "sd-ultra", "stable-diffusion-xl")
        for kind in Kind
        if stability.capabilities(model, kind, {}) is not None
    ]
    assert found == [
        ("core", Kind.IMAGE),
        ("ultra", Kind.IMAGE),
        ("ultra", Kind.EDIT),
        ("sd3.5-large", Kind.IMAGE),
        ("sd3.5-large", Kind.EDIT),
        ("sd3.5-large-turbo", Kind.IMAGE),
        ("sd3.5-large-turbo", Kind.EDIT),
        ("sd3.5-medium", Kind.IMAGE),
        ("sd3.5-medium", Kind.EDIT),
    ]


def test_pixels_become_the_nearest_ratio(stability: Stability) -> None:
    able = stability.capabilities("core", Kind.IMAGE, {})
    assert able is not None
    asked = Request(Kind.IMAGE, "core", "A key", width=1920, height=1080)
    assert fit(asked, able) == (
        replace(asked, width=None, height=None, aspect_ratio="16:9"),
        {"size": ("1920x1080", "16:9")},
    )


@pytest.mark.parametrize(
    ("fault", "kind", "attributes"),
    [
        (RateLimited("seconds", 2.0), Transient, {"billed": False, "retry_after_seconds": 60.0}),
        (RateLimited("float", 75.5), Transient, {"billed": False, "retry_after_seconds": 75.5}),
        (RateLimited("none"), Transient, {"billed": False, "retry_after_seconds": 60.0}),
        (Status(503, "overloaded"), Transient, {"billed": False, "retry_after_seconds": None}),
        (Status(402, "no_funds"), Denied, {"billed": False}),
        (Moderated(), Refused, {"billed": False}),
        (Moderated(how="filtered"), Refused, {"billed": None}),
        (Html(), Damaged, {"billed": None}),
    ],
    ids=repr,
)
def test_what_its_answers_mean(
    fake: FakeProviders, stability: Stability, fault: Fault, kind: type[ProviderError], attributes: dict[str, Any]
) -> None:
    fake.script("stability", "image.generate", fault)
    assert raised(stability, Request(Kind.IMAGE, "core", "A key")) == (kind, attributes)


def test_a_complaint_names_our_field(fake: FakeProviders, stability: Stability) -> None:
    found = [
        raised(stability, request)
        for request in (
            Request(Kind.IMAGE, "core", "A key", aspect_ratio="4:3"),
            Request(Kind.IMAGE, "core", "A key", style="baroque"),
            Request(Kind.IMAGE, "sd3.5-large", "A key", cfg_scale=11.0),
        )
    ]
    assert found == [
        (Rejected, {"billed": False, "field": "aspect_ratio"}),
        (Rejected, {"billed": False, "field": "style"}),
        (Rejected, {"billed": False, "field": "cfg_scale"}),
    ]
    assert fake.submits("stability") == 0


def test_what_cannot_be_sent_is_not_sent(fake: FakeProviders, stability: Stability) -> None:
    large = Input("source", "image/png", bytes(10 * 1024**2))
    found = [
        raised(stability, Request(Kind.EDIT, "ultra", "A key", inputs=(large,))),
        raised(stability, Request(Kind.IMAGE, "ultra", "A key", strength=0.5)),
    ]
    assert found == [
        (Rejected, {"billed": False, "field": "inputs"}),
        (Rejected, {"billed": False, "field": "strength"}),
    ]
    assert fake.captured == []


def test_a_reset_after_the_charge_may_have_been_charged(fake: FakeProviders, stability: Stability) -> None:
    fake.script("stability", "image.generate", ResetAfterCharge())
    kind, attributes = raised(stability, Request(Kind.IMAGE, "core", "A key"))
    assert (kind.__name__, attributes, len(fake.books)) == ("Unknown", {"billed": None}, 1)


@pytest.mark.parametrize("finish", ["ERROR", "SUCCESS"])
def test_an_answer_without_a_picture_may_have_been_charged(finish: str) -> None:
    with answering(Stability, 200, {"id": "1"}, finish_reason=finish) as stability:
        assert raised(stability, Request(Kind.IMAGE, "core", "A key")) == (Damaged, {"billed": None})
