"""The fake providers, one server for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.fake import FakeProviders


@pytest.fixture(scope="session")
def fake_server() -> Iterator[FakeProviders]:
    with FakeProviders() as fake:
        yield fake


@pytest.fixture
def fake(fake_server: FakeProviders) -> FakeProviders:
    """The server with nothing captured, scripted or booked."""
    fake_server.reset()
    return fake_server
