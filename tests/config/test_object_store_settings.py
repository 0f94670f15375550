"""What the environment says of the object store: keys in files, and what contradicts itself (E018, W019)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from config import object_store_keys
from config.checks import contradictions_of_storage, files_of_one_machine


def test_keys_in_files(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("key-id\n")
    (tmp_path / "secret").write_text("key-secret\n")
    named = {
        "AWS_ACCESS_KEY_ID_FILE": str(tmp_path / "id"), "AWS_SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret"),
    }  # fmt: skip
    assert object_store_keys.read(named) == {"access_key": "key-id", "secret_key": "key-secret"}
    assert object_store_keys.problems(named) == []
    assert object_store_keys.read({"AWS_ACCESS_KEY_ID": "boto", "AWS_SECRET_ACCESS_KEY": "reads this itself"}) == {}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, []),
        ({"AWS_ACCESS_KEY_ID": "a"}, ["AWS_ACCESS_KEY_ID is set without the other half of the key."]),
        (
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SECRET_ACCESS_KEY_FILE": "/nowhere"},
            ["AWS_SECRET_ACCESS_KEY and AWS_SECRET_ACCESS_KEY_FILE are both set."],
        ),
        (
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY_FILE": "/nowhere"},
            ["AWS_SECRET_ACCESS_KEY_FILE names a file that cannot be read: No such file or directory."],
        ),
    ],
)
def test_keys_that_contradict_themselves(environ: dict[str, str], said: list[str]) -> None:
    assert object_store_keys.problems(environ) == said


def of(settings: Any, storage: str, *, bucket: str = "", endpoint: str = "", https: bool = False) -> list[str]:
    settings.STORAGE, settings.HTTPS = storage, https
    options = {**settings.MEDIA_STORAGES["s3"]["OPTIONS"], "bucket_name": bucket, "endpoint_url": endpoint or None}
    settings.MEDIA_STORAGES = {
        **settings.MEDIA_STORAGES, "s3": {**settings.MEDIA_STORAGES["s3"], "OPTIONS": options},
    }  # fmt: skip
    found = contradictions_of_storage(None)
    assert {one.id for one in found} <= {"fablewright.E018"}
    return [one.msg for one in found]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"storage": "local"}, []),
        ({"storage": "s3", "bucket": "b"}, []),
        ({"storage": "s3", "bucket": "b", "endpoint": "https://store.example", "https": True}, []),
        ({"storage": "S3"}, ["STORAGE is not local and not s3."]),
        ({"storage": "s3"}, ["STORAGE is s3 and S3_BUCKET names no bucket."]),
        ({"storage": "s3", "bucket": "b", "endpoint": "store:9000"}, ["S3_ENDPOINT is no http or https address."]),
        (
            {"storage": "s3", "bucket": "b", "endpoint": "http://store", "https": True},
            ["S3_ENDPOINT is plain http, and pages under HTTPS may load nothing from there."],
        ),
        (
            {"storage": "local", "bucket": "b"},
            ["S3_BUCKET or S3_ENDPOINT is set, and STORAGE is not s3: files would be kept on this machine."],
        ),
    ],
)
def test_storage_that_contradicts_itself(
    settings: Any, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], said: list[str]
) -> None:
    for variable in object_store_keys.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    assert of(settings, given.pop("storage"), **given) == said


def test_a_shared_database_beside_files_of_one_machine(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for vendor, storage, ids in (
        ("sqlite", "local", []), ("postgresql", "s3", []), ("postgresql", "local", ["fablewright.W019"]),
    ):  # fmt: skip
        monkeypatch.setattr(connections["default"], "vendor", vendor)
        settings.STORAGE = storage
        assert [one.id for one in files_of_one_machine(None)] == ids
