"""Things of the studio, for its tests."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from generation.providers.contract import Kind
from generation.studio import making, policy, wishes
from generation.studio.models import Piece, Source


@pytest.fixture
def author(in_tenant: Any) -> Any:
    return in_tenant.user("author")


@pytest.fixture
def make(author: Any) -> Callable[..., Piece]:
    """Ask for something as the author; nothing is made before a worker comes."""

    def ask(kind: Kind = Kind.IMAGE, *, brought: Any = (), nonce: uuid.UUID | None = None, **given: Any) -> Piece:
        kept = {name: given.pop(name) for name in ("is_kept", "parent") if name in given}
        rules = policy.current()
        wish = wishes.read(kind, {"prompt": "a brass key", **given}, rules=rules, user=author, brought=brought)
        return making.make(user=author, rules=rules, wish=wish, source=Source.FORM, nonce=nonce or uuid.uuid4(), **kept)

    return ask
