"""The tenant's studio policy, asked at every door: is it open? What is kept out of it stands in `generation.safety`."""

from __future__ import annotations

from generation.studio.errors import StudioClosed
from generation.studio.models import StudioPolicy

CLOSED = StudioPolicy(is_open=False)


def current() -> StudioPolicy:
    """The active tenant's policy. Raises `StudioClosed`."""
    found = StudioPolicy.objects.first()
    if found is None or not found.is_open:
        raise StudioClosed
    return found
