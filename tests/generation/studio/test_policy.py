"""The tenant's rules: an open studio."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.tenancy import scope
from generation.studio import policy
from generation.studio.errors import StudioClosed
from generation.studio.models import StudioPolicy

pytestmark = pytest.mark.django_db


def test_without_a_row_or_with_a_closed_one_nothing_is_made(in_tenant: Any) -> None:
    assert policy.current().is_open
    StudioPolicy.objects.update(is_open=False)
    with pytest.raises(StudioClosed) as closed:
        policy.current()
    assert (closed.value.status, str(closed.value)) == (
        403, "The studio of this library is closed. Ask its staff to open it.",
    )  # fmt: skip
    StudioPolicy.objects.all().delete()
    with pytest.raises(StudioClosed):
        policy.current()
    with scope(in_tenant.harbour):  # another library's studio is its own affair
        assert policy.current().is_open
