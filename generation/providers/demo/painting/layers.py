"""From sheets to a picture: light is screened, paint is laid over, in the order of the stage."""

from __future__ import annotations

from PIL import Image, ImageChops

from .stage import Layer


def screen(under: Image.Image, light: Image.Image, at: tuple[int, int]) -> None:
    """Add a light to part of a picture, in place, without ever burning out."""
    box = (at[0], at[1], at[0] + light.width, at[1] + light.height)
    glow = Image.new("RGB", light.size)
    glow.paste(light.convert("RGB"), (0, 0), light.getchannel("A"))
    under.paste(ImageChops.screen(under.crop(box), glow), box)


def compose(layers: list[Layer], size: tuple[int, int]) -> Image.Image:
    """All sheets as one RGB picture."""
    picture = Image.new("RGB", size)
    for layer in layers:
        if layer.kind == "light":
            screen(picture, layer.image, layer.at)
        else:
            picture.paste(layer.image, layer.at, layer.image)
    return picture
