"""The adapter of letters, against a real server on loopback: what leaves, how it is guarded, and what each failure means."""

from __future__ import annotations

import stat
import time
from pathlib import Path
from typing import Any

import pytest

from generation.providers.contract import Done, Emit, Handle, Kind, Request
from generation.providers.errors import Denied, Lost, ProviderError, Rejected, Transient
from generation.providers.mail import Mail
from generation.providers.mailing import Letter, Server
from generation.providers.wire import Key
from tests.generation.letters.postbox import DRIP, DROP, HANG, Postbox, certificate

LETTER = Letter(
    "ada@example.com", "Confirm your address", "Open this:\n\nhttp://h/?token=abc=d\n\n.\nEnd\n", "The Library"
)
REQUEST = Request(kind=Kind.DELIVER, model="", prompt="", reference="0d9b6f0e-3f0f:3")
SENDER = "stories@library.example"


def mail(box: Postbox, letter: Letter = LETTER, *, seconds: float = 5.0, **server: Any) -> Mail:
    to = Server(**{"host": "127.0.0.1", "port": box.port, "tls": "offered", **server})
    return Mail(key=letter.written(), server=to, sender=SENDER, seconds=seconds)


def trusted(**more: Any) -> dict[str, Any]:
    return {"tls": "before", "ca_file": str(certificate()), **more}


def send(one: Mail) -> Done:
    done = one.start(REQUEST, Emit())
    assert isinstance(done, Done)
    return done


def failure(one: Mail) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        one.start(REQUEST, Emit())
    assert "ada@" not in str(caught.value)
    assert caught.value.__cause__ is None or "ada@" not in str(caught.value.__cause__)
    assert set(caught.value.usage) == {"milliseconds"}
    return caught.value


def test_a_letter_as_it_arrives() -> None:
    with Postbox() as box:
        done = send(mail(box))
    assert (done.text, set(done.usage)) == ("The mail server took it.", {"milliseconds"})
    (taken,) = box.taken
    message = taken.message
    assert (taken.sender, taken.to, taken.text) == (SENDER, ["ada@example.com"], LETTER.text)
    assert {name: message[name] for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")} == {
        "From": "The Library <stories@library.example>",
        "To": "ada@example.com",
        "Subject": "Confirm your address",
        "Message-ID": "<0d9b6f0e-3f0f@library.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert (message.get_content_type(), message["Bcc"], message["Cc"]) == ("text/plain", None, None)
    assert box.heard == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_words_of_every_language() -> None:
    letter = Letter("ada@bücher.example", "Grüße – ✉", "Æ “ø” 龍 " + "x" * 2000 + "\n", "Bücher, Ltd. <a@b>")
    with Postbox() as box:
        send(mail(box, letter))
    (taken,) = box.taken
    assert (taken.to, taken.text, taken.raw.isascii()) == (["ada@xn--bcher-kva.example"], letter.text, True)
    assert (taken.message["Subject"], taken.message["From"].addresses[0].display_name) == (
        letter.subject, letter.sender_name,
    )  # fmt: skip
    assert str(taken.message["From"].addresses[0]).endswith("<stories@library.example>")


def test_the_same_letter_twice_has_one_id() -> None:
    with Postbox(answers={"LETTER": [DROP]}) as box:
        assert type(failure(mail(box))) is Transient
        send(mail(box))
    assert [taken.message["Message-ID"] for taken in box.taken] == ["<0d9b6f0e-3f0f@library.example>"] * 2


@pytest.mark.parametrize(
    "letter",
    [
        Letter("ada@example.com\r\nBcc: eve@example.com", "s", "t"),
        Letter("ada@example.com", "s\r\nBcc: eve@example.com", "t"),
        Letter("ada@example.com", "s\nX: y", "t"),
        Letter("ada@example.com", "s", "t", "Library\r\nBcc: eve@example.com"),
        Letter("ada@example.com\u2028", "s", "t"),
        Letter("ada@example.com, eve@example.com", "s", "t"),
        Letter("ada@example.com> SIZE=1\x00", "s", "t"),
        Letter("ädä@example.com", "s", "t"),
        Letter("no address", "s", "t"),
        Letter("", "s", "t"),
    ],
)
def test_nothing_slips_into_a_header(letter: Letter) -> None:
    with Postbox() as box:
        error = failure(mail(box, letter))
    assert (type(error), error.field, box.heard, box.taken) == (Rejected, "letter", [], [])  # type: ignore[attr-defined]


class TestTls:
    def test_first_plain_then_encrypted(self) -> None:
        with Postbox(tls="before", password="open sesame") as box:
            send(mail(box, **trusted(user="lib", password=Key("open sesame"))))
        (taken,) = box.taken
        assert (taken.is_encrypted, taken.user) == (True, "lib")
        assert box.heard == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]

    def test_encrypted_from_the_beginning(self) -> None:
        with Postbox(tls="at once") as box:
            send(mail(box, **trusted(tls="at once")))
        assert [taken.is_encrypted for taken in box.taken] == [True]

    def test_a_server_that_nobody_vouches_for(self) -> None:
        for tls in ("before", "at once"):
            with Postbox(tls=tls) as box:
                error = failure(mail(box, tls=tls))
            assert (type(error), box.taken) == (Transient, [])
            assert str(error).startswith("no encrypted connection to the mail server: ")

    def test_a_server_by_another_name(self) -> None:
        with Postbox(tls="before") as box:
            error = failure(mail(box, **trusted(host="localhost")))
        assert (type(error), box.taken) == (Transient, [])

    def test_one_that_has_none_gets_nothing(self) -> None:
        """A connection that somebody stripped of it is not used."""
        with Postbox(password="open sesame") as box:
            needed = failure(mail(box, **trusted(user="lib", password=Key("open sesame"))))
            offered = failure(mail(box, user="lib", password=Key("open sesame")))
        assert [type(one) for one in (needed, offered)] == [Denied, Denied]
        assert str(offered) == "the mail server offers no TLS, and a password goes over TLS only"
        assert (box.heard, box.taken) == (["EHLO"] * 2, [])


FAILURES = {
    # what the server says: (error, its words for staff)
    ("CONNECT", "421 busy"): (Transient, "The mail server answered 421 to the connection."),
    ("CONNECT", "554 go away"): (Transient, "The mail server answered 554 to the connection."),
    ("CONNECT", DROP): (Transient, "the mail server broke off: SMTPServerDisconnected"),
    ("MAIL", "451 later"): (Transient, "The mail server answered 451 to the sender."),
    ("MAIL", "550 not you"): (Rejected, "The mail server answered 550 to the sender."),
    ("MAIL", "530 sign in"): (Denied, "The mail server answered 530 to the sender."),
    ("RCPT", "450 <ada@example.com> is greylisted"): (Transient, "The mail server answered 450 to the address."),
    ("RCPT", "550 <ada@example.com> unknown"): (Rejected, "The mail server answered 550 to the address."),
    ("DATA", "452 full"): (Transient, "The mail server answered 452 to the letter."),
    ("LETTER", "451 ada@example.com is scanned"): (Transient, "The mail server answered 451 to the letter."),
    ("LETTER", "554 ada@example.com hates this"): (Rejected, "The mail server answered 554 to the letter."),
    ("LETTER", DROP): (Transient, "the mail server broke off: SMTPServerDisconnected"),
}


@pytest.mark.parametrize(("verb", "said"), FAILURES)
def test_what_a_refusal_means(verb: str, said: str) -> None:
    with Postbox(answers={verb: [said]}) as box:
        error = failure(mail(box))
    assert (type(error), str(error)) == FAILURES[verb, said]


def test_a_wrong_password_is_the_operators_to_mend() -> None:
    with Postbox(tls="before", password="open sesame") as box:
        error = failure(mail(box, **trusted(user="lib", password=Key("wrong"))))
    assert (type(error), str(error)) == (Denied, "The mail server answered 535 to signing in.")


def test_a_passing_fault_of_signing_in_is_none_of_the_password() -> None:
    with Postbox(tls="before", password="open sesame", answers={"AUTH": ["454 later"]}) as box:
        error = failure(mail(box, **trusted(user="lib", password=Key("open sesame"))))
    assert type(error) is Transient


def test_nobody_there() -> None:
    with Postbox() as box:
        pass
    error = failure(mail(box))
    assert (type(error), str(error)) == (Transient, "the mail server cannot be reached: Connection refused")


@pytest.mark.parametrize(("verb", "how"), [("CONNECT", HANG), ("LETTER", HANG), ("CONNECT", DRIP), ("RCPT", DRIP)])
def test_a_slow_server_is_left_in_time(verb: str, how: str) -> None:
    began = time.monotonic()
    with Postbox(answers={verb: [how]}) as box:
        error = failure(mail(box, seconds=1.0))
    assert (type(error), str(error)) == (Transient, "The mail server did not answer within 1 seconds.")
    assert time.monotonic() - began < 8  # it would be twenty, and without end where it drips


def test_a_server_that_does_not_say_goodbye_has_the_letter() -> None:
    with Postbox(answers={"QUIT": [DROP]}) as box:
        send(mail(box))
    assert len(box.taken) == 1


class TestFolder:
    def test_a_letter_in_it(self, tmp_path: Path) -> None:
        folder = tmp_path / "mail"
        one = Mail(key=LETTER.written(), folder=str(folder), sender="fablewright@localhost")
        for _ in range(2):
            send(one)
        (file,) = folder.iterdir()
        assert (file.name, stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (
            "0d9b6f0e-3f0f.eml", 0o600, 0o700,
        )  # fmt: skip
        # The link stands there as it is, to be copied.
        assert b"http://h/?token=abc=d\r\n" in file.read_bytes()

    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("no folder")
        error = failure(Mail(key=LETTER.written(), folder=str(tmp_path / "mail"), sender=SENDER))
        assert type(error) is Transient


def test_it_is_asked_after_nothing() -> None:
    with pytest.raises(Lost):
        Mail().check(Handle("1", "", REQUEST))
    assert Mail().capabilities("", Kind.DELIVER, {}) is None


def test_it_shows_nothing_of_itself() -> None:
    one = Mail(key=LETTER.written(), server=Server("h", 1, "before", "u", Key("hunter2")), sender=SENDER)
    assert [word in repr(vars(one)) for word in ("token", "ada@", "hunter2")] == [False] * 3
