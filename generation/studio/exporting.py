"""What somebody made in the studio, for their archive: a document for each piece, its files beside it, and their uploads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.exporting import Document, Part, id_of, pages, register
from accounts.models import User
from generation.exporting import made, told
from generation.studio.models import Piece, Take, Upload

TOLD = """studio/            a folder for each piece: piece.json with its takes, and what they made
uploads/           pictures that you uploaded in the last day"""


def connect() -> None:
    """Take part from now on. Called once, when the app is ready."""
    register("studio", parts, told=TOLD)


def parts(user: User) -> Iterator[Part]:
    for piece in pages(Piece.objects.filter(user=user, deleted_at=None)):
        folder = f"studio/{piece.created_at:%Y-%m-%d}-{piece.kind}-{id_of(piece)}"
        takes = list(Take.objects.filter(piece=piece).select_related("job__model", "job__asset").order_by("number"))
        yield Document(f"{folder}/piece.json", {**_piece(piece), "takes": [_take(take) for take in takes]})
        for take in takes:
            if take.job.asset is not None:
                yield made(folder, f"take-{take.number:02}", take.job.asset)
    for upload in pages(Upload.objects.filter(user=user).select_related("asset")):
        yield made("uploads", f"{upload.created_at:%Y-%m-%d}", upload.asset)


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "id": piece.id, "title": piece.title, "kind": piece.kind, "came_by": piece.source,
        "asked_for": piece.settings, "made_at": piece.created_at,
    }  # fmt: skip


def _take(take: Take) -> dict[str, Any]:
    return {
        "number": take.number, "how": take.verb, "instruction": take.instruction or None,
        "text": take.job.result.get("text") or None, "at": take.created_at, **(told(take.job) or {}),
    }  # fmt: skip
