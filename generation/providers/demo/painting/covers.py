"""Covers of the ready-made beginnings: `python -m generation.providers.demo.painting.covers OUTDIR`.

Writes one WebP of 480 x 720 for each, named by its slug, each below 60 kB. The seed and words below are all there is to
a cover: change a line, run the command again, look at the picture.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

from . import paint

SIZE = (480, 720)
LIMIT = 60_000

COVERS: dict[str, tuple[int, str, str]] = {
    # slug: seed, style, words
    "the-lighthouse-that-sneezed": (
        5, "gouache", "A lighthouse on the rocks by day in thick fog, sea. A boy in a yellow raincoat on the shore."),
    "a-map-for-the-moon": (
        12, "watercolour", "Silhouette against the moon, night: a fox holds a map, hill, stars."),
    "the-dragon-who-kept-bees": (
        19, "gouache", "A sunny garden with hives and bees. A small green dragon. Day, wide view."),
    "night-train-to-the-north-wind": (
        30, "paper-cut", "A railway station at night in snow, a lit train. A child in a red coat on the platform."),
    "the-umbrella-librarian": (
        41, "watercolour", "A library interior at dusk, rain. A girl in a blue coat with a red umbrella."),
    "button-and-the-borrowed-star": (
        54, "paper-cut", "Silhouette on a hill at night against the moon. A mouse in a mustard coat holding a star."),
    "the-clock-that-kept-a-secret": (
        63, "watercolour", "A clockmaker's workshop at night. A boy, the apprentice, in a red coat."),
    "the-last-ferry": (
        74, "watercolour", "A foggy river at dusk. A ferryman with a lantern."),
    "the-house-of-nine-doors": (
        85, "engraving", "A tall old house on a hill at dusk with one lit window. A woman in a red coat."),
    "a-letter-from-the-drowned-town": (
        96, "watercolour", "Rooftops of a drowned town in the water at dawn. A postwoman with a letter."),
    "the-cartographers-winter": (
        109, "watercolour", "Snowy mountains by day. A cartographer in a blue coat with a map."),
    "the-garden-behind-the-wall": (
        118, "watercolour", "A walled garden by moonlight, night. A girl in a cream dress holding an iron key."),
}  # fmt: skip


def cover(slug: str) -> bytes:
    """One cover as WebP."""
    seed, style, words = COVERS[slug]
    image = paint(words, seed=seed, style=style, width=SIZE[0], height=SIZE[1])
    return _small(image)


def _small(image: Image.Image) -> bytes:
    made = b""
    for quality in (82, 74, 66, 56, 46, 36, 28, 20, 14):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        made = out.getvalue()
        if len(made) < LIMIT:
            break
    return made


def main(arguments: list[str]) -> int:
    """Write all covers to a folder."""
    if len(arguments) != 1:
        sys.stderr.write("Say where to: python -m generation.providers.demo.painting.covers OUTDIR\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for slug in COVERS:
        data = cover(slug)
        (folder / f"{slug}.webp").write_bytes(data)
        sys.stdout.write(f"{slug}.webp {len(data) // 1024} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
