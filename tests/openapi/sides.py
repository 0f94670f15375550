"""Two tenants of one install, each with a member, things of theirs, and a mark in everything that they wrote."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from PIL import Image

from tests.e2e.conftest import Playing

PATIENCE_SECONDS = 60
TOKEN_SECONDS = 600  # of the fifteen minutes that a token is good for


@dataclass
class Side:
    """Somebody at a tenant, as a program is."""

    address: str
    host: str
    email: str
    password: str
    tier: str
    mark: str
    ids: dict[str, list[str]] = field(default_factory=dict)
    """What is theirs, by the name of the path parameter that takes it."""
    _token: tuple[str, float] = ("", 0.0)

    @property
    def token(self) -> str:
        """A good access token."""
        text, since = self._token
        if not text or time.monotonic() - since > TOKEN_SECONDS:
            credentials = {"email": self.email, "password": self.password}
            told = httpx.post(f"{self.address}/auth/login", json=credentials, headers={"Host": self.host}, timeout=30)
            assert told.status_code == 200, told.text
            self._token = told.json()["access"], time.monotonic()
        return self._token[0]

    def furnish(self) -> None:
        """Let them begin a story, make a text, a picture and a film, and upload pictures; `ids` names it all."""
        headers = {"Host": self.host, "Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.address, headers=headers, timeout=30) as client:
            told = client.post(
                "/api/v1/stories", json={"tier": self.tier, "prompt": f"A ferry called {self.mark}", "length": "short"}
            ).json()
            pieces = {
                kind: client.post(f"/generate/{kind}", json={"prompt": f"A lamp called {self.mark}"}).json()["id"]
                for kind in ("text", "image", "video")
            }
            uploads = [_uploaded(client) for _ in range(3)]
            self._wait(client)
            self.ids = {
                "story_id": [told["story"]["id"]],
                "scene_id": [told["scene"]["id"]],
                "piece_id": list(pieces.values()),
                "upload_id": uploads,
                **{f"{noun}_id": self._listed(client, f"/api/v1/{noun}s") for noun in ("job", "run", "asset")},
            }
            scene = client.get(f"/api/v1/scenes/{told['scene']['id']}").json()
            self.ids["choice"] = [choice["id"] for choice in scene["choices"]]
            self.ids["target"] = [*self.ids["job_id"], *self.ids["run_id"], *self.ids["story_id"]]
            page = client.get("/api/v1/jobs", params={"limit": 1}).json()
            self.ids["cursor"] = [parse_qs(urlsplit(page["next"]).query)["cursor"][0]]
        assert all(self.ids.values()), self.ids

    def _listed(self, client: httpx.Client, path: str) -> list[str]:
        return [item["id"] for item in client.get(path, params={"limit": 100}).json()["items"]]

    def _wait(self, client: httpx.Client) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            states = {item["status"] for item in client.get("/api/v1/jobs").json()["items"]}
            if states <= {"completed", "failed"}:
                assert states == {"completed"}, states
                return
            assert time.monotonic() < ends, states
            time.sleep(0.2)


def _uploaded(client: httpx.Client) -> str:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(picture, "PNG")
    told = client.post("/api/v1/uploads", files={"file": ("lamp.png", picture.getvalue(), "image/png")})
    assert told.status_code == 201, told.text
    return str(told.json()["id"])


def two_sides(playing: Playing) -> tuple[Side, Side]:
    """An author of the first tenant, and the owner of the second."""
    password = (playing.install.home / "secrets" / "demo-password").read_text().strip()
    common: dict[str, Any] = {"address": playing.address, "password": password}
    sides = (
        Side(**common, host="localhost", email="author@example.com", tier="kids", mark="quillon-seventeen"),
        Side(
            **common, host="harbour.localhost", email="harbour-owner@example.com", tier="tales", mark="tarrant-ninety"
        ),
    )
    for side in sides:
        side.furnish()
    return sides
