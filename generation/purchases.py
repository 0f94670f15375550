"""One purchase while a worker holds it: the thread that talks to the provider, and brings what it made into the spool and
from there into storage. No database here."""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from generation import crash, numbers, spool, stills, storage, watermark
from generation.errors import StorageAway
from generation.jobs.asking import request_of
from generation.lane import Lanes
from generation.marking import DigitalSource, Mark
from generation.marking.vocabulary import source_of
from generation.models import Job, Lane
from generation.providers.budget import BUDGET, give_large_blocks_back
from generation.providers.contract import Done, Emit, Handle, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, ProviderError, Transient, Unknown
from generation.providers.protocols import Cancels, Finds, Opens, Provider, TellsCharge
from generation.telemetry import about, span

log = logging.getLogger(__name__)
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that PostgreSQL keeps in no column. A model whose answer was cut inside an emoji sends half of one."""
PACKED = 4
"""An input exists as bytes, in base64, as a part of the document and as the document's bytes at one moment."""
FETCH_TRIES = 4
FETCH_WAIT_SECONDS = 1.0
MARK_TRIES = 2


@dataclass(slots=True)
class Held:
    """A job in this worker's hands. `verb` is start, check, find or keep; `able` speaks with the key of the job's account."""

    job: Job
    verb: str
    able: Provider
    request: Request
    gives_up_at: float
    began_at: float = field(default_factory=time.monotonic)
    source: DigitalSource = DigitalSource.TRAINED
    """What its files are marked as."""
    said: list[str] = field(default_factory=list)
    """Pieces of text that came so far, where the tier shows them."""
    said_length: int = 0
    share: float = -1.0
    is_put: bool = False
    """What was bought is in storage."""
    noted_at: float = 0.0
    noted_length: int = 0
    noted_share: float = -1.0
    """What stands in the row by now, and when it was last written."""


@dataclass(frozen=True, slots=True)
class Progress:
    held: Held
    share: float


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text, as it is written."""

    held: Held
    piece: str


@dataclass(frozen=True, slots=True)
class Spooled:
    """What was bought lies finished in the spool, and is on its way into storage."""

    held: Held


@dataclass(frozen=True, slots=True)
class Waits:
    """Storage did not take what lies in the spool, for `seconds` by now."""

    held: Held
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: a value or an error, never both. `kept` is set where bytes were stored."""

    held: Held
    value: Done | Pending | None = None
    kept: storage.Kept | None = None
    error: ProviderError | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The provider of a cancelled job was told; `charged` is what it says it charged, None where it says nothing."""

    job: Job
    charged: int | None


Outbox = queue.SimpleQueue[Progress | Words | Spooled | Waits | Outcome | Stopped]


def hold(
    job: Job,
    verb: str,
    able: Provider,
    *,
    files: Mapping[str, str],
    seconds: float,
    bases: Collection[DigitalSource | None] = (),
) -> Held:
    """Take a job into hand; `files` are the storage names of its inputs by asset. They are read when the request is
    written out, and not kept while the provider works. `bases` say what the pictures are that it changes or sets in motion,
    None being one that a person brought."""
    names = sorted(set(files.values()))
    readers = {asset: partial(_read, name, names) for asset, name in files.items()}
    if job.kind == Kind.MODERATE:
        for given in job.request.get("inputs", []):
            if given.get("media_type", "").startswith("video/"):  # whoever judges looks at pictures
                readers[given["asset"]] = partial(_stills, files[given["asset"]])
                given["media_type"] = stills.MEDIA_TYPE
    request = request_of(job, files=readers)
    makes = able.capabilities(request.model, request.kind, request.options)
    source = source_of(is_trained=makes is None or makes.is_trained, bases=bases)
    return Held(job, verb, able, request, gives_up_at=time.monotonic() + seconds, source=source)


def _read(name: str, names: Sequence[str]) -> bytes:
    """One of the inputs. The first takes room for all of them as they are packed; the wire gives it back when the request
    lies in a file."""
    try:
        if not BUDGET.is_mine:
            BUDGET.take(PACKED * sum(storage.size(one) for one in names))
        return storage.read(name)
    except StorageAway as away:
        raise Transient(str(away), retry_after_seconds=away.wait) from away


def _stills(name: str) -> bytes:
    """Some moments of a film that is looked at; it is read from where it lies, and not into memory."""
    try:
        return stills.sheet(name)
    except StorageAway as away:
        raise Transient(str(away), retry_after_seconds=away.wait) from away
    except (OSError, ValueError) as error:
        raise Damaged(f"the film cannot be looked at: {error}", billed=False) from error


def hold_spooled(job: Job, able: Provider, *, seconds: float) -> Held:
    """Take a job into hand whose file lies in the spool: its provider is not asked again, so neither its key nor its inputs are
    needed."""
    return Held(job, "keep", able, request_of(job), gives_up_at=time.monotonic() + seconds)


def begin(held: Held, lanes: Lanes, outbox: Outbox) -> None:
    """Hand the purchase to a thread of its own; what comes back goes to `outbox`. A daemon thread, so that a provider
    that never answers keeps no worker from ending."""
    give_large_blocks_back()
    threading.Thread(target=_run_named, args=(held, lanes, outbox), daemon=True, name=f"purchase-{held.job.id}").start()


def tell_to_stop(job: Job, able: Provider, outbox: Outbox) -> None:
    """Ask the provider to stop working on a job that was cancelled, and what it charged, where it tells. `Stopped` comes to
    `outbox` in any case."""

    def stop() -> None:
        charged = None
        try:
            handle = Handle(job.provider_job_id, job.poll_url, request_of(job))
            if isinstance(able, Cancels):
                able.cancel(handle)
            if isinstance(able, TellsCharge):
                charged = able.charged(handle)
        except Exception as error:
            with about(job):
                log.info("%s could not be told to stop job %s: %s", job.provider, job.id, type(error).__name__)
        outbox.put(Stopped(job, charged))

    threading.Thread(target=stop, daemon=True, name=f"stop-{job.id}").start()


def keepable(text: str) -> str:
    """The text with a mark in the place of every character that no column keeps."""
    return UNKEEPABLE.sub("\ufffd", text)


def _run_named(held: Held, lanes: Lanes, outbox: Outbox) -> None:
    with about(held.job):  # a thread begins with nothing bound
        _run(held, lanes, outbox)


def _run(held: Held, lanes: Lanes, outbox: Outbox) -> None:
    try:
        if held.verb == "keep":
            entry = spool.find(held.job.id, held.job.attempt)
            if entry is None:
                outbox.put(Waits(held, 0.0))  # it is gone: whoever takes the job up next sees that, and policy decides
                return
        else:
            with BUDGET.purchase():
                with span("provider.call", held.job), numbers.call(held.job, held.verb):
                    value = _call(held, lanes, outbox)
                if held.verb == "start":
                    crash.point("after_submit")
                entry = None
                if isinstance(value, Done):
                    if value.text is not None:
                        value = replace(value, text=keepable(value.text))
                    with span("keep", held.job):
                        entry = _keep(held, value, lanes)
                    if entry is not None:
                        crash.point("after_kept")
                    value = replace(value, data=None)
            if entry is None:
                outbox.put(Outcome(held, value))
                return
        _put(held, entry, outbox)
    except ProviderError as error:
        outbox.put(Outcome(held, error=error))
    except Exception as error:
        log.exception("the adapter %s broke on job %s", held.job.provider, held.job.id)
        if held.verb == "keep":
            outbox.put(Waits(held, 0.0))  # it is paid for, whatever is wrong with this machine's disk
            return
        outbox.put(Outcome(held, error=Unknown(f"{type(error).__name__}: {error}")))


def _call(held: Held, lanes: Lanes, outbox: Outbox) -> Done | Pending | None:
    job, request = held.job, held.request
    emit = Emit(
        progress=lambda share: outbox.put(Progress(held, share)), text=lambda piece: outbox.put(Words(held, piece))
    )
    handle = Handle(job.provider_job_id, job.poll_url, request)
    if job.lane == Lane.CORE:
        inputs = tuple(replace(given, data=given.read()) for given in request.inputs)
        request = replace(request, inputs=inputs)
        argument = replace(handle, request=request) if held.verb == "check" else request
        answer: Done | Pending = lanes.call(job.id, held.verb, job.provider, argument, emit.progress)
        return answer
    if held.verb == "start":
        return held.able.start(request, emit)
    if held.verb == "find":
        assert isinstance(held.able, Finds)
        return held.able.find(request)
    return held.able.check(handle)


def _put(held: Held, entry: spool.Entry, outbox: Outbox) -> None:
    """From the spool into storage. Whatever goes wrong here, what was paid for is there: it waits."""
    outbox.put(Spooled(held))
    try:
        storage.put(entry.path, entry.name)
    except Exception as error:
        if not isinstance(error, StorageAway):
            log.exception("job %s could not be put into storage", held.job.id)
        outbox.put(Waits(held, entry.age_seconds if entry.path.exists() else 0.0))
        return
    held.is_put = True
    outbox.put(Outcome(held, entry.done, entry.kept))


def _keep(held: Held, done: Done, lanes: Lanes) -> spool.Entry | None:
    """What came, finished and in the spool; None where nothing came that is a file."""
    kind = Kind(held.job.kind)
    mark = Mark(held.source, system=done.model or held.request.model)
    watermarked = partial(_watermark, held, lanes) if held.job.is_preview else None
    if done.data is not None:
        return _spool(held, done, kind, done.data, done.media_type, mark, watermarked)
    if done.link is None:
        return None
    for tries in range(1, FETCH_TRIES + 1):
        try:
            return _fetch(held, done, kind, done.link, mark, watermarked)
        except Transient as error:
            # A provider that has a job can be asked for it again. One that answered at once cannot: what it made is
            # fetched here or lost.
            if held.job.provider_job_id:
                raise
            if tries == FETCH_TRIES:
                raise Damaged(f"the result could not be fetched: {error}") from error
            time.sleep(min(error.retry_after_seconds or FETCH_WAIT_SECONDS * 2 ** (tries - 1), 30.0))
    raise AssertionError


def _watermark(held: Held, lanes: Lanes, path: Path) -> None:
    """Mark a preview before it is kept. Where that cannot be done it is not kept: nobody gets one without its mark."""
    if held.job.kind != Kind.VIDEO:
        watermark.picture(path)
        return
    for tries in range(1, MARK_TRIES + 1):
        try:
            lanes.watermark(f"mark-{held.job.id}", path)
            return
        except Transient as error:
            if tries == MARK_TRIES:
                raise Damaged(f"the preview could not be marked: {error}") from error


def _spool(
    held: Held, done: Done, kind: Kind, data: bytes | Iterable[bytes], media_type: str, mark: Mark,
    watermarked: Callable[[Path], None] | None,
) -> spool.Entry:  # fmt: skip
    job = held.job
    with spool.unfinished() as path:
        kept = storage.make(path, kind=kind, data=data, media_type=media_type, mark=mark, watermarked=watermarked)
        return spool.add(
            path, job_id=job.id, tenant_id=job.tenant_id, attempt=job.attempt, fence=job.fence, kept=kept, done=done
        )  # fmt: skip


def _fetch(
    held: Held, done: Done, kind: Kind, link: Link, mark: Mark, watermarked: Callable[[Path], None] | None
) -> spool.Entry:  # fmt: skip
    if not isinstance(held.able, Opens):
        raise Damaged("the adapter answered with a link and cannot fetch")
    with ExitStack() as closing:
        try:
            stream = closing.enter_context(held.able.open(link))
        except Damaged as error:
            if held.job.provider_job_id:
                # Asked once more, a provider that has the job may name a fresh address.
                raise Transient(str(error), retry_after_seconds=FETCH_WAIT_SECONDS * 10) from error
            raise
        media_type = done.media_type or stream.media_type
        return _spool(held, done, kind, stream.chunks(), media_type, mark, watermarked)
