"""A letter from its signal to its mailbox: once, only if what it tells of happened, and afterwards nowhere."""

from __future__ import annotations

import datetime
import json
import logging
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import auditing
from accounts.letters import Letter as Written
from accounts.letters import send
from accounts.models import LedgerEntry
from accounts.tenancy import scope
from config.mail import Post
from generation import policy
from generation.errors import NotRetryable
from generation.jobs import asking, claiming, ending, retrying
from generation.letters import posting
from generation.models import Credential, Job, Lane, Letter, Run, Status
from generation.providers.contract import Kind
from tests.generation.letters.postbox import Postbox

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
SECRET = "quillon-token-seventeen"
TO = "ada.quillon@example.com"


def written(**more: Any) -> Written:
    return Written(
        **{"to": TO, "subject": f"Quillon {SECRET}", "text": f"http://h/?token={SECRET}\n", "about": "sign-up", **more}
    )


def write(**more: Any) -> Letter:
    with transaction.atomic():
        send(written(**more))
    return Letter.objects.select_related("job").latest("created_at")


def job_of(letter: Letter) -> Job:
    return Job.objects.get(id=letter.id)


def kept_of_it() -> str:
    """Every row that the letter has, as a dump of the database would show it."""
    rows = [
        *Job.objects.values(), *Run.objects.values(), *Letter.objects.values(), *LedgerEntry.objects.values(),
        *Credential.objects.values(),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT contents FROM generation_letter")
        sealed = cursor.fetchall()
        cursor.execute("SELECT payload FROM django_q_ormq")
        return json.dumps([rows, sealed, cursor.fetchall()], default=str)


def shows(text: str) -> list[bool]:
    return [word in text for word in (SECRET, TO, "Quillon")]


def test_from_the_signal_to_the_mailbox(in_tenant: Any, postbox: Postbox, work: Work) -> None:
    letter = write(sender_name="The Library")
    assert (letter.job.run.user_id, letter.job.run.tier_id, letter.job.run.purpose) == (None, None, "letter")
    work()
    (taken,) = postbox.taken
    assert (taken.to, taken.text, taken.message["Message-ID"]) == (
        [TO], f"http://h/?token={SECRET}\n", f"<{letter.id}@library.example>",
    )  # fmt: skip
    assert job_of(letter).status == Status.DONE
    assert list(LedgerEntry.objects.values_list("kind", "amount_micros")) == [("reserve", 0), ("settle", 0)]
    assert auditing.audit() == []


def test_without_a_server_into_the_folder(in_tenant: Any, folder: Path, work: Work) -> None:
    letter = write()
    work()
    assert [file.name for file in folder.iterdir()] == [f"{letter.id}.eml"]
    assert job_of(letter).status == Status.DONE


def test_what_was_rolled_back_is_not_told(in_tenant: Any, postbox: Postbox, work: Work) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send(written())
        raise ZeroDivisionError
    work()
    assert (postbox.taken, Letter.objects.count(), Job.objects.count()) == ([], 0, 0)


def test_one_event_is_one_letter(in_tenant: Any, postbox: Postbox, work: Work) -> None:
    once = uuid.uuid4()
    for _ in range(3):
        write(event_id=once)
    with scope(in_tenant.harbour):
        write(event_id=once)  # another tenant's is another one
    work()
    assert len(postbox.taken) == 2


class TestSecrecy:
    def test_while_it_waits_it_is_sealed(self, in_tenant: Any, postbox: Postbox) -> None:
        letter = write()
        assert shows(kept_of_it()) == [False] * 3
        # The control: it is there, for whoever has the key.
        assert shows(letter.contents.reveal()) == [True] * 3

    @pytest.mark.parametrize(
        ("answers", "ends"),
        [
            ({}, Status.DONE),
            ({"RCPT": [f"550 <{TO}> {SECRET} Quillon"]}, Status.FAILED),
            ({"LETTER": [f"451 <{TO}> {SECRET} Quillon"]}, Status.DONE),
        ],
    )
    def test_afterwards_it_is_nowhere(
        self, in_tenant: Any, postbox: Postbox, later: Work, client_for: Any, caplog: pytest.LogCaptureFixture,
        answers: dict[str, list[str]], ends: str,
    ) -> None:  # fmt: skip
        caplog.set_level(logging.DEBUG)
        postbox.answers = answers
        letter = write()
        later()
        later()
        job = job_of(letter)
        assert (job.status, job.request, job.result) == (ends, {}, {})
        assert not Letter.objects.get(id=letter.id).contents
        staff = client_for("staff")
        pages = [f"/admin/generation/job/{job.id}/change/", "/admin/generation/job/", "/admin/"]
        seen = [staff.get(page).content.decode() for page in pages]
        assert str(job.id)[:8] in seen[1]
        programs = [client_for(who) for who in ("reader", "author", "owner")]
        assert [client.get(f"/api/v1/jobs/{job.id}").status_code for client in programs] == [404, 404, 200]
        seen += [
            client.get(path).content.decode()
            for client in programs
            for path in (f"/api/v1/jobs/{job.id}", "/api/v1/jobs")
        ]
        assert ["deliver" in page for page in seen[4::2]] == [False] * 3  # on nobody's list
        assert shows(kept_of_it() + caplog.text + "".join(seen)) == [False] * 3

    def test_staff_see_why_and_cannot_send_it_again(self, in_tenant: Any, postbox: Postbox, work: Work) -> None:
        postbox.answers = {"RCPT": ["550 no such user"]}
        letter = write()
        work()
        job = job_of(letter)
        assert (job.error_class, job.error_detail, job.message) == (
            "rejected", "Rejected: The mail server answered 550 to the address.",
            "The delivery was turned down by its receiver. Nothing was charged.",
        )  # fmt: skip
        with pytest.raises(NotRetryable):
            retrying.retry(job)

    def test_what_is_cancelled_or_too_late_is_put_away_too(self, in_tenant: Any, postbox: Postbox) -> None:
        cancelled, late, alive = write(), write(good_for=datetime.timedelta(seconds=-1)), write()
        asking.cancel(cancelled.job)
        assert ending.expire() == 1
        found = {row.id: bool(row.contents) for row in Letter.objects.all()}
        assert found == {cancelled.id: False, late.id: False, alive.id: True}


class TestSending:
    def test_a_server_that_is_down_is_tried_again(self, in_tenant: Any, postbox: Postbox, later: Work) -> None:
        postbox.answers = {"CONNECT": ["421 busy"] * 2}
        letter = write()
        for tries in (1, 2):
            later()
            wait = (job_of(letter).due_at - timezone.now()).total_seconds()  # type: ignore[operator]
            usual = policy.DELIVERY_WAITS[tries - 1]
            assert (job_of(letter).tries, usual * 0.9 < wait <= usual * 1.25) == (tries, True)
        later()
        assert (len(postbox.taken), job_of(letter).status) == (1, Status.DONE)

    def test_it_ends_with_what_it_is_good_for(self, in_tenant: Any, postbox: Postbox) -> None:
        hours = [
            (job_of(write(**more)).deadline_at - timezone.now()).total_seconds() / 3600  # type: ignore[operator]
            for more in ({"good_for": datetime.timedelta(hours=2)}, {"good_for": datetime.timedelta(days=3)}, {})
        ]
        assert [round(one) for one in hours] == [2, 24, 24]

    def test_a_wrong_password_pauses_all_letters_and_no_webhook(
        self, in_tenant: Any, postbox: Postbox, work: Work
    ) -> None:
        postbox.answers = {"MAIL": ["530 sign in first"]}
        first = write()
        work()
        second = write()
        assert claiming.claim(worker="w:1", room={Lane.WAIT: 5}) == []
        assert [job_of(one).status for one in (first, second)] == [Status.FAILED, Status.QUEUED]
        assert [c.paused_until is not None for c in Credential.objects.filter(provider="mail")] == [True]
        assert not Credential.objects.filter(provider="webhook").exclude(paused_until=None).exists()
        Credential.objects.filter(provider="mail").update(paused_until=None)
        work()
        assert job_of(second).status == Status.DONE

    def test_an_environment_that_contradicts_itself(self, in_tenant: Any, work: Work, settings: Any) -> None:
        settings.MAIL = Post(None, "", "x@y.example")
        letter = write()
        work()
        assert (job_of(letter).status, job_of(letter).message) == (
            Status.FAILED, "The delivery could not be made: letters cannot be sent now. Nothing was charged.",
        )  # fmt: skip

    def test_a_letter_that_nobody_can_open(self, in_tenant: Any, postbox: Postbox, work: Work, settings: Any) -> None:
        letter = write()
        settings.SEALING_KEYS = ["another key"]
        work()
        assert (job_of(letter).status, postbox.taken) == (Status.FAILED, [])

    def test_people_wait_for_letters(self, in_tenant: Any, postbox: Postbox) -> None:
        letter = write()
        asking.deliver('{"type": "test"}')
        claimed = claiming.claim(worker="w:1", room={Lane.WAIT: 1})
        assert [(job.id, job.kind) for job in claimed] == [(letter.id, Kind.DELIVER)]


def test_old_ones_are_forgotten(in_tenant: Any, postbox: Postbox, work: Work) -> None:
    gone = write()
    work()
    waiting, young = write(), write()
    asking.cancel(young.job)
    old = timezone.now() - posting.KEPT_FOR - datetime.timedelta(hours=1)
    Letter.objects.filter(id__in=[gone.id, waiting.id]).update(created_at=old)
    with scope(in_tenant.harbour):
        theirs = write()
        Letter.objects.update(created_at=old)
        asking.cancel(theirs.job)
    assert posting.forget_old() == 2
    assert set(Letter.objects.values_list("id", flat=True)) == {waiting.id, young.id}
