"""What a line of the log tells, and what it never does."""

from __future__ import annotations

import json
import logging
import re
import uuid
from typing import Any

import pytest
from django.conf import settings
from structlog.contextvars import bound_contextvars

from accounts.tenancy import scope
from config import logs
from tests.logbook import book

CANARY = "cAnArYq7Zx9Kw3Lm"
TENANT = uuid.UUID("0b6a3f5e-1111-4222-8333-444455556666")


def record(message: str, *args: Any, **more: Any) -> logging.LogRecord:
    found = logging.LogRecord("generation.drain", logging.WARNING, "drain.py", 1, message, args, more.pop("exc", None))
    found.__dict__.update(more)
    return found


def test_a_line_of_json_tells_what_is_bound_and_whose_it_is() -> None:
    with scope(TENANT), bound_contextvars(request_id="r-1", job_id="j-1"):
        line = json.loads(logs.formatter("json").format(record("job %s is late", "j-1", status=200, request=object())))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("pid") > 0
    assert line == {
        "level": "warning", "logger": "generation.drain", "event": "job j-1 is late", "request_id": "r-1", "job_id": "j-1",
        "tenant_id": str(TENANT), "status": 200, "process": logs.process_kind(),
    }  # fmt: skip


def test_a_line_for_people_is_one_line() -> None:
    with bound_contextvars(job_id="j-1"):
        line = logs.formatter("line").format(record("said: %s", "a\nERROR made up"))
    moment, _, rest = line.partition(" ")
    assert rest == f"WARNING generation.drain said: a\\nERROR made up [job_id=j-1 process={logs.process_kind()}]"
    assert moment.endswith("Z")


@pytest.mark.parametrize("kind", logs.FORMATS)
def test_a_traceback_tells_no_values_and_no_secret(kind: str) -> None:
    def broken(password: str) -> None:
        held = {"prompt": f"{CANARY} in a local variable"}
        raise RuntimeError(f"refused for Authorization: Bearer {password}, asked by ada@example.com", len(held))

    try:
        broken(CANARY)
    except RuntimeError as error:
        line = logs.formatter(kind).format(
            record("the adapter broke: %s", error, exc=(type(error), error, error.__traceback__))
        )
    assert CANARY not in line
    assert "ada@example.com" not in line
    assert "Authorization: [removed], asked by [email]" in line
    assert "Traceback (most recent call last)" in line


def test_the_secrets_of_the_install_are_known() -> None:
    for secret in (settings.SECRET_KEY, settings.SIMPLE_JWT["SIGNING_KEY"], settings.SEALING_KEYS[0]):
        assert secret not in logs.formatter("json").format(record("what is %s", f"x{secret}y"))


def test_a_line_that_cannot_be_written_says_so_and_nothing_else() -> None:
    line = json.loads(logs.formatter("json").format(record("%d apples", CANARY)))
    assert line == {"event": "A line could not be written: TypeError", "logger": "generation.drain"}


def test_a_long_line_is_cut() -> None:
    line = json.loads(logs.formatter("json").format(record("%s", "x" * 10_000 + "end")))
    assert len(line["event"]) < 4_100
    assert line["event"].endswith("end")


def test_what_the_environment_says() -> None:
    told = {}
    for said in ({}, {"LOG_FORMAT": "json"}, {"LOG_FORMAT": "xml", "LOG_LEVEL": "loud"}, {"LOG_LEVEL": "debug"}):
        config, wrong = logs.read(said)
        loggers = config["loggers"]
        told[json.dumps(said)] = (
            config["formatters"]["ours"]["kind"], loggers["generation"]["level"], config["root"]["level"],
            loggers["botocore"]["level"], wrong,
        )  # fmt: skip
    assert list(told.values()) == [
        ("line", "WARNING", "WARNING", "WARNING", []),
        ("json", "INFO", "WARNING", "WARNING", []),
        (
            "line", "WARNING", "WARNING", "WARNING",
            [
                "LOG_FORMAT is “xml”. Write json or line.",
                "LOG_LEVEL is “LOUD”. Write DEBUG, INFO, WARNING or ERROR.",
            ],
        ),
        ("line", "DEBUG", "DEBUG", "WARNING", []),
    ]  # fmt: skip


def test_what_ends_a_process_is_a_line_too() -> None:
    with book() as kept:
        error = RuntimeError(f"token={CANARY}")
        logs.complain(RuntimeError, error, None)
    [line] = kept.told("config.process")
    assert (line["level"], line["exception"]) == ("critical", "RuntimeError: token=[removed]")
