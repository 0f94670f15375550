"""The headers of real answers, whole: which policy goes with what, and what production settings add."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config import content_policy
from config.errors import SENTENCES

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
NONE, SELF = "'none'", "'self'"
PAGES = {
    "default-src": NONE, "script-src": SELF, "style-src": SELF, "img-src": SELF, "media-src": SELF,
    "connect-src": f"{SELF} ws://localhost", "font-src": SELF, "object-src": NONE, "base-uri": NONE,
    "form-action": SELF, "frame-ancestors": NONE,
}  # fmt: skip
ADMIN = {**PAGES, "script-src": f"{SELF} 'unsafe-eval'", "style-src": f"{SELF} 'unsafe-inline'"}
API_DOCS = {**PAGES, "img-src": f"{SELF} data:", "connect-src": SELF}
NOTHING = {"default-src": NONE, "base-uri": NONE, "form-action": NONE, "frame-ancestors": NONE}
EVERYWHERE = {
    "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()",
}  # fmt: skip


def policy(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def others(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name in {*EVERYWHERE, "Strict-Transport-Security"}}


@pytest.mark.parametrize(
    ("path", "actor", "status", "expected"),
    [
        ("/", None, 200, PAGES),
        ("/kids/", None, 200, PAGES),
        ("/kids/gallery/", None, 200, PAGES),
        ("/sign-in/", None, 200, PAGES),
        ("/studio/", "author", 200, PAGES),
        ("/account/second-factor/", "reader", 200, PAGES),
        ("/no-such-shelf/", None, 404, PAGES),
        ("/admin/", "staff", 200, ADMIN),
        ("/admin/accounts/tier/", "staff", 200, ADMIN),
        ("/admin/", "reader", 404, ADMIN),
        ("/api/docs", None, 200, API_DOCS),
        ("/api/schema", None, 200, NOTHING),
        ("/api/v1/jobs", "reader", 200, NOTHING),
        ("/api/v1/jobs", None, 401, NOTHING),
        ("/healthz", None, 503, NOTHING),
    ],
)
def test_which_policy_goes_with_what(
    client_for: Any, path: str, actor: str | None, status: int, expected: dict[str, str]
) -> None:
    answer = client_for(actor).get(path)
    assert (answer.status_code, policy(answer), others(answer)) == (status, expected, EVERYWHERE)


def test_what_breaks_has_it_too(client_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("accounts.middleware.actor_for", breaks)
    browser = client_for()
    browser.raise_request_exception = False
    answer = browser.get("/")
    assert (answer.status_code, SENTENCES[500] in answer.content.decode()) == (500, True)
    assert (policy(answer), others(answer)) == (PAGES, EVERYWHERE)


def test_an_unknown_host_is_told_nothing_and_named_nowhere(world: Any) -> None:
    answer = Client(HTTP_HOST="evil.example.com").get("/")
    assert (answer.status_code, policy(answer), others(answer)) == (400, NOTHING, EVERYWHERE)


def test_the_socket_is_that_of_the_same_host(client_for: Any) -> None:
    answer = client_for(host="harbour.localhost:8000").get("/")
    assert policy(answer)["connect-src"] == f"{SELF} ws://harbour.localhost:8000"


def test_kept_files_keep_their_own(world: Any, media: Any, client_for: Any) -> None:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from accounts.tenancy import scope
    from generation.models import Asset
    from tests.stories import worker

    with scope(world.tenant):
        scene = worker.finished(world.user("reader"), world.kids)
        for asset in Asset.objects.all():
            default_storage.save(asset.storage_name, ContentFile(b"x" * asset.size_bytes))
        path = f"/kids/story/image/{scene.id}/file"
    answer = client_for("reader").get(path)
    assert (answer.status_code, answer["Content-Security-Policy"]) == (200, "default-src 'none'; sandbox")
    assert others(answer) == EVERYWHERE


@pytest.mark.parametrize(
    ("options", "origin"),
    [
        ({"endpoint_url": "https://store.example:9000", "addressing_style": "path"}, "https://store.example:9000"),
        ({"addressing_style": "auto", "region_name": "us-east-1"}, "https://books.s3.amazonaws.com"),
    ],
)
def test_where_an_object_store_keeps_the_files_pages_may_show_them(
    client_for: Any, settings: Any, options: dict[str, str], origin: str
) -> None:
    from django.core.files.storage import storages

    keys = {"access_key": "a", "secret_key": "b", "querystring_auth": True, "signature_version": "s3v4"}
    kept = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": "books", **keys, **options}}
    settings.STORAGE = "s3"
    settings.STORAGES = {**settings.STORAGES, "default": kept}
    storages._storages.clear()
    content_policy._origin_of_store.cache_clear()
    try:
        found = policy(client_for().get("/kids/"))
        admin = policy(client_for("staff").get("/admin/"))
    finally:
        storages._storages.clear()
        content_policy._origin_of_store.cache_clear()
    more = {"img-src": f"{SELF} {origin}", "media-src": f"{SELF} {origin}"}
    assert (found, admin) == (PAGES | more, ADMIN | more)


SECURE = """
import json, django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
from config.seeding.planting import demo_password, plant
plant()
from django.test import Client
from django.test.utils import setup_test_environment
from django.core.checks import run_checks
setup_test_environment()
plain = Client(HTTP_HOST="localhost")
proxied = Client(HTTP_HOST="localhost", HTTP_X_FORWARDED_PROTO="https", enforce_csrf_checks=True)
page = proxied.get("/sign-in/")
token = page.context["csrf_token"]
def sign_in(**more):
    given = {"email": "reader@example.com", "password": demo_password(), "csrfmiddlewaretoken": str(token)}
    return proxied.post("/sign-in/", given, **more)
told = {
    "led": [plain.get(path).get("Location") for path in ("/", "/kids/?a=1", "/static/none.css")],
    "health": plain.get("/healthz").status_code,
    "hsts": [page["Strict-Transport-Security"], plain.get("/").get("Strict-Transport-Security")],
    "policy": page["Content-Security-Policy"],
    "elsewhere": sign_in(HTTP_ORIGIN="https://harbour.localhost").status_code,
    "here": sign_in(HTTP_ORIGIN="https://localhost").status_code,
    "cookies": {name: [bool(c["secure"]), bool(c["httponly"]), c["samesite"], c["path"], c["domain"]]
                for name, c in proxied.cookies.items()},
    "checks": sorted(found.id for found in run_checks(include_deployment_checks=True)),
}
print(json.dumps(told))
"""


def test_production_settings(tmp_path: Path) -> None:
    """HTTPS=1 in a process of its own, since settings are read once."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    environment = {
        **kept, "FABLEWRIGHT_HOME": str(tmp_path / "home"), "HTTPS": "1", "TRUSTED_PROXIES": "10.0.0.0/8",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", SECURE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert "connect-src 'self' wss://localhost" in told.pop("policy")
    assert told == {
        "led": ["https://localhost/", "https://localhost/kids/?a=1", "https://localhost/static/none.css"],
        "health": 503,  # no workers there; led nowhere
        "hsts": ["max-age=31536000", None],
        "elsewhere": 403,  # another tenant's pages are another site's
        "here": 302,
        "cookies": {
            "__Host-fablewright_session": [True, True, "Lax", "/", ""],
            "__Host-fablewright_csrf": [True, True, "Lax", "/", ""],
        },
        # SQLite, and names below a host may be somebody else's: HSTS_SUBDOMAINS and a preload are an operator's to decide.
        "checks": ["fablewright.W001", "fablewright.W010", "security.W005", "security.W021"],
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"HTTPS": False, "SECURE_SSL_REDIRECT": False}, {"fablewright.W003"}),
        ({"HTTPS": True}, set()),
        ({"HTTPS": True, "CSRF_TRUSTED_ORIGINS": ["https://*.example.com"]}, {"fablewright.E004"}),
        ({"HTTPS": False, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True}, {"fablewright.W003", "fablewright.E005"}),
        ({"HTTPS": True, "STAFF_SESSION_SECONDS": 10**9}, {"fablewright.E006"}),
        ({"HTTPS": True, "ADDRESS_FAILURE_LIMIT": 2}, {"fablewright.E007"}),
    ],
)
def test_settings_that_contradict_each_other(settings: Any, changes: dict[str, Any], found: set[str]) -> None:
    from config import checks

    for name, value in changes.items():
        setattr(settings, name, value)
    told = [*checks.plain_http_in_production(None), *checks.contradictions_of_security(None)]
    assert {problem.id for problem in told} == found
    assert [problem for problem in told if not problem.hint] == []
