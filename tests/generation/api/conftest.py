"""Programs that ask for the engine's resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts import api_keys
from accounts.models import Membership
from accounts.scopes import Scope
from accounts.tenancy import scope
from tests.stories.api.conftest import Program


@pytest.fixture
def program(world: Any) -> Callable[..., Program]:
    return Program


@pytest.fixture
def author(program: Any) -> Program:
    found: Program = program("author")
    return found


@pytest.fixture
def with_key(world: Any, program: Any) -> Callable[..., Program]:
    """A program of the author's that holds an API key with some scopes."""

    def make(*scopes: Scope) -> Program:
        with scope(world.tenant):
            membership = Membership.objects.get(user=world.user("author"))
            text = api_keys.issue(membership=membership, name="Nightly", scopes=scopes)[1]
        found: Program = program("author")
        found.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
        return found

    return make
