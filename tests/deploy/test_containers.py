"""Dockerfile and compose.yaml, linted: no engine builds them here. Commands exist, variables are known, nobody is root, nothing
is `latest`, every secret is made."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from deploy import make_secrets
from tests.deploy.test_environment import asked_for, told

ROOT = Path(__file__).resolve().parents[2]
OURS = ("roles", "migrate", "web", "sockets", "workers-1", "workers-2")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    """Its instructions, each on one line."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image(dockerfile: list[str]) -> None:
    froms = [line.split()[1] for line in dockerfile if line.startswith("FROM ")]
    assert froms == ["python:3.11-slim-bookworm"] * 2
    assert [line for line in dockerfile if line.startswith("USER ")] == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK ") for line in dockerfile)
    assert any("--require-hashes" in line and "requirements.lock" in line for line in dockerfile)
    assert 'ENTRYPOINT ["python", "manage.py"]' in dockerfile
    # Nothing is fetched by name, and nothing secret is put in.
    assert not [line for line in dockerfile if re.match(r"(ADD|ARG) ", line) or "curl" in line or "apt-get" in line]
    assert not [line for line in dockerfile if re.search(r"(KEY|PASSWORD|SECRET|TOKEN)\s*=", line)]
    last = dockerfile[[i for i, line in enumerate(dockerfile) if line.startswith("FROM ")][-1] :]
    copied = [line.split()[1:-1] for line in last if line.startswith("COPY ") and "--from" not in line]
    wanted = {part for parts in copied for part in parts}
    assert all((ROOT / part).exists() for part in wanted), wanted
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    assert wanted <= {line[1:] for line in ignored if line.startswith("!")}
    # Every package of the project is in it.
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench", "deploy"}
    assert apps <= wanted


def test_every_image_has_a_version_of_its_own(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert re.fullmatch(r"[a-z0-9./-]+:\d+\.\d+[a-z0-9.-]*", service["image"]), name


def test_commands_and_variables_are_known(compose: dict[str, Any], tmp_path: Path) -> None:
    commands = set(get_commands())
    known = told()
    patterns = [*known, *(f"{name}_FILE" for name, in_file in known.items() if in_file), *asked_for(tmp_path)]
    for name in OURS:
        service = compose["services"][name]
        assert service["command"][0] in commands, name
        unknown = [one for one in service["environment"] if not any(fnmatch.fnmatchcase(one, p) for p in patterns)]
        assert unknown == [], name
        files = {
            value.removeprefix("/run/secrets/") for value in service["environment"].values() if "/run/secrets/" in value
        }
        assert files == set(service["secrets"]), name


def test_ours_run_with_nothing_that_they_do_not_need(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert (service["user"], service["read_only"], service["cap_drop"]) == ("10001:10001", True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["init"] is True, name
        assert "ports" not in service, name
    for name, service in compose["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert set(limits) == {"cpus", "memory"}, name
        assert "privileged" not in service and "network_mode" not in service, name
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis", "s3"):
        assert compose["services"][name]["networks"] == ["inside"], name


def test_each_role_has_its_own_address(compose: dict[str, Any]) -> None:
    role = {name: compose["services"][name]["environment"]["DATABASE_URL_FILE"].rpartition("/")[2] for name in OURS}
    assert role == {
        "roles": "postgres_url", "migrate": "owner_url", "web": "web_url", "sockets": "web_url",
        "workers-1": "worker_url", "workers-2": "worker_url",
    }  # fmt: skip


def test_who_waits_for_whom(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"], f"{name} waits for {other}"
            else:
                assert services[other]["restart"].startswith("on-failure"), f"{name} waits for {other}"
    for name in ("web", "sockets", "workers-1", "workers-2"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["web"]["deploy"]["replicas"] == 2
    assert services["workers-1"]["volumes"] != services["workers-2"]["volumes"]


def test_every_secret_and_volume_is_made(compose: dict[str, Any], tmp_path: Path) -> None:
    made = make_secrets.made(tmp_path / "secrets")
    files = {Path(one["file"]).name for one in compose["secrets"].values()}
    assert files <= set(made)
    used = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    assert used == set(compose["secrets"])
    assert make_secrets.made(tmp_path / "secrets") == []  # nothing is made twice
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    volumes = {volume.partition(":")[0] for s in compose["services"].values() for volume in s.get("volumes", [])}
    assert {volume for volume in volumes if not volume.startswith(".")} == set(compose["volumes"])
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for role in make_secrets.ROLES:
        password = (tmp_path / "secrets" / f"{role}_password").read_text()
        assert (
            (tmp_path / "secrets" / f"{role}_url").read_text().startswith(f"postgres://fablewright_{role}:{password}@")
        )
