"""The OpenAPI document and its page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db
ENGINE = {"Jobs", "Runs", "Models", "Assets", "Usage"}


@pytest.fixture
def document(world: Any) -> dict[str, Any]:
    found: dict[str, Any] = Client(HTTP_HOST="localhost").get("/api/schema").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, told) for path, methods in document["paths"].items() for method, told in methods.items()]


def test_it_is_made_without_a_warning(world: Any, tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_one_made_after_another_is_the_same() -> None:
    first, second = (SchemaGenerator().get_schema(request=None, public=True) for _ in range(2))
    assert first == second
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(second)))
    assert named - set(second["components"]["schemas"]) == set()


def test_json_and_yaml_say_the_same(world: Any, document: dict[str, Any]) -> None:
    client = Client(HTTP_HOST="localhost")
    asked = {
        "plain": client.get("/api/schema"),
        "browser": client.get("/api/schema", headers={"Accept": "text/html,*/*;q=0.8"}),
        "accept": client.get("/api/schema", headers={"Accept": "application/vnd.oai.openapi"}),
        "yaml": client.get("/api/schema?format=yaml"),
        "json": client.get("/api/schema?format=json", headers={"Accept": "application/yaml"}),
    }
    kinds = {name: answer["Content-Type"] for name, answer in asked.items()}
    as_json, as_yaml = "application/vnd.oai.openapi+json", "application/vnd.oai.openapi"
    assert kinds == {"plain": as_json, "browser": as_json, "accept": as_yaml, "yaml": as_yaml, "json": as_json}
    told = [
        yaml.safe_load(answer.content) if kinds[name] == as_yaml else json.loads(answer.content)
        for name, answer in asked.items()
    ]
    assert told == [document] * 5
    again = client.get("/api/schema", headers={"If-None-Match": asked["plain"]["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_who_is_known_how_and_where(document: dict[str, Any]) -> None:
    assert document["info"]["title"] == "Fablewright"
    assert [server["url"] for server in document["servers"]] == ["/"]
    schemes = document["components"]["securitySchemes"]
    assert {name: (told["type"], told.get("scheme"), told.get("in")) for name, told in schemes.items()} == {
        "bearer": ("http", "bearer", None), "session": ("apiKey", None, "cookie"),
    }  # fmt: skip


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    assert {tag["name"] for tag in document["tags"]} >= ENGINE
    named = [told["operationId"] for _, _, told in operations(document)]
    assert len(named) == len(set(named))
    for path, method, told in operations(document):
        assert path.startswith(("/api/", "/auth/", "/generate/", "/image/", "/video/", "/v1/")), path
        assert len(told["tags"]) == 1, (path, method)
        assert any(code.startswith("2") for code in told["responses"]), (path, method)
        assert "401" in told["responses"], (path, method)


def test_every_operation_is_counted_and_says_so(document: dict[str, Any]) -> None:
    kept = set(document["components"]["headers"])
    assert kept == {"RateLimit-Policy", "RateLimit", "Retry-After"}
    for path, method, told in operations(document):
        refused = told["responses"].get("429")
        assert refused is not None, (path, method)
        assert set(refused["headers"]) == kept, (path, method)
        for code, answer in told["responses"].items():
            if code.startswith("2"):
                assert set(answer["headers"]) == kept - {"Retry-After"}, (path, method, code)


def test_the_engines_resources(document: dict[str, Any]) -> None:
    found = {
        (method.upper(), path): told["operationId"]
        for path, method, told in operations(document)
        if set(told["tags"]) & ENGINE
    }
    assert found == {
        ("GET", "/api/v1/jobs"): "jobs_list",
        ("GET", "/api/v1/jobs/{job_id}"): "jobs_show",
        ("POST", "/api/v1/jobs/{job_id}/cancel"): "jobs_cancel",
        ("POST", "/api/v1/jobs/{job_id}/retry"): "jobs_retry",
        ("GET", "/api/v1/runs"): "runs_list",
        ("GET", "/api/v1/runs/{run_id}"): "runs_show",
        ("GET", "/api/v1/models"): "models_list",
        ("GET", "/api/v1/models/{key}"): "models_show",
        ("GET", "/api/v1/assets"): "assets_list",
        ("GET", "/api/v1/assets/{asset_id}"): "assets_show",
        ("GET", "/api/v1/assets/{asset_id}/file"): "assets_file",
        ("GET", "/api/v1/usage"): "usage_show",
    }


def test_the_page_names_files_of_our_own_alone(world: Any) -> None:
    client = Client(HTTP_HOST="localhost")
    page = client.get("/api/docs")
    assert page.status_code == 200
    html = page.content.decode()
    named = re.findall(r'(?:src|href|data-schema)="([^"]+)"', html)
    assert [name for name in named if not name.startswith("/")] == []
    assert [client.get(name).status_code for name in named] == [200] * len(named)
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []  # none is written into the page
    assert re.findall(r"\bon[a-z]+=|\bstyle=", html) == []
