"""Where a job stands, about how long it takes, and what is honestly not known."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tenancy import scope
from generation.jobs import claiming, public, queueing
from generation.jobs.queueing import UNTOLD, Outlook, Pace, outlook
from generation.models import AiModel, Credential, Job, Lane, Run, Status
from generation.providers.contract import Kind
from tests import factories
from tests.stories.api.conftest import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(in_tenant: Any, step: Any, toll: Any) -> Any:
    def make(kind: Kind = Kind.IMAGE, who: str = "author") -> Job:
        return factories.job(in_tenant.user(who), in_tenant.kids, kind=kind)

    return make


def took(model: AiModel, kind: str, *seconds: float) -> None:
    """Jobs of the model that ended a while ago."""
    run = Run.objects.create(purpose="past")
    ended = timezone.now() - datetime.timedelta(hours=1)
    Job.objects.bulk_create(
        Job(
            run=run, kind=kind, model=model, provider="toll", step="test-step", status=Status.DONE, finished_at=ended,
            sent_at=ended - datetime.timedelta(seconds=one),
        )
        for one in seconds
    )  # fmt: skip


def seen(job: Job) -> Outlook:
    queueing.forget()
    return outlook(Job.objects.get(id=job.id))


def running(job: Job, *, for_seconds: float, **fields: Any) -> None:
    sent = timezone.now() - datetime.timedelta(seconds=for_seconds)
    Job.objects.filter(id=job.id).update(status=Status.RUNNING, sent_at=sent, **fields)


class TestPlace:
    def test_counts_what_goes_first_in_the_order_of_claiming(self, ask: Any, world: Any) -> None:
        first, second, third = ask(), ask(), ask()
        words = ask(Kind.TEXT)  # text goes before pictures
        with scope(world.harbour):
            theirs = Job.objects.create(
                run=Run.objects.create(purpose="mark"), kind="image", priority=3, provider="toll", step="test-step",
                model=first.model, credential=first.credential, due_at=timezone.now() + datetime.timedelta(seconds=-1),
            )  # fmt: skip
        jobs = {words: 1, theirs: 2, first: 3, second: 4, third: 5}
        assert {job: seen_anywhere(job).place for job in jobs} == jobs
        taken = claiming.claim(worker="w", room={Lane.WAIT: 9})
        assert [job.id for job in taken] == [job.id for job in sorted(jobs, key=lambda job: jobs[job])]

    def test_another_account_is_another_queue_and_a_core_is_one(self, ask: Any) -> None:
        first, second = ask(), ask()
        other = Credential.objects.create(provider="toll", label="other")
        Job.objects.filter(id=second.id).update(credential=other)
        assert (seen(first).place, seen(second).place) == (1, 1)
        Job.objects.update(lane=Lane.CORE)
        assert (seen(first).place, seen(second).place) == (1, 2)

    def test_far_back_nobody_counts(self, ask: Any) -> None:
        first = ask()
        Job.objects.bulk_create(
            Job(run=first.run, kind="image", priority=1, provider="toll", step="test-step", due_at=timezone.now(),
                credential_id=first.credential_id)
            for _ in range(queueing.SEEN)
        )  # fmt: skip
        assert seen(first) == Outlook(place=queueing.DEEPEST + 1)
        Job.objects.filter(id__in=list(Job.objects.filter(priority=1).values_list("id", flat=True)[:340])).delete()
        assert seen(first) == Outlook(place=queueing.DEEPEST + 1)
        assert seen(first).words == "At least 50 go first."

    def test_one_look_serves_all_who_ask(self, ask: Any) -> None:
        jobs = [ask() for _ in range(4)]
        outlook(jobs[0])
        with CaptureQueriesContext(connection) as caught:
            assert [outlook(job).place for job in jobs] == [1, 2, 3, 4]
        assert len(caught) == 0

    def test_paused_nobody_knows(self, ask: Any) -> None:
        job = ask()
        Credential.objects.filter(id=job.credential_id).update(
            paused_until=timezone.now() + datetime.timedelta(minutes=9)
        )
        assert seen(job) == Outlook(is_paused=True)
        assert seen(job).said() == {"outlook": "What makes it is paused at the moment; it goes on by itself."}

    def test_what_waits_for_another_job_or_has_ended_has_none(self, ask: Any) -> None:
        for status in (Status.WAITING, Status.STORED, Status.DONE, Status.CANCELLED):
            job = ask()
            Job.objects.filter(id=job.id).update(status=status, sent_at=timezone.now())
            assert seen(job) is UNTOLD


def seen_anywhere(job: Job) -> Outlook:
    with scope(job.tenant_id):
        return seen(job)


class TestEstimate:
    def test_too_few_say_nothing(self, ask: Any) -> None:
        job = ask()
        took(job.model, "image", 20, 20)
        assert seen(job) == Outlook(place=1)

    def test_its_own_time_and_that_of_what_goes_first(self, ask: Any) -> None:
        first, second, third = ask(), ask(), ask()
        took(first.model, "image", 28, 30, 32)
        assert [seen(job).seconds for job in (first, second, third)] == [30, 30, 30], "they are bought side by side"
        Credential.objects.filter(id=first.credential_id).update(max_concurrent=1)
        assert [seen(job).seconds for job in (first, second, third)] == [30, 60, 120]
        assert seen(third).words == "Two go first. About two minutes."
        running(first, for_seconds=5)
        assert seen(second) == Outlook(place=1, seconds=60)

    def test_others_count_with_their_own_pace(self, ask: Any) -> None:
        words, picture = ask(Kind.TEXT), ask()
        took(words.model, "text", 4, 4, 4)
        took(picture.model, "image", 100, 100, 100)
        Credential.objects.filter(id=words.credential_id).update(max_concurrent=1)
        assert seen(picture) == Outlook(place=2, seconds=120)

    def test_what_is_under_way(self, ask: Any) -> None:
        job = ask()
        took(job.model, "image", 60, 60, 60)
        running(job, for_seconds=2)
        assert seen(job) == Outlook(seconds=60)
        running(job, for_seconds=45)
        assert seen(job).words == "About a quarter of a minute."
        running(job, for_seconds=80, progress=None)
        assert seen(job).words == "A few seconds."
        running(job, for_seconds=100)
        assert seen(job) == Outlook(is_late=True)
        assert seen(job).words == "It takes longer than usual."

    def test_progress_tells_better(self, ask: Any) -> None:
        job = ask()
        running(job, for_seconds=30, progress=0.25)
        assert seen(job) == Outlook(seconds=120), "a quarter took half a minute"
        running(job, for_seconds=30, progress=0.05)
        assert seen(job) is UNTOLD

    def test_what_was_reused_says_nothing_of_how_long_it_takes(self, ask: Any) -> None:
        job = ask()
        took(job.model, "image", 1, 1, 1)
        Job.objects.filter(status=Status.DONE).update(sent_at=None)
        assert queueing._pace(job.model_id, "image") is None

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0.2, "A few seconds."),
            (36, "About half a minute."),
            (290, "A few minutes."),
            (90_000, "More than two hours."),
        ],
    )
    def test_steps_that_people_say(self, seconds: float, words: str) -> None:
        assert Outlook(seconds=queueing._step(seconds)).words == words

    def test_long_is_longer_than_anything_lately(self, ask: Any) -> None:
        job = ask()
        took(job.model, "image", 10, 10, 40)
        assert queueing._pace(job.model_id, "image") == Pace(10, 40)


class TestWhereItIsTold:
    def test_to_readers_on_sockets_and_to_programs(self, ask: Any) -> None:
        job = ask()
        took(job.model, "image", 30, 30, 30)
        told = {"place": 1, "estimate_seconds": 30, "outlook": "It is next. About half a minute."}
        queueing.forget()
        assert public.in_story(job) == {"status": "pending", **told}
        assert {name: public.live(job)[name] for name in told} == told
        assert {name: public.for_programs(job, outlook(job)).get(name) for name in told} == told
        assert not set(told) & set(public.for_programs(job)), "lists leave it out"

    def test_an_etag_is_another_when_the_place_is(self, ask: Any) -> None:
        first, job = ask(), ask()
        address = f"/api/v1/jobs/{job.id}"
        client = Program("author").client
        before = client.get(address)
        assert before.json()["place"] == 2
        assert client.get(address, headers={"If-None-Match": before["ETag"]}).status_code == 304
        Job.objects.filter(id=first.id).update(status=Status.DONE)
        queueing.forget()
        after = client.get(address, headers={"If-None-Match": before["ETag"]})
        assert (after.status_code, after.json()["place"], after.json()["outlook"]) == (200, 1, "It is next.")

    def test_a_stranger_is_told_of_a_number_alone(self, ask: Any, world: Any) -> None:
        ask(who="reader")
        said = public.in_story(ask())
        assert said == {"status": "pending", "place": 2, "outlook": "One goes first."}
