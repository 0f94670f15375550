"""Things added to a given picture: drawn as the painter draws them, where they belong or where the mask leaves room."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from generation.providers.demo.painting.layers import screen
from generation.providers.demo.painting.places.ground import birds, put_hero, put_thing, tree
from generation.providers.demo.painting.places.heavens import clouds
from generation.providers.demo.painting.reading import read
from generation.providers.demo.painting.stage import Stage
from generation.providers.demo.painting.things import THINGS, thing
from generation.providers.demo.painting.words import KINDS

from . import air
from .changes import moon
from .tones import Field

_MOST_SIDE = 1_600
_BEINGS = {meaning.partition(":")[0] for meaning in KINDS.words}
_ALOFT = {"balloon": ("airship", 0.26), "kite": ("kite", 0.16), "dragon": ("dragon", 0.2)}
_TALL = {
    "boat": 0.20,
    "umbrella": 0.20,
    "telescope": 0.26,
    "lantern": 0.16,
    "robot": 0.24,
    "musicbox": 0.12,
    "clock": 0.16,
}


@dataclass(frozen=True, slots=True)
class Room:
    """Where things go, in shares of the picture's height: the middle of their foot, and how tall one may be."""

    x: float
    foot: float
    tall: float


def added(image: Image.Image, things: tuple[str, ...], words: str, seed: int, room: Room | None) -> Image.Image:
    """The picture with the things in it."""
    scale = min(1.0, _MOST_SIDE / max(image.size))
    size = (max(32, round(image.width * scale)), max(32, round(image.height * scale)))
    small = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    made = small
    for k, name in enumerate(things):
        made = _with(made, name, words, seed + k, k, room)
    if size == image.size:
        return made
    # What is new is enlarged, and what was there stays as fine as it was.
    new = np.asarray(made, dtype=np.int16) - np.asarray(small, dtype=np.int16)
    grown = np.stack(
        [np.asarray(Image.fromarray(new[:, :, c].astype(np.float32)).resize(image.size, Image.Resampling.BICUBIC))
         for c in range(3)], axis=2)  # fmt: skip
    return Image.fromarray(np.clip(np.asarray(image, dtype=np.float32) + grown, 0, 255).astype(np.uint8))


def _with(image: Image.Image, name: str, words: str, seed: int, number: int, room: Room | None) -> Image.Image:
    if name == "moon" and room is None:
        return moon(image, seed)
    sky = air.sky_of(image)
    if name == "star" and room is None:
        return air.starred(image, seed, np.maximum(sky, _high(image) * 0.8))
    wide = image.width / image.height
    if name == "sun" or name in ("moon", "star"):
        x, y = (room.x, room.foot - room.tall / 2) if room is not None else (wide * 0.7, air.horizon_of(sky) * 0.45)
        reach = room.tall / 2 if room is not None else 0.3
        colour = (1.0, 0.80, 0.42) if name == "sun" else (0.86, 0.90, 1.0)
        out = air.screened(image, colour, air.round_light(image.size, x, y, reach) * 0.55)
        return air.screened(out, (1.0, 0.96, 0.82), air.round_light(image.size, x, y, reach * 0.26))
    stage = _stage(image, words, seed)
    _draw(stage, name, number, room, air.horizon_of(sky))
    out = image.copy()
    for layer in stage.layers:
        if layer.kind == "light":
            screen(out, layer.image, layer.at)
        else:
            out.paste(layer.image, layer.at, layer.image)
    return out


def _stage(image: Image.Image, words: str, seed: int) -> Stage:
    """An empty stage in the light of the picture."""
    light = float(np.asarray(image.convert("L").resize((16, 16), Image.Resampling.BOX)).mean()) / 255
    scene = read(words, seed)
    scene = replace(
        scene, hour="night" if light < 0.30 else "dusk" if light < 0.45 else "day", weather="clear", peopled=True
    )
    return Stage(scene, image.size, "gouache")


def _draw(stage: Stage, name: str, number: int, room: Room | None, low: float) -> None:
    x = room.x if room is not None else stage.x(0.70 - 0.16 * number)
    foot = room.foot if room is not None else 0.88 - 0.015 * number
    scale = 1.0 if room is not None else max(0.6, min(1.0, stage.u))
    if name == "bird":
        birds(
            stage,
            (room.foot - room.tall / 2) if room is not None else low * 0.5,
            9,
            stage.haze(stage.pal.near, 0.5),
            0.034,
        )
    elif name == "cloud":
        clouds(stage, low, 4)
    elif name == "tree":
        sheet = stage.sheet(stage.pal.near)
        tree(stage, sheet, x, foot, room.tall if room is not None else 0.52, stage.pal.dark, stage.pal.leaf)
        stage.lay(sheet, 0.7, "land", "sway")
    elif name in _ALOFT:
        drawn, tall = _ALOFT[name]
        tall = room.tall if room is not None else tall * scale
        sheet = stage.sheet(stage.pal.mid)
        at = room.foot if room is not None else max(tall + 0.05, low * 0.72)
        thing(stage, stage.pen(sheet, x, at, tall), drawn)
        stage.lay(sheet, 0.4, "figure")
    elif name in _BEINGS and (name == "person" or name not in THINGS):
        put_hero(
            stage, x, foot, room.tall if room is not None else 0.30 * scale, carried=stage.scene.carried is not None
        )
    elif name in THINGS:
        tall = room.tall if room is not None else _TALL.get(name, 0.14) * scale
        put_thing(stage, name, x, min(foot, low + 0.22) if name == "boat" and room is None else foot, tall)


def _high(image: Image.Image) -> Field:
    ys = (np.arange(image.height, dtype=np.float32) / image.height)[:, None]
    return np.broadcast_to(np.clip((0.45 - ys) / 0.3, 0, 1), (image.height, image.width)).astype(np.float32)
