"""One purchase by hand, and what it sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Kind, Request
from generation.providers.errors import ProviderError
from generation.providers.fitting import fit
from generation.providers.protocols import Provider
from tests.providers.fake import FakeProviders
from tests.providers.specs import validate_captured


def fitted(adapter: Provider, request: Request) -> Request:
    """The request as the engine sends it: in the model's own terms, and refused by nothing."""
    able = adapter.capabilities(request.model, request.kind, request.options)
    assert able is not None
    request, _ = fit(request, able)
    assert refuse_unsupported(request, able) == []
    return request


def buy(adapter: Provider, request: Request) -> Done:
    """A purchase to its end."""
    return finished(adapter, fitted(adapter, request))


def sent(fake: FakeProviders, operation: str) -> Any:
    """The body of the operation's only request: the JSON document, or the form's fields with its files as (field, name,
    type, bytes). Held against the provider's own schema."""
    (one,) = [request for request in fake.captured if request.operation == operation]
    validate_captured(one.provider, one.path, one.json, one.fields, one.files)
    if one.json is not None:
        return one.json
    files = [(file.field, file.filename, file.content_type, file.data) for file in one.files]
    return {name: values[0] for name, values in one.fields.items()}, files


def refused(adapter: Provider, model: str, kind: Kind, **fields: Any) -> list[str]:
    """The fields that the model does not take, once the rest is fitted."""
    able = adapter.capabilities(model, kind, {})
    assert able is not None
    request, _ = fit(Request(kind, model, "A key.", **fields), able)
    return [name for name, _ in refuse_unsupported(request, able)]


def finished(adapter: Provider, request: Request) -> Done:
    """A purchase to its end, of a request that is in the model's terms already."""
    answer = adapter.start(request, Emit())
    for _ in range(10):
        if isinstance(answer, Done):
            return answer
        answer = adapter.check(Handle(answer.id, answer.poll_url, request))
    raise AssertionError("it was never done")


def wrong(adapter: Provider, request: Request) -> list[str]:
    """The fields of a request that the model does not take, as it stands."""
    able = adapter.capabilities(request.model, request.kind, request.options)
    assert able is not None
    return [name for name, _ in refuse_unsupported(request, able)]


def raised(act: Callable[[], object]) -> tuple[type[ProviderError], dict[str, Any]]:
    """The error that `act` ends with: its class, and what it knows."""
    with pytest.raises(ProviderError) as caught:
        act()
    return type(caught.value), {name: value for name, value in vars(caught.value).items() if name != "args"}
