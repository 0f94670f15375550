"""`manage.py play` as people meet it: real processes, in a folder of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

# What belongs to the moment and not to the install: heartbeats, messages, and the counters of their row ids.
PASSING = ("generation_beat", "generation_databaseplace", "django_q_ormq", "sqlite_sequence")


def content(install: Any) -> dict[str, Any]:
    """Everything that is kept: each table's rows, each file."""
    tables = [name for (name,) in install.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept: dict[str, Any] = {
        table: sorted(map(repr, install.rows(f'SELECT * FROM "{table}"'))) for table in tables if table not in PASSING
    }
    for folder in ("media", "secrets"):
        for path in sorted((install.home / folder).rglob("*")):
            if path.is_file():
                kept[str(path.relative_to(install.home))] = path.read_bytes()
    return kept


def test_first_start_then_a_second_that_changes_nothing(fresh_install: Any) -> None:
    first = fresh_install.play()
    print(f"first start: ready after {first.ready():.2f} s")
    assert "password" in first.text
    assert "owner@example.com" in first.text
    status, health = first.get("/healthz")
    assert (status, health["status"], health["workers"]) == (200, "ok", 1)

    refused = fresh_install.command("play")
    assert refused.returncode == 1
    assert f"process {first.pid}" in refused.stderr
    assert f"http://127.0.0.1:{first.port}/" in refused.stderr
    assert "Traceback" not in refused.stderr

    first.signal(signal.SIGTERM)
    assert first.end() == 0
    fresh_install.nothing_is_left(1)
    before = content(fresh_install)

    # Five seconds are promised; where other tests take the machine's cores, five plain starts of Django instead.
    began = time.monotonic()
    assert fresh_install.command("check").returncode == 0
    plain = time.monotonic() - began
    second = fresh_install.play()
    took = second.ready()
    print(f"second start: ready after {took:.2f} s, a plain start of Django takes {plain:.2f} s")
    assert took < max(5.0, 5 * plain)
    second.signal(signal.SIGTERM)
    assert second.end() == 0
    assert content(fresh_install) == before


def test_a_port_that_is_taken_gives_the_next_one(install: Any, free_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        play = install.play(PORT=str(free_port))
        play.ready()
        assert f"Port {free_port} is taken; using {play.port}." in play.text
        assert play.port > free_port
        assert play.get("/healthz")[0] == 200
        play.signal(signal.SIGTERM)
        assert play.end() == 0
    install.nothing_is_left(1)


@pytest.mark.parametrize("port", ["eight", "-1", "70000"])
def test_a_port_that_is_none_is_named(install: Any, port: str) -> None:
    refused = install.command("play", PORT=port)
    assert refused.returncode == 1
    assert f"PORT is {port!r}" in refused.stderr


def test_ctrl_c_in_a_terminal(install: Any) -> None:
    play = install.play_in_terminal()
    play.ready()
    others = [seen for seen in install.processes() if seen.pid != play.pid]
    assert {os.getsid(seen.pid) for seen in others}.isdisjoint({os.getsid(play.pid)})
    play.output.write(b"\x03")
    assert play.end() == 0
    install.nothing_is_left(1)
    assert "Traceback" not in play.text


def test_a_terminal_that_closes(install: Any) -> None:
    play = install.play_in_terminal()
    play.ready()
    play.hang_up()
    install.nothing_is_left()


def test_sigkill_leaves_nothing(install: Any) -> None:
    play = install.play()
    play.ready()
    play.signal(signal.SIGKILL)
    print(f"after SIGKILL: all gone in {install.nothing_is_left(10):.2f} s")


def test_a_killed_make_leaves_nothing(install: Any) -> None:
    """The Makefile's recipe, below a parent that stands for `make`."""
    script = (
        "import subprocess, sys\n"
        "subprocess.run(['/bin/sh', '-c', 'FABLEWRIGHT_PARENT=$PPID exec \"$0\" manage.py play', sys.executable])"
    )
    make = subprocess.Popen(
        [sys.executable, "-c", script], cwd=Path(__file__).resolve().parents[2], env=install.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert make.stdout is not None
    line = make.stdout.readline()
    assert line.startswith(b"Ready: "), line
    make.kill()
    make.wait()
    install.nothing_is_left(10)
    make.stdout.close()


@pytest.mark.long
@pytest.mark.parametrize("after_seconds", [0.1, 0.5, 0.9, 1.3])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_while_it_starts(fresh_install: Any, number: signal.Signals, after_seconds: float) -> None:
    play = fresh_install.play()
    time.sleep(after_seconds)
    play.signal(number)
    play.end()
    fresh_install.nothing_is_left()
    again = fresh_install.play()
    again.ready()
    assert again.get("/healthz")[0] == 200
    again.signal(signal.SIGTERM)
    assert again.end() == 0


@pytest.mark.long
def test_ctrl_c_twice_ends_it_at_once(install: Any) -> None:
    """Also while a connection hangs, which a patient stop waits three seconds for."""
    play = install.play()
    play.ready()
    with socket.create_connection(("127.0.0.1", play.port)) as hanging:
        hanging.sendall(b"GET /healthz HTTP/1.1\r\n")
        play.signal(signal.SIGINT)
        time.sleep(0.3)
        play.signal(signal.SIGINT)
        began = time.monotonic()
        play.end()
        assert time.monotonic() - began < 2.5
    install.nothing_is_left(5)


@pytest.mark.long
def test_workers_that_never_come_are_said(install: Any, tmp_path: Path) -> None:
    """Ready is not printed; the log is named."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nif 'workers' in sys.argv: sys.exit('broken on purpose')\n")
    play = install.play(PYTHONPATH=str(tmp_path))
    install.wait_for(lambda: "no sign of life" in play.text, 80, f"the complaint in: {play.text}")
    assert "Ready" not in play.text
    assert "workers.log" in play.text
    play.signal(signal.SIGTERM)
    assert play.end() == 0
    install.nothing_is_left(1)
