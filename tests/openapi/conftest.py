"""An install that plays for a module, what belongs to whom in it, and its document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Playing, start
from tests.openapi.sides import Side, two_sides


@pytest.fixture(autouse=True)
def no_requests_calls() -> None:
    """In the place of the suite's tripwire: schemathesis itself calls with `requests`."""


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    settings = {"DJANGO_SETTINGS_MODULE": "tests.openapi.settings", "API_WAIT_SECONDS": "0"}
    at_once = {f"DEMO_{kind}_SECONDS": "0" for kind in ("TEXT", "IMAGE", "VIDEO")}
    with start(tmp_path_factory.mktemp("openapi") / "home", **settings, **at_once) as started:
        yield started


@pytest.fixture(scope="module")
def sides(playing: Playing) -> tuple[Side, Side]:
    return two_sides(playing)


@pytest.fixture(scope="module")
def document(playing: Playing) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{playing.address}/api/schema", timeout=30).json()
    return found
