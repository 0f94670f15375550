"""The studio's rows: its rules, and what people make in it."""

from generation.studio.models.piece import Piece, Source, Take, Verb
from generation.studio.models.policy import StudioPolicy
from generation.studio.models.upload import Upload

__all__ = ["Piece", "Source", "StudioPolicy", "Take", "Upload", "Verb"]
