"""What an adapter promises, asked of each one; and what is refused by name before any money moves."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path
from typing import Any

import pytest

from generation import providers
from generation.providers import errors
from generation.providers.capabilities import Capabilities, Sizes, refuse_unsupported
from generation.providers.contract import Done, Handle, Input, Kind, Pending, Replay, Request
from generation.providers.protocols import Finds, Provider
from tests.providers.toll import Toll

ABLE = Capabilities(
    Kind.IMAGE, takes=frozenset({"seed"}), aspect_ratios=("16:9", "2:3"), choices={"style": ("gouache",)},
    ranges={"steps": (1, 50)}, seconds=(2.0, 8.0), inputs={"first_frame": 1, "reference": 2}, max_prompt=20,
)  # fmt: skip
BARE = Capabilities(Kind.TEXT)
FRAME = Input("first_frame", "image/png", b"x")


def wrong(able: Capabilities, **given: Any) -> list[tuple[str, str]]:
    asked = {"kind": able.kind, "model": "m", "prompt": "a key", **given}
    return refuse_unsupported(Request(**asked), able)


@pytest.mark.parametrize(
    ("able", "given", "said"),
    [
        (ABLE, {}, []),
        (
            ABLE,
            {
                "seed": 1,
                "aspect_ratio": "2:3",
                "style": "gouache",
                "seconds": 2,
                "inputs": (FRAME,),
                "prompt": "x" * 20,
            },
            [],
        ),
        (ABLE, {"prompt": " \n"}, [("prompt", "is empty: say what to make")]),
        (ABLE, {"prompt": "x" * 21}, [("prompt", "is longer than 20 characters: shorten it")]),
        (BARE, {"seed": 0}, [("seed", "is not taken by this model: leave it out")]),
        (BARE, {"schema": {}}, [("schema", "is not taken by this model: choose one that answers by schema")]),
        (ABLE, {"aspect_ratio": "1:1"}, [("aspect_ratio", "is not one this model takes (16:9, 2:3)")]),
        (BARE, {"aspect_ratio": "1:1"}, [("aspect_ratio", "is not one this model takes (none)")]),
        (ABLE, {"width": 64}, [("width", "is not taken by this model: use aspect_ratio")]),
        (ABLE, {"height": 64}, [("height", "is not taken by this model: use aspect_ratio")]),
        (Capabilities(Kind.IMAGE, sizes=Sizes(64, 2048)), {"width": 64, "height": 64}, []),
        (ABLE, {"style": "photo"}, [("style", "is not one this model takes (gouache)")]),
        (BARE, {"seconds": 4}, [("seconds", "is not taken by this model: leave it out")]),
        (ABLE, {"seconds": 1.9}, [("seconds", "must lie between 2 and 8")]),
        (ABLE, {"seconds": 8.1}, [("seconds", "must lie between 2 and 8")]),
        (
            ABLE,
            {"inputs": (FRAME, Input("last_frame", "image/png", b"x"))},
            [("inputs", "contain a last frame, which this model does not take")],
        ),
        (
            BARE,
            {"prompt": "", "seed": 1, "seconds": 4},
            [
                ("prompt", "is empty: say what to make"),
                ("seed", "is not taken by this model: leave it out"),
                ("seconds", "is not taken by this model: leave it out"),
            ],
        ),
    ],
)
def test_what_a_model_cannot_take_is_named(
    able: Capabilities, given: dict[str, Any], said: list[tuple[str, str]]
) -> None:
    assert wrong(able, **given) == said


ADAPTERS = {**{name: providers.make(name) for name in ("demo",)}, "toll": Toll()}


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_keeps_the_contract(name: str) -> None:
    adapter = ADAPTERS[name]
    assert isinstance(adapter, Provider)
    assert (adapter.name, adapter.capabilities("no-such-model", Kind.TEXT, {})) == (name, None)
    assert isinstance(adapter.replay, Replay)
    assert adapter.replay is not Replay.LOOKUP or isinstance(adapter, Finds)


def test_the_values_are_frozen_and_travel_between_processes() -> None:
    request = Request(Kind.VIDEO, "m", "p", inputs=(FRAME,))
    values = [request, Done(text="x", usage={"a": 1}), Pending("1"), Handle("1", "", request), ABLE]
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, dataclasses.fields(value)[0].name, None)


ERRORS = [
    error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.ProviderError)
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_errors_travel_between_processes_with_all_they_know(error: type[errors.ProviderError]) -> None:
    known: dict[str, Any] = {
        errors.Transient: {"retry_after_seconds": 7.0}, errors.Rejected: {"field": "seed"},
    }.get(error, {"billed": True})  # fmt: skip
    made = error("what happened", **known)
    again = pickle.loads(pickle.dumps(made))
    assert (type(again), str(again), vars(again)) == (error, "what happened", vars(made))
    assert {name: getattr(again, name) for name in known} == known


def test_whether_it_was_billed_is_unknown_where_the_answer_was_lost() -> None:
    billed = {error.__name__: error("x").billed for error in ERRORS}
    assert billed == {
        "ProviderError": False, "Transient": False, "Refused": False, "Rejected": False, "Denied": False,
        "Damaged": None, "Lost": None, "Unknown": None,
    }  # fmt: skip


def test_the_floor_below_knows_no_django() -> None:
    """The linter proves it of the imports; this proves it of a process that has nothing else."""
    import subprocess
    import sys

    program = (
        "import sys, generation.providers, generation.lane\n"
        "found = {name.split('.')[0] for name in sys.modules}\n"
        "assert not found & {'django', 'rest_framework', 'accounts', 'stories'}, found\n"
    )
    root = Path(providers.__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True, timeout=60)
