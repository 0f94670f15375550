"""Where the processes of one tree put their numbers together, and who may read them. Knows no Django, so settings can use
it.

`play`, each `serve` and each `workers` is a tree of processes that come and go. Each tree has a folder of its own in
FABLEWRIGHT_HOME/metrics, which its first process makes and all others inherit by the environment; prometheus-client writes
into it (one file for each kind of number and process), and whoever of the tree is asked adds all of them up. Folders of
trees that are gone go when the next tree starts. Of processes that are gone what they counted is kept, in one file, and
what they held is not.

METRICS_TOKEN     the bearer that may read from anywhere; METRICS_TOKEN_FILE names a file that holds it (default: none may)
METRICS_NETWORKS  networks that may read without one, comma between (default: this machine), or `none`
METRICS_BIND      HOST:PORT where `manage.py workers` answers GET /metrics (default: it does not)
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.environment import Network, networks

FOLDER_ENV = "PROMETHEUS_MULTIPROC_DIR"
TREES = frozenset({"play", "serve", "workers"})
HERE = "127.0.0.0/8, ::1"
KEPT = 0
"""The process id under which what ended processes counted is kept."""
SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Metrics:
    """Who may read the numbers, and where the workers answer; `bind` is None where they do not."""

    networks: tuple[Network, ...]
    token: str = field(default="", repr=False)
    bind: tuple[str, int] | None = None


def read(environment: Mapping[str, str]) -> tuple[Metrics, list[str]]:
    """What the environment says, and what is wrong, in sentences that name the variable and never the token. What is wrong
    counts as not set."""
    said = environment.get("METRICS_NETWORKS", "").strip()
    found, wrong = networks("" if said.lower() == "none" else said or HERE, "METRICS_NETWORKS")
    return Metrics(found, _token(environment, wrong), _bind(environment, wrong)), wrong


def _token(environment: Mapping[str, str], wrong: list[str]) -> str:
    token, file = (environment.get(name, "").strip() for name in ("METRICS_TOKEN", "METRICS_TOKEN_FILE"))
    if token and file:
        wrong.append("Both METRICS_TOKEN and METRICS_TOKEN_FILE are set. Unset one of them.")
        return ""
    if file:
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            wrong.append(f"METRICS_TOKEN_FILE names a file that cannot be read: {file}.")
            return ""
    if (token or file) and len(token) < SHORTEST_TOKEN:
        wrong.append(
            f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters, so it could be guessed. Make a longer one."
        )
        return ""
    return token


def _bind(environment: Mapping[str, str], wrong: list[str]) -> tuple[str, int] | None:
    said = environment.get("METRICS_BIND", "").strip()
    host, _, port = said.rpartition(":")
    if not said:
        return None
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        wrong.append(f"METRICS_BIND is “{said}”. Write it like 127.0.0.1:9464.")
        return None
    return host.strip("[]"), int(port)


# The folder of a tree


def open_folder(home: Path, arguments: Sequence[str], environment: MutableMapping[str, str]) -> None:
    """Make the tree's folder, where this process is the first of one, and name it in `environment`. Whoever inherited one
    keeps it; a command that ends soon counts for itself."""
    if FOLDER_ENV in environment or len(arguments) < 2 or arguments[1] not in TREES:
        return
    everybody = home / "metrics"
    everybody.mkdir(mode=0o700, parents=True, exist_ok=True)
    machine = socket.gethostname()
    for folder in everybody.glob(f"{machine}.*"):
        if not lives(folder.name.rpartition(".")[2]):
            shutil.rmtree(folder, ignore_errors=True)
    mine = everybody / f"{machine}.{os.getpid()}"
    shutil.rmtree(mine, ignore_errors=True)  # of somebody who had this process id before
    mine.mkdir(mode=0o700)
    environment[FOLDER_ENV] = str(mine)


def lives(process_id: str) -> bool:
    """Whether a process of this machine has the id; True where that cannot be told."""
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError, OverflowError):
        return True
    return True


@contextmanager
def gathered(folder: Path) -> Iterator[None]:
    """The folder to oneself, with what ended processes left folded into one file: workers are replaced all day long."""
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _fold(folder)
        yield


def _fold(folder: Path) -> None:
    dead: dict[str, list[Path]] = {}
    for path in folder.glob("*.db"):
        kind, _, process_id = path.stem.rpartition("_")
        if process_id == str(KEPT) or lives(process_id):
            continue
        if kind.startswith("gauge"):
            path.unlink(missing_ok=True)  # what a dead process held, nobody holds
        else:
            dead.setdefault(kind, []).append(path)
    for kind, paths in dead.items():
        _add_up(folder / f"{kind}_{KEPT}.db", paths)


def _add_up(kept: Path, paths: list[Path]) -> None:
    """One file in the place of `kept` and of those of the dead, by a rename. Whoever is killed between that and the last
    unlink makes some numbers too high, once."""
    from prometheus_client.mmap_dict import MmapedDict

    total: dict[str, float] = {}
    for path in [kept, *paths] if kept.exists() else paths:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
            total[key] = total.get(key, 0.0) + value
    made = kept.with_suffix(f".{os.getpid()}.new")
    made.unlink(missing_ok=True)
    out = MmapedDict(str(made))
    try:
        for key, value in total.items():
            out.write_value(key, value, 0.0)
    finally:
        out.close()
    made.replace(kept)
    for path in paths:
        path.unlink(missing_ok=True)
