"""What no line of a log may hold."""

from __future__ import annotations

import base64

import pytest

from config.scrubbing import Scrubber

CANARY = "cAnArYq7Zx9Kw3Lm"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"Authorization: Bearer {CANARY}", "Authorization: [removed]"),
        (f"{{'authorization': 'Bearer {CANARY}', 'x': 1}}", "{'authorization': '[removed]', 'x': 1}"),
        (f"sent bearer {CANARY}.", "sent bearer [removed]"),
        (f"x-goog-api-key={CANARY}&n=1", "x-goog-api-key=[removed]&n=1"),
        (f"Cookie: fablewright_session={CANARY}; csrftoken={CANARY}\nHost: here", "Cookie: [removed]\nHost: here"),
        (f"eyJhbGciOiJIUzI1NiJ9.eyJ{CANARY}.{CANARY}", "[removed]"),
        (f"the key fw_abcdefghij_{CANARY}", "the key [removed]"),
        (f"Incorrect API key provided: sk-proj-{CANARY}", "Incorrect API key provided: [removed]"),
        (f"postgres://owner:{CANARY}@db.internal:5432/app", "postgres://[removed]@db.internal:5432/app"),
        (f"GET https://s3.example/a.png?X-Amz-Signature={CANARY}&x=1 failed", "GET https://s3.example/a.png?[removed] failed"),
        (f"/sign-up/confirm?token={CANARY}", "/sign-up/confirm?[removed]"),
        (f"Not Found: /media/{CANARY}:1abc:{CANARY}", "Not Found: /media/[removed]"),
        (f"password = '{CANARY}'", "password = '[removed]'"),
        (f'{{"refresh_token": "{CANARY}"}}', '{"refresh_token": "[removed]"}'),
        (f"gAAAAABn{CANARY}{CANARY}==", "[removed]"),
        (f"to {CANARY}@example.com now", "to [email] now"),
        ("job 3f: token limit of 4096, 12 tokens used", "job 3f: token limit of 4096, 12 tokens used"),
        ("12:30:00 https://example.com/a/b is up", "12:30:00 https://example.com/a/b is up"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_goes(said: str, left: str) -> None:
    assert Scrubber().text(said) == left


def test_what_is_known_goes_wherever_it_stands() -> None:
    known = Scrubber([CANARY, CANARY + "longer", "short"])
    coded = base64.b64encode(CANARY.encode()).decode()
    assert known.text(f"x{CANARY}longer-{CANARY}, {coded}, short") == "x[removed]-[removed], [removed]Q==, short"


def test_values_are_scrubbed_by_their_names_too() -> None:
    class Request:
        def __repr__(self) -> str:
            return CANARY

    found = Scrubber().value(
        {"password": CANARY, "deep": [{"api_key": CANARY, "n": 1}], "request": Request(), "ok": True}
    )
    assert found == {
        "password": "[removed]", "deep": [{"api_key": "[removed]", "n": 1}], "request": "[Request]", "ok": True,
    }  # fmt: skip
