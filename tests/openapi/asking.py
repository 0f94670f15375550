"""Runs of schemathesis over the whole document: who asks, what they name, what is checked, and what was found wrong."""

from __future__ import annotations

import contextlib
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis import AuthContext, Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import RejectedPositiveData

from tests.openapi.excuses import MAKERS, Excuse, excused
from tests.openapi.sides import Side

EXAMPLES = 30
SEED = 4
CHECKS = {"enabled": True}
"""All that there are."""
CHECK_OF: dict[type, str] = {RejectedPositiveData: "positive_data_acceptance"}
"""Whose failure it is, for the checks that `excuses` names."""
PHASES = ("examples", "coverage", "fuzzing")
MODELS = {
    "text": "demo-storyteller", "completions": "demo-storyteller", "image": "demo-painter", "generations": "demo-painter",
    "edits": "demo-painter", "video": "demo-filmmaker", "speech": "demo-narrator", "stories": "demo-storyteller",
}  # fmt: skip
"""What there is to be named, by the last word of a path."""


@dataclass(frozen=True)
class Finding:
    """What one answer did wrong."""

    operation: str
    check: str
    message: str
    sent: str
    status: int | None
    told: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.check}\n{self.message}\n{self.sent}\n-> {self.status} {self.told}\n"


@dataclass
class Report:
    """What came of a run. `asked` counts examples by operation, `answered` answers by operation and status, `excused` what
    was not held against an operation, by the row of `excuses`."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    excused: Counter[Excuse] = field(default_factory=Counter)

    def __str__(self) -> str:
        """One of each kind of finding."""
        kinds = {(found.operation, found.check, found.status): found for found in self.findings}
        return "\n".join([f"{len(self.findings)} findings, one of each kind:", *map(str, kinds.values()), *self.errors])


def ask(
    document: dict[str, Any],
    address: str,
    *,
    side: Side | None,
    others: Side | None = None,
    host: str = "localhost",
    phases: tuple[str, ...] = PHASES,
    examples: int = EXAMPLES,
    seed: int = SEED,
    is_fixed: bool = True,
    thin: int = 1,
) -> Report:
    """Ask everything in `document`, as `side` or, where that is None, as nobody.

    A run that `is_fixed` always asks the same; one that is not feeds on what was answered. `thin`: of what coverage has for
    the operations with dozens of fields, one in so many."""
    settings: dict[str, Any] = {
        "base-url": address,
        "headers": {"Host": side.host if side else host},
        "continue-on-failure": True,
        "workers": 1,  # hypothesis loads parts of itself when it needs them, which threads run into
        "request-timeout": 60,
        "generation": {
            "max-examples": examples, "no-shrink": True, "deterministic": is_fixed, "database": "none",
            "with-security-parameters": False,
        },
        "phases": {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")},
        "checks": CHECKS,
        "seed": seed,
    }  # fmt: skip
    if is_fixed:
        for name in ("examples", "coverage", "fuzzing"):
            settings["phases"][name]["extra-data-sources"] = {"responses": False}
        settings["phases"]["fuzzing"]["error-feedback"] = {"enabled": False}
    schema = schemathesis.openapi.from_dict(_in_reach(document), config=SchemathesisConfig.from_dict(settings))
    if side is not None:
        schema.auth()(_bearer_of(side))

    @schema.hook
    def filter_case(context: HookContext, case: Case) -> bool:
        if case.meta is None or case.meta.phase.name is not TestPhase.COVERAGE or case.operation.label not in MAKERS:
            return True
        return _chance(case.method, case.headers, case.media_type, case.body)[0] % thin == 0

    report = Report()

    @schema.hook
    def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
        excuse = excused(
            case.operation.label, CHECK_OF.get(type(failure), ""), response.status_code, _sentence(response)
        )
        if excuse is not None:
            report.excused[excuse] += 1
        return excuse is None

    with _naming(side, others):
        for event in from_schema(schema).execute():
            _note(event, report, side, others)
    return report


def _in_reach(schema: Any) -> Any:
    """The document without the greatest lengths of texts that an expression describes too. No generator gets to 100,000
    characters, and reckoning with both takes it a second each time: ten times as long as all the rest."""
    if isinstance(schema, list):
        return [_in_reach(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    leave_out = {"maxLength"} if isinstance(schema.get("pattern"), str) and schema.get("maxLength", 0) > 1000 else set()
    return {name: _in_reach(each) for name, each in schema.items() if name not in leave_out}


def _bearer_of(side: Side) -> type:
    class Bearer:
        def get(self, case: Case, context: AuthContext) -> str:
            return side.token

        def set(self, case: Case, data: str, context: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    return Bearer


@contextlib.contextmanager
def _naming(side: Side | None, others: Side | None) -> Iterator[None]:
    """What no generator can make up: wherever a well-formed id is sent, it is most times one that there is, one's own or the
    other side's; a cursor is a real one; and an Idempotency-Key is another one for another call, most times."""

    def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
        path, query, headers, body = case.path_parameters, case.query, case.headers, case.body
        assert case.meta is not None
        is_good = case.meta.generation.mode.is_positive
        for name, value in (path or {}).items():
            path[name] = _instead(side, others, name, value)
        if headers and "Idempotency-Key" in headers and not case.meta.is_negative_at(ParameterLocation.HEADER):
            # Coverage has one key for all. Every eighth call keeps it, and meets with what it was used for before.
            call = _chance(context.operation.label, case.method, path, query, body)
            if call[0] % 8:
                headers["Idempotency-Key"] = call.hex()
        if isinstance(body, dict):
            for name in [name for name in ("choice", "target") if name in body]:
                body[name] = _instead(side, others, name, body[name])
            if is_good and "model" in body and body["model"]:
                body["model"] = MODELS.get(context.operation.path.rpartition("/")[2], body["model"])
        if is_good and side is not None and isinstance(query, dict) and "cursor" in query:
            query["cursor"] = side.ids["cursor"][0]

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)


def _chance(*of: Any) -> bytes:
    """Bytes that are always the same for the same things, so that the same run sends the same."""
    return hashlib.sha256(repr(of).encode(errors="replace")).digest()


def _instead(side: Side | None, others: Side | None, name: str, value: Any) -> Any:
    try:
        if not isinstance(value, str) or str(uuid.UUID(value)) != value.lower():
            return value
    except ValueError:
        return value
    chance = _chance(name, value)
    whose = side if chance[0] < 160 else others if chance[0] < 224 else None
    ids = whose.ids.get(name) if whose is not None else None
    return ids[chance[1] % len(ids)] if ids else value


def _note(event: Any, report: Report, side: Side | None, others: Side | None) -> None:
    if isinstance(event, events.NonFatalError):
        report.errors.append(f"{event.label}: {event.value}")
    elif isinstance(event, events.FatalError):
        raise event.exception
    if not isinstance(event, events.ScenarioFinished):
        return
    recorder = event.recorder
    for case_id, node in recorder.cases.items():
        label = node.value.operation.label
        report.asked[label] += node.parent_id is None
        answer = recorder.find_response(case_id=case_id)
        if answer is None:
            continue
        status, told = answer.status_code, answer.content.decode(errors="replace")
        report.answered[label, status] += 1
        sent = f"{answer.request.method} {answer.request.url}"
        wrong = [("tenancy", sentence) for sentence in _leaks(sent, status, told, others)]
        if side is None and _lets_in(node.value, status):
            wrong.append(("closed doors", "Nobody was let in further than 401 or 403."))
        report.findings += [Finding(label, check, sentence, sent, status, told[:400]) for check, sentence in wrong]
        for check in recorder.checks.get(case_id, []):
            if check.status is not Status.FAILURE or check.failure_info is None:
                continue
            failure = check.failure_info.failure
            said = f"{failure.title}. {failure.message}"
            report.findings.append(
                Finding(label, check.name, said, check.failure_info.code_sample[:1500], status, told[:400])
            )


def _leaks(sent: str, status: int, told: str, others: Side | None) -> list[str]:
    """What an answer says that belongs to the other side."""
    if others is None:
        return []
    found = ["The other side's mark came out."] if others.mark in told else []
    if (
        status < 400
        and not sent.startswith("OPTIONS")
        and any(each in sent for name in others.ids if name.endswith("_id") for each in others.ids[name])
    ):
        found.append("What is the other side's was found.")
    return found


def _lets_in(case: Case, status: int) -> bool:
    """Whether somebody without credentials got further than they should. A malformed id is an address that is not there."""
    if not case.operation.definition.raw.get("security"):
        return False
    elsewhere = case.meta is not None and (
        case.meta.is_negative_at(ParameterLocation.PATH) or case.method.upper() != case.operation.method.upper()
    )
    return status not in ((401, 403, 404, 405) if elsewhere else (401, 403))


def _sentence(response: Response) -> str:
    """What an error says, in either form."""
    with contextlib.suppress(ValueError, AttributeError):
        error = json.loads(response.content).get("error")
        return str(error.get("message") if isinstance(error, dict) else error)
    return ""
