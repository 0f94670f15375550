"""Where letters leave, as the environment says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from config import mail

FROM = {"MAIL_FROM": "stories@example.com"}


def read(folder: Path, **environment: str) -> tuple[mail.Post, list[str]]:
    return mail.read(environment, folder=folder)


def test_with_nothing_set_into_a_folder(tmp_path: Path) -> None:
    post, wrong = read(tmp_path)
    assert (post, wrong, post.is_local) == (mail.Post(None, str(tmp_path), "fablewright@localhost"), [], True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 587, "before", "", "")),
        ("smtps://mail.example.com", ("mail.example.com", 465, "at once", "", "")),
        ("smtp://us%40er:p%40ss%2Fw@mail.example.com:2525/", ("mail.example.com", 2525, "before", "us@er", "p@ss/w")),
        ("smtp://localhost:25", ("localhost", 25, "offered", "", "")),
        ("smtp://[::1]:25", ("::1", 25, "offered", "", "")),
        ("smtps://127.0.0.1", ("127.0.0.1", 465, "at once", "", "")),
    ],
)
def test_a_server(tmp_path: Path, url: str, expected: tuple[Any, ...]) -> None:
    file = tmp_path / "url"
    file.write_text(f"{url}\n")
    for given in ({"MAIL_URL": url}, {"MAIL_URL_FILE": str(file)}):
        post, wrong = read(tmp_path, **given, **FROM)
        assert post.server is not None
        server = post.server
        assert (server.host, server.port, server.tls, server.user, server.password.reveal()) == expected
        assert (wrong, post.folder, post.sender, post.is_local) == ([], "", "stories@example.com", False)
        assert "p@ss" not in repr(post)


NO_SERVER = "MAIL_URL is no address of a mail server. Write one like smtp://user:password@mail.example.com:587."


@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        ({"MAIL_URL": "smtp://mail.example.com"},
         ["A mail server is set and MAIL_FROM is not. Set the address that letters come from."]),
        (FROM, ["MAIL_FROM is set and no mail server is. Set MAIL_URL as well, or unset MAIL_FROM."]),
        ({"MAIL_URL": "https://hunter2@mail.example.com", **FROM}, [NO_SERVER]),
        ({"MAIL_URL": "mail.example.com", **FROM}, [NO_SERVER]),
        ({"MAIL_URL": "smtp://mail.example.com/box?tls=no", **FROM}, [NO_SERVER]),
        ({"MAIL_URL": "smtp://mail.example.com:hunter2", **FROM},
         ["MAIL_URL is no address. Write one like smtp://user:password@mail.example.com."]),
        ({"MAIL_URL": "smtp://user@mail.example.com", **FROM},
         ["MAIL_URL has a user and no password, or a password and no user. Give both, or neither."]),
        ({"MAIL_URL": "smtp://mail.example.com", "MAIL_FROM": "a@b.example\r\nBcc: c@d.example"},
         ["MAIL_FROM is no address. Write the address alone, like stories@example.com."]),
        ({"MAIL_URL": "smtp://mail.example.com", "MAIL_FROM": "Library <a@b.example>"},
         ["MAIL_FROM is no address. Write the address alone, like stories@example.com."]),
        ({"MAIL_URL": "smtp://mail.example.com", "MAIL_URL_FILE": "/nowhere", **FROM},
         ["Both MAIL_URL and MAIL_URL_FILE are set. Unset one of them."]),
        ({"MAIL_URL_FILE": "/nowhere", **FROM},
         ["MAIL_URL_FILE names a file that cannot be read: /nowhere (No such file or directory)."]),
        ({"MAIL_URL": "smtp://mail.example.com", "MAIL_CA_FILE": "/nowhere", **FROM},
         ["MAIL_CA_FILE names a file that is not there: /nowhere."]),
    ],
)  # fmt: skip
def test_what_contradicts_itself_sends_nothing_and_says_so(
    tmp_path: Path, settings: Any, given: dict[str, str], sentences: list[str]
) -> None:
    post, wrong = read(tmp_path, **given)
    assert (wrong, post.server, post.folder) == (sentences, None, "")
    assert "hunter2" not in str(wrong)
    settings.MAIL_PROBLEMS = wrong
    assert [(found.id, found.msg) for found in run_checks(tags=["mail"])] == [
        ("fablewright.E010", s) for s in sentences
    ]


def test_a_folder_is_warned_of_where_it_counts(tmp_path: Path, settings: Any) -> None:
    settings.MAIL, settings.MAIL_PROBLEMS = read(tmp_path)
    found = [one.id for one in run_checks(tags=["mail"], include_deployment_checks=True)]
    settings.MAIL, settings.MAIL_PROBLEMS = read(tmp_path, MAIL_URL="smtp://mail.example.com", **FROM)
    assert (found, run_checks(tags=["mail"], include_deployment_checks=True)) == (["fablewright.W010"], [])
