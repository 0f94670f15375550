"""What a children's shelf begins with: a short list that staff go on with. It names what a story for children has no need of,
and well-known characters and brands, which are only hinted at."""

from __future__ import annotations

KEPT_OUT = (
    "cocaine", "gore", "heroin", "hurt yourself", "kill yourself", "massacre", "murder", "nude", "porn", "pornography",
    "self-harm", "sexy", "suicide", "torture",
)  # fmt: skip
SOMEBODYS = (
    "Barbie", "Batman", "Darth Vader", "Disney", "Harry Potter", "Hogwarts", "Lego", "Mickey Mouse", "Minecraft",
    "Paw Patrol", "Peppa Pig", "Pikachu", "Pokémon", "Queen Elsa", "Spider-Man", "SpongeBob", "Super Mario",
)  # fmt: skip
NEVER_SHOWN = "blood, gore, weapons, nudity, brand logos"
