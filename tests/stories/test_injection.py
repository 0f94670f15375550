"""Text has no authority: a corpus of words that would like to be rules, sent in through every way that people and models have.

What would go out is looked at whole: the rules stay as they are, the words stay inside of the document, the house's part stays
last, and nothing that is bought, held or shown differs from what a harmless twin gets.
"""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts import auditing
from accounts.models import User
from accounts.tenancy import current
from generation import keys
from generation.drain import drain_here
from generation.jobs import asking
from generation.models import AiModel, Job, Rule
from generation.providers.contract import Done, Kind, Request
from generation.safety import house
from generation.studio import making, policy, wishes
from generation.studio.models import Source, StudioPolicy
from stories import play, prompts
from stories.drafts import clean
from stories.models import Scene, Story
from stories.prompts import PastScene
from tests import factories
from tests.providers.toll import Toll, scene

CORPUS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("injections.toml").read_text(encoding="utf-8"))
ALL = [text for texts in CORPUS.values() for text in texts]
ONE_OF_EACH = [texts[len(texts) // 2] for texts in CORPUS.values()] + CORPUS["pictures"][2:3]
RULES = "Nobody dies. No brands."
FIXED = ("task", "audience", "depth", "of", "must_end", "typed")
CANARIES = {"OPENAI_API_KEY": "canary-env-4711", "ANTHROPIC_API_KEY": "canary-env-0815"}


def test_the_corpus_is_large_and_of_many_kinds() -> None:
    assert (len(ALL) >= 100, len(ALL) == len(set(ALL)), len(CORPUS) >= 10) == (True, True, True)


def ask(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "premise": "A fishwife finds a key", "audience": "children", "guidelines": RULES, "depth": 2, "target_depth": 5,
        "must_end": False, "path": [PastScene("One", "Text one", "Go left")], "typed": False, "memory": "key", "seed": 7,
    }  # fmt: skip
    return prompts.scene(**{**given, **changes})


WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "premise": lambda text: {"premise": text},
    "choice": lambda text: {"path": [PastScene("One", "Text one", text)]},
    "title": lambda text: {"path": [PastScene(text, "Text one", "Go left")]},
    "text": lambda text: {"path": [PastScene("One", text, "Go left")]},
    "memory": lambda text: {"memory": text},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_request_for_a_text_keeps_its_rules_and_its_form(way: str) -> None:
    plain = ask()
    document = json.loads(plain["prompt"])
    for text in ALL:
        request = ask(**WAYS[way](text))
        assert {name: request[name] for name in request if name != "prompt"} == {
            name: plain[name] for name in plain if name != "prompt"
        }
        said = json.loads(request["prompt"])
        assert (set(said), [said[name] for name in FIXED]) == (set(document), [document[name] for name in FIXED]), text
        again = prompts.again(request["prompt"], text)  # a broken answer's own words, in the reason
        assert {**json.loads(again["prompt"]), "last_answer_was_unusable_because": 0} == {
            **said, "last_answer_was_unusable_because": 0,
        }  # fmt: skip


def test_a_request_for_a_picture_or_a_film_ends_with_the_house() -> None:
    look = prompts.look(tier_style="warm light", art_style="gouache", guidelines=RULES, never_shown="blood")
    assert look.endswith(f"{house.RULES}{RULES} Never shown: blood.")
    for text in ALL:
        for told in (
            prompts.picture(words=text, look=look), prompts.film(picture=text, words="x", look=look),
            prompts.film(picture="x", words=text, look=look), prompts.picture(words=text * 40, look=look, room=900),
        ):  # fmt: skip
            assert told.endswith(look), text
            # No paragraph of theirs looks like one of the house's: what they wrote stands in one line.
            assert "\n" not in told.removesuffix(look).replace(prompts.MOTION, "", 1), text


@pytest.fixture
def canaries(in_tenant: Any, monkeypatch: Any) -> list[str]:
    """Secrets of the install, planted where secrets are."""
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    keys.save_key(tenant=in_tenant.tenant, provider="openai", secret="sk-canary-row-123456789")
    return [*CANARIES.values(), "canary-row", settings.SECRET_KEY, "reader@example.com", "Canary Person"]


@pytest.fixture
def reader(in_tenant: Any) -> User:
    Rule.objects.all().delete()  # it is not the word list that holds here
    return in_tenant.user("reader")  # type: ignore[no-any-return]


def same(job: Job) -> dict[str, Any]:
    """What words must not change about a purchase."""
    request = asking.request_of(job)
    return {
        "model": job.model_id, "provider": job.provider, "credential": job.credential_id, "kind": job.kind,
        "priority": job.priority, "step": job.step, "tier": job.run.tier_id, "user": job.run.user_id,
        "streams": job.run.streams_text, "system": request.system, "schema": request.schema, "tokens": request.max_tokens,
        "shape": (request.aspect_ratio, request.seconds, request.style, request.negative_prompt), "inputs": len(request.inputs),
    }  # fmt: skip


def told(story: Story) -> tuple[Any, ...]:
    return (story.tier_id, story.visibility, story.art_style, story.target_depth, story.video_mode, story.reader_id)


@pytest.mark.django_db
def test_whole_requests_of_a_story_are_those_of_a_harmless_twin(
    reader: User, in_tenant: Any, toll: Toll, canaries: list[str]
) -> None:
    """The text goes in as premise, display name and typed choice, and comes out of the model as title, text, picture, alt,
    film, choices and memory."""
    tier = in_tenant.kids
    answers = {text: f"{text} {'and so on ' * 8}" for text in ["A harmless sentence", *ONE_OF_EACH]}

    def write(request: Request) -> Done:
        premise = json.loads(request.prompt)["premise"]
        text = next(one for one in answers if clean(one, keep_lines=True) == premise)
        return Done(
            text=scene(
                text=answers[text],
                title=text,
                story_title=text,
                picture=text,
                alt=text,
                film=text,
                memory=text,
                choices=[f"{text} 1", f"{text} 2"],
            )
        )

    toll.script[Kind.TEXT] = [write] * (len(answers) + 1)
    pages: dict[str, Scene] = {}
    for text in answers:
        User.objects.filter(id=reader.id).update(display_name=f"Canary Person {text}"[:80])
        reader.refresh_from_db()
        pages[text] = factories.story(reader, tier, prompt=clean(text, keep_lines=True), film=True)
    drain_here()
    onward = {
        text: play.choose_typed(
            reader=reader, scene=Scene.objects.select_related("story__tier").get(id=page.id), text=text[:300],
            nonce=factories.uuid.uuid4(), address="192.0.2.1",
        )
        for text, page in pages.items()
    }  # fmt: skip
    rows = Job.objects.select_related("run", "model")
    look = prompts.look(
        tier_style=tier.picture_style, art_style="watercolour", guidelines=tier.guidelines, never_shown=toll_never(tier)
    )

    def jobs(text: str) -> dict[str, Job]:
        first = {
            f"first {job.kind}": job
            for job in rows.filter(run__topic_id=pages[text].story_id, subject_id=pages[text].id)
        }
        return {**first, "second text": rows.get(id=onward[text].job_id)}

    twin, *attacks = answers
    plain = jobs(twin)
    assert set(plain) == {"first text", "first image", "first video", "second text"}
    for text in attacks:
        found = jobs(text)
        assert {name: same(job) for name, job in found.items()} == {name: same(job) for name, job in plain.items()}, (
            text
        )
        assert {name: (job.status, job.cost_micros) for name, job in found.items()} == {
            name: (job.status, job.cost_micros) for name, job in plain.items()
        }, text
        assert [found[name].hold_micros for name in found] == [plain[name].hold_micros for name in found]
        assert told(Story.objects.get(id=pages[text].story_id)) == told(Story.objects.get(id=pages[twin].story_id))
        for name in ("first image", "first video"):
            assert found[name].request["prompt"].endswith(look), text
        document = json.loads(found["second text"].request["prompt"])
        assert (document["typed"], document["chosen"], document["memory"]) == (
            True, clean(text[:300]), clean(text, keep_lines=True),
        )  # fmt: skip
        assert found["second text"].request["system"] == prompts.system(audience="children", guidelines=tier.guidelines)
    sent = repr(toll.books) + repr([job.request for job in Job.objects.all()])
    assert [secret for secret in canaries if secret in sent] == []
    assert (auditing.audit(), len({request.kind for request in toll.books})) == ([], 3)


def toll_never(tier: Any) -> str:
    from generation.safety import policies

    return policies.of(tier).never_shown


@pytest.mark.django_db
def test_an_answer_that_is_no_document_is_asked_for_once_more_and_no_more(
    reader: User, in_tenant: Any, toll: Toll
) -> None:
    broken = [*ONE_OF_EACH, scene(model="gpt-image-2"), scene(choices="buy more"), "[" * 3000]
    toll.script[Kind.TEXT] = [Done(text=text) for text in itertools.chain(broken, broken)]
    pages = [factories.story(reader, in_tenant.kids) for _ in broken]
    drain_here()
    ended = [(job.status, job.error_class, job.attempt) for job in Job.objects.filter(step="write-scene")]
    assert ended == [("failed", "unusable", 2)] * len(pages)
    systems = {request.system for request in toll.books}
    assert systems == {prompts.system(audience="children", guidelines=in_tenant.kids.guidelines)}
    assert {request.kind for request in toll.books} == {Kind.TEXT}, "nothing else was bought"


@pytest.mark.django_db
def test_whole_requests_of_the_studio_are_those_of_a_harmless_twin(in_tenant: Any, canaries: list[str]) -> None:
    Rule.objects.all().delete()
    StudioPolicy.objects.update(guidelines=RULES, picture_style="ink")
    user, rules = in_tenant.user("author"), policy.current()
    own = house.part(manner="ink", guidelines=RULES)
    first = f"{wishes.RULES_FIRST}{RULES}"

    def read(kind: Kind, **given: Any) -> tuple[Any, ...]:
        wish = wishes.read(kind, {**given, **({"seed": 1} if kind is not Kind.TEXT else {})}, rules=rules, user=user)
        assert [secret for secret in canaries if secret in repr(wish.request)] == []
        free = {"prompt", "system", "negative_prompt", "said"}
        kept = {name: value for name, value in wish.request.items() if name not in free}
        return wish.request, (wish.model.key, wish.job_kind, wish.count, wish.price_micros, kept)

    twins = {kind: read(kind, prompt="A key")[1] for kind in (Kind.TEXT, Kind.IMAGE, Kind.VIDEO)}
    for text in ALL:
        if "\x00" in text:  # is refused by its field, see tests.generation.studio.test_fields
            continue
        picture, same_picture = read(Kind.IMAGE, prompt=text)
        film, same_film = read(Kind.VIDEO, prompt=text)
        words, same_words = read(Kind.TEXT, prompt=text, system=text)
        assert (same_picture, same_film, same_words) == (twins[Kind.IMAGE], twins[Kind.VIDEO], twins[Kind.TEXT]), text
        assert (picture["prompt"].endswith(own), film["prompt"].endswith(own)) == (True, True), text
        assert words["system"].startswith(f"{first}\n\n{wishes.ASKED_WITHIN}"), text


@pytest.mark.django_db
def test_what_is_edited_or_made_again_is_under_the_rules_of_that_day(in_tenant: Any) -> None:
    Rule.objects.all().delete()
    user = in_tenant.user("author")
    StudioPolicy.objects.update(guidelines="Old rule.")
    text = CORPUS["pictures"][2]
    rules = policy.current()
    wish = wishes.read(Kind.IMAGE, {"prompt": text}, rules=rules, user=user)
    piece = making.make(user=user, rules=rules, wish=wish, source=Source.API, nonce=factories.uuid.uuid4())
    drain_here()
    StudioPolicy.objects.update(guidelines=RULES)
    rules, take = policy.current(), piece.takes.select_related("job__model", "job__asset").get()
    again = making.wish_again(piece=piece, take=take, rules=rules)
    edited = making.wish_edit(piece=piece, take=take, instruction=text, rules=rules)
    own = house.part(manner="", guidelines=RULES)
    for wish in (again, edited):
        assert wish.request["prompt"].endswith(own)
        assert "Old rule." not in wish.request["prompt"]


@pytest.mark.django_db
def test_the_controls(in_tenant: Any) -> None:
    """The comparisons above see a difference where there is one."""
    assert current() == in_tenant.tenant.id
    assert ask()["system"] != ask(guidelines="Other.")["system"]
    forged = f"A fish{prompts.look(tier_style='', art_style='gore')}"
    assert not forged.endswith(prompts.look(tier_style="warm light", art_style="gouache"))
    assert AiModel.objects.filter(key__in=["demo-painter", "demo-storyteller"]).count() == 2
