"""Bodies that cannot be read, or not kept: a clean 400, and nothing was bought."""

from __future__ import annotations

from typing import Any

import pytest

from generation.studio.api import bodies
from tests.generation.studio.api.conftest import error, rows, said

pytestmark = pytest.mark.django_db
ROUTES = (
    "/generate/text",
    "/generate/image",
    "/generate/video",
    "/image/generate",
    "/video/generate",
    "/api/v1/uploads",
)
UNREADABLE = "This is no JSON that can be read here."
OBJECT = "Send a JSON object, its fields by their names."
BODIES: dict[str, tuple[str | bytes, str]] = {
    "broken": ('{"prompt": ', "This is no JSON: look at line 1, column 12."),
    "nothing but space": (" ", "This is no JSON: look at line 1, column 2."),
    "a list": ('[{"prompt": "x"}]', OBJECT),
    "a text": ('"prompt"', OBJECT),
    "a number": ("7", OBJECT),
    "nothing": ("null", OBJECT),
    "no number": ('{"prompt": "x", "seed": NaN}', UNREADABLE),
    "without end": ('{"prompt": "x", "seed": -Infinity}', UNREADABLE),
    "too great": ('{"prompt": "x", "seed": 1e999}', UNREADABLE),
    "too many digits": ('{"prompt": "x", "seed": ' + "9" * 5000 + "}", UNREADABLE),
    "too deep": ("[" * 100_000, UNREADABLE),
    "deep": ('{"prompt": ' + "[" * 60 + "]" * 60 + "}", "This is nested deeper than 32 levels. Make it flatter."),
    "no UTF-8": (b'{"prompt": "\xff\xfe"}', UNREADABLE),
    "a null": ('{"prompt": "a\\u0000b"}', "prompt holds a character that cannot be kept. Take it out."),
    "a null within": (
        '{"settings": {"image": {"x": ["\\u0000"]}}}',
        "settings.image.x[0] holds a character that cannot be kept. Take it out.",
    ),
    "half a letter": ('{"prompt": "\\ud800"}', "prompt holds a character that cannot be kept. Take it out."),
    "a null in a name": (
        '{"pro\\u0000mpt": "x"}',
        "prompt has a name with a character that cannot be kept. Take it out.",
    ),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ROUTES)
def test_what_cannot_be_read(caller: Any, path: str, name: str) -> None:
    body, sentence = BODIES[name]
    before = rows()
    assert said(caller.post(path, body)) == error(sentence, 400)
    assert said(caller.post(path, body, **{"Idempotency-Key": "k"})) == error(sentence, 400)
    assert rows() == before


@pytest.mark.parametrize("path", ROUTES)
def test_other_types_and_sizes(caller: Any, path: str, monkeypatch: Any) -> None:
    before = rows()
    assert caller.client.post(path, "prompt=x", content_type="application/x-www-form-urlencoded").status_code == 415
    assert caller.client.post(path, "<a/>", content_type="text/xml").status_code == 415
    large = caller.post(path, {"url": "x" * 4 * 1024**2} if path.endswith("uploads") else {"prompt": "x" * 4 * 1024**2})
    assert (large.status_code, large.json()["error"][:8] in ("prompt i", "url must")) == (400, True)
    monkeypatch.setattr(bodies, "MAX_BYTES", 1024**2)
    too_large = caller.post(path, '{"prompt": "' + "x" * 1024**2 + '"}')
    assert said(too_large) == error(
        "The body is larger than 1 MB. Upload large pictures first, and name them by their ids.", 413
    )
    assert rows() == before


FIELDS: dict[str, tuple[str, dict[str, Any], str, int]] = {
    "unknown": ("image", {"prompt": "x", "colour": "red"}, "colour is not known here.", 400),
    "unknown to texts": ("text", {"prompt": "x", "size": "64x64"}, "size is not known here.", 400),
    "the switch": (
        "text",
        {"prompt": "x", "disable_safe_prompt_adjust": 1},
        "disable_safe_prompt_adjust is not taken",
        400,
    ),
    "a list": ("text", {"prompt": ["x"]}, "prompt must be text.", 400),
    "an object": ("image", {"prompt": {"x": 1}}, "prompt must be text.", 400),
    "a number": ("image", {"prompt": 7}, "prompt must be text.", 400),
    "empty": ("image", {"prompt": " "}, "prompt is missing: say what to make.", 400),
    "long": ("image", {"prompt": "x" * 100_001}, "prompt is longer than 100,000 characters. Shorten it.", 400),
    "a truth": ("image", {"prompt": "x", "n": True}, "n must be a whole number.", 400),
    "a share": ("image", {"prompt": "x", "n": 1.5}, "n must be a whole number.", 400),
    "too many": ("image", {"prompt": "x", "n": 9}, "n must lie between 1 and 8.", 400),
    "huge": ("image", {"prompt": "x", "seed": 10**400}, "seed must lie between", 400),
    "huge seconds": ("video", {"prompt": "x", "duration": 10**400}, "duration must be a number", 400),
    "no size": ("image", {"prompt": "x", "size": "large"}, "size must be a width and a height", 400),
    "half a size": ("image", {"prompt": "x", "width": 100}, "height is missing", 400),
    "not taken": ("text", {"prompt": "x", "seed": -1}, "seed must lie between", 400),
    "not of this model": ("image", {"prompt": "x", "steps": 3}, "steps is not taken by this model: leave it out.", 400),
    "a picture as number": (
        "video",
        {"prompt": "x", "input_image_url": 5},
        "input_image_url must be a data address",
        400,
    ),
    "a source": ("video", {"prompt": "x", "image_url": "data:"}, "image_url is not known here.", 400),
}


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_named(caller: Any, paid: Any, name: str) -> None:
    kind, body, sentence, code = FIELDS[name]
    before = rows()
    status, told = said(caller.post(f"/generate/{kind}", body))
    assert (status, told["code"], told["success"], told["error"][: len(sentence)]) == (code, code, False, sentence)
    assert rows() == before
