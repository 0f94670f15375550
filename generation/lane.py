"""Work that burns a core, done in child processes: one per core, kept between jobs, killed when its job is given up.

A thread of the drain calls `Lanes.call`; the adapter's method runs in the child, its progress comes back as it is made.
The child ends itself when its standard input closes, so none outlives its worker. This module is the child's program too
(`python -m generation.lane`): it knows no Django, only the adapters.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from generation import providers, watermark
from generation.providers.contract import Emit
from generation.providers.errors import ProviderError, Transient

LENGTH = struct.Struct(">Q")
WATERMARK = "watermark"
"""A verb that is no adapter's: mark the film that lies at a path."""


class Gone(Exception):
    """The child ended or was killed in the middle of a job."""


class Child:
    """One child process; does one thing at a time."""

    def __init__(self, options: Mapping[str, Mapping[str, Any]]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "generation.lane"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._send(options)

    def call(self, verb: str, provider: str, argument: Any, on_progress: Callable[[float], None]) -> Any:
        """Run an adapter's method in the child. Raises what it raised, or `Gone`."""
        self._send((verb, provider, argument))
        assert self.process.stdout is not None
        while True:
            try:
                tag, value = receive(self.process.stdout)
            except EOFError as ended:
                raise Gone("the painting process ended") from ended
            if tag == "progress":
                on_progress(value)
            elif tag == "raised":
                raise value
            else:
                return value

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def _send(self, message: Any) -> None:
        assert self.process.stdin is not None
        try:
            send(self.process.stdin, message)
        except OSError as closed:
            raise Gone("the painting process ended") from closed


class Lanes:
    """A fixed number of children, started when they are first needed."""

    def __init__(self, count: int, options: Mapping[str, Mapping[str, Any]]) -> None:
        self.count = count
        self.options = options
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._busy: dict[Any, Child] = {}
        self._lock = threading.Lock()
        for _ in range(count):
            self._free.put(None)

    def call(self, key: Any, verb: str, provider: str, argument: Any, on_progress: Callable[[float], None]) -> Any:
        """Run `verb` of an adapter in a free child; `key` names the job for `abandon`."""
        child = self._free.get()
        try:
            if child is None or not child.is_alive:
                child = Child(self.options)
            with self._lock:
                self._busy[key] = child
            return child.call(verb, provider, argument, on_progress)
        except Gone as gone:
            if child is not None:
                child.kill()  # also where it is dead already: somebody has to wait for it
            child = None
            raise Transient(str(gone)) from gone
        finally:
            with self._lock:
                self._busy.pop(key, None)
            self._free.put(child)

    def watermark(self, key: Any, path: Path) -> None:
        """Mark the film that lies at `path`. Raises `Transient` where the child ended over it."""
        self.call(key, WATERMARK, "", str(path), lambda _: None)

    def abandon(self, key: Any) -> None:
        """Kill the child that works on `key`, if one does."""
        with self._lock:
            child = self._busy.get(key)
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End all children."""
        with self._lock:
            busy = list(self._busy.values())
        for child in busy:
            child.kill()
        with contextlib.suppress(queue.Empty):
            while True:
                idle = self._free.get_nowait()
                if idle is not None:
                    idle.kill()


def send(pipe: BinaryIO | Any, message: Any) -> None:
    """Write one message; both ends of the pipe are ours, so pickle is fit."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(LENGTH.pack(len(body)) + body)
    pipe.flush()


def receive(pipe: BinaryIO | Any) -> Any:
    """Read one message. EOFError where the other end is gone."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    body = pipe.read(length)
    if len(body) < length:
        raise EOFError
    return pickle.loads(body)  # noqa: S301 -- our own child


def main() -> None:
    """The child: adapters from the first message, then one call after another until the pipe closes."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    os.nice(5)  # painting yields to the pages that people wait for
    adapters = {name: providers.make(name, **options) for name, options in receive(requests).items()}
    while True:
        try:
            verb, provider, argument = receive(requests)
        except EOFError:
            return
        try:
            if verb == WATERMARK:
                watermark.film(Path(argument))
                value: Any = None
            elif verb == "start":
                emit = Emit(progress=lambda share: send(answers, ("progress", share)))
                value = adapters[provider].start(argument, emit)
            else:
                value = getattr(adapters[provider], verb)(argument)
            send(answers, ("result", value))
        except BrokenPipeError:
            return  # the worker is gone; nobody waits for this
        except ProviderError as error:
            send(answers, ("raised", error))
        except Exception as error:
            send(answers, ("raised", RuntimeError(f"{type(error).__name__}: {error}")))


if __name__ == "__main__":
    main()
