"""The form that begins a story: what it takes, and what it says of what it does not take."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest

from generation.models import AiModel, ModelGrant, Price
from stories.forms import StartForm
from stories.models import Beginning, Length

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(in_tenant: Any) -> Any:
    def make(**given: str) -> StartForm:
        return StartForm(in_tenant.kids, {"prompt": "A key in a fish", **given})

    return make


def problems(form: StartForm) -> tuple[dict[str, list[str]], int]:
    assert not form.is_valid()
    return dict(form.errors), getattr(form, "status", 400)


def test_the_least_that_is_enough(form: Any) -> None:
    sent = form()
    assert sent.is_valid(), sent.errors
    wishes = sent.wishes()
    assert (wishes.prompt, wishes.length, wishes.art_style, wishes.video_model, wishes.beginning) == (
        "A key in a fish", Length.MEDIUM, "watercolour", None, None,
    )  # fmt: skip
    assert [wishes.text_model.key, getattr(wishes.image_model, "key", None)] == ["demo-storyteller", "demo-painter"]
    assert isinstance(wishes.nonce, uuid.UUID)


def test_everything_at_once(form: Any) -> None:
    nonce = uuid.uuid4()
    sent = form(
        length="long", art_style="engraving", video_mode="on", nonce=str(nonce), model="demo-storyteller",
        image_model="demo-painter",
    )  # fmt: skip
    assert sent.is_valid(), sent.errors
    wishes = sent.wishes()
    assert (wishes.length, wishes.art_style, wishes.nonce) == (Length.LONG, "engraving", nonce)
    assert wishes.video_model is not None
    assert wishes.video_model.key == "demo-filmmaker"


def test_who_films_may_be_named(form: Any, in_tenant: Any, toll: Any) -> None:
    named = {key: form(video_mode="on", video_model=key) for key in ("toll-reel", "demo-filmmaker")}
    assert all(sent.is_valid() for sent in named.values())
    assert {key: getattr(sent.wishes().video_model, "key", None) for key, sent in named.items()} == {
        key: key for key in named
    }
    errors, status = problems(form(video_mode="on", video_model="nothing-9"))
    assert (list(errors), status) == (["video_model"], 400)
    off = form(video_model="toll-reel")
    assert off.is_valid()
    assert off.wishes().video_model is None


def test_a_beginning_brings_its_prompt_and_its_look(form: Any, in_tenant: Any) -> None:
    beginning = Beginning.objects.get(tier=in_tenant.kids, slug="a-map-for-the-moon")
    sent = form(prompt="", template=beginning.slug)
    assert sent.is_valid(), sent.errors
    wishes = sent.wishes()
    assert (wishes.prompt, wishes.art_style, wishes.beginning) == (beginning.prompt, "paper-cut", beginning)
    chosen = form(prompt="", template=beginning.slug, art_style="gouache")
    assert chosen.is_valid()
    assert chosen.wishes().art_style == "gouache"


@pytest.mark.parametrize(
    ("given", "said", "status"),
    [
        ({"prompt": ""}, {"prompt": ["Write a sentence to begin with, or choose one of the beginnings."]}, 400),
        ({"prompt": " \n\u200b\x07"}, {"prompt": ["Write a sentence to begin with, or choose one of the beginnings."]}, 400),
        ({"prompt": "x" * 20_000}, {"prompt": ["That is 20,000 characters long; 2,000 are the most. Shorten it."]}, 400),
        ({"prompt": "a\x00b"}, {"prompt": ["Null characters are not allowed."]}, 400),
        ({"length": "endless"}, {"length": ["Choose short, medium or long."]}, 400),
        ({"art_style": "photo"}, {"art_style": ["Choose one of the art styles offered."]}, 400),
        ({"video_mode": "maybe"}, {"video_mode": ["Video mode is on or off."]}, 400),
        (
            {"template": "no-such"},
            {"template": ["There is no such beginning on this shelf. Choose another one."]},
            400,
        ),
        (
            {"nonce": "7"},
            {"nonce": ["The form was damaged on its way. Open the page anew and send it again."]},
            400,
        ),
        (
            {"model": "gpt-9"},
            {"model": ["There is no model called “gpt-9”. Choose one of the models offered."]},
            400,
        ),
        (
            {"model": "demo-painter"},
            {"model": ["There is no model called “demo-painter”. Choose one of the models offered."]},
            400,
        ),
    ],
    ids=[
        "empty", "invisible", "too-long", "nul", "length", "style", "video", "beginning", "nonce", "unknown-model",
        "model-of-another-kind",
    ],
)  # fmt: skip
def test_what_it_does_not_take(form: Any, given: dict[str, str], said: dict[str, list[str]], status: int) -> None:
    assert problems(form(**given)) == (said, status)


def test_two_thousand_characters_are_the_most(form: Any) -> None:
    assert form(prompt="x" * 2000).is_valid()
    assert not form(prompt="x" * 2001).is_valid()


def test_a_beginning_of_another_shelf_is_none(form: Any, in_tenant: Any) -> None:
    elsewhere = Beginning.objects.filter(tier=in_tenant.classics).first()
    assert elsewhere is not None
    said = {"template": ["There is no such beginning on this shelf. Choose another one."]}
    assert problems(form(prompt="", template=elsewhere.slug)) == (said, 400)


def test_an_older_name_leads_to_what_took_its_place(form: Any, in_tenant: Any) -> None:
    new = AiModel.objects.get(key="demo-painter")
    AiModel.objects.create(
        key="old-painter", name="Old", provider="demo", remote_name="paint-1", kind="image", is_enabled=False,
        replacement=new,
    )  # fmt: skip
    sent = form(image_model="paint-1", model="storyteller")
    assert sent.is_valid(), sent.errors
    wishes = sent.wishes()
    assert (wishes.image_model, dict(wishes.asked)) == (new, {"text": "storyteller", "image": "paint-1"})
    assert sent.notices == ["“paint-1” was retired; Demo Painter was used."]


def test_a_model_that_is_not_granted_is_a_403(form: Any, in_tenant: Any) -> None:
    model = AiModel.objects.create(key="dear", name="Dear", provider="demo", remote_name="storyteller", kind="text")
    Price.objects.create(model=model, unit="call", amount_micros=1, effective_from=datetime.date(2026, 1, 1))
    said = {"model": ["“dear” is not available here. Choose one of the models offered."]}
    assert problems(form(model="dear")) == (said, 403)
    # The control: granted to the other tier it still is not; granted to this one it is.
    ModelGrant.objects.create(tier=in_tenant.classics, model=model)
    assert problems(form(model="dear")) == (said, 403)
    ModelGrant.objects.create(tier=in_tenant.kids, model=model)
    assert form(model="dear").is_valid()


def test_video_mode_where_no_film_can_be_made(form: Any, in_tenant: Any) -> None:
    ModelGrant.objects.filter(tier=in_tenant.kids, kind="video").delete()
    said = {"video_mode": ["No model is available here at the moment. Staff have to grant one."]}
    assert problems(form(video_mode="on")) == (said, 503)
    assert form(video_mode="off").is_valid()


def test_a_tier_without_pictures_tells_stories_in_words(form: Any, in_tenant: Any) -> None:
    ModelGrant.objects.filter(tier=in_tenant.kids, kind="image").delete()
    sent = form()
    assert sent.is_valid(), sent.errors
    assert sent.wishes().image_model is None
    assert problems(form(image_model="demo-painter"))[1] == 403
