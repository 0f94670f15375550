"""What the next page takes: who is asked for what. The buttons of a page quote it and `stories.play` buys it, so that the price
on a button is what is held."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import Audience, Tier, User
from generation import catalogue
from generation.errors import CannotBuy
from generation.jobs import asking, checking
from generation.models import AiModel, Job, Price, SafetyPolicy
from generation.providers.contract import Kind
from generation.safety import policies, verdicts
from stories import nameless, prompts
from stories.errors import CannotPlay
from stories.models import Choice, Scene, Story

MAX_PROMPT = 2_000
MAX_TYPED = 300
WIDEST = "\U0001d538"
"""A letter of four bytes, which is the most that one takes."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to buy, in its model's terms. `asked` is the name that led to the model, where it is not its own."""

    model: AiModel
    request: Mapping[str, Any]
    step: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """A page's text, and its picture and film where there are some. `checked` is what the tier's policy has read before."""

    depth: int
    must_end: bool
    text: Item
    picture: Item | None
    film: Item | None
    policy: SafetyPolicy
    checked: str

    def price(self, prices: Mapping[int, Sequence[Price]]) -> int:
        """What all of it holds, in micro-units, by these prices of each model. Raises `CannotBuy`."""
        items = [item for item in (self.text, self.picture, self.film) if item is not None]
        total = sum(_hold(item, prices.get(item.model.pk)) for item in items)
        judge = self.policy.check_model
        for check in checking.wanted(self.policy, self.checked):
            assert judge is not None
            total += asking.quote(Job(model=judge, kind=Kind.MODERATE, request=check, step=verdicts.CHECK))
        return total


def fill(
    story: Story,
    *,
    parent: Scene | None,
    choice: Choice | None,
    reader: User,
    offered: list[catalogue.Offer],
    path: Sequence[prompts.PastScene],
    policy: SafetyPolicy,
    asked: Mapping[str, str] | None = None,
) -> Basket:
    """The basket of the page that `choice` leads to; `path` ends with it. `asked` are the names that led to the story's
    models, where they were given just now. Raises `CannotPlay` where nobody could write it."""
    tier = story.tier
    depth = parent.depth + 1 if parent else 1
    is_typed = choice is not None and choice.origin == Choice.Origin.TYPED
    must_end = depth >= story.target_depth or (choice is not None and choice.origin == Choice.Origin.WRAP_UP)
    writer, writer_asked = _still(offered, story.text_model, asked)
    painter, painter_asked = _still(offered, story.image_model, asked)
    filmer, filmer_asked = _still(offered, story.video_model, asked)
    if writer is None:
        _refuse_off(tier)
        raise CannotPlay(
            "No model that could write this story is available here now. Ask staff to grant one.", status=409
        )
    names = names_of(reader) if tier.audience == Audience.CHILDREN else ()
    request = prompts.scene(
        premise=nameless.without(story.prompt, names),
        audience=tier.audience,
        guidelines=tier.guidelines,
        depth=depth,
        target_depth=story.target_depth,
        must_end=must_end,
        path=[replace(past, chosen=nameless.without(past.chosen, names)) for past in path],
        typed=is_typed,
        memory=parent.memory if parent else "",
        seed=story.seed,
    )
    look: dict[str, Any] = {
        "seed": story.seed, "aspect_ratio": prompts.PLATE_RATIO, "style": story.art_style,
        **({"negative_prompt": policy.never_shown} if policy.never_shown else {}),
    }  # fmt: skip
    moving = {**look, "seconds": prompts.FILM_SECONDS}
    typed = choice.text if is_typed and choice is not None else ""
    return Basket(
        depth, must_end,
        Item(writer, catalogue.fit(writer, request), "write-scene", writer_asked),
        Item(painter, catalogue.fit(painter, look), "draw-scene", painter_asked) if painter is not None else None,
        Item(filmer, catalogue.fit(filmer, moving), "film-scene", filmer_asked)
        if painter is not None and filmer is not None else None,
        policy, typed if parent else story.prompt,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prices:
    """What leads on from a page, in micro-units: each choice by its id, a way in the reader's own words at most, the end."""

    choices: Mapping[uuid.UUID, int]
    own_words: int
    wrap_up: int


def prices_of(scene: Scene, choices: Iterable[Choice], *, reader: User) -> Prices | None:
    """What stands on the buttons of a written page; None where nothing there costs anything, or nothing can be bought."""
    story = scene.story
    makers = [story.text_model_id, story.image_model_id, story.video_model_id]
    if not Price.objects.filter(model__in=[maker for maker in makers if maker], amount_micros__gt=0).exists():
        return None
    offered = catalogue.offers(story.tier, reader)
    prices = {offer.model.pk: offer.prices for offer in offered}
    policy = policies.of(story.tier)
    way = path_to(scene, None)

    def price(choice: Choice) -> int:
        path = [*way[:-1], replace(way[-1], chosen=choice.text)]
        basket = fill(
            story, parent=scene, choice=choice, reader=reader, offered=offered, path=path, policy=policy
        )  # fmt: skip
        return basket.price(prices)

    try:
        return Prices(
            {choice.id: price(choice) for choice in choices},
            price(Choice(text=WIDEST * MAX_TYPED, origin=Choice.Origin.TYPED)),
            price(Choice(text=WRAP_UP, origin=Choice.Origin.WRAP_UP)),
        )
    except (CannotBuy, CannotPlay):
        return None


def most_of_first(offer: catalogue.Offer, tier: Tier) -> int:
    """The most that this model's part of a first page holds, whatever is asked for, in micro-units; 0 where its prices do not
    tell."""
    wishes: dict[Kind, tuple[str, dict[str, Any]]] = {
        Kind.IMAGE: ("draw-scene", {"aspect_ratio": prompts.PLATE_RATIO}),
        Kind.VIDEO: ("film-scene", {"aspect_ratio": prompts.PLATE_RATIO, "seconds": prompts.FILM_SECONDS}),
    }
    kind = Kind(offer.model.kind)
    if kind is Kind.TEXT:
        request = prompts.scene(
            premise=WIDEST * MAX_PROMPT, audience=tier.audience, guidelines=tier.guidelines, depth=1, target_depth=7,
            must_end=False, path=[], typed=False, memory="", seed=2**31 - 1,
        )  # fmt: skip
        wishes[kind] = ("write-scene", request)
    if kind not in wishes:
        return 0
    step, wish = wishes[kind]
    try:
        return asking.hold_of(offer=offer, request=wish, step=step)
    except CannotBuy:
        return 0


WRAP_UP = "Bring it to an end"


def names_of(reader: User) -> tuple[str, ...]:
    """What is known of an account and goes to no provider from a children's tier. Guests are called Guest, all of them."""
    return () if reader.is_guest else tuple(name for name in (reader.email, reader.display_name) if name)


def path_to(scene: Scene | None, choice: Choice | None) -> list[prompts.PastScene]:
    """The scenes that led to taking `choice` at `scene`, oldest first. One query, however long the story is."""
    if scene is None:
        return []
    known = {
        row.id: row
        for row in Scene.objects.filter(story_id=scene.story_id)
        .select_related("via")
        .only("id", "tenant_id", "parent_id", "title", "text", "via__text", "via__tenant_id")
    }
    path: list[prompts.PastScene] = []
    chosen = choice.text if choice else ""
    at: Scene | None = known[scene.id]
    while at is not None:
        path.append(prompts.PastScene(at.title, at.text, chosen))
        chosen = at.via.text if at.via else ""
        at = known.get(at.parent_id) if at.parent_id else None
    return path[::-1]


def _hold(item: Item, prices: Sequence[Price] | None) -> int:
    job = Job(model=item.model, kind=item.model.kind, request=dict(item.request), step=item.step)
    return asking.quote(job, prices)


def _refuse_off(tier: Tier) -> None:
    """Say so, and why, where operators switched off what would write."""
    try:
        catalogue.refuse_off(tier, Kind.TEXT)
    except CannotBuy as off:
        raise CannotPlay(str(off), status=off.status) from off


def _still(
    offered: list[catalogue.Offer], began_with: AiModel | None, asked: Mapping[str, str] | None
) -> tuple[AiModel | None, str]:
    """The model that the story goes on with, and the name that led to it: what the reader wrote, or the story's own model
    where that has gone."""
    model = catalogue.keep_or_replace(offered, began_with)
    if began_with is None or model is None:
        return model, ""
    return model, (asked or {}).get(began_with.kind, "") if model == began_with else began_with.key
