"""What the pages show of pieces and their takes: rows gathered in a fixed number of queries, in the words of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from accounts.staff import plain
from generation.jobs import queueing
from generation.jobs.public import IN_GENERATE, percent
from generation.models import ACTIVE, Job, Status
from generation.providers.contract import Kind
from generation.studio import public
from generation.studio.models import Piece, Take, Verb

BEING = {
    Kind.TEXT: "is being written",
    Kind.IMAGE: "is being painted",
    Kind.VIDEO: "is being filmed",
    Kind.SPEECH: "is being spoken",
}
NOUNS = {Kind.TEXT: "text", Kind.IMAGE: "picture", Kind.VIDEO: "film", Kind.SPEECH: "voice"}
USUALLY = {
    Kind.TEXT: "usually less than half a minute", Kind.IMAGE: "usually within a minute",
    Kind.VIDEO: "usually within a few minutes", Kind.SPEECH: "usually less than half a minute",
}  # fmt: skip
ENDED = {
    Status.DONE: "done", Status.FAILED: "could not be made", Status.REFUSED: "was refused",
    Status.CANCELLED: "was cancelled", Status.UNKNOWN: "was lost on its way",
}  # fmt: skip
ASKED = {
    "seconds": ("Length", " s"), "size": ("Size", ""), "aspect_ratio": ("Shape", ""), "resolution": ("Resolution", ""),
    "quality": ("Quality", ""), "output_format": ("File format", ""), "inputs": ("Pictures", ""),
}  # fmt: skip
VERBS = {Verb.MADE: "", Verb.AGAIN: "Made again", Verb.EDITED: "Edited", Verb.FINAL: "The final one"}
EXTENSIONS = {
    "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "video/mp4": "mp4", "video/webm": "webm",
    "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/flac": "flac", "audio/wav": "wav", "audio/mp4": "m4a", "audio/aac": "aac",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakeShown:
    """A take as a page shows it. `state` is queued, processing, completed or failed."""

    take: Take
    job: Job
    kind: Kind
    currency: str

    @property
    def state(self) -> str:
        return IN_GENERATE[self.job.status]

    @property
    def is_done(self) -> bool:
        return self.job.status == Status.DONE

    @property
    def is_active(self) -> bool:
        return self.job.status in ACTIVE

    @property
    def words(self) -> str:
        """The state, to be read after "Take 2 …"."""
        if self.job.status == Status.STORED:
            return "is being put away"
        if self.is_active:
            return "waits its turn" if self.state == "queued" else BEING[self.kind]
        return ENDED[Status(self.job.status)]

    @property
    def progress(self) -> int | None:
        return percent(self.job)

    @property
    def verb(self) -> str:
        return VERBS[Verb(self.take.verb)]

    @property
    def text(self) -> str:
        """What was written, so far or whole."""
        return str(public.result_of(self.job).get("text", ""))

    @property
    def file(self) -> str:
        """The address of what was made; access is checked there each time."""
        return public.file_path(self.job) or ""

    @property
    def thumb(self) -> str:
        has = self.is_done and self.job.asset_id is not None and self.kind in (Kind.IMAGE, Kind.VIDEO)
        return reverse("studio-take-thumb", args=[self.take.id]) if has else ""

    @property
    def download(self) -> str:
        return reverse("studio-take-file", args=[self.take.id])

    @property
    def seconds(self) -> int | None:
        """How long it took from asking to the end."""
        if self.job.finished_at is None or self.is_reused:
            return None
        return round((self.job.finished_at - self.job.created_at).total_seconds())

    @property
    def outlook(self) -> str:
        """Its place and about how long it takes, in words; empty where nobody knows."""
        return queueing.outlook(self.job).words

    @property
    def is_reused(self) -> bool:
        """Whether it was made earlier, and is only shown again."""
        return self.job.reused_from is not None

    @property
    def cost(self) -> str:
        """What was charged, in words."""
        if self.is_reused:
            return "made earlier, nothing charged"
        if self.is_active:
            return f"{plain(self.job.hold_micros)} {self.currency} held" if self.job.hold_micros else ""
        if self.job.cost_micros:
            return f"{plain(self.job.cost_micros)} {self.currency}"
        return "free" if self.is_done else "nothing charged"

    @property
    def size(self) -> str:
        asset = self.job.asset
        return f"{asset.width} × {asset.height}" if asset is not None and asset.width and asset.height else ""

    @property
    def ratio(self) -> tuple[int, int]:
        """Width and height of the place that it takes on the page, also before it is there."""
        asset = self.job.asset
        if asset is not None and asset.width and asset.height:
            return asset.width, asset.height
        asked = self.job.request
        if isinstance(asked.get("width"), int) and isinstance(asked.get("height"), int):
            return asked["width"], asked["height"]
        try:
            wide, _, high = str(asked.get("aspect_ratio") or "16:9").partition(":")
            return round(float(wide) * 100), round(float(high) * 100)
        except ValueError:
            return 1600, 900

    @property
    def shape(self) -> str:
        """One of wide, square, tall: how the page lays it out."""
        wide, high = self.ratio
        return "wide" if wide > 1.15 * high else "tall" if high > 1.15 * wide else "square"

    @property
    def length(self) -> str:
        asset = self.job.asset
        return f"{asset.seconds:.0f} s" if asset is not None and asset.seconds else ""

    @property
    def seed(self) -> Any:
        used = self.job.result.get("seed")
        return used if used is not None else self.job.request.get("seed")

    @property
    def model(self) -> str:
        return self.job.model.name if self.job.model is not None else ""

    @property
    def changes(self) -> list[str]:
        """What the model did otherwise than it was asked: "Resolution: asked for 4K, made in 2K"."""
        adjusted = self.job.result.get("adjusted") or {}
        found = []
        for name, (was, used) in adjusted.items():
            label, unit = ASKED.get(name, (name.replace("_", " ").capitalize(), ""))
            found.append(f"{label}: asked for {was}{unit}, made in {used}{unit}.")
        if self.job.asked_model and self.job.model is not None and not _same(self.job):
            found.append(f"Model: asked for {self.job.asked_model}, made by {self.job.model.name}.")
        if self.job.result.get("is_cut"):
            found.append("The text ends where the longest answer does.")
        return found

    @property
    def mark(self) -> str:
        """Changes whenever the page has to show something else."""
        return f"{self.state}-{self.job.attempt}-{self.job.status if not self.is_active else ''}"


@dataclass(frozen=True, slots=True)
class PieceShown:
    """A piece in a list: the take that stands for it, and how many there are."""

    piece: Piece
    take: TakeShown
    count: int
    is_active: bool

    @property
    def kind(self) -> str:
        return self.piece.kind

    @property
    def noun(self) -> str:
        return NOUNS[Kind(self.piece.kind)]

    @property
    def excerpt(self) -> str:
        return " ".join(self.take.text.split())[:240]


def mine(user_id: Any) -> QuerySet[Piece]:
    """A user's own pieces, latest first."""
    return Piece.objects.filter(user_id=user_id, deleted_at=None).order_by("-created_at")


def of_piece(piece: Piece, currency: str) -> list[TakeShown]:
    """The takes of one piece, in order. One query."""
    return [TakeShown(take, take.job, Kind(piece.kind), currency) for take in public.takes_of(piece)]


def main_of(takes: Sequence[TakeShown], number: str = "") -> TakeShown | None:
    """The take that is looked at: the one that was chosen; else, of those that were asked for last and of which one is
    there, the first that is there; else the first under way, or the latest."""
    chosen = [one for one in takes if str(one.take.number) == number]
    done = [one for one in takes if one.is_done]
    of_last = [one for one in done if one.job.run_id == done[-1].job.run_id]
    under_way = [one for one in takes if one.is_active]
    return next(iter(chosen or of_last or under_way or takes[-1:]), None)


def listed(pieces: Iterable[Piece], currency: str) -> list[PieceShown]:
    """Pieces with the take that stands for each. Pass what `annotated` made; one more query for all of them."""
    found = list(pieces)
    ids = {one.shown_id or one.latest_id for one in found} | {one.latest_id for one in found}  # type: ignore[attr-defined]
    takes = {
        take.id: take for take in Take.objects.filter(id__in=ids).select_related("job__asset", "job__model", "job__run")
    }
    return [_listed(piece, takes, currency) for piece in found if piece.latest_id in takes]  # type: ignore[attr-defined]


def annotated(pieces: QuerySet[Piece]) -> QuerySet[Piece]:
    """With the latest take, the latest that is done, and how many there are."""
    takes = Take.objects.filter(piece=OuterRef("pk")).order_by("-number")
    return pieces.annotate(
        latest_id=Subquery(takes.values("id")[:1]),
        shown_id=Subquery(takes.filter(job__status=Status.DONE).values("id")[:1]),
        take_count=Count("takes"),
    )


def _listed(piece: Any, takes: dict[Any, Take], currency: str) -> PieceShown:
    latest = takes[piece.latest_id]
    is_active = latest.job.status in ACTIVE
    take = takes.get(piece.shown_id, latest)
    return PieceShown(piece, TakeShown(take, take.job, Kind(piece.kind), currency), piece.take_count, is_active)


def price(micros: int | None, currency: str, *, is_least: bool = False) -> str:
    """A price on a button: "free", "0.08 USD", "from 0.08 USD"; empty where it cannot be told."""
    if micros is None:
        return ""
    words = f"{plain(micros)} {currency}" if micros else "free"
    return f"from {words}" if is_least and micros else words


def name_of(user: User) -> str:
    return str(user.display_name or user)


def _same(job: Job) -> bool:
    asked = job.asked_model.lower()
    return job.model is not None and asked in (
        job.model.key.lower(),
        job.model.remote_name.lower(),
        job.model.name.lower(),
    )
