"""What a line of the log looks like, and what it tells beside its words.

All of the house logs with the standard library's loggers; structlog's formatter makes of each record either a line for
people (`LOG_FORMAT=line`, the default) or a JSON object (`LOG_FORMAT=json`). Each tells what is bound where it is written:
the request's id; the job's, its run's, its kind, provider and attempt; the tenant, which is the scope's; and the kind of
the process. All of it goes through `config.scrubbing`. No values of local variables are ever written.

Lines go to standard error, and in `play` to the files in FABLEWRIGHT_HOME/logs. Knows no Django until a line is written, so
settings can use it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from structlog.contextvars import merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict

from config.scrubbing import Scrubber
from generation.providers.wire import Key

FORMATS = ("line", "json")
OURS = ("config", "accounts", "generation", "stories", "gallery")
LOUD = (
    "asyncio", "boto3", "botocore", "s3transfer", "urllib3", "httpx", "httpcore", "uvicorn", "websockets", "mcp", "PIL",
    "fontTools",
)  # fmt: skip
"""They tell of addresses, headers and frames where they tell of everything; they are heard from warnings on."""
EXTRAS = ("method", "route", "status", "seconds", "tenant_id", "actor_id")
"""What a line of ours may bring along. Of others' extras (Django's has the whole request) nothing is taken."""
OWN = frozenset(
    {
        "time", "level", "logger", "process", "pid", "request_id", "tenant_id", "actor_id", "run_id", "job_id", "kind",
        "provider", "attempt", "method", "route", "status", "seconds",
    }
)  # fmt: skip
"""What is written under these names the house made itself, or knows its shape: nothing is looked for there."""
LONGEST, LONGEST_TRACEBACK = 4_000, 16_000
PROCESS_ENV = "FABLEWRIGHT_PROCESS"


def read(environment: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Django's LOGGING, and what is wrong, in sentences. What is wrong counts as not set."""
    wrong: list[str] = []
    kind = environment.get("LOG_FORMAT", "").strip().lower() or "line"
    if kind not in FORMATS:
        wrong.append(f"LOG_FORMAT is “{kind}”. Write json or line.")
        kind = "line"
    said = environment.get("LOG_LEVEL", "").strip().upper()
    if said and not isinstance(logging.getLevelName(said), int):
        wrong.append(f"LOG_LEVEL is “{said}”. Write DEBUG, INFO, WARNING or ERROR.")
        said = ""
    # Machines read everything that is worth a line; people, what they should do something about.
    ours = said or ("INFO" if kind == "json" else "WARNING")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": "config.logs.formatter", "kind": kind}},
        "filters": {"answered": {"()": "config.logs.Answered"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "ours"},
        },
        "loggers": {
            **{name: {"level": ours} for name in OURS},
            **{name: {"level": "WARNING"} for name in LOUD},
            # Its own handlers write to the console in debug and letters to admins else; the root's do for both.
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            "django.request": {"filters": ["answered"]},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
        "root": {"handlers": ["console"], "level": said or "WARNING"},
    }, wrong


class Answered(logging.Filter):
    """Django warns of every answer from 400 on, with the path that was asked for, which may hold a token. The access line tells
    of them by the route's name; of those that broke the traceback is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR


def formatter(kind: str) -> logging.Formatter:
    """For a handler of the standard library."""
    return Formatter(
        foreign_pre_chain=[merge_contextvars, add_log_level, add_logger_name, ExtraAdder(EXTRAS)],
        processors=[_broken, _where, _traceback, ProcessorFormatter.remove_processors_meta, _scrub, _RENDERERS[kind]],
    )


class Formatter(ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:
            # The standard library would print the record with its arguments, which nobody has scrubbed.
            return json.dumps({"event": f"A line could not be written: {type(error).__name__}", "logger": record.name})


def _broken(_: Any, __: str, event: EventDict) -> EventDict:
    """Of a request that broke, the route; its path may hold a token."""
    record: logging.LogRecord = event["_record"]
    if record.name == "django.request":
        request = getattr(record, "request", None)
        event["event"] = f"{str(event['event']).partition(':')[0]}: {route_of(request)}"
    return event


def route_of(request: Any) -> str:
    """The name of the route that a request came to; staff rooms, static files and strange addresses have one name each."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return "static" if str(getattr(request, "path", "")).startswith("/static/") else "none"
    if "admin" in match.namespaces:
        return "admin"
    return str(match.url_name or "unnamed")


def _where(_: Any, __: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    event["time"] = _time(record)
    event["process"] = process_kind()
    event["pid"] = record.process
    if "tenant_id" not in event:
        # Not imported: logs are written before there are models, too.
        tenancy: Any = sys.modules.get("accounts.tenancy")
        tenant = tenancy.current() if tenancy is not None and hasattr(tenancy, "current") else None
        if tenant is not None:
            event["tenant_id"] = str(tenant)
    return event


def _time(record: logging.LogRecord) -> str:
    import datetime

    moment = datetime.datetime.fromtimestamp(record.created, tz=datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traceback(_: Any, __: str, event: EventDict) -> EventDict:
    """The traceback as Python writes it: lines of code and the error's words, and no values of variables."""
    found = event.pop("exc_info", None)
    stack = event.pop("stack_info", None)
    if found is True:
        found = sys.exc_info()
    elif isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if found and found[0] is not None:
        event["exception"] = "".join(traceback.format_exception(*found)).rstrip()
    elif stack:
        event["exception"] = str(stack)
    return event


@cache
def scrubber() -> Scrubber:
    """Knows the secrets that the environment and the install's folder gave to this process."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    server = settings.MAIL.server
    known = [
        settings.SECRET_KEY,
        *getattr(settings, "SECRET_KEY_FALLBACKS", []),
        settings.SIMPLE_JWT["SIGNING_KEY"],
        *settings.SEALING_KEYS,
        str(database.get("PASSWORD") or ""),
        settings.METRICS.token,
        os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
        os.environ.get("AWS_SESSION_TOKEN", ""),
        os.environ.get("MAIL_URL", ""),
        server.password.reveal() if server is not None else "",
        *(
            account["key"].reveal()
            for account in settings.PROVIDER_ACCOUNTS.values()
            if isinstance(account["key"], Key)
        ),
    ]
    return Scrubber(known)


def _scrub(_: Any, __: str, event: EventDict) -> EventDict:
    known = scrubber()
    clean: EventDict = {}
    for name, value in event.items():
        if name == "event":
            value = _shortened(known.text(str(value)), LONGEST)
        elif name == "exception":
            value = _shortened(known.text(value), LONGEST_TRACEBACK)
        elif name not in OWN:
            value = known.value(value, name=name)
        clean[name] = value
    return clean


def _shortened(text: str, most: int) -> str:
    """Of a long text the beginning and, where more is to be learned, the end."""
    return text if len(text) <= most else f"{text[: most // 4]} […] {text[-(most - most // 4) :]}"


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _json(_: Any, __: str, event: EventDict) -> str:
    first = {name: event.pop(name) for name in ("time", "level", "logger", "event")}
    return _encode({**first, **event})


def _line(_: Any, __: str, event: EventDict) -> str:
    told = event.pop("exception", "")
    # One record is one line: what came from outside cannot begin another.
    words = str(event.pop("event")).replace("\r", "\\r").replace("\n", "\\n")
    head = f"{event.pop('time')} {event.pop('level').upper()} {event.pop('logger')} {words}"
    more = " ".join(f"{name}={value}" for name, value in event.items() if name != "pid")
    return f"{head} [{more}]" + (f"\n{told}" if told else "")


_RENDERERS = {"json": _json, "line": _line}


@cache
def process_kind() -> str:
    """What this process is for: play, http, sockets, workers (the supervisor), worker (a group's own), or a command's name."""
    said = os.environ.get(PROCESS_ENV, "")
    if said:
        return said
    program, *words = [*sys.argv, ""]
    name = Path(program).stem
    if name == "host":
        return "worker"
    if name == "manage" and words[0]:
        return words[1] if words[0] == "serve" and len(words) > 1 else words[0]
    return "web" if name in ("granian", "gunicorn", "uvicorn", "__main__") else name


def complain(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """In the place of `sys.excepthook`: what ends a process is a line like any other, and as clean."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("config.process").critical("This process ends by an error.", exc_info=(kind, error, trace))
