"""Reading the bodies of the compatible routes, whose settings are nested: what is wished for, and what is remembered of it.
Pure. A field is named as it stands: `settings.video.duration_seconds`, `scenes[0].description`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generation.errors import AgainstRules, CannotBuy
from generation.providers.contract import Kind
from generation.studio import fields, narrative
from generation.studio.api import bodies, pictures
from generation.studio.errors import WrongWish
from generation.studio.narrative import MAX_SCENES, Scene
from generation.studio.wishes import Brought

COMMON = ("prompt", "settings", "save_to_db", "session_id", "message_id", "customer_id")
IMAGE = (*COMMON, "image_url")
VIDEO = (*COMMON, "input_image_url", "mode", "scenes", "details", "instructions")
MODES = ("single", "start_end", "timeline")
OF_TIMELINE = ("scenes", "details", "instructions")
OF_SCENE = ("description", "seconds", "instructions", "image_url")
POLLS = {"poll_timeout_seconds": (1.0, 3600.0), "poll_interval_seconds": (0.1, 60.0)}
REFERENCE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """`given` and `brought` are for `wishes.read`; `remembered` is kept with the piece. `wait_seconds` and `again_seconds` are
    None where nothing was said. `scenes_say_length`: how long the film is was said by its scenes."""

    kind: Kind
    given: Mapping[str, Any]
    brought: Sequence[Brought]
    remembered: Mapping[str, Any]
    references: Mapping[str, str]
    is_kept: bool = True
    wait_seconds: float | None = None
    again_seconds: float | None = None
    scenes_say_length: bool = False

    def named(self, refused: CannotBuy) -> CannotBuy:
        """A refusal, its field named as it stood in the body. A model that is not to be had is a wrong setting here."""
        field, said = refused.field, str(refused)
        if isinstance(refused, AgainstRules):
            refused = AgainstRules(said, field=field, status=400)  # these routes know fewer statuses
        if field == "prompt" or (field not in fields.FIELDS[self.kind] and field not in pictures.LISTS):
            return refused
        status = 400 if field == "model" and refused.status in (403, 503) else refused.status
        if field == "seconds" and self.scenes_say_length:
            return CannotBuy(
                f"scenes: their seconds together {said.removeprefix('seconds ')}", field="scenes", status=status
            )
        path = f"settings.{self.kind}."
        return CannotBuy(path + said if said.startswith(field) else said, field=path + field, status=status)


def image(body: Mapping[str, Any]) -> Wanted:
    """What a body of /image/generate wishes for. Raises `WrongWish`."""
    top = bodies.only(body, IMAGE)
    given, brought, polls = _settings(top, Kind.IMAGE)
    brought = [*pictures.one(top.get("image_url"), role="source", field="image_url"), *brought]
    return _wanted(Kind.IMAGE, top, {**given, "prompt": top.get("prompt")}, brought, polls, {})


def video(body: Mapping[str, Any]) -> Wanted:
    """What a body of /video/generate wishes for. Raises `WrongWish`."""
    top = bodies.only(body, VIDEO)
    given, brought, polls = _settings(top, Kind.VIDEO)
    first = pictures.one(top.get("input_image_url"), role="first_frame", field="input_image_url")
    mode = top.get("mode", "single")
    if mode not in MODES:
        raise WrongWish(f"mode must be one of {', '.join(MODES)}.", field="mode")
    given["prompt"] = top.get("prompt")
    remembered: dict[str, Any] = {"mode": mode}
    if mode == "timeline":
        return _timeline(top, given, [*first, *brought], polls, remembered)
    for name in OF_TIMELINE:
        if top.get(name, "") != "":
            raise WrongWish(f"{name} belongs to mode timeline: leave it out, or choose that mode.", field=name)
    if mode == "start_end":
        lacks = [("input_image_url", "begins")] if not first else []
        if not any(one.role == "last_frame" for one in brought):
            lacks.append(("settings.video.last_frame", "ends"))
        for name, does in lacks:
            raise WrongWish(
                f"{name} is missing: mode start_end needs the picture that the film {does} with.", field=name
            )
    return _wanted(Kind.VIDEO, top, given, [*first, *brought], polls, remembered)


def _timeline(
    top: Mapping[str, Any], given: dict[str, Any], brought: list[Brought], polls: dict[str, float],
    remembered: dict[str, Any],
) -> Wanted:  # fmt: skip
    prompt, details, instructions = (_text(top.get(name, ""), name) for name in ("prompt", "details", "instructions"))
    scenes, along = _scenes(top.get("scenes"))
    if along and not any(one.role == "first_frame" for one in brought):
        brought = [Brought("first_frame", along[0].source, along[0].field), *brought]
        along = along[1:]
    lengths = [given[name] for name in ("duration", "duration_seconds", "seconds") if name in given]
    for length in lengths:
        _read(fields.number("seconds"), length, "settings.video.duration_seconds")
    total = narrative.total(scenes)
    if not lengths and total is not None:
        given["seconds"] = total
    told = narrative.narrative(
        prompt=prompt,
        details=details,
        scenes=scenes,
        instructions=instructions,
        seconds=lengths[0] if lengths else total,
    )
    given["prompt"] = told
    remembered |= {
        "prompt": prompt or told, "narrative": told, "scenes": [_plain(scene) for scene in scenes],
        **{name: text for name, text in (("details", details), ("instructions", instructions)) if text},
    }  # fmt: skip
    return _wanted(
        Kind.VIDEO, top, given, [*brought, *along], polls, remembered,
        scenes_say_length=not lengths and total is not None,
    )  # fmt: skip


def _scenes(value: Any) -> tuple[list[Scene], list[Brought]]:
    """The scenes, and their pictures in order."""
    if value is None:
        raise WrongWish("scenes are missing: mode timeline needs 1 at least.", field="scenes")
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_SCENES:
        raise WrongWish(f"scenes must be a list of 1 to {MAX_SCENES} scenes.", field="scenes")
    scenes: list[Scene] = []
    found: list[Brought] = []
    for place, each in enumerate(value):
        path = f"scenes[{place}]"
        if not isinstance(each, dict):
            raise WrongWish(f"{path} must be an object.", field=path)
        said = bodies.only(each, OF_SCENE, f"{path}.")
        description = _text(said.get("description", ""), f"{path}.description")
        if not description:
            raise WrongWish(f"{path}.description is missing: say what is seen.", field=f"{path}.description")
        seconds = _number(said["seconds"], f"{path}.seconds", 0.1, 3600.0) if "seconds" in said else None
        scenes.append(Scene(description, _text(said.get("instructions", ""), f"{path}.instructions"), seconds))
        found += pictures.one(said.get("image_url"), role="reference", field=f"{path}.image_url")
    return scenes, found


def _settings(top: Mapping[str, Any], kind: Kind) -> tuple[dict[str, Any], list[Brought], dict[str, float]]:
    """The nested settings: by public name, the pictures among them, and how to wait."""
    inner = bodies.only(_object(top.get("settings"), "settings"), (str(kind),), "settings.")
    path = f"settings.{kind}"
    nested = {name for name in pictures.FIELDS[kind] if name not in (*IMAGE, *VIDEO)}
    known = [name for name in (*fields.FIELDS[kind], *sorted(nested), *POLLS) if name != "prompt"]
    said = bodies.only(_object(inner.get(str(kind)), path), known, f"{path}.")
    polls = {
        name: _number(said.pop(name), f"{path}.{name}", low, high)
        for name, (low, high) in POLLS.items()
        if name in said
    }
    given, brought = pictures.taken_out(kind, said, f"{path}.")
    return given, brought, polls


def _wanted(
    kind: Kind, top: Mapping[str, Any], given: Mapping[str, Any], brought: Sequence[Brought], polls: Mapping[str, float],
    remembered: Mapping[str, Any], *, scenes_say_length: bool = False,
) -> Wanted:  # fmt: skip
    kept = top.get("save_to_db", True)
    _read(fields.truth("save_to_db"), kept, "save_to_db")
    references = {
        name: _text(top[name], name, REFERENCE_LENGTH) for name in ("session_id", "message_id") if name in top
    }
    return Wanted(
        kind, given, brought, {**remembered, **references}, references, kept, polls.get("poll_timeout_seconds"),
        polls.get("poll_interval_seconds"), scenes_say_length,
    )  # fmt: skip


def _plain(scene: Scene) -> dict[str, Any]:
    said = {"description": scene.description, "instructions": scene.instructions, "seconds": scene.seconds}
    return {name: value for name, value in said.items() if value not in ("", None)}


def _object(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongWish(f"{name} must be an object.", field=name)
    return value


def _text(value: Any, name: str, most: int = fields.MAX_TEXT) -> str:
    return str(_read(fields.text("said", most), value, name)["said"])


def _number(value: Any, name: str, low: float, high: float) -> float:
    found = float(_read(fields.number("said"), value, name)["said"])
    if not low <= found <= high:
        raise WrongWish(f"{name} must lie between {low:g} and {high:g}.", field=name)
    return found


def _read(parse: fields.Parse, value: Any, name: str) -> dict[str, Any]:
    try:
        return parse(value)
    except fields.Wrong as wrong:
        raise WrongWish(f"{name} {wrong}", field=name) from None
