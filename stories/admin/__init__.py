"""Stories, their scenes, pictures and films, as staff see them. What readers and models wrote is not rewritten here; staff
decide who may see it."""

from stories.admin import decisions, plates, scenes, tales

__all__ = ["decisions", "plates", "scenes", "tales"]
