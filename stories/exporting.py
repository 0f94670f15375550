"""A person's stories for their archive: a document for each, with its scenes and choices, and beside it its pictures and films.
What staff have hidden is theirs all the same: it is in here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.exporting import Document, Listing, Part, id_of, pages, register
from accounts.models import User
from generation.exporting import made, told
from stories.models import Appeal, Choice, Image, Reading, Scene, Story, Video


def connect() -> None:
    """Take part from now on. Called once, when the app is ready."""
    register("stories", parts, told=TOLD)


TOLD = """stories/           a folder for each story: story.json, and its pictures and films
readings.json      where you are in the stories that you read
appeals.json       what you said to decisions of staff, and what they answered"""


def parts(user: User) -> Iterator[Part]:
    for story in pages(Story.objects.filter(reader=user).select_related("tier")):
        folder = f"stories/{story.created_at:%Y-%m-%d}-{id_of(story)}"
        scenes = list(Scene.objects.filter(story=story).select_related("job__model").order_by("created_at", "id"))
        yield Document(f"{folder}/story.json", {**_story(story), "scenes": _scenes(story, scenes)})
        for noun, kind in (("picture", Image), ("film", Video)):
            for plate in kind.objects.filter(scene__story=story).select_related("job__asset", "scene"):
                if plate.job.asset is not None:
                    yield made(folder, f"{plate.scene.depth:02}-{noun}", plate.job.asset)
    yield Listing("readings.json", (_reading(one) for one in _readings(user)))
    yield Listing("appeals.json", map(_appeal, pages(Appeal.objects.filter(owner=user).select_related("decision"))))


def _story(story: Story) -> dict[str, Any]:
    return {
        "id": story.id, "title": story.title, "prompt": story.prompt, "shelf": story.tier.name, "length": story.length,
        "art_style": story.art_style, "films": story.video_mode, "shown": story.visibility,
        "begun_at": story.created_at, "finished_at": story.finished_at,
    }  # fmt: skip


def _scenes(story: Story, scenes: list[Scene]) -> list[dict[str, Any]]:
    choices: dict[Any, list[dict[str, Any]]] = {}
    for choice in Choice.objects.filter(scene__story=story).order_by("position"):
        choices.setdefault(choice.scene_id, []).append({"id": choice.id, "text": choice.text, "origin": choice.origin})
    return [
        {
            "id": scene.id, "after": scene.parent_id, "by_choice": scene.via_id, "depth": scene.depth,
            "title": scene.title, "text": scene.text, "picture": scene.picture, "alt": scene.alt, "film": scene.film,
            "is_ending": scene.is_ending, "ending": scene.ending_name, "choices": choices.get(scene.id, []),
            "made": told(scene.job), "at": scene.created_at,
        }
        for scene in scenes
    ]  # fmt: skip


def _readings(user: User) -> list[Reading]:
    return list(Reading.objects.filter(reader=user).select_related("story").order_by("updated_at"))


def _reading(reading: Reading) -> dict[str, Any]:
    return {"story": reading.story_id, "title": str(reading.story), "scene": reading.scene_id, "at": reading.updated_at}


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "about": appeal.decision.part, "ruling": appeal.decision.ruling, "because": appeal.decision.reason,
        "words": appeal.words, "state": appeal.state, "answer": appeal.answer, "at": appeal.created_at,
    }  # fmt: skip
