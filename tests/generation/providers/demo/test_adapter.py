"""The offline provider, under the contract of a paid one: delays, faults, its own books, films that outlive a process."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation.providers.contract import Done, Emit, Handle, Input, Kind, Pending, Replay, Request
from generation.providers.demo import editing, filming, painting, speaking
from generation.providers.demo.adapter import Demo
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected, Transient

TEXT = Request(Kind.TEXT, "storyteller", json.dumps({"task": "open", "premise": "A key", "depth": 1, "of": 3}), seed=7)
IMAGE = Request(
    Kind.IMAGE, "painter", "A key on a quay", reference="job:1", aspect_ratio="2:3", style="gouache", seed=7
)
VIDEO = Request(
    Kind.VIDEO, "filmmaker", "A key\n\nMotion: It turns.", reference="film:1", seconds=2.0, seed=7,
    inputs=(Input("first_frame", "image/png", b"a frame"),),
)  # fmt: skip
EDIT = Request(
    Kind.EDIT,
    "painter",
    "Make it night",
    reference="edit:1",
    seed=7,
    inputs=(Input("source", "image/png", b"a picture"),),
)
SPEECH = Request(Kind.SPEECH, "narrator", "A key", reference="speech:1")
CHECK = Request(Kind.MODERATE, "warden", "A key", reference="check:1")
BY_KIND = {"text": TEXT, "image": IMAGE, "edit": EDIT, "video": VIDEO, "speech": SPEECH, "moderate": CHECK}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What painting and filming are asked; they have tests of their own."""
    asked: dict[str, Any] = {}

    def paint(prompt: str, *, progress: Any, **given: Any) -> Image.Image:
        asked["paint"] = {"prompt": prompt, **given}
        for share in (0.5, 1.0):
            progress(share)
        return Image.new("RGB", (8, 8))

    def film(prompt: str, **given: Any) -> bytes:
        asked["film"] = {"prompt": prompt, **given}
        return b"film" * 100

    def edit(request: Request, progress: Any) -> Done:
        progress(1.0)
        return Done(data=b"edited" * 35, media_type="image/png")

    monkeypatch.setattr(editing, "edit", edit)
    monkeypatch.setattr(speaking, "speak", lambda request, progress: Done(data=b"spoken" * 35, media_type="audio/mpeg"))
    monkeypatch.setattr(painting, "paint", paint)
    monkeypatch.setattr(painting, "encode", lambda _: b"picture" * 30)
    monkeypatch.setattr(filming, "film", film)
    return asked


@pytest.fixture
def demo(tmp_path: Path) -> Any:
    faults = tmp_path / "faults.json"

    def make(*, log: bool = False, seconds: float = 0.0, **given: Any) -> Demo:
        faults.write_text(json.dumps(given))
        return Demo(
            faults_file=str(faults), log_file=str(tmp_path / "log") if log else "", text_seconds=seconds,
            image_seconds=seconds, video_seconds=seconds,
        )  # fmt: skip

    make.file = faults  # type: ignore[attr-defined]
    return make


silent = Emit()


def handle(pending: Done | Pending, request: Request = VIDEO) -> Handle:
    assert isinstance(pending, Pending)
    return Handle(pending.id, pending.poll_url, request)


class TestAnswers:
    def test_words_are_a_scene_by_the_schema(self) -> None:
        from stories import drafts

        done = Demo().start(TEXT, silent)
        assert isinstance(done, Done)
        assert (done.model, done.seed, done.data) == ("storyteller", 7, None)
        assert len(drafts.read(done.text or "", must_end=False).choices) >= 2
        assert done == Demo().start(TEXT, silent)  # the same seed tells the same story

    def test_a_premise_alone_is_told_as_a_scene_where_a_scene_is_asked_for(self) -> None:
        from stories import prompts

        asked = Request(Kind.TEXT, "storyteller", "A key in a fish", schema=prompts.SCENE_SCHEMA)
        done = Demo().start(asked, silent)
        assert isinstance(done, Done)
        assert json.loads(done.text or "")["title"]

    def test_a_picture(self, quick: dict[str, Any]) -> None:
        told: list[float] = []
        done = Demo().start(IMAGE, Emit(progress=told.append))
        assert done == Done(
            data=b"picture" * 30, media_type=painting.MEDIA_TYPE, model="painter", seed=7, width=480, height=720
        )
        assert quick["paint"] == {
            "prompt": "A key on a quay",
            "seed": 7,
            "style": "gouache",
            "width": 480,
            "height": 720,
        }
        assert told == pytest.approx([0.2, 0.6, 1.0])

    def test_a_film_is_taken_in_and_asked_after(self, quick: dict[str, Any]) -> None:
        pending = Demo().start(VIDEO, silent)
        assert isinstance(pending, Pending)
        assert (pending.progress, pending.check_after_seconds) == (0.0, 0.5)
        done = Demo().check(handle(pending))
        assert done == Done(
            data=b"film" * 100, media_type="video/mp4", model="filmmaker", seed=7, width=960, height=540, seconds=2.0
        )
        assert quick["film"] == {
            "prompt": "A key", "seed": 7, "style": "watercolour", "width": 960, "height": 540, "seconds": 2.0,
            "first_frame": b"a frame",
        }  # fmt: skip


class TestTime:
    def test_words_take_the_time_that_was_set(self) -> None:
        shares: list[float] = []
        pieces: list[str] = []
        began = time.monotonic()
        done = Demo(text_seconds=0.6).start(TEXT, Emit(shares.append, pieces.append))
        assert 0.6 <= time.monotonic() - began < 3
        assert shares == pytest.approx([part / 12 for part in range(1, 13)])
        assert (len(pieces), "".join(pieces)) == (12, done.text)

    def test_a_film_is_on_its_way_for_as_long_and_another_process_finds_it(self) -> None:
        first, second = Demo(video_seconds=0.5), Demo(video_seconds=0.5)
        asked = handle(first.start(VIDEO, silent))
        early = second.check(asked)
        assert isinstance(early, Pending)
        assert (early.id, early.progress is not None and 0 <= early.progress < 0.6) == (asked.id, True)
        time.sleep(0.55)
        assert isinstance(second.check(asked), Done)

    def test_two_purchases_are_two_films(self) -> None:
        ids = {handle(Demo().start(VIDEO, silent)).id, handle(Demo().start(IMAGE_AS_FILM, silent)).id}
        assert len(ids) == 2


IMAGE_AS_FILM = Request(Kind.VIDEO, "filmmaker", "Another", reference="film:2")
RAISED: dict[str, type[ProviderError]] = {"refuse": Refused, "reject": Rejected, "deny": Denied}


class TestFaults:
    @pytest.mark.parametrize("kind", BY_KIND)
    @pytest.mark.parametrize("fault", RAISED)
    def test_those_that_end_the_call(self, demo: Any, kind: str, fault: str) -> None:
        adapter = demo(**{kind: fault}, log=True)
        with pytest.raises(RAISED[fault], match=f"told to {fault}"):
            adapter.start(BY_KIND[kind], silent)
        assert not Path(adapter.log_file).exists()  # refused is not sold
        for other in BY_KIND.keys() - {kind}:  # the control: the other kinds are as ever
            assert adapter.start(BY_KIND[other], silent) is not None

    def test_the_first_calls_of_every_purchase_fail(self, demo: Any) -> None:
        adapter = demo(image="fail:2")
        for reference in ("a:1", "b:1"):
            request = Request(Kind.IMAGE, "painter", "x", reference=reference)
            for _ in range(2):
                with pytest.raises(Transient) as busy:
                    adapter.start(request, silent)
                assert busy.value.retry_after_seconds == 0.2
            assert isinstance(Demo(faults_file=adapter.faults_file).start(request, silent), Done)  # counted for all

    def test_damage(self, demo: Any) -> None:
        text = demo(text="damage").start(TEXT, silent)
        with pytest.raises(ValueError, match="Unterminated"):
            json.loads(text.text)
        assert len(demo(image="damage").start(IMAGE, silent).data) == 70
        assert len(demo(edit="damage").start(EDIT, silent).data) == 70
        assert len(demo(speech="damage").start(SPEECH, silent).data) == 70
        with pytest.raises(Damaged):
            demo(moderate="damage").start(CHECK, silent)
        adapter = demo(video="damage")
        assert len(adapter.check(handle(adapter.start(VIDEO, silent))).data) == 200

    def test_a_film_that_was_forgotten(self, demo: Any) -> None:
        adapter = demo()
        asked = handle(adapter.start(VIDEO, silent))
        demo(video="lose")
        with pytest.raises(Lost) as lost:
            adapter.check(asked)
        assert lost.value.billed is False
        with pytest.raises(Lost):
            Demo().check(Handle("task-1", "", VIDEO))

    def test_no_answer_until_the_fault_is_taken_away(self, demo: Any) -> None:
        adapter, answers = demo(text="hang"), []
        thread = threading.Thread(target=lambda: answers.append(adapter.start(TEXT, silent)), daemon=True)
        thread.start()
        thread.join(0.4)
        assert (thread.is_alive(), answers) == (True, [])
        demo()
        thread.join(10)
        assert len(answers) == 1

    def test_a_file_that_is_gone_or_broken_is_no_fault(self, demo: Any) -> None:
        adapter = demo(image="refuse")
        demo.file.write_text("{")
        assert isinstance(adapter.start(IMAGE, silent), Done)
        demo.file.unlink()
        assert isinstance(adapter.start(IMAGE, silent), Done)


def test_its_books_have_a_line_for_every_purchase_and_every_answer(demo: Any) -> None:
    adapter = demo(log=True)
    film = handle(adapter.start(VIDEO, silent))
    adapter.check(film)
    adapter.start(IMAGE, silent)
    lines = [json.loads(line) for line in Path(adapter.log_file).read_text().splitlines()]
    assert [(line["verb"], line["kind"], line["reference"], line["id"]) for line in lines] == [
        ("start", "video", "film:1", film.id), ("answer", "video", "film:1", film.id), ("start", "image", "job:1", ""),
        ("answer", "image", "job:1", ""),
    ]  # fmt: skip


def test_its_models() -> None:
    makes = {
        "storyteller": Kind.TEXT, "painter": Kind.IMAGE, "filmmaker": Kind.VIDEO, "warden": Kind.MODERATE, "gpt-9": Kind.TEXT,
    }  # fmt: skip
    able = {name: Demo().capabilities(name, kind, {}) for name, kind in makes.items()}
    found = {name: (can.kind.value, can.burns_core) if can else None for name, can in able.items()}
    assert found == {
        "storyteller": ("text", False), "painter": ("image", True), "filmmaker": ("video", True),
        "warden": ("moderate", False), "gpt-9": None,
    }  # fmt: skip
    assert Demo().capabilities("painter", Kind.VIDEO, {}) is None
    assert [Demo().capabilities(name, Kind.EDIT, {}) is not None for name in makes] == [
        False,
        True,
        False,
        False,
        False,
    ]
    assert (Demo().replay, Demo(replay="never").replay) == (Replay.FREE, Replay.NEVER)
    with pytest.raises(ValueError, match="sometimes"):
        Demo(replay="sometimes")
