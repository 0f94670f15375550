"""What follows when a part of the tree is killed: work goes on within 15 seconds, and nothing is left behind."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.supervision.silence import FIRST_BEAT_SECONDS, RING_SECONDS, SILENCE_SECONDS, Silence

PROMISED_SECONDS = 15.0


def minute(second: float) -> datetime.datetime:
    return datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=second)


class TestSilence:
    def watch(self, until: float, beat: Callable[[float], datetime.datetime | None], step: float = 0.5) -> float | None:
        """Look again and again; when the silence became too long."""
        silence = Silence.begins(0.0)
        now = 0.0
        while now < until:
            now += step
            silence.look(beat(now), now)
            if silence.is_too_long:
                return now
        return None

    def test_a_group_that_beats_is_left_alone(self) -> None:
        assert self.watch(120, lambda now: minute(now // RING_SECONDS * RING_SECONDS)) is None

    def test_a_group_that_falls_silent_is_found(self) -> None:
        found = self.watch(120, lambda now: minute(min(now, 30.0)))
        assert found == 30.0 + SILENCE_SECONDS + 0.5

    def test_a_group_that_never_speaks_gets_longer(self) -> None:
        assert self.watch(120, lambda now: None) == FIRST_BEAT_SECONDS + 0.5

    def test_the_beats_clock_does_not_matter(self) -> None:
        assert self.watch(120, lambda now: minute(now - 86400)) is None

    def test_time_in_which_nobody_watched_proves_nothing(self) -> None:
        silence = Silence.begins(0.0)
        silence.look(minute(0), 0.5)
        silence.look(minute(0), 600.5)  # the machine slept
        assert not silence.is_too_long
        silence.look(minute(0), 601.0)
        assert not silence.is_too_long

    def test_a_database_that_is_away_proves_nothing(self) -> None:
        silence = Silence.begins(0.0)
        silence.look(minute(0), 0.5)
        for now in range(1, 60):
            silence.unknown(float(now))
        silence.look(minute(0), 59.5)
        assert not silence.is_too_long

    def test_silence_and_a_new_group_fit_into_what_is_promised(self) -> None:
        assert SILENCE_SECONDS + RING_SECONDS <= PROMISED_SECONDS - 5


class TestMarks:
    """The lock that says whether a group has a living process."""

    @pytest.fixture(autouse=True)
    def own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("config.supervision.groups.run_folder", lambda: tmp_path)

    @pytest.fixture
    def a_group_and_its_fork(self, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        script = (
            "import os, sys, time\n"
            "from pathlib import Path\n"
            "from config.supervision.groups import Mark\n"
            "Mark(Path(sys.argv[1])).hold()\n"
            "fork = os.fork()\n"
            "if fork: print(fork, flush=True)\n"
            "time.sleep(60)\n"
        )
        leader = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "there-1.group")],
            cwd=Path(__file__).resolve().parents[2], stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert leader.stdout is not None
        fork = int(leader.stdout.readline())
        yield leader, fork
        for pid in (leader.pid, fork):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        leader.wait()
        leader.stdout.close()

    def test_a_group_lives_until_its_last_process_is_dead(self, a_group_and_its_fork: Any) -> None:
        from config.supervision import groups

        leader, fork = a_group_and_its_fork
        leader.kill()
        leader.wait()
        assert groups.dead_groups() == []
        assert [mark.name for mark in groups.abandoned_groups()] == ["there-1"], "its supervisor `there` has no mark"
        os.kill(fork, signal.SIGKILL)
        assert groups.wait_until_gone("there-1", 5)
        assert [mark.name for mark in groups.dead_groups()] == ["there-1"]
        assert groups.abandoned_groups() == []

    def test_an_abandoned_group_is_killed_as_one(self, a_group_and_its_fork: Any) -> None:
        from config.supervision import groups

        groups.Mark.of_group("there-1").kill()
        assert groups.wait_until_gone("there-1", 5)

    def test_a_dead_groups_number_is_not_killed(self, tmp_path: Path) -> None:
        """It may be somebody else's by now: here it is this test's own."""
        from config.supervision import groups

        (tmp_path / "old-1.group").write_text(str(os.getpgid(0)))
        groups.Mark.of_group("old-1").kill()


def works_again(install: Any, play: Any, mark: Path, since: float) -> float:
    """Wait until a beat is written after the kill, a task sent through the queue was done and the install says that it is
    well; how long that took."""
    killed_at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    install.enqueue("os.mkdir", str(mark))
    while not (mark.exists() and install.latest_beat() > killed_at and play.get("/healthz")[0] == 200):
        assert time.monotonic() - since < PROMISED_SECONDS, (
            f"beat {install.latest_beat()}, killed {killed_at}, task done: {mark.exists()}, {play.get('/healthz')}\n"
            + (install.home / "logs" / "workers.log").read_text()[-3000:]
        )
        time.sleep(0.1)
    return time.monotonic() - since


KILLS: dict[str, Callable[[Any], list[int]]] = {
    "one worker": lambda install: install.workers()[:1],
    "supervisor and host": lambda install: [install.supervisor(), install.host()],
}
MORE_KILLS: dict[str, Callable[[Any], list[int]]] = {
    "host": lambda install: [install.host()],
    "all idle workers": lambda install: install.workers(),
    "the other worker": lambda install: install.workers()[1:],
    "monitor": lambda install: [install.monitor()],
    "pusher": lambda install: [install.pusher()],
    "sentinel": lambda install: [install.sentinel()],
    "supervisor": lambda install: [install.supervisor()],
    "host and sentinel": lambda install: [install.host(), install.sentinel()],
    "everything below play": lambda install: [seen.pid for seen in install.processes() if "play" not in seen.command],
}


@pytest.mark.processes
@pytest.mark.timeout(240)
class TestKills:
    @pytest.mark.parametrize("what", [*KILLS, *(pytest.param(name, marks=pytest.mark.long) for name in MORE_KILLS)])
    def test_work_goes_on(self, install: Any, tmp_path: Path, what: str) -> None:
        play = install.play(STOP_GRACE_SECONDS="1")
        play.ready()
        victims = {**KILLS, **MORE_KILLS}[what](install)
        began = time.monotonic()
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        took = works_again(install, play, tmp_path / "mark", began)
        print(f"{what}: works again after {took:.1f} s")
        play.signal(signal.SIGTERM)
        assert play.end() == 0
        install.nothing_is_left(1)

    @pytest.mark.parametrize(
        "which",
        [
            ("supervisor", "host"),
            pytest.param(("host",), marks=pytest.mark.long),
            pytest.param(("supervisor",), marks=pytest.mark.long),
            pytest.param(("supervisor", "host", "sentinel"), marks=pytest.mark.long),
        ],
    )
    def test_play_killed_together_with_others_leaves_nothing(self, install: Any, which: tuple[str, ...]) -> None:
        play = install.play()
        play.ready()
        victims = [play.pid, *(getattr(install, name)() for name in which)]
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        print(f"{which}: all gone in {install.nothing_is_left(10):.2f} s")

    @pytest.mark.long
    def test_a_task_that_ignores_the_stop_is_killed_after_the_grace(self, install: Any, tmp_path: Path) -> None:
        play = install.play(STOP_GRACE_SECONDS="0.5")
        play.ready()
        install.enqueue("os.system", f"touch {tmp_path}/begun; exec sleep 60")
        install.wait_for((tmp_path / "begun").exists, 10, "the task")
        began = time.monotonic()
        play.signal(signal.SIGTERM)
        assert play.end() == 0
        assert time.monotonic() - began < 6
        install.nothing_is_left(1)

    @pytest.mark.long
    def test_a_stopped_supervisor_does_not_keep_play_from_ending(self, install: Any) -> None:
        """SIGSTOP: alive, and deaf."""
        play = install.play(STOP_GRACE_SECONDS="0.5")
        play.ready()
        for deaf in (install.supervisor(), install.host()):
            os.kill(deaf, signal.SIGSTOP)
        play.signal(signal.SIGTERM)
        assert play.end() == 0
        install.nothing_is_left(1)


@pytest.mark.processes
@pytest.mark.timeout(120)
class TestWorkersAlone:
    """`manage.py workers` as production runs it."""

    def test_sigterm_ends_it_with_everything_below(self, install: Any) -> None:
        workers = subprocess.Popen(
            [sys.executable, "manage.py", "workers"], cwd=Path(__file__).resolve().parents[2], env=install.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert workers.stdout is not None
        assert workers.stdout.readline().startswith(b"ready ")
        assert len(install.processes()) == 7, "supervisor, host, sentinel, two workers, monitor, pusher"
        workers.terminate()
        assert workers.wait(15) == 0
        workers.stdout.close()
        install.nothing_is_left(1)
        left = {file.name for file in (install.home / "run").iterdir()}
        assert left <= {"database.seen"}  # how far the database had come; for whoever puts it back from a backup
        assert install.rows("SELECT * FROM generation_beat") == []
