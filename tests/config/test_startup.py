"""What a process loads before it has something to buy: no HTTP client, and no adapter that nobody asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generation.providers import PROVIDERS

ROOT = Path(__file__).parents[2]
HOSTED = sorted(name for name, where in PROVIDERS.items() if isinstance(where, str) and name not in ("demo", "mail"))
"""Those that are spoken to over HTTP."""
SAYS = """
import json, sys
from generation.providers import PROVIDERS
clients = sorted({"httpx", "httpcore"} & set(sys.modules))
adapters = sorted(name for name, where in PROVIDERS.items() if where.partition(":")[0] in sys.modules)
print(json.dumps([clients, adapters]))
"""


def loaded_by(program: str, home: Path, *arguments: str, **environment: str) -> tuple[list[str], list[str]]:
    """The HTTP clients and the adapters that a fresh process has loaded when it has run `program`."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV")}
    done = subprocess.run(
        [sys.executable, "-c", program + SAYS, *arguments],
        cwd=ROOT,
        env={**kept, "FABLEWRIGHT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.settings", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    clients, adapters = json.loads(done.stdout.splitlines()[-1])
    return clients, adapters


SETUP = """
import django
django.setup()
from django.urls import get_resolver
assert get_resolver().url_patterns
"""
PLANT = f"""{SETUP}
from django.core.management import call_command
call_command("migrate", verbosity=0)
from config.seeding.planting import plant
plant()
from accounts.models import Tenant, Tier
from accounts.tenancy import scope
from generation.models import AiModel, ModelGrant
with scope(Tenant.objects.get(slug="fablewright")):
    ModelGrant.objects.create(tier=Tier.objects.get(slug="kids"), model=AiModel.objects.get(key="stability-core"))
"""
OFFER = f"""{SETUP}
import sys
from accounts.models import Tenant, Tier
from accounts.tenancy import scope
from generation import catalogue
with scope(Tenant.objects.get(slug="fablewright")):
    found = {{offer.model.provider for offer in catalogue.offers(Tier.objects.get(slug=sys.argv[1]))}}
assert found == set(sys.argv[2:]), found
"""
KEYS = {"STABILITY_API_KEY": "canary-1", "OPENAI_API_KEY": "canary-2", "XAI_API_KEY": "canary-3"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded install with keys for three providers; one of them has a model in the children's tier."""
    found = tmp_path_factory.mktemp("startup")
    loaded_by(PLANT, found, **KEYS)
    return found


@pytest.mark.parametrize("program", ["import config.asgi\n", SETUP], ids=["asgi", "urls"])
def test_starting_loads_no_client_and_no_adapter(program: str, tmp_path: Path) -> None:
    assert loaded_by(program, tmp_path) == ([], [])


@pytest.mark.parametrize(("tier", "offered"), [("classics", ["demo"]), ("kids", ["demo", "stability"])])
def test_offering_loads_the_adapters_of_what_is_granted(tier: str, offered: list[str], home: Path) -> None:
    assert loaded_by(OFFER, home, tier, *offered, **KEYS) == ([], offered)


def test_loading_all_adapters_loads_no_client(tmp_path: Path) -> None:
    program = f"""
from generation import providers
for name in {HOSTED}:
    providers.make(name, key="canary", base_url="https://provider.test/v1")
"""
    assert loaded_by(program, tmp_path) == ([], HOSTED)


def test_control_the_first_call_loads_the_client(tmp_path: Path) -> None:
    """So the tests above would notice one."""
    program = """
from generation import providers
from generation.providers.errors import Transient
try:
    providers.make("openai", key="canary", base_url="http://127.0.0.1:9", trusted=True).models()
except Transient:
    pass
"""
    assert loaded_by(program, tmp_path) == (["httpcore", "httpx"], ["openai"])
