"""The soak's verdict: what grows is caught, what only moves is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.flatness import verdict

ROOT = Path(__file__).resolve().parents[2]
WARM_UP = [60.0 + 5 * n for n in range(20)]
STEADY = [160.0 + n % 7 for n in range(60)]


def judged(name: str, values: list[float]) -> bool:
    (found,) = verdict({name: values})
    return found.is_flat


def test_getting_warm_and_breathing_are_flat() -> None:
    assert judged("web: MB", WARM_UP + STEADY)


def test_one_high_moment_is_no_growth() -> None:
    assert judged("web: MB", [*WARM_UP, *STEADY[:-3], 900.0, 900.0, 160.0])


def test_a_restart_now_and_then_is_flat() -> None:
    assert judged("workers: files", [40.0 if n % 10 else 4.0 for n in range(80)])


@pytest.mark.parametrize(
    ("name", "each"),
    [("web: MB", 1.0), ("web: files", 1.0), ("all: connections", 0.2), ("all: queue rows", 0.5), ("web: threads", 0.3)],
)
def test_control_what_grows_slowly_is_caught(name: str, each: float) -> None:
    assert not judged(name, [20.0 + each * n for n in range(80)])


def test_what_is_printed_are_the_medians_of_the_quarters() -> None:
    (found,) = verdict({"web: MB": [*[100.0] * 20, *[150.0] * 20, *[160.0] * 20, *[161.0] * 20]})
    assert str(found) == "web: MB                         100.0    150.0    160.0    161.0  flat"


def test_too_few_samples_and_unknown_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="Let it run longer"):
        verdict({"web: MB": [1.0] * 7})
    with pytest.raises(ValueError, match="no tolerance"):
        verdict({"web: sheep": [1.0] * 8})


@pytest.mark.long
@pytest.mark.processes
@pytest.mark.timeout(300)
def test_control_a_leak_on_purpose_ends_a_real_soak_badly() -> None:
    """Half a minute of play, with a process that keeps memory and files."""
    more = {"SECONDS": "30", "READERS": "1", "LEAK": "1"}
    environment = {key: value for key, value in os.environ.items() if key not in ("FABLEWRIGHT_HOME", "DATABASE_URL")}
    ended = subprocess.run(
        [sys.executable, "bench/soak.py"],
        cwd=ROOT,
        env={**environment, **more},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ended.returncode == 1, ended.stderr[-2000:]
    grown = {line.split(":")[0] for line in ended.stdout.splitlines() if line.endswith("GROWS")}
    assert "leak" in grown, ended.stdout
