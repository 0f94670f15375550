"""Stories, their scenes, and what was made for each scene."""

from stories.models.beginning import Beginning
from stories.models.picture import Image, Video
from stories.models.scene import Choice, Scene
from stories.models.story import ArtStyle, Length, Reading, Story

__all__ = ["ArtStyle", "Beginning", "Choice", "Image", "Length", "Reading", "Scene", "Story", "Video"]
