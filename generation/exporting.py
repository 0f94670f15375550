"""What the engine has of a person that no other room tells: the keys that they brought along, and what was refused them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.exporting import Kept, Listing, Part, id_of, pages, register
from accounts.models import User
from generation.models import Asset, Job, ProviderKey, SafetyEvent

ENDINGS = {
    "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "video/mp4": "mp4", "video/webm": "webm",
    "audio/mpeg": "mp3", "audio/wav": "wav", "audio/ogg": "ogg",
}  # fmt: skip


TOLD = """provider-keys.json which keys of yours are kept, by their last letters
refusals.json      what was refused to you by the rules of the library, or was a hint at them"""


def connect() -> None:
    """Take part from now on. Called once, when the app is ready."""
    register("engine", parts, told=TOLD)


def parts(user: User) -> Iterator[Part]:
    yield Listing("provider-keys.json", map(_key, pages(ProviderKey.objects.filter(user=user))))
    yield Listing("refusals.json", map(_refusal, pages(SafetyEvent.objects.filter(user_id=user.pk))))


def made(folder: str, name: str, asset: Asset) -> Kept:
    """A file of theirs, under a name that says what it is."""
    ending = ENDINGS.get(asset.media_type, "bin")
    return Kept(f"{folder}/{name}-{id_of(asset)}.{ending}", asset.storage_name, asset.size_bytes)


def told(job: Job | None) -> dict[str, Any] | None:
    """What was asked for and what came of it, as whoever asked may know it."""
    if job is None:
        return None
    return {
        "status": job.status, "model": job.model.key if job.model else None, "attempts": job.attempt,
        "cost_micros": job.cost_micros, "message": job.message or None, "finished_at": job.finished_at,
    }  # fmt: skip


def _key(key: ProviderKey) -> dict[str, Any]:
    return {
        "provider": key.provider, "ends": key.hint, "is_used": key.is_enabled, "since": key.created_at,
        "changed_at": key.changed_at,
    }  # fmt: skip


def _refusal(event: SafetyEvent) -> dict[str, Any]:
    return {
        "at": event.created_at, "what": event.what, "verdict": event.verdict, "when": event.stage, "where": event.place,
        "words": event.excerpt or None,
    }  # fmt: skip
