"""What a run of schemathesis has to have come to."""

from __future__ import annotations

from typing import Any

from tests.openapi.asking import EXAMPLES, Report


def labels(document: dict[str, Any], *, with_something_to_vary: bool = False) -> set[str]:
    """The operations as schemathesis calls them; of those where one call can differ from another."""
    return {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if not with_something_to_vary or told.get("parameters") or told.get("requestBody")
    }


def is_clean(report: Report, document: dict[str, Any], *, examples: int = EXAMPLES) -> None:
    """Nothing was found, and every operation was asked; so many times where one call can differ from another."""
    assert (report.findings, report.errors) == ([], []), str(report)
    assert set(report.asked) == labels(document)
    assert {label for label in labels(document, with_something_to_vary=True) if report.asked[label] < examples} == set()
