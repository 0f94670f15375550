"""A reader on the kids tier, and a first page."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from stories.models import Scene
from tests.stories import worker


@pytest.fixture
def reader(in_tenant: Any) -> User:
    return in_tenant.user("reader")


@pytest.fixture
def first(reader: User, in_tenant: Any) -> Scene:
    """The first scene of a short story, written, with two ways on."""
    return worker.opened(reader, in_tenant.kids)
