"""The studio for people: the dashboard, the forms, and a page for each piece."""

from __future__ import annotations

from django.urls import path, register_converter

from generation.studio.pages import home, makers, piece


class KindConverter:
    """What has a form."""

    regex = "text|image|video"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(KindConverter, "made")

urlpatterns = [
    path("studio/", home.home, name="studio-home"),
    path("studio/pieces/", home.pieces, name="studio-pieces"),
    path("studio/pieces/<uuid:piece_id>/", piece.piece, name="studio-piece"),
    path("studio/pieces/<uuid:piece_id>/status", piece.status, name="studio-piece-status"),
    path("studio/pieces/<uuid:piece_id>/again", piece.again, name="studio-again"),
    path("studio/pieces/<uuid:piece_id>/final", piece.final, name="studio-final"),
    path("studio/pieces/<uuid:piece_id>/edit", piece.edit, name="studio-edit"),
    path("studio/pieces/<uuid:piece_id>/cancel", piece.cancel, name="studio-cancel"),
    path("studio/pieces/<uuid:piece_id>/delete", piece.delete, name="studio-delete"),
    path("studio/takes/<uuid:take_id>/file", piece.take_file, name="studio-take-file"),
    path("studio/takes/<uuid:take_id>/thumb", piece.take_thumb, name="studio-take-thumb"),
    path("studio/takes/<uuid:take_id>/brought", piece.take_brought, name="studio-take-brought"),
    path("studio/uploads/<uuid:upload_id>", makers.upload, name="studio-upload"),
    path("studio/<made:kind>/", makers.make, name="studio-make"),
    path("studio/<made:kind>/price", makers.price, name="studio-price"),
]
