"""What the pages show: rows gathered in a fixed number of queries and put into the shape that templates read."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts import limits, quotas
from accounts.access import Actor, Visibility
from accounts.models import Tier, User
from accounts.models.ledger import Measure
from accounts.quotas import Payer
from accounts.staff import plain
from generation import catalogue
from generation.errors import CannotBuy
from generation.jobs import asking, public
from generation.models import Job, Status, Unit
from generation.providers.contract import Kind
from stories import baskets, prompts, showing, tree
from stories.models import ArtStyle, Beginning, Choice, Image, Length, Reading, Scene, Story, Video
from stories.steps import plate_url, words_so_far

NONE = {"status": "none"}
PLAIN_UNITS = {Unit.CALL, Unit.IMAGE, Unit.CHARACTER}
"""Units that people can reckon with."""
PLATES: dict[Kind, tuple[str, str, dict[str, Any]]] = {
    Kind.IMAGE: ("draw-scene", "picture", {"aspect_ratio": prompts.PLATE_RATIO}),
    Kind.VIDEO: ("film-scene", "film", {"aspect_ratio": prompts.PLATE_RATIO, "seconds": prompts.FILM_SECONDS}),
}
"""What a scene buys beside its words: the step, what people call it, and the wishes."""
OPENING_SIGNS = frozenset("“”„«»‘’‚‹—–-…*(['\"")
"""A page that begins with one of these hangs it into the margin and has no large letter. `words.js` knows them too."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture or film as a page shows it."""

    status: str
    url: str = ""
    progress: int | None = None
    message: str = ""
    model: str = ""
    asked: str = ""
    """The name that was asked for, where it is not the model's."""
    waits_for: str = ""
    """`approval` where staff look at it first; its status is “pending” then."""
    is_hidden: bool = False
    """Hidden by staff; its reader is told, and may appeal."""
    is_final: bool = False
    """It was refused, so asking for the same again is of no use."""
    place: int | None = None
    estimate_seconds: int | None = None
    outlook: str = ""


def status_of(plate: Image | Video | None, actor: Actor) -> dict[str, Any]:
    """The JSON of the status routes, for somebody who may read the page: `{"status", "url"?, "progress"?, "message"?,
    "waits_for"?}`. What staff hid is as if it had never been."""
    if plate is None:
        return dict(NONE)
    if showing.is_waiting(actor, plate):
        return public.waiting(plate.job)
    if not showing.is_shown(actor, plate):
        return dict(NONE)
    return {**public.in_story(plate.job), **plate_url(plate.job)}


def text_status(scene: Scene) -> dict[str, Any]:
    """The same for the scene's text: `{"status", "progress"?, "message"?, "title"?, "prose"?}`, the last two while it is
    written."""
    if scene.job is None:
        return {"status": "complete" if scene.text else "failed"}
    return {**public.in_story(scene.job), **words_so_far(scene.job)}


def plate(kind: type[Image] | type[Video], scene_id: uuid.UUID) -> Any:
    """The picture or film of a scene with all that its status needs, or None."""
    return kind.objects.select_related("job__asset", "job__run__tier", "job__model").filter(scene_id=scene_id).first()


def landing(actor: Actor) -> dict[str, Any]:
    """The tenant's tiers as covers, and where this reader left off."""
    tiers = list(Tier.objects.filter(is_open=True))
    covers: dict[uuid.UUID, Beginning] = {}
    for beginning in Beginning.objects.order_by("position"):
        covers.setdefault(beginning.tier_id, beginning)
    return {
        "shelves": [{"tier": tier, "beginning": covers.get(tier.id)} for tier in tiers],
        "unfinished": unfinished(actor),
    }


def unfinished(actor: Actor, tier: Tier | None = None) -> Reading | None:
    """The latest story that this reader has not finished, or has taken up again on a branch without an ending."""
    if actor.user_id is None:
        return None
    goes_on = Q(scene__is_ending=False) & ~Exists(Scene.objects.filter(parent=OuterRef("scene")))
    mine = Reading.objects.filter(Q(story__finished_at=None) | goes_on, reader_id=actor.user_id).exclude(
        story__visibility=Visibility.HIDDEN
    )
    if tier is not None:
        mine = mine.filter(story__tier=tier)
    found = mine.select_related("story__tier", "scene").order_by("-updated_at").first()
    if found is not None and found.scene.is_hidden:
        found.scene.title = ""
    return found


def tier_home(tier: Tier, actor: Actor, *, address: str, user: User | None = None) -> dict[str, Any]:
    """The form that begins a story, and where this reader left off. `user` is who is signed in."""
    asked = may_be_asked(tier, actor, address=address, user=user, says_most=True)
    usual = {kind: _most_of_usual(asked[f"{kind}_models"]) for kind in ("text", "image", "video")}
    first = usual["text"] + usual["image"]
    return {
        **asked,
        "first_most": plain(first) if first else "",
        "film_most": usual["video"],
        "unfinished": unfinished(actor, tier),
        "nonce": uuid.uuid4(),
    }


def may_be_asked(
    tier: Tier, actor: Actor, *, address: str, user: User | None = None, says_most: bool = False
) -> dict[str, Any]:
    """What a story of this tier may begin with: models in groups, with prices, and what is left of today's allowance. With
    `says_most` each model has the most that its part of the first page holds (`most`, in micro-units)."""
    found = catalogue.offers(tier, user)
    most = {offer.model.key: baskets.most_of_first(offer, tier) for offer in found} if says_most else {}
    is_guest = actor.is_guest or actor.user_id is None
    person = quotas.person_of(user_id=actor.user_id, is_guest=is_guest, address=address)
    left = limits.tightest(Payer(tier.tenant_id, tier.id, actor.user_id, is_guest, person), Measure.SCENES)
    return {
        "beginnings": list(Beginning.objects.filter(tier=tier)),
        "text_models": _grouped(found, Kind.TEXT, most),
        "image_models": _grouped(found, Kind.IMAGE, most),
        "video_models": _grouped(found, Kind.VIDEO, most),
        "lengths": [{"value": length.value, "label": length.label, "depth": length.depth} for length in Length],
        "art_styles": [{"value": style.value, "label": style.label} for style in ArtStyle],
        "scenes_left": left.amount if left is not None else None,
    }


def scene_page(scene: Scene, actor: Actor, user: User | None = None) -> dict[str, Any]:
    """One page of the book: plate, text, choices, and which of them were walked. `user` is who is signed in, where what leads
    on from here should have its price."""
    image, video = plate(Image, scene.id), plate(Video, scene.id)
    walked = Exists(Scene.objects.filter(via=OuterRef("pk")))
    text = text_status(scene)
    choices = list(Choice.objects.filter(scene=scene).annotate(is_walked=walked)) if scene.text else []
    owns = actor.user_id is not None and actor.user_id == scene.story.reader_id
    ways = [c for c in choices if c.origin == Choice.Origin.WRITTEN]
    reads_on = owns and user is not None and scene.text and not scene.is_ending
    return {
        **(_prices(scene, ways, user) if reads_on and user is not None else {}),
        "scene": scene,
        "story": scene.story,
        "owns": owns,
        "text": text,
        "so_far": [part for part in text.get("prose", "").split("\n\n") if part],
        "opens_with_sign": (scene.text or text.get("prose", ""))[:1] in OPENING_SIGNS,
        "text_model": _model_name(scene.job),
        "text_asked": _asked(scene.job),
        "text_is_final": _is_final(scene.job),
        "image": _plate(image, actor),
        "video": _plate(video, actor),
        "choices": ways,
        "own_ways": [c for c in choices if c.origin == Choice.Origin.TYPED and c.is_walked],
        "is_last_before_end": scene.depth + 1 >= scene.story.target_depth,
        "nonce": uuid.uuid4(),
        "chapter": roman(scene.depth),
        "sockets": {"story": f"/ws/story/{scene.story_id}", "scene": _run_socket(scene)},
    }


def _prices(scene: Scene, ways: list[Choice], user: User) -> dict[str, str]:
    """What leads on from a page that costs something says so; what was walked before costs nothing again."""
    prices = baskets.prices_of(scene, ways, reader=user)
    if prices is None:
        return {}
    for way in ways:
        if not way.is_walked:  # type: ignore[attr-defined]
            way.price = plain(prices.choices[way.id])  # type: ignore[attr-defined]
    return {"own_words_price": plain(prices.own_words), "wrap_up_price": plain(prices.wrap_up)}


def map_page(story: Story, here: uuid.UUID | None, actor: Actor) -> dict[str, Any]:
    """The story's map. Of pages that staff hid it shows that they are there."""
    rows = Scene.objects.filter(story=story).select_related("via").order_by("created_at")
    drawn = tree.draw(
        (
            tree.Turn(
                id=row.id,
                parent_id=row.parent_id,
                title="" if row.is_hidden and not actor.is_staff else row.title,
                chosen=row.via.text if row.via else "",
                is_ending=row.is_ending,
                is_written=bool(row.text),
                is_hidden=row.is_hidden,
            )
            for row in rows
        ),
        here=here,
    )
    return {"story": story, "map": drawn}


def map_json(story: Story, drawn: tree.Map | None, tier_slug: str) -> dict[str, Any]:
    """The same for programs."""

    def said(node: tree.Node) -> dict[str, Any]:
        return {
            "scene": str(node.turn.id),
            "title": node.turn.title,
            "chosen": node.turn.chosen or None,
            "ending": node.turn.is_ending,
            "written": node.turn.is_written,
            "here": node.is_here,
            "url": reverse("scene", kwargs={"tier": tier_slug, "scene_id": node.turn.id}),
            "children": [said(child) for child in node.children],
        }

    return {"story": str(story.id), "title": str(story), "root": said(drawn.root) if drawn else None}


def _plate(row: Image | Video | None, actor: Actor) -> Plate:
    if row is not None and not showing.is_shown(actor, row) and not showing.is_waiting(actor, row):
        return Plate("none", is_hidden=True)
    made = row.job if row else None
    more = {"model": _model_name(made), "asked": _asked(made), "is_final": _is_final(made)}
    return Plate(**{"progress": None, **status_of(row, actor), **more})


def _is_final(job: Job | None) -> bool:
    return job is not None and job.status == Status.REFUSED


def _model_name(job: Job | None) -> str:
    return job.model.name if job is not None and job.model is not None else ""


def _asked(job: Job | None) -> str:
    """The name that led to another model than the one that has it; or the model that refused, where another took over."""
    if job is not None and job.instead_of:
        return job.instead_of
    if job is None or job.model is None or job.asked_model in (job.model.key, job.model.remote_name):
        return ""
    return job.asked_model


def _run_socket(scene: Scene) -> str:
    return f"/ws/progress/{scene.job.run_id}" if scene.job else ""


def _grouped(found: list[catalogue.Offer], kind: Kind, most: Mapping[str, int]) -> list[dict[str, Any]]:
    """Usable models of a kind by provider: `[{"provider", "models": [{"key", "name", "price", "is_default"}]}]`. One of them
    all is the default."""
    usual = catalogue.default(found, kind)
    return [
        {
            "provider": sheet.title,
            "models": [
                {
                    "key": offer.model.key,
                    "name": offer.model.name,
                    "price": _price(offer),
                    "is_default": offer is usual,
                    **({"most": most[offer.model.key]} if offer.model.key in most else {}),
                }
                for offer in sheet.offers
            ],
        }
        for sheet in catalogue.sheet(found, kind)
    ]


def _most_of_usual(groups: list[dict[str, Any]]) -> int:
    return next((model["most"] for group in groups for model in group["models"] if model["is_default"]), 0)


def _price(offer: catalogue.Offer) -> str:
    """What a reader is told that it costs: the price, or, where it is made of parts, what is held for one picture or film."""
    buys = PLATES.get(Kind(offer.model.kind))
    if buys is None or {price.unit for price in offer.prices if price.amount_micros} <= PLAIN_UNITS:
        return offer.price
    step, noun, wishes = buys
    try:
        most = asking.hold_of(offer=offer, request=wishes, step=step)
    except CannotBuy:
        return offer.price
    amount = f"{math.ceil(most / 100) / 10_000:.4f}".rstrip("0").rstrip(".")
    return f"up to {amount} {offer.prices[0].currency} per {noun}"


def roman(number: int) -> str:
    """A chapter's number as books print it."""
    parts = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    letters = ""
    for value, sign in parts:
        count, number = divmod(number, value)
        letters += sign * count
    return letters
