"""The systemd units: systemd takes them, commands exist, each is closed, and stopping waits longer than the app's grace."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from config.supervision.host import KILL_MARGIN_SECONDS
from tests.conftest import need

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
CLOSED = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes", "CapabilityBoundingSet": "", "User": "fablewright", "UMask": "0077",
}  # fmt: skip


def said(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z]+)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_there_are_all_of_them() -> None:
    assert [path.stem for path in SERVICES] == [
        "fablewright-http@", "fablewright-migrate", "fablewright-sockets@", "fablewright-workers@",
    ]  # fmt: skip


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_unit(path: Path) -> None:
    unit = said(path)
    assert {name: unit.get(name) for name in CLOSED} == CLOSED
    command = unit["ExecStart"].split()
    assert command[:2] == ["/opt/fablewright/.venv/bin/python", "manage.py"]
    assert command[2] in set(get_commands())
    assert unit["StateDirectory"].startswith("fablewright")
    if unit["Type"] != "oneshot":
        # SIGTERM goes to the one that knows what to do with it; the rest is killed only when the time is over.
        assert unit["KillMode"] == "mixed"
        assert int(unit["TimeoutStopSec"]) > settings.GENERATION["STOP_GRACE_SECONDS"] + KILL_MARGIN_SECONDS + 10


def test_systemd_takes_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    need(analyze, "there is no systemd-analyze: install the package systemd")
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8").replace("/opt/fablewright/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "fablewright" in line]
    assert (done.returncode, ours) == (0, [])
