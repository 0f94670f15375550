"""POST /generate/text, /generate/image, /generate/video, and their status."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_smoke(author: Any, worker: None, world: Any) -> None:
    a = author.post("/generate/text", {"prompt": "A short word on keys."})
    print(a.status_code, a.json(), a.headers)
    a = author.post("/generate/image", {"prompt": "A brass key", "n": 2})
    print(a.status_code, a.json(), a.headers)
    from tests.generation.studio.api.conftest import drained

    drained(world)
    b = author.get(f"/generate/image/{a.json()['id']}/status")
    print(b.status_code, b.json(), b.headers)
    a = author.post("/image/generate", {"prompt": "A brass key", "settings": {"image": {"aspect_ratio": "16:9"}}, "session_id": "s1"})
    print(a.status_code, a.json(), a.headers)
    a = author.post("/image/generate", {"prompt": "A brass key", "save_to_db": False}, **{"Idempotency-Key": "k"})
    print(a.status_code, str(a.json())[:1000], a.headers)
    a = author.post("/image/generate", {"prompt": "A brass key", "save_to_db": False}, **{"Idempotency-Key": "k"})
    print(a.status_code, str(a.json())[:1000], a.headers)
    a = author.post("/video/generate", {"mode": "timeline", "scenes": [{"description": "A", "seconds": 2}, {"description": "B", "seconds": 2}]})
    print(a.status_code, a.json(), a.headers)
    a = author.get("/api/v1/uploads")
    print(a.status_code, a.json(), a.headers)
    assert 0
