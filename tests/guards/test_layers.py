"""The floors of the house: what may import what. The contracts stand in pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> tuple[int, str]:
    found = subprocess.run([LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return found.returncode, found.stdout + found.stderr


def test_no_room_imports_from_a_floor_above() -> None:
    status, said = lint(ROOT)
    assert (status, "0 broken" in said) == (0, True), said


def test_a_room_that_does_is_found(tmp_path: Path) -> None:
    """The control: the same contracts, and imports upwards and sideways."""
    for room in ("config", "gallery", "stories", "generation", "accounts"):
        shutil.copytree(
            ROOT / room,
            tmp_path / room,
            ignore=lambda _, names: [n for n in names if not n.endswith(".py") and "." in n],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint(tmp_path)[0] == 0
    for module, line in (
        ("accounts/ledger.py", "import stories.play"),  # so the studio, which knows the ledger, knows stories as well
        ("generation/providers/errors.py", "import django"),
        ("generation/policy.py", "import generation.drain"),
    ):
        with (tmp_path / module).open("a") as file:
            file.write(f"\n{line}\n")
    status, said = lint(tmp_path)
    assert (status, "4 broken" in said) == (1, True), said
