"""What somebody who leaves made in the studio: pieces with their takes and files, and uploads."""

from __future__ import annotations

import uuid

from accounts.leaving import Left, Room, Stage, register
from generation.studio import tidying
from generation.studio.models import Piece, Upload

AT_ONCE = 20


def connect() -> None:
    """Take part from now on. Called once, when the app is ready."""
    register(Room("studio", Stage.THINGS, remove=remove))


def remove(user_id: uuid.UUID) -> Left:
    """A few of their pieces and uploads."""
    pieces = list(Piece.objects.filter(user_id=user_id).order_by("created_at")[:AT_ONCE])
    for piece in pieces:
        if not tidying.purge_piece(piece):
            return Left.WAITS
    uploads = list(Upload.objects.filter(user_id=user_id).select_related("asset").order_by("created_at")[:AT_ONCE])
    for upload in uploads:
        tidying.discard_upload(upload)
    return Left.MORE if AT_ONCE in (len(pieces), len(uploads)) else Left.NOTHING
