"""docs/deploy.md names every variable that the settings ask the environment for. Found by asking them, not by reading them."""

from __future__ import annotations

import fnmatch
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTEN = """
import os, sys, json
from pathlib import Path
asked, root = set(), str(Path.cwd() / "config")

class Listening(type(os.environ)):
    def __init__(self, known):
        self.__dict__.update(known.__dict__)
    def _hear(self, name):
        frame, depth = sys._getframe(2), 0
        while frame is not None and depth < 12:
            if frame.f_code.co_filename.startswith(root):
                asked.add(name)
                return
            if "importlib" in frame.f_code.co_filename:
                return
            frame, depth = frame.f_back, depth + 1
    def __getitem__(self, name):
        self._hear(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        self._hear(name)
        return super().get(name, default)
    def __contains__(self, name):
        self._hear(name)
        return super().__contains__(name)

os.environ = Listening(os.environ)
import config.settings
print(json.dumps(sorted(asked)))
"""


def asked_for(home: Path) -> set[str]:
    """The names that importing the settings asks for."""
    done = subprocess.run(
        [sys.executable, "-c", LISTEN], cwd=ROOT, env={"FABLEWRIGHT_HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(json.loads(done.stdout))


def told() -> dict[str, bool]:
    """The names of the table, with whether they may stand in a file."""
    found: dict[str, bool] = {}
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8").split("## Environment")[1].split("\n## ")[0]
    for line in text.splitlines():
        first = line.split("|")[1] if line.startswith("| `") else ""
        names = re.findall(r"`([A-Z0-9_*]+)`( \*\*F\*\*)?", first)
        in_files = bool(re.search(r"\*\*F\*\* *$", first))
        found |= {name: bool(own) or (in_files and first.count("**F**") == 1) for name, own in names}
    return found


def test_no_variable_is_forgotten(tmp_path: Path) -> None:
    asked, known = asked_for(tmp_path), told()
    assert {"DATABASE_URL", "SECRET_KEY", "STORAGE", "OPENAI_API_KEY", "MAIL_URL"} <= asked
    patterns = [*known, *(f"{name}_FILE" for name, in_file in known.items() if in_file)]
    assert sorted(name for name in asked if not any(fnmatch.fnmatchcase(name, one) for one in patterns)) == []
