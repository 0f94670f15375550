"""Kill switches: who asks is told, nothing new is sent, what was sent is finished, what waits goes on when it is on again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from generation import catalogue, switches
from generation.clock import after, now
from generation.jobs import asking, claiming, queueing, retrying
from generation.models import AiModel, Job, Lane, ModelGrant, Status, Switch
from generation.providers.contract import Kind, Pending
from generation.switches import SwitchedOff
from stories.models import Choice
from tests import factories
from tests.stories import worker as story_worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("step", "toll")]
Work = Callable[[], None]


def paint() -> AiModel:
    return AiModel.objects.get(key="toll-paint")


def ask(world: Any, kind: Kind = Kind.IMAGE) -> Job:
    return factories.job(world.user("reader"), world.kids, kind=kind)


def off(which: str) -> Switch:
    given: dict[str, Any] = {"model": {"model": paint()}, "provider": {"provider": "toll"}, "all": {}}[which]
    return switches.switch_off(reason="It bills twice.", by=None, **given)


class TestAsking:
    @pytest.mark.parametrize(
        ("which", "said"),
        [
            ("model", "“Toll paint” is switched off at the moment: It bills twice. “Demo Painter” can be used instead."),
            ("provider", "“Toll paint”, like all of toll, is switched off at the moment: It bills twice. “Demo Painter” "
             "can be used instead."),
            ("all", "Nothing can be made here at the moment: It bills twice. What is there already can be read as usual."),
        ],
    )  # fmt: skip
    def test_the_sentence_names_the_model_the_reason_and_what_else(self, in_tenant: Any, which: str, said: str) -> None:
        off(which)
        with pytest.raises(SwitchedOff) as refused:
            catalogue.choose(in_tenant.kids, Kind.IMAGE, "toll-paint")
        assert (str(refused.value), refused.value.status, refused.value.field) == (said, 503, "model")

    def test_what_is_off_is_not_offered_and_the_default_is_another(self, in_tenant: Any) -> None:
        row = off("model")
        assert catalogue.choose(in_tenant.kids, Kind.IMAGE).key == "demo-painter"
        assert catalogue.keep_or_replace(catalogue.offers(in_tenant.kids), paint()) != paint()
        switches.switch_on(row)
        assert catalogue.choose(in_tenant.kids, Kind.IMAGE) == paint()  # the control

    def test_a_replacement_is_used_and_the_notice_says_why(self, in_tenant: Any) -> None:
        AiModel.objects.filter(key="toll-paint").update(replacement=AiModel.objects.get(key="demo-painter"))
        off("model")
        found = catalogue.resolve(in_tenant.kids, Kind.IMAGE, "toll-paint")
        assert found.notice == "“toll-paint” is switched off at the moment; Demo Painter was used."

    def test_where_nothing_is_left_it_says_why(self, in_tenant: Any) -> None:
        ModelGrant.objects.filter(tier=in_tenant.kids, kind="image").exclude(model=paint()).delete()
        off("model")
        with pytest.raises(SwitchedOff, match="It bills twice"):
            catalogue.choose(in_tenant.kids, Kind.IMAGE)

    def test_whoever_holds_the_model_already_cannot_buy_either(self, in_tenant: Any) -> None:
        """A retry, a check, a fallback: all of them ask for an account."""
        job = ask(in_tenant)
        asking.cancel(job)
        off("model")
        with pytest.raises(SwitchedOff):
            retrying.retry(job)

    def test_programs_get_503_and_the_sentence(self, in_tenant: Any, client_for: Callable[..., Client]) -> None:
        ModelGrant.objects.create(tier=None, model=paint())
        off("provider")
        answer = client_for("author").post(
            "/generate/image", {"prompt": "A key", "model": "toll-paint"}, content_type="application/json"
        )
        assert (answer.status_code, "It bills twice." in answer.json()["error"]) == (503, True)

    def test_readers_get_the_sentence_at_the_start_and_on_a_page(
        self, in_tenant: Any, client_for: Callable[..., Client]
    ) -> None:
        first = story_worker.opened(in_tenant.user("reader"), in_tenant.kids)
        choice = Choice.objects.get(scene=first, position=0)
        off("all")
        reader = client_for("reader")
        answers = [
            reader.post("/kids/story/start", {"prompt": "A key in a fish"}),
            reader.post(f"/kids/story/choose/{first.id}/{choice.id}"),
        ]
        told = [(answer.status_code, "It bills twice." in answer.content.decode()) for answer in answers]
        assert told == [(503, True), (503, True)]


class TestWorkers:
    @pytest.mark.parametrize("which", ["model", "provider", "all"])
    def test_nothing_new_is_sent_and_what_waits_goes_on_when_it_is_on(
        self, in_tenant: Any, toll: Any, work: Work, which: str
    ) -> None:
        job = ask(in_tenant)
        row = off(which)
        work()
        job.refresh_from_db()
        assert (job.status, toll.books) == (Status.QUEUED, [])
        assert queueing.outlook(job).words == (
            "What makes it is switched off at the moment; it waits. Nothing is charged for waiting."
        )
        switches.switch_on(row)
        work()
        job.refresh_from_db()
        assert (job.status, len(toll.books)) == (Status.DONE, 1)

    def test_another_model_goes_on(self, in_tenant: Any, toll: Any, work: Work) -> None:
        off("model")
        words = ask(in_tenant, Kind.TEXT)
        work()
        words.refresh_from_db()
        assert words.status == Status.DONE

    def test_what_was_sent_is_asked_after_and_finished(self, in_tenant: Any, toll: Any, work: Work) -> None:
        toll.script[Kind.IMAGE] = [Pending(id="there", check_after_seconds=600)]
        job = ask(in_tenant)
        work()
        off("all")
        Job.objects.filter(id=job.id).update(due_at=after(-1))
        work()
        job.refresh_from_db()
        assert (job.status, len(toll.books)) == (Status.DONE, 1)

    @pytest.mark.parametrize("is_off", [True, False], ids=["off", "control"])
    def test_a_dead_workers_job_that_was_not_sent_is_not_sent_now(
        self, in_tenant: Any, toll: Any, work: Work, is_off: bool
    ) -> None:
        job = ask(in_tenant)
        Job.objects.filter(id=job.id).update(status=Status.RUNNING, fence=1, worker="w:gone", lease_until=after(-1))
        if is_off:
            off("provider")
        work()
        job.refresh_from_db()
        expected = (Status.QUEUED, 0) if is_off else (Status.DONE, 1)
        assert (job.status, len(toll.books)) == expected

    def test_it_ends_at_its_deadline_uncharged(self, in_tenant: Any) -> None:
        from generation.jobs import ending

        job = ask(in_tenant)
        off("model")
        Job.objects.filter(id=job.id).update(deadline_at=after(-1))
        ending.expire()
        job.refresh_from_db()
        assert (job.status, job.message) == (Status.FAILED, "The picture took too long. Nothing was charged.")

    def test_deliveries_are_no_purchases(self, in_tenant: Any) -> None:
        letter = asking.post()
        off("all")
        Job.objects.filter(id=letter.id).update(due_at=now())
        assert [job.id for job in claiming.claim(worker="w:1", room={Lane.WAIT: 5})] == [letter.id]


def test_staff_see_that_it_is_off_and_why(in_tenant: Any, client_for: Callable[..., Client]) -> None:
    off("provider")
    shown = client_for("staff").get("/admin/generation/modelgrant/").content.decode()
    assert shown.count("Switched off by the platform: It bills twice.") == 3
