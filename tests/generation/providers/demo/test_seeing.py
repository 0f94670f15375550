"""The demo reads the sights of a prompt and not the house's rules; both sides agree on where those begin."""

from __future__ import annotations

import pytest

from generation.providers.contract import Input, Kind, Request
from generation.providers.demo.judging import judge
from generation.providers.demo.seeing import seen, still
from generation.providers.errors import Rejected
from stories import prompts
from tests.providers.toll import png

LOOK = prompts.look(
    tier_style="warm light", art_style="gouache", guidelines="Nothing frightens a child.", never_shown="wolves"
)
STYLE = "\n\nStyle: gouache, warm light. No text in the picture."


def test_rules_are_no_sights() -> None:
    assert seen(prompts.picture(words="A key", look=LOOK)) == f"A key{STYLE}"
    assert seen(prompts.picture(words=f"A key{LOOK}", look=LOOK)) == f"{' '.join(f'A key{LOOK}'.split())}{STYLE}"
    assert seen("A key") == "A key"
    assert seen(prompts.picture(words="A key", look="\n\nRules of this library, above all: No wolves.")) == "A key"


def test_a_film_begins_with_what_its_picture_shows() -> None:
    picture = prompts.picture(words="A key", look=LOOK)
    assert still(prompts.film(picture="A key", words="It turns", look=LOOK)) == seen(picture)
    assert still("A key\n\nMotion: It turns.") == "A key"


@pytest.mark.parametrize(
    ("colour", "flagged"), [((160, 8, 8), True), ((200, 120, 60), False), ((230, 90, 70), False), ((60, 0, 0), False)]
)
def test_of_a_picture_the_warden_sees_the_colours(colour: tuple[int, int, int], flagged: bool) -> None:
    found = judge(
        Request(Kind.MODERATE, "warden", "A picture", inputs=(Input("source", "image/png", png(colour)),))
    ).verdict
    assert found is not None
    assert (found.flagged, found.categories) == (flagged, ("violence/graphic",) if flagged else ())


def test_what_is_no_picture_is_no_picture() -> None:
    with pytest.raises(Rejected):
        judge(Request(Kind.MODERATE, "warden", "x", inputs=(Input("source", "image/png", b"no picture"),)))
