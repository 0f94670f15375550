"""The storylet engine behind the offline text model: hand-written scenes, chosen and joined by what the reader did.

`tell` is pure: the same document and seed give the same scene in any process. It never fails on a document's contents.
Nothing here knows of the app; the answer has the shape that every text model is asked for.
"""

from __future__ import annotations

from .engine import tell

__all__ = ["tell"]
