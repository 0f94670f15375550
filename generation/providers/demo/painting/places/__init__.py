"""Places: each builder sets a stage from the far sky to the near ground. `build` chooses one for a scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..stage import Stage
from . import enclosed, inside, land, river, tended, town, views, water

Builder = Callable[[Stage], None]

BUILDERS: dict[str, Builder] = {
    "harbour": water.harbour,
    "sea": water.sea,
    "lighthouse": water.sea,
    "island": water.sea,
    "ship": water.ship,
    "river": river.river,
    "bridge": river.river,
    "marsh": river.river,
    "forest": land.forest,
    "mountain": land.mountain,
    "desert": land.desert,
    "snowfield": land.snowfield,
    "garden": tended.garden,
    "castle": tended.castle,
    "tower": tended.castle,
    "street": town.street,
    "market": town.street,
    "rooftops": town.rooftops,
    "station": town.station,
    "room": inside.room,
    "library": inside.room,
    "kitchen": inside.room,
    "workshop": inside.room,
    "observatory": inside.room,
    "cabin": inside.room,
    "theatre": enclosed.theatre,
    "cave": enclosed.cave,
    "space": views.space,
}


def build(stage: Stage) -> None:
    """Set the stage for its scene: by the way of looking first, then by the place."""
    scene = stage.scene
    if scene.view == "study":
        views.study(stage)
    elif scene.view == "above":
        views.above(stage)
    elif scene.view == "silhouette":
        views.silhouette(stage)
    elif scene.view == "close" and scene.peopled:
        # the place is built without its small hero, who then stands large before it
        stage.scene = replace(scene, peopled=False)
        BUILDERS[scene.place](stage)
        stage.scene = scene
        views.over_shoulder(stage)
    else:
        BUILDERS[scene.place](stage)
