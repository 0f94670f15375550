"""What the pages show: rows gathered in a fixed number of queries and put into the shape that templates read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts import quotas
from accounts.access import Actor, Visibility
from accounts.models import Tier
from generation import catalogue
from generation.jobs import public
from generation.models import Job
from generation.providers.contract import Kind
from stories import tree
from stories.models import ArtStyle, Beginning, Choice, Image, Length, Reading, Scene, Story, Video
from stories.steps import plate_url

NONE = {"status": "none"}


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture or film as a page shows it."""

    status: str
    url: str = ""
    progress: int | None = None
    message: str = ""
    model: str = ""


def status_of(plate: Image | Video | None) -> dict[str, Any]:
    """The JSON of the status routes: `{"status", "url"?, "progress"?, "message"?}`."""
    if plate is None:
        return dict(NONE)
    return {**public.in_story(plate.job), **plate_url(plate.job)}


def text_status(scene: Scene) -> dict[str, Any]:
    """The same for the scene's text."""
    return public.in_story(scene.job) if scene.job else {"status": "complete" if scene.text else "failed"}


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
    return mine.select_related("story__tier", "scene").order_by("-updated_at").first()


def tier_home(tier: Tier, actor: Actor, *, address: str) -> dict[str, Any]:
    """The form's choices, grouped, with prices and what is left of today's allowance."""
    found = catalogue.offers(tier)
    subject = quotas.subject_of(user_id=actor.user_id, is_guest=actor.is_guest, address=address)
    return {
        "beginnings": list(Beginning.objects.filter(tier=tier)),
        "text_models": _grouped(found, Kind.TEXT),
        "image_models": _grouped(found, Kind.IMAGE),
        "video_models": _grouped(found, Kind.VIDEO),
        "lengths": [{"value": length.value, "label": length.label, "depth": length.depth} for length in Length],
        "art_styles": [{"value": style.value, "label": style.label} for style in ArtStyle],
        "scenes_left": quotas.scenes_left(tier=tier, subject=subject),
        "unfinished": unfinished(actor, tier),
        "nonce": uuid.uuid4(),
    }


def scene_page(scene: Scene, actor: Actor) -> dict[str, Any]:
    """One page of the book: plate, text, choices, and which of them were walked."""
    image, video = plate(Image, scene.id), plate(Video, scene.id)
    walked = Exists(Scene.objects.filter(via=OuterRef("pk")))
    choices = list(Choice.objects.filter(scene=scene).annotate(is_walked=walked)) if scene.text else []
    return {
        "scene": scene,
        "story": scene.story,
        "owns": actor.user_id is not None and actor.user_id == scene.story.reader_id,
        "text": text_status(scene),
        "text_model": _model_name(scene.job),
        "image": _plate(image),
        "video": _plate(video),
        "choices": [c for c in choices if c.origin == Choice.Origin.WRITTEN],
        "own_ways": [c for c in choices if c.origin == Choice.Origin.TYPED and c.is_walked],
        "is_last_before_end": scene.depth + 1 >= scene.story.target_depth,
        "nonce": uuid.uuid4(),
        "chapter": roman(scene.depth),
        "sockets": {"story": f"/ws/story/{scene.story_id}", "scene": _run_socket(scene)},
    }


def map_page(story: Story, here: uuid.UUID | None) -> dict[str, Any]:
    """The story's map."""
    rows = Scene.objects.filter(story=story).select_related("via").order_by("created_at")
    drawn = tree.draw(
        (
            tree.Turn(
                id=row.id,
                parent_id=row.parent_id,
                title=row.title,
                chosen=row.via.text if row.via else "",
                is_ending=row.is_ending,
                is_written=bool(row.text),
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


def _plate(row: Image | Video | None) -> Plate:
    return Plate(**{"progress": None, **status_of(row), "model": _model_name(row.job) if row else ""})


def _model_name(job: Job | None) -> str:
    return job.model.name if job is not None and job.model is not None else ""


def _run_socket(scene: Scene) -> str:
    return f"/ws/progress/{scene.job.run_id}" if scene.job else ""


def _grouped(found: list[catalogue.Offer], kind: Kind) -> list[dict[str, Any]]:
    """Usable models of a kind by provider: `[{"provider", "models": [{"key", "name", "price", "is_default"}]}]`."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for offer in catalogue.of_kind(found, kind):
        assert offer.price is not None
        groups.setdefault(offer.model.provider, []).append(
            {
                "key": offer.model.key,
                "name": offer.model.name,
                "price": price_words(offer.price.amount_micros, offer.price.currency, offer.price.get_unit_display()),
                "is_default": offer.is_default,
            }
        )
    return [{"provider": provider, "models": models} for provider, models in groups.items()]


def roman(number: int) -> str:
    """A chapter's number as books print it."""
    parts = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    letters = ""
    for value, sign in parts:
        count, number = divmod(number, value)
        letters += sign * count
    return letters


def price_words(amount_micros: int, currency: str, unit: str) -> str:
    """A price as people read it."""
    if amount_micros == 0:
        return "free"
    amount = f"{amount_micros / 1_000_000:.6f}".rstrip("0").rstrip(".")
    return f"{amount} {currency} {unit.replace('a ', 'per ', 1)}"
