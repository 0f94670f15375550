"""What came back is held until its checks are done, shown to nobody if it is refused, and asked of another model once."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Picture

from accounts import auditing
from accounts.models import LedgerEntry
from accounts.tenancy import scope
from generation import stills, storage
from generation.drain import drain_here
from generation.errors import NotRetryable
from generation.jobs import asking, claiming, finishing, outcomes, retrying
from generation.jobs.public import live
from generation.models import (
    AiModel,
    Asset,
    DiscardedFile,
    Job,
    Lane,
    Price,
    Rule,
    SafetyEvent,
    SafetyPolicy,
    Unit,
)
from generation.providers.contract import Done, Kind, Verdict
from generation.providers.errors import Refused
from stories.models import Image, Scene, Video
from tests import factories
from tests.factories import TOLL_PRICE
from tests.providers.toll import Toll, film, png, scene

pytestmark = pytest.mark.django_db
HARSH = "I will kill you and strangle him with a rope, he said, and blood sprayed over the white wall behind them both."
BLOOD = png((160, 8, 8))
KEPT = "is not shown: this library's rules keep it from you. It was charged."


@pytest.fixture
def policy(in_tenant: Any, toll: Toll) -> Callable[..., None]:
    """Change the policy of the kids tier; the demo's warden judges."""
    warden = AiModel.objects.get(key="demo-warden")
    none = dict.fromkeys(["checks_text_before", "checks_text_after", "checks_pictures_after"], False)

    def change(**fields: Any) -> None:
        SafetyPolicy.objects.filter(tier=in_tenant.kids).update(**{"check_model": warden, **none, **fields})

    return change


@pytest.fixture
def begin(in_tenant: Any) -> Callable[..., Scene]:
    return lambda **wishes: factories.story(in_tenant.user("reader"), in_tenant.kids, **wishes)


@pytest.fixture
def second(toll: Toll) -> AiModel:
    """Another model that paints."""
    made = AiModel.objects.create(key="second", name="Second", provider="toll", remote_name="paint", kind="image")
    Price.objects.create(model=made, unit=Unit.CALL, amount_micros=2_000, effective_from=datetime.date(2026, 1, 1))
    return made


def ended(page: Scene) -> dict[str, tuple[str, str]]:
    jobs = Job.objects.filter(run__topic_id=page.story_id).exclude(kind="moderate").order_by("created_at")
    return {job.kind: (job.status, job.error_class) for job in jobs}


def events() -> list[tuple[str, str, str, str, str]]:
    rows = SafetyEvent.objects.order_by("created_at")
    return [(row.stage, row.what, row.by, row.name, row.verdict) for row in rows]


def entries(job: Job) -> list[tuple[int, str, int]]:
    rows = LedgerEntry.objects.filter(job_id=job.id).order_by("attempt", "created_at")
    return [(row.attempt, row.kind, row.amount_micros) for row in rows]


class TestBefore:
    def test_a_premise_that_is_flagged_buys_the_check_alone(self, policy: Any, begin: Any, toll: Toll) -> None:
        policy(checks_text_before=True)
        page = begin(prompt=HARSH)
        assert ended(page) == {"text": ("waiting", ""), "image": ("waiting", "")}
        drain_here()
        assert ended(page) == {"text": ("refused", "barred"), "image": ("failed", "need")}
        assert (toll.books, events()) == ([], [("before", "prompt", "model", "demo-warden", "refused")])
        job = Job.objects.get(id=page.job_id)
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "release", 0)]
        with pytest.raises(NotRetryable, match="asking again would not help"):
            retrying.retry(job)
        assert (toll.books, auditing.audit()) == ([], [])

    def test_one_that_passes_is_written(self, policy: Any, begin: Any, toll: Toll) -> None:
        policy(checks_text_before=True)
        page = begin()
        drain_here()
        assert ended(page) == {"text": ("done", ""), "image": ("done", "")}
        judged = Job.objects.get(kind="moderate").request
        assert (judged["prompt"], events()) == ("A fishwife finds a brass key in a fish", [])


class TestAText:
    def test_that_a_rule_keeps_out_shows_nowhere(self, policy: Any, begin: Any, toll: Toll) -> None:
        policy()
        Rule.objects.create(text="wet quay")  # in what was to be drawn, which no reader was to see as words
        page = begin()
        drain_here()
        assert ended(page) == {"text": ("refused", "unfit"), "image": ("failed", "need")}
        page.refresh_from_db()
        assert (page.text, page.picture, page.choices.count(), page.story.title) == ("", "", 0, "")
        job = Job.objects.get(id=page.job_id)
        assert (job.result, job.message) == (
            {}, "The words that came back are not shown: this library's rules keep it from you. It was charged.",
        )  # fmt: skip
        assert events() == [("after", "text", "rule", "wet quay", "refused")]
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "settle", TOLL_PRICE)]

    def test_that_hides_a_word_behind_the_document_s_spelling(self, policy: Any, begin: Any, toll: Toll) -> None:
        policy()
        Rule.objects.create(text="dragon")
        toll.script[Kind.TEXT] = [Done(text=scene(memory="a DRAGON").replace("DRAGON", "\\u0064ragon"))]
        page = begin()
        drain_here()
        assert ended(page)["text"] == ("refused", "unfit")

    def test_that_a_check_flags_shows_nowhere(self, policy: Any, begin: Any, toll: Toll) -> None:
        policy(checks_text_after=True)
        toll.script[Kind.TEXT] = [Done(text=scene(text=HARSH))]
        page = begin()
        drain_here()
        assert ended(page) == {"text": ("refused", "unfit"), "image": ("failed", "need")}
        assert (Scene.objects.get(id=page.id).text, events()) == (
            "", [("after", "text", "model", "demo-warden", "refused")],
        )  # fmt: skip
        assert "violence" in SafetyEvent.objects.get().categories

    def test_is_not_streamed_where_it_is_read_first(self, policy: Any, in_tenant: Any, toll: Toll) -> None:
        run = lambda: asking.open_run(  # noqa: E731
            tier=in_tenant.kids, user=in_tenant.user("reader"), purpose="test", streams_text=True
        )
        policy()
        assert not run().streams_text, "rules hold there"
        Rule.objects.exclude(kind="hint").delete()
        assert run().streams_text
        policy(checks_text_after=True)
        assert not run().streams_text


class TestHeld:
    """Bought and kept, and its check still to come."""

    def buy(self, done: Done, data: bytes = b"") -> Job:
        """Claim the next job and keep what came back for it, as a worker does, without the check that follows."""
        [job] = claiming.claim(worker="w:1", room={Lane.WAIT: 1, Lane.CORE: 0})
        with scope(job.tenant_id):
            outcomes.sent(job)
            kept = data and storage.keep(
                tenant_id=job.tenant_id, kind=Kind(job.kind), data=data, media_type="image/png"
            )
            outcomes.stored(job, done, kept or None)
            finishing.finished(job)
        found = Job.objects.select_related("run", "asset").get(id=job.id)
        assert (found.status, found.worker, Job.objects.filter(status="queued", kind="moderate").count()) == (
            "stored", "", 1,
        )  # fmt: skip
        return found

    def test_it_is_shown_by_no_address(
        self, policy: Any, begin: Any, toll: Toll, client_for: Callable[..., Client], world: Any
    ) -> None:
        policy(checks_text_after=True, checks_pictures_after=True)
        page, reader = begin(), client_for("reader")
        job = self.buy(Done(text=scene()))
        words = [f"/kids/story/scene/{page.id}", f"/kids/story/status/{page.id}", f"/api/v1/scenes/{page.id}",
                 f"/api/v1/jobs/{job.id}", f"/kids/story/tree?story={page.story_id}"]  # fmt: skip

        def shown() -> list[bool]:
            return ["wet quay" in (said := reader.get(one).content.decode()) or "Take the key" in said for one in words]

        assert (shown(), "quay" in repr(live(job)), Scene.objects.get(id=page.id).text) == ([False] * 5, False, "")
        [check] = claiming.claim(worker="w:1", room={Lane.WAIT: 1, Lane.CORE: 0})
        outcomes.stored(check, Done(verdict=Verdict(False)), None)
        finishing.finished(check)
        [again] = claiming.claim(worker="w:1", room={Lane.WAIT: 1, Lane.CORE: 0})
        assert again.id == job.id, "the end of its check wakes it"
        finishing.finished(again)
        assert any(shown()), "the control"

        plate = self.buy(Done(), png())
        assert plate.asset is not None
        files = [
            f"/kids/story/image/{page.id}/file", f"/api/v1/scenes/{page.id}/image", f"/api/v1/assets/{plate.asset.id}",
            f"/api/v1/assets/{plate.asset.id}/file",
        ]  # fmt: skip
        answers = lambda: {reader.get(one).status_code for one in files}  # noqa: E731
        assert (answers(), reader.get(f"/kids/story/image/{page.id}").json()) == ({404}, {"status": "generating"})
        assert str(plate.asset.id) not in reader.get("/api/v1/assets").content.decode()
        assert "url" not in live(plate)
        drain_here()
        assert answers() == {200}, "the control"
        assert str(plate.asset.id) in reader.get("/api/v1/assets").content.decode()


class TestAPicture:
    def test_that_a_check_flags_is_thrown_away(
        self, policy: Any, begin: Any, toll: Toll, client_for: Callable[..., Client], world: Any
    ) -> None:
        policy(checks_pictures_after=True)
        toll.script[Kind.IMAGE] = [Done(data=BLOOD, media_type="image/png")]
        page = begin(film=True)
        drain_here()
        assert ended(page) == {"text": ("done", ""), "image": ("refused", "unfit"), "video": ("failed", "need")}
        job = Image.objects.select_related("job").get(scene=page).job
        assert (job.message, job.asset_id, Asset.objects.count(), DiscardedFile.objects.count()) == (
            f"The picture that came back {KEPT}", None, 0, 1,
        )  # fmt: skip
        assert events() == [("after", "picture", "model", "demo-warden", "refused")]
        body = client_for("reader").get(f"/kids/story/scene/{page.id}").content.decode()
        assert (job.message.split(":")[0] in body, "Try again" in body) == (True, False)

    def test_and_a_film_by_moments_of_it(self, policy: Any, begin: Any, toll: Toll) -> None:
        policy(checks_pictures_after=True)
        page = begin(film=True)
        drain_here()
        assert ended(page)["video"] == ("done", "")
        asked = [job.request["inputs"][0] for job in Job.objects.filter(kind="moderate").order_by("created_at")]
        assert [Asset.objects.get(id=one["asset"]).media_type for one in asked] == ["image/png", "video/mp4"]
        name = default_storage.save("a-film", ContentFile(film()))
        with Picture.open(io.BytesIO(stills.sheet(name))) as sheet:
            assert (sheet.format, sheet.size) == ("JPEG", (128, 72))
        assert Video.objects.count() == 1


class TestInstead:
    def test_a_refusal_is_asked_once_of_the_tiers_other_model(
        self, policy: Any, begin: Any, toll: Toll, second: AiModel
    ) -> None:
        policy(fallback_image_model=second)
        toll.script[Kind.IMAGE] = [Refused("no", billed=True)]
        page = begin()
        drain_here()
        job = Image.objects.select_related("job__model").get(scene=page).job
        assert (job.status, job.model, job.instead_of, job.attempt, job.cost_micros) == (
            "done",
            second,
            "toll-paint",
            2,
            2_000,
        )
        assert entries(job) == [
            (1, "reserve", TOLL_PRICE), (1, "unknown", TOLL_PRICE), (2, "reserve", 2_000), (2, "settle", 2_000),
        ]  # fmt: skip
        assert (events(), auditing.audit()) == ([("after", "prompt", "provider", "toll-paint", "fallback")], [])

    def test_and_then_it_is_final(self, policy: Any, begin: Any, toll: Toll, second: AiModel) -> None:
        policy(fallback_image_model=second, checks_pictures_after=True)
        toll.script[Kind.IMAGE] = [Done(data=BLOOD, media_type="image/png"), Refused("no")]
        page = begin()
        drain_here()
        job = Image.objects.select_related("job").get(scene=page).job
        assert (job.status, job.attempt, [one[-1] for one in events()]) == ("refused", 2, ["fallback", "refused"])
        with pytest.raises(NotRetryable):
            retrying.retry(job)
        assert len([request for request in toll.books if request.kind is Kind.IMAGE]) == 2

    def test_without_one_it_is_final_at_once_until_staff_name_one(
        self, policy: Any, begin: Any, toll: Toll, second: AiModel
    ) -> None:
        policy()
        toll.script[Kind.IMAGE] = [Refused("no")]
        page = begin()
        drain_here()
        job = Image.objects.select_related("job").get(scene=page).job
        assert (job.status, events()[-1][-1]) == ("refused", "refused")
        with pytest.raises(NotRetryable):
            retrying.retry(job)
        policy(fallback_image_model=second)
        retrying.retry(job)
        drain_here()
        job.refresh_from_db()
        assert (job.status, job.model, job.instead_of, auditing.audit()) == ("done", second, "toll-paint", [])


def test_what_cannot_be_checked_is_kept_unshown_and_only_the_check_is_repeated(
    policy: Any, begin: Any, toll: Toll
) -> None:
    judge = AiModel.objects.create(key="unpriced", name="U", provider="demo", remote_name="warden", kind="moderate")
    policy(check_model=judge, checks_pictures_after=True)
    page = begin()
    drain_here()
    job = Image.objects.select_related("job").get(scene=page).job
    assert (job.status, job.error_class, job.asset is not None) == ("failed", "unchecked", True)
    Price.objects.create(model=judge, unit=Unit.CALL, amount_micros=0, effective_from=datetime.date(2026, 1, 1))
    retrying.retry(job)
    drain_here()
    job.refresh_from_db()
    assert (job.status, job.attempt, len(toll.books), auditing.audit()) == ("done", 1, 2, [])


def test_the_studio_looks_at_what_people_bring(in_tenant: Any, media: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from generation.studio import making, policy, public, wishes
    from generation.studio.models import Source
    from generation.studio.wishes import Brought

    SafetyPolicy.objects.create(check_model=AiModel.objects.get(key="demo-warden"))
    user = in_tenant.user("author")
    brought = [Brought("reference", SimpleUploadedFile("a.png", BLOOD, "image/png"), "reference_images")]
    wish = wishes.read(Kind.IMAGE, {"prompt": "a key"}, rules=policy.current(), user=user, brought=brought)
    piece = making.make(user=user, rules=policy.current(), wish=wish, source=Source.FORM, nonce=factories.uuid.uuid4())
    drain_here()
    [take] = public.takes_of(piece)
    assert (take.job.status, take.job.error_class) == ("refused", "barred")
    assert events() == [("before", "upload", "model", "demo-warden", "refused")]
    with scope(in_tenant.harbour):
        assert SafetyEvent.objects.count() == 0
