"""schemathesis over all of the document, against a real `play`: as an author of the first tenant, and as nobody.

These runs always ask the same: a few examples of each operation in `make test`, thirty and more in `make test-long`. Others
each time are asked by `make fuzz` (`tests.openapi.fuzz`). What is the second tenant's is asked in a file of its own.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Playing
from tests.openapi import asking
from tests.openapi.asking import ask
from tests.openapi.excuses import EXCUSES
from tests.openapi.sides import Side
from tests.openapi.verdict import is_clean, labels

pytestmark = pytest.mark.processes
FEW = 5
CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "missing_required_header",
    "unsupported_method", "allow_header_conformance", "use_after_free", "ensure_resource_availability", "ignored_auth",
    "object_level_authorization",
}  # fmt: skip


def test_a_few_of_each(playing: Playing, document: dict[str, Any], sides: tuple[Side, Side]) -> None:
    """The short form of what follows."""
    author, owner = sides
    few = ask(document, playing.address, side=author, others=owner, phases=("examples", "fuzzing"), examples=FEW)
    is_clean(few, document, examples=FEW)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_an_author_of_the_first_tenant(playing: Playing, document: dict[str, Any], sides: tuple[Side, Side]) -> None:
    author, owner = sides
    report = ask(document, playing.address, side=author, others=owner, thin=16)
    is_clean(report, document)
    # The run got somewhere: where something can be found or made, some of it was.
    good = {label for label, status in report.answered if status < 300}
    assert labels(document) - good <= {"POST /auth/login", "POST /auth/refresh", "POST /auth/logout"}


def test_nobody_hears_that_a_thing_is_there(
    playing: Playing, document: dict[str, Any], sides: tuple[Side, Side]
) -> None:
    """One plain call of each operation that wants somebody, without credentials and with bad ones, naming what there is."""
    ids = {name: known[0] for name, known in sides[0].ids.items()}
    ids |= {"kind": "text", "key": "demo-painter", "name": "demo-painter"}
    told = {}
    with httpx.Client(base_url=playing.address, timeout=30) as client:
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if operation.get("security"):
                    body = {"json": {}} if "requestBody" in operation else {}
                    told[f"{method.upper()} {path}"] = [
                        client.request(method, path.format_map(ids), headers=headers, **body).status_code
                        for headers in ({}, {"Cookie": "fablewright_session=x"}, {"Authorization": "Bearer fw_nothing"})
                    ]
    assert len(told) == len(labels(document)) - 3
    assert {label: codes for label, codes in told.items() if not {*codes[:2]} <= {401, 403} or codes[2] != 401} == {}


def test_all_checks_there_are_take_part() -> None:
    import schemathesis.specs.openapi.checks  # noqa: F401 -- which fills the list
    from schemathesis.checks import CHECKS as known

    assert set(known.get_all_names()) == CHECKS
    assert asking.CHECKS == {"enabled": True}


def test_no_excuse_is_stale(document: dict[str, Any]) -> None:
    assert {row.check for row in EXCUSES} <= set(asking.CHECK_OF.values()) <= CHECKS
    assert {label for row in EXCUSES for label in row.operations} - labels(document) == set()
    assert [row for row in EXCUSES if not row.reason] == []
