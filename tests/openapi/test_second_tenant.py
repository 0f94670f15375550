"""schemathesis over all of the document at the second tenant's address, as its owner. See `test_schemathesis`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Playing
from tests.openapi.asking import ask
from tests.openapi.sides import Side
from tests.openapi.verdict import is_clean

pytestmark = pytest.mark.processes


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_owner_of_the_second_tenant(playing: Playing, document: dict[str, Any], sides: tuple[Side, Side]) -> None:
    author, owner = sides
    is_clean(ask(document, playing.address, side=owner, others=author, phases=("examples", "fuzzing")), document)
