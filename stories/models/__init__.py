"""Stories, their scenes, and what was made for each scene."""

from stories.models.beginning import Beginning
from stories.models.picture import Image, Video
from stories.models.review import Appeal, Decision, Part, Ruling, Standing
from stories.models.scene import Choice, Scene
from stories.models.story import ArtStyle, Length, Reading, Story

__all__ = [
    "Appeal", "ArtStyle", "Beginning", "Choice", "Decision", "Image", "Length", "Part", "Reading", "Ruling", "Scene",
    "Standing", "Story", "Video",
]  # fmt: skip
