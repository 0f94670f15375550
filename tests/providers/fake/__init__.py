"""A local server that speaks every provider's wire format, so that adapters are proved without a key and without money."""

from tests.providers.fake.server import FakeProviders

__all__ = ["FakeProviders"]
