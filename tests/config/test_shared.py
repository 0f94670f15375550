"""What the environment says of Redis, and what contradicts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connections

from config import shared

NO_ADDRESS = "REDIS_URL is no address of Redis. Write one like redis://:password@redis.example.com:6379/0."


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis", "redis://:p%40ss@10.0.0.7:6380/3", "rediss://fable:secret@redis.example.com/0", "unix:///run/redis.sock",
        "redis://[::1]:6379", "rediss://redis.example.com?ssl_ca_certs=/etc/ca.pem",
    ],
)  # fmt: skip
def test_addresses(url: str) -> None:
    assert shared.read({"REDIS_URL": f" {url} "}) == (url, [])


@pytest.mark.parametrize(
    "url",
    [
        "redis", "redis:6379", "http://redis:6379", "redis://", "redis://:secret@:6379", "redis://redis:0", "redis://redis:port",
        "redis://redis/first", "redis://redis/0#x", "redis://redis:99999", "unix://", "redis://redis?colour=red", "redis://[::1",
    ],
)  # fmt: skip
def test_what_is_none(url: str) -> None:
    """It counts as not set, and no password is told."""
    assert shared.read({"REDIS_URL": url}) == ("", [NO_ADDRESS])


def test_from_a_file(tmp_path: Path) -> None:
    file, empty, none = tmp_path / "redis", tmp_path / "empty", tmp_path / "none"
    file.write_text("redis://:secret@redis/1\n")
    empty.touch()
    assert [
        shared.read(environment)
        for environment in (
            {},
            {"REDIS_URL_FILE": str(file)},
            {"REDIS_URL_FILE": str(file), "REDIS_URL": "redis://redis"},
            {"REDIS_URL_FILE": str(empty)},
            {"REDIS_URL_FILE": str(none)},
        )
    ] == [
        ("", []),
        ("redis://:secret@redis/1", []),
        ("", ["Both REDIS_URL and REDIS_URL_FILE are set. Unset one of them."]),
        ("", [f"REDIS_URL_FILE names a file that is empty: {empty}."]),
        ("", [f"REDIS_URL_FILE names a file that cannot be read: {none} (No such file or directory)."]),
    ]


def test_the_queue_writes_its_statistics_where_nobody_else_is(settings: Any) -> None:
    """It does so at each of its rounds, whether Redis is there or not."""
    from django_q.conf import Conf

    assert (Conf.CACHE, shared.caches("")["process"], shared.caches("redis://redis")["process"]) == (
        "process", {**shared.MEMORY, "LOCATION": "process"}, {**shared.MEMORY, "LOCATION": "process"},
    )  # fmt: skip


def test_checks(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(**changes: Any) -> list[str]:
        for name, value in changes.items():
            setattr(settings, name, value)
        told = run_checks(tags=["caches"], include_deployment_checks=True, databases=[])
        return [str(one.id) for one in told if str(one.id).startswith("fablewright")]

    monkeypatch.setattr(type(connections["default"]), "vendor", "sqlite")
    assert found() == []
    assert found(REDIS_PROBLEMS=[NO_ADDRESS]) == ["fablewright.E017"]
    assert found(REDIS_PROBLEMS=[], WEB_PROCESSES=2) == ["fablewright.E016"]
    assert found(REDIS_URL="redis://redis") == []
    monkeypatch.setattr(type(connections["default"]), "vendor", "postgresql")
    assert found() == []
    assert found(REDIS_URL="") == ["fablewright.E016"]
    assert found(WEB_PROCESSES=1) == ["fablewright.W016"]
