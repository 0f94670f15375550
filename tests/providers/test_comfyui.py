"""ComfyUI: what a workflow says about its model, what is written into it, and what becomes of a run."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from generation.providers.capabilities import Capabilities, Sizes, refuse_unsupported
from generation.providers.comfyui import ComfyUI
from generation.providers.comfyui.workflow import VALUES, read
from generation.providers.contract import Done, Emit, Handle, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, Rejected, Transient
from generation.providers.fitting import fit
from tests.providers import specs
from tests.providers.cases.comfyui import CHANGING, FILMING, KEEPING, MOVING, PAINTING, PAINTS, PLACES, given
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.dialect import as_json
from tests.providers.fake.faults import Cancelled, JobFailed, JobLost, ServerError, Status

ID = "run-1"


@pytest.fixture
def comfy(fake: FakeProviders) -> ComfyUI:
    return ComfyUI(base_url=fake.base_url("comfyui"), trusted=True)


def asked(options: dict[str, Any], kind: Kind = Kind.IMAGE, prompt: str = "A key.", **fields: Any) -> Request:
    """A request as the engine sends it on: fitted, and refused by nothing."""
    able = ComfyUI().capabilities("row", kind, options)
    assert able is not None
    request, _ = fit(Request(kind, "row", prompt, options=options, **fields), able)
    assert refuse_unsupported(request, able) == []
    return request


def finished(comfy: ComfyUI, request: Request, fake: FakeProviders) -> Done:
    pending = comfy.start(request, Emit())
    handle = Handle(pending.id, pending.poll_url, request)
    for _ in range(fake.polls_needed):
        assert comfy.check(handle) == pending
    done = comfy.check(handle)
    assert isinstance(done, Done)
    return done


def fetched(comfy: ComfyUI, done: Done) -> bytes:
    assert done.link is not None
    with comfy.open(done.link) as stream:
        return b"".join(stream.chunks())


def test_a_picture_from_the_queue_to_its_bytes(fake: FakeProviders, comfy: ComfyUI) -> None:
    request = asked(PAINTING, negative_prompt="text", seed=7, steps=30, cfg_scale=5.5, aspect_ratio="1:1")
    done = finished(comfy, request, fake)
    name = next(job.id for job in fake.jobs.values())
    assert done == Done(
        link=Link(f"{fake.base_url('comfyui')}/view?filename={name}_00001_.png&subfolder=&type=output", with_key=True),
        media_type="image/png",
        model="row",
        seed=7,
        width=992,
        height=992,
    )
    assert fetched(comfy, done) == media.picture()
    expected = copy.deepcopy(PAINTS)
    expected["3"]["inputs"] |= {"seed": 7, "steps": 30, "cfg": 5.5}
    expected["5"]["inputs"] |= {"width": 992, "height": 992}
    expected["6"]["inputs"]["text"] = "A key."
    expected["7"]["inputs"]["text"] = "text"
    sent = fake.captured[0]
    assert (sent.method, sent.path, sent.json) == ("POST", "/prompt", {"prompt": expected, "client_id": "fablewright"})
    specs.validate("comfyui", sent.path, sent.json)
    assert PAINTS["6"]["inputs"]["text"] == "what to paint"


def test_what_is_not_asked_for_stays_as_the_workflow_has_it_and_the_seed_is_new_each_time(
    fake: FakeProviders, comfy: ComfyUI
) -> None:
    options = {**PAINTING, "inputs": {"prompt": "6.text", "seed": "3.seed"}}
    first = finished(comfy, asked(options), fake)
    second = finished(comfy, asked(options), fake)
    graphs = [sent.json["prompt"] for sent in fake.captured if sent.path == "/prompt"]
    assert [first.seed, second.seed] == [graph["3"]["inputs"].pop("seed") for graph in graphs]
    assert first.seed != second.seed
    expected = copy.deepcopy(PAINTS)
    expected["6"]["inputs"]["text"] = "A key."
    del expected["3"]["inputs"]["seed"]
    assert graphs == [expected, expected]


def test_pictures_are_uploaded_first_and_lie_in_their_places(fake: FakeProviders, comfy: ComfyUI) -> None:
    roles = ("reference", "reference")
    finished(comfy, asked(KEEPING, inputs=given(*roles)), fake)
    first, second, submit = fake.captured[:3]
    names = [sent.files[0].filename for sent in (first, second)]
    assert [(sent.operation, sent.fields) for sent in (first, second)] == [
        ("upload", {"type": ["input"], "overwrite": ["true"]})
    ] * 2
    assert [file.data for sent in (first, second) for file in sent.files] == [one.read() for one in given(*roles)]
    places = [submit.json["prompt"][node]["inputs"]["image"] for node in ("12", "13", "14")]
    assert places == [*names, names[0]]
    # The same picture again is the same file there.
    comfy.start(asked(CHANGING, Kind.EDIT, inputs=given("source", "mask")), Emit())
    again = next(sent for sent in fake.captured[3:] if sent.operation == "upload")
    assert again.files[0].filename == names[0]


def test_an_upload_into_a_folder_is_named_with_it(fake: FakeProviders, comfy: ComfyUI, monkeypatch: Any) -> None:
    dialect = fake.dialects["comfyui"]
    monkeypatch.setattr(dialect, "upload", lambda call: as_json({"name": "a.png", "subfolder": "in", "type": "input"}))
    with pytest.raises(Rejected) as refused:
        comfy.start(asked(CHANGING, Kind.EDIT, inputs=given("source")), Emit())
    assert (refused.value.field, fake.captured[-1].json["prompt"]["12"]["inputs"]["image"]) == ("inputs", "in/a.png")


@pytest.mark.parametrize(
    ("answer", "error"), [(as_json({}), Transient), (as_json({}, 404), Rejected), (as_json({}, 500), Transient)]
)
def test_an_upload_that_fails_buys_nothing(
    fake: FakeProviders, comfy: ComfyUI, monkeypatch: Any, answer: Any, error: type[Exception]
) -> None:
    monkeypatch.setattr(fake.dialects["comfyui"], "upload", lambda call: answer)
    with pytest.raises(error):
        comfy.start(asked(CHANGING, Kind.EDIT, inputs=given("source")), Emit())
    assert fake.submits("comfyui") == 0


def test_a_film_is_counted_in_frames(fake: FakeProviders, comfy: ComfyUI) -> None:
    done = finished(comfy, asked(FILMING, Kind.VIDEO, seed=7, seconds=5.0, width=832, height=480), fake)
    assert (done.media_type, done.seconds, done.width, done.height) == ("video/mp4", 81 / 16, 832, 480)
    assert fetched(comfy, done) == media.film()
    assert fake.captured[0].json["prompt"]["9"]["inputs"]["length"] == 81
    pending = comfy.start(asked(MOVING, Kind.VIDEO, inputs=given("first_frame", "last_frame")), Emit())
    assert pending == Pending(pending.id, check_after_seconds=5.0)


@pytest.mark.parametrize(
    ("seconds", "rate", "frames"), [(5.0, None, 81), (1.0, None, 17), (0.1, None, 9), (5.0, 24, 121), (3.3, 16.0, 57)]
)
def test_frames_come_in_eights_with_one_before_them(seconds: float, rate: float | None, frames: int) -> None:
    options = {**FILMING, **({"frames_per_second": rate} if rate else {})}
    assert read(options).frames(seconds) == frames


def test_what_a_workflow_takes_follows_from_the_places_named_in_it() -> None:
    able = ComfyUI().capabilities
    places = {"seed", "negative_prompt", "steps", "cfg_scale"}
    sizes = Sizes(64, 4096, step=16, standard_pixels=1216 * 832)
    base = {"sizes": sizes, "longest_seconds": 1200.0}
    assert able("row", Kind.IMAGE, PAINTING) == Capabilities(Kind.IMAGE, takes=frozenset(places), **base)
    assert able("row", Kind.IMAGE, KEEPING) == Capabilities(
        Kind.IMAGE, takes=frozenset(places), inputs={"reference": 3}, **base
    )
    assert able("row", Kind.EDIT, CHANGING) == Capabilities(
        Kind.IMAGE,
        takes=frozenset({*places, "strength"}),
        inputs={"source": 1, "mask": 1},
        needs_one_of=("source",),
        **base,
    )
    assert able("row", Kind.VIDEO, MOVING) == Capabilities(
        Kind.VIDEO,
        takes=frozenset(places),
        sizes=sizes,
        seconds=(1.0, 20.0),
        default_seconds=5.0,
        inputs={"first_frame": 1, "last_frame": 1},
        needs_one_of=("first_frame",),
        longest_seconds=3600.0,
    )
    assert able("row", Kind.IMAGE, {"workflow": PAINTS, "inputs": {"prompt": "6.text", "width": "5.width"}}) == (
        Capabilities(Kind.IMAGE, longest_seconds=1200.0)
    )
    nothing = [(Kind.EDIT, PAINTING), (Kind.TEXT, PAINTING), (Kind.SPEECH, PAINTING), (Kind.IMAGE, {})]
    assert [able("row", kind, options) for kind, options in nothing] == [None] * 4


def test_what_a_workflow_has_no_place_for_is_refused_by_name() -> None:
    able = ComfyUI().capabilities("row", Kind.IMAGE, {"workflow": PAINTS, "inputs": {"prompt": "6.text"}})
    assert able is not None
    request, _ = fit(Request(Kind.IMAGE, "row", "A key.", seed=1, width=64, height=64, inputs=given("reference")), able)
    assert refuse_unsupported(request, able) == [
        ("seed", "is not taken by this model: leave it out"),
        ("width", "is not taken by this model: use aspect_ratio"),
        ("inputs", "contain a reference, which this model does not take"),
    ]


def graph(**changes: Any) -> dict[str, Any]:
    return {**PAINTS, **changes}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workflow": {}}, "option workflow holds no graph: put the workflow's export in API format there"),
        ({"workflow": "{}"}, "option workflow holds no graph: put the workflow's export in API format there"),
        (
            {"workflow": {"last_node_id": 9, "nodes": [{"id": 3, "type": "KSampler"}], "links": []}},
            "option workflow is how the editor saves it (nodes and links): export it in API format instead, "
            "with File, Export (API)",
        ),
        (
            {"workflow": {"prompt": PAINTS}},
            "option workflow: node prompt has no class_type and inputs, so this is no export in API format",
        ),
        (
            {"workflow": graph(**{"9": {"class_type": "SaveImage"}})},
            "option workflow: node 9 has no class_type and inputs, so this is no export in API format",
        ),
        ({"workflow": PAINTS}, 'option inputs names no place of the prompt: add one, such as "prompt": "6.text"'),
        (
            {"workflow": PAINTS, "inputs": {"prompt": "66.text"}},
            'option inputs: prompt points to "66.text", and the workflow has no such node',
        ),
        (
            {"workflow": PAINTS, "inputs": {"prompt": "6"}},
            'option inputs: prompt points to "6", and the workflow has no such node',
        ),
        (
            {"workflow": PAINTS, "inputs": {"prompt": "6.prompt"}},
            'option inputs: prompt points to "6.prompt", and CLIPTextEncode has the inputs text, clip',
        ),
        (
            {"workflow": PAINTS, "inputs": {**PLACES, "mood": "7.text"}},
            "option inputs: mood is none of prompt, width, height, seconds, frames, "
            + ", ".join(VALUES)
            + ", source, mask, reference, first_frame, last_frame",
        ),
        ({"workflow": PAINTS, "inputs": PLACES, "output": "99"}, "option output: the workflow has no node 99"),
    ],
)
def test_what_is_wrong_with_a_workflow_is_said_before_anything_is_sent(
    fake: FakeProviders, comfy: ComfyUI, options: dict[str, Any], said: str
) -> None:
    assert isinstance(comfy.capabilities("row", Kind.IMAGE, options), Capabilities)
    with pytest.raises(Rejected) as refused:
        comfy.start(Request(Kind.IMAGE, "row", "A key.", options=options), Emit())
    assert (str(refused.value), refused.value.field, fake.captured) == (said, "options", [])


def test_a_place_may_be_several(fake: FakeProviders, comfy: ComfyUI) -> None:
    options = {**PAINTING, "inputs": {"prompt": ["6.text", "7.text"], "seed": "3.seed"}}
    comfy.start(asked(options, seed=1), Emit())
    sent = fake.captured[-1].json["prompt"]
    assert (sent["6"]["inputs"]["text"], sent["7"]["inputs"]["text"]) == ("A key.", "A key.")


def test_what_the_server_complains_of_is_named_as_we_call_it(fake: FakeProviders, comfy: ComfyUI) -> None:
    unknown = graph(**{"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "gone.safetensors"}}})
    cases = [
        ({**PAINTING, "workflow": unknown}, "options", "node 4 (CheckpointLoaderSimple), input ckpt_name"),
        (CHANGING, "inputs", "node 12 (LoadImage), input image: Invalid image file: example.png"),
        (
            {**PAINTING, "workflow": {"6": PAINTS["6"]}, "inputs": {"prompt": "6.text"}, "output": ""},
            "options",
            "no outputs",
        ),
    ]
    for options, field, said in cases:
        with pytest.raises(Rejected, match=said.replace("(", r"\(").replace(")", r"\)")) as refused:
            comfy.start(Request(Kind.IMAGE, "row", "A key.", options=options), Emit())
        assert refused.value.field == field
    assert fake.submits("comfyui") == 0


def test_a_run_that_fails_or_is_stopped_has_cost_nothing(fake: FakeProviders, comfy: ComfyUI) -> None:
    fake.polls_needed = 0
    fake.script("comfyui", "image.submit", JobFailed("CUDA out of memory"), Cancelled())
    said = []
    for _ in range(2):
        request = asked(PAINTING)
        pending = comfy.start(request, Emit())
        with pytest.raises(Damaged) as failed:
            comfy.check(Handle(pending.id, "", request))
        said.append((str(failed.value), failed.value.billed))
    assert said == [
        ("node 9 (KSampler): RuntimeError: CUDA out of memory", False),
        ("the run was interrupted at the server", False),
    ]


def test_a_run_that_nobody_knows_any_more_is_lost(fake: FakeProviders, comfy: ComfyUI) -> None:
    fake.script("comfyui", "image.submit", JobLost())
    request = asked(PAINTING)
    pending = comfy.start(request, Emit())
    for job in (pending.id, "f00"):
        with pytest.raises(Lost) as lost:
            comfy.check(Handle(job, "", request))
        assert lost.value.billed is False
    asked_for = [sent.path for sent in fake.captured[-3:]]
    assert asked_for == ["/history/f00", "/queue", "/history/f00"]


def test_a_run_that_ends_between_two_questions_is_not_lost(
    fake: FakeProviders, comfy: ComfyUI, monkeypatch: Any
) -> None:
    fake.polls_needed = 1
    request = asked(PAINTING)
    pending = comfy.start(request, Emit())
    monkeypatch.setattr(
        fake.dialects["comfyui"], "queue", lambda call: as_json({"queue_running": [], "queue_pending": []})
    )
    done = comfy.check(Handle(pending.id, "", request))
    assert isinstance(done, Done)
    assert fetched(comfy, done) == media.picture()


def test_a_server_in_trouble_is_asked_again(fake: FakeProviders, comfy: ComfyUI) -> None:
    request = asked(PAINTING)
    pending = comfy.start(request, Emit())
    handle = Handle(pending.id, "", request)
    fake.script("comfyui", "image.poll", ServerError(), Status(503, error="overloaded"))
    fake.script("comfyui", "queue", ServerError())
    for _ in range(3):
        with pytest.raises(Transient):
            comfy.check(handle)
    assert comfy.check(handle) == pending


def test_a_queue_that_cannot_be_read_loses_nothing(fake: FakeProviders, comfy: ComfyUI, monkeypatch: Any) -> None:
    monkeypatch.setattr(fake.dialects["comfyui"], "queue", lambda call: as_json({"queue_running": "many"}))
    request = asked(PAINTING)
    pending = comfy.start(request, Emit())
    assert comfy.check(Handle(pending.id, "", request)) == pending
    comfy.cancel(Handle(pending.id, "", request))
    assert fake.captured[-1].path == "/queue"


def told(outputs: Any, status: Any) -> dict[str, Any]:
    return {ID: {"outputs": outputs, "status": status}}


OVER = {"status_str": "success", "completed": True, "messages": []}
EMPTY = "the run ended well and there is no image among the outputs of node 9"
FILE = {"filename": "a b.png", "subfolder": "story/1", "type": "output"}


@pytest.mark.parametrize(
    ("options", "kind", "entry", "expected"),
    [
        (
            PAINTING,
            Kind.IMAGE,
            told({"9": {"images": [FILE]}}, OVER),
            Done(link=Link("view?filename=a+b.png&subfolder=story%2F1&type=output", True), media_type="image/png", model="row"),
        ),
        # A preview is taken only where nothing was kept, and an old server writes no status.
        (
            KEEPING,
            Kind.IMAGE,
            told({"1": {"images": [{**FILE, "type": "temp"}]}, "2": {"images": [{"filename": "b.jpg"}]}}, None),
            Done(link=Link("view?filename=b.jpg&subfolder=&type=output", True), media_type="image/jpeg", model="row"),
        ),
        # Films lie under any name, and what is no film among them is not taken for one.
        (
            MOVING,
            Kind.VIDEO,
            told({"9": {"images": [{"filename": "a.png"}, {"filename": "a.webm"}], "animated": [True]}}, OVER),
            Done(link=Link("view?filename=a.webm&subfolder=&type=output", True), media_type="video/webm", model="row"),
        ),
        (PAINTING, Kind.IMAGE, told({}, {"status_str": "tidying", "completed": False}), Pending(ID)),
        (PAINTING, Kind.IMAGE, told({}, OVER), EMPTY),
        (KEEPING, Kind.IMAGE, told({"9": {"text": ["a"]}}, OVER), "the run ended well and there is no image among the outputs"),
        (PAINTING, Kind.IMAGE, told({"8": {"images": [FILE]}}, OVER), EMPTY),
        (PAINTING, Kind.IMAGE, told({"9": {"images": "many"}}, OVER), EMPTY),
        (
            PAINTING,
            Kind.IMAGE,
            told(None, {"status_str": "error", "messages": [5, ["execution_error"]]}),
            "node None (None): None: None",
        ),
        (PAINTING, Kind.IMAGE, told(None, {"status_str": "error"}), "the run failed and the server does not say why"),
    ],
)  # fmt: skip
def test_what_the_history_says(
    fake: FakeProviders, comfy: ComfyUI, monkeypatch: Any, options: Any, kind: Kind, entry: Any, expected: Any
) -> None:
    monkeypatch.setattr(fake.dialects["comfyui"], "history", lambda call: as_json(entry))
    handle = Handle(ID, "", Request(kind, "row", "A key.", options=options))
    if isinstance(expected, str):
        with pytest.raises(Damaged) as damaged:
            comfy.check(handle)
        assert (str(damaged.value), damaged.value.billed) == (expected, False)
        return
    found = comfy.check(handle)
    if isinstance(found, Done) and found.link:
        assert found.link.url.startswith(comfy.wire.base_url)
        found = Done(
            link=Link(found.link.url.removeprefix(comfy.wire.base_url), found.link.with_key),
            media_type=found.media_type,
            model=found.model,
        )
    assert found == expected


def test_a_waiting_run_is_taken_out_of_the_queue(fake: FakeProviders, comfy: ComfyUI) -> None:
    request = asked(PAINTING)
    handle = Handle(comfy.start(request, Emit()).id, "", request)
    comfy.cancel(handle)
    assert [(sent.method, sent.path, sent.json) for sent in fake.captured[1:]] == [
        ("GET", "/queue", None),
        ("POST", "/queue", {"delete": [handle.id]}),
    ]
    with pytest.raises(Lost):
        comfy.check(handle)


def test_an_interrupt_is_sent_only_where_this_very_run_is_the_one_that_runs(
    fake: FakeProviders, comfy: ComfyUI
) -> None:
    request = asked(PAINTING)
    ours, other = (Handle(comfy.start(request, Emit()).id, "", request) for _ in range(2))
    comfy.check(other)
    comfy.cancel(ours)
    assert "/interrupt" not in [sent.path for sent in fake.captured]
    comfy.cancel(other)
    assert (fake.captured[-1].path, fake.captured[-1].json) == ("/interrupt", {"prompt_id": other.id})
    with pytest.raises(Damaged, match="interrupted"):
        comfy.check(other)
    before = len(fake.captured)
    comfy.cancel(other)
    assert [sent.path for sent in fake.captured[before:]] == ["/queue"]


def test_a_proxy_s_key_goes_to_the_server_and_nowhere_else(fake: FakeProviders) -> None:
    kept = ComfyUI(key="canary-proxy", base_url=fake.base_url("comfyui"), trusted=True)
    done = finished(kept, asked(PAINTING), fake)
    fetched(kept, done)
    assert {sent.headers.get("authorization") for sent in fake.captured} == {"Bearer canary-proxy"}
    assert fake.captured_elsewhere == []


@pytest.mark.parametrize("body", [{}, {"prompt_id": ""}, {"prompt_id": 5}])
def test_a_run_without_an_id_is_damaged(fake: FakeProviders, comfy: ComfyUI, monkeypatch: Any, body: Any) -> None:
    monkeypatch.setattr(fake.dialects["comfyui"], "submit", lambda call: as_json(body))
    with pytest.raises(Damaged) as damaged:
        comfy.start(asked(PAINTING), Emit())
    assert damaged.value.billed is False
