"""What `manage.py check --deploy` refuses, by id."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from django.core.checks import run_checks

from accounts.models import Domain, Tier
from accounts.tenancy import scope
from config import production_checks
from config.production_checks import keys_of_one_machine
from config.proxies import Network
from tests.conftest import World

EVERYBODY = ipaddress.ip_network("0.0.0.0/0")
OURS: tuple[Network, ...] = (ipaddress.ip_network("10.0.0.0/8"),)


def ids(*, deploy: bool = True) -> set[str]:
    return {str(found.id) for found in run_checks(include_deployment_checks=deploy)}


def test_an_install_on_one_machine_is_warned_and_not_refused(world: World) -> None:
    assert {number for number in ids() if ".E" in number} == set()


@pytest.mark.parametrize(
    ("changed", "number", "deploy"),
    [
        ({"DEBUG": True}, "fablewright.E002", True),
        ({"DEBUG": True, "HTTPS": True}, "fablewright.E012", False),
        ({"DEBUG": True, "TRUSTED_PROXIES": OURS}, "fablewright.E012", False),
        ({"DEBUG": True, "ALLOWED_HOSTS": ["a.example"]}, "fablewright.E012", False),
        ({"HTTPS": True}, "fablewright.E013", True),
        ({"TRUSTED_PROXIES": (EVERYBODY,)}, "fablewright.E014", False),
        ({"PROXY_PROBLEMS": ["nonsense"]}, "fablewright.E014", False),
        ({"DATABASE_POOL": 1}, "fablewright.E021", True),
        ({"DATABASE_POOL": -3}, "fablewright.E021", True),
    ],
)
def test_what_contradicts_itself(
    world: World, settings: Any, changed: dict[str, Any], number: str, deploy: bool
) -> None:
    assert number not in ids(deploy=deploy)  # the control: it is this that is refused
    for name, value in changed.items():
        setattr(settings, name, value)
    assert number in ids(deploy=deploy)


def test_keys_that_each_machine_would_make_for_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    names = ("SECRET_KEY", "TOKEN_KEY", "SEALING_KEYS")
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setattr(production_checks, "on_a_server", lambda: False)
    assert keys_of_one_machine(None) == []
    monkeypatch.setattr(production_checks, "on_a_server", lambda: True)
    assert [(found.id, str(found.hint)) for found in keys_of_one_machine(None)] == [
        ("fablewright.E011", f"Set {name} or {name}_FILE to the same value everywhere.") for name in names
    ]
    monkeypatch.setenv("SECRET_KEY", "a")
    monkeypatch.setenv("TOKEN_KEY_FILE", str(tmp_path / "b"))
    monkeypatch.setenv("SEALING_KEYS", "c")
    assert keys_of_one_machine(None) == []


def test_a_tier_that_an_upgrade_put_behind_a_route(world: World) -> None:
    assert "fablewright.E022" not in ids()
    with scope(world.tenant):
        Tier.objects.filter(slug="kids").update(slug="healthz")
    assert "fablewright.E022" in ids()


def test_a_tenants_name_that_would_be_refused(world: World, settings: Any) -> None:
    Domain.objects.create(host="stories.example", tenant=world.tenant)
    settings.ALLOWED_HOSTS = ["stories.example", ".localhost", "localhost", "127.0.0.1"]
    assert "fablewright.W012" not in ids()
    settings.ALLOWED_HOSTS = [".localhost", "localhost", "127.0.0.1"]
    assert "fablewright.W012" in ids()
