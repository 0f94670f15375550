# ruff: noqa: E501 - a line of prose is one string, however long
"""The written material: places and their scenes, scenes that can stand anywhere, weather, echoes. Data only."""

from __future__ import annotations

from ..shapes import Place, Storylet
from .castle import CASTLE
from .city import CITY
from .desert import DESERT
from .forest import FOREST
from .garden import GARDEN
from .harbour import HARBOUR
from .library import LIBRARY
from .mountain import MOUNTAIN
from .oddities import ODDITIES
from .railway import RAILWAY
from .river import RIVER
from .sky import SKY
from .strangers import STRANGERS
from .trades import TRADES

PLACES: dict[str, Place] = {
    place.key: place
    for place in (HARBOUR, FOREST, MOUNTAIN, CITY, LIBRARY, RAILWAY, RIVER, DESERT, GARDEN, CASTLE, SKY)
}
ANYWHERE: tuple[Storylet, ...] = (*STRANGERS, *TRADES, *ODDITIES)

_ROAMING = {
    "cit.umbrella": "harbour railway river garden",
    "cit.puppets": "harbour railway mountain castle river forest",
    "gar.hedge": "harbour river mountain city railway",
    "gar.shed": "castle river library railway",
    "gar.aunts": "castle library city",
    "for.census": "garden mountain castle",
    "for.lost": "garden mountain castle river",
    "for.toll": "mountain castle river",
    "for.owl": "garden castle library",
    "des.well": "mountain castle garden railway",
    "des.camel": "city",
    "riv.heron": "harbour forest garden",
    "riv.ferry": "forest castle",
    "riv.island": "harbour",
    "rai.box": "forest desert river",
    "rai.lost": "city",
    "lib.exhibit": "castle sky",
    "lib.overdue": "city railway sky",
    "har.pilot": "river",
    "har.auction": "river city",
    "mou.echo": "desert castle sky forest",
    "mou.monk": "desert forest castle",
    "cas.king": "forest mountain desert",
    "cas.armour": "library mountain",
    "sky.star": "mountain library city",
    "sky.post": "desert library",
}
"""Scenes of one place that can also stand in others, and where."""


def told_at(place: str) -> tuple[Storylet, ...]:
    """Every scene of the middle that can stand at `place`: its own, those that roam there, and those that can stand anywhere."""
    roaming = (
        scene for other in PLACES.values() for scene in other.storylets if place in _ROAMING.get(scene.key, "").split()
    )
    return (*PLACES[place].storylets, *roaming, *ANYWHERE)
