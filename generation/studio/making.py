"""The verbs of the studio: make, make again, edit, cancel, delete.

Each is one transaction: the piece, the holds in the ledger, the run with its jobs and the doorbell are all there, or none of
them is. Doing the same thing twice, by the same nonce, finds what the first one made.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.ledger import OverBudget
from accounts.models import User
from generation import assets, catalogue, intake
from generation.errors import NotRetryable
from generation.jobs import asking, checking, reusing
from generation.models import ACTIVE, Asset, Job, Status
from generation.providers.contract import Kind
from generation.safety import policies
from generation.studio import bringing, earlier, previews, wishes
from generation.studio.errors import CannotChange, NotSupported, Unaffordable, WrongWish
from generation.studio.models import Piece, Source, StudioPolicy, Take, Verb
from generation.studio.models.piece import TITLE_LENGTH
from generation.studio.wishes import Brought, Wish

PURPOSE = "studio"
MAX_TAKES = 64


def make(
    *,
    user: User,
    rules: StudioPolicy,
    wish: Wish,
    source: Source,
    nonce: uuid.UUID,
    is_kept: bool = True,
    parent: Take | None = None,
    fetch_seconds: float = intake.FETCH_SECONDS,
) -> Piece:
    """A new piece with its first takes. The same nonce is the same piece. A picture at an address has `fetch_seconds` to
    arrive. Raises `CannotBuy`; then nothing is left."""
    found = Piece.objects.filter(user=user, nonce=nonce).first()
    if found is not None:
        return found
    title = " ".join(str(wish.settings.get("prompt", "")).split())[:TITLE_LENGTH]
    try:
        taken_in = bringing.taken_in(wish.brought, rules=rules, user=user, fetch_seconds=fetch_seconds)
        with taken_in as inputs, transaction.atomic():
            piece = Piece.objects.create(
                user=user, kind=wish.kind, source=source, nonce=nonce, settings=dict(wish.settings), title=title,
                parent=parent, is_kept=is_kept,
            )  # fmt: skip
            _buy(piece, wish, inputs, rules=rules, verb=Verb.MADE)
            return piece
    except IntegrityError:
        # The same form, committed between our look and our write: what it made is what was asked for.
        return Piece.objects.get(user=user, nonce=nonce)


def again(*, piece: Piece, take: Take, rules: StudioPolicy, nonce: uuid.UUID) -> Take:
    """One more take of the same wish: the same model where it is still offered, another seed."""
    wish = wish_again(piece=piece, take=take, rules=rules, is_meant=True)
    return _more(piece, wish, rules=rules, verb=Verb.AGAIN, nonce=nonce, instruction=take.instruction)


def wish_again(*, piece: Piece, take: Take, rules: StudioPolicy, is_meant: bool = False) -> Wish:
    """What `again` buys, with its price, under the rules of today. Raises `CannotBuy`."""
    request = dict(take.job.request)
    said = request.get("said") or {"prompt": str(request.get("prompt", ""))}
    wishes.refuse_words(said, user=piece.user, names={}, is_meant=is_meant)
    inputs = [Brought(one["role"], Asset.objects.get(id=one["asset"]), "inputs") for one in request.pop("inputs", [])]
    if inputs:
        request["inputs"] = [{"role": one.role, "asset": f"#{place}"} for place, one in enumerate(inputs)]
    if "seed" in request and "seed" not in piece.settings:
        request["seed"] = secrets.randbelow(2**31)
    offered = catalogue.keep_or_replace(catalogue.offers(None, piece.user), take.job.model)
    if offered is None:
        catalogue.refuse_off(None, Kind(piece.kind))
        raise CannotChange("The model that made this is no longer offered here. Use its settings with another one.")
    policy = policies.of(None)
    if "said" in request:
        able = catalogue.capabilities(offered, Kind(take.job.kind))
        request |= wishes.in_house(Kind(piece.kind), said, rules, policy, able)
    wish = Wish(
        Kind(piece.kind), Kind(take.job.kind), catalogue.Chosen(offered), request, tuple(inputs), 1, piece.settings,
        policy, 0, seed_is_said="seed" in piece.settings, preview_of=take.job.preview_of,
    )  # fmt: skip
    return replace(wish, price_micros=wishes.price(wish))


def final(*, piece: Piece, take: Take, rules: StudioPolicy, nonce: uuid.UUID) -> Take:
    """The real one of a preview: the same words, pictures and seed, as large and long as was asked for."""
    wish = wish_final(piece=piece, take=take, rules=rules, is_meant=True)
    return _more(piece, wish, rules=rules, verb=Verb.FINAL, nonce=nonce, instruction=take.instruction)


def wish_final(*, piece: Piece, take: Take, rules: StudioPolicy, is_meant: bool = False) -> Wish:
    """What `final` buys, with its price. Raises `CannotBuy`."""
    job = take.job
    if job.preview_of is None or job.status != Status.DONE:
        raise CannotChange("Only a preview that is finished has a final one.")
    wish = wish_again(piece=piece, take=take, rules=rules, is_meant=is_meant)
    request = previews.changed(wish.request, job.preview_of)
    seed = seed_of(take)
    if seed is not None:
        request["seed"] = seed
    has_seed = seed is not None
    wish = replace(wish, request=request, preview_of=None, reuses=has_seed, seed_is_said=has_seed)
    wish = replace(wish, price_micros=wishes.price(wish))
    return replace(wish, price_micros=earlier.held(wish, user=piece.user))


def seed_of(take: Take) -> int | None:
    """The seed that a take was made with, where its model takes one: another with it has the same composition."""
    model = take.job.model
    able = catalogue.capabilities(model, Kind(take.job.kind)) if model is not None else None
    if able is None or not ("seed" in able.takes or "seed" in able.ranges):
        return None
    used = take.job.result.get("seed")
    return used if isinstance(used, int) else take.job.request.get("seed")


def edit(
    *, piece: Piece, take: Take, instruction: str, rules: StudioPolicy, nonce: uuid.UUID, model: str = "",
    brought: Sequence[Brought] = (),
) -> Take:  # fmt: skip
    """A take that changes another as `instruction` says ("add a sunset"). The earlier one stays."""
    wish = wish_edit(
        piece=piece, take=take, instruction=instruction, rules=rules, model=model, brought=brought, is_meant=True
    )
    return _more(piece, wish, rules=rules, verb=Verb.EDITED, nonce=nonce, instruction=instruction.strip())


def wish_edit(
    *, piece: Piece, take: Take, instruction: str, rules: StudioPolicy, model: str = "", brought: Sequence[Brought] = (),
    is_meant: bool = False,
) -> Wish:  # fmt: skip
    """What `edit` buys, with its price. Raises `CannotBuy`."""
    kind = Kind(piece.kind)
    if take.job.status != Status.DONE:
        raise CannotChange("Only what is finished can be edited. Wait for it, or choose another take.")
    if take.job.is_preview:
        raise CannotChange("A preview cannot be edited: its mark would stay. Make the final one first.")
    if kind is Kind.TEXT:
        return _rewrite(piece, take, instruction, rules=rules, model=model, is_meant=is_meant)
    if kind is Kind.IMAGE and take.job.asset is not None:
        given = {"prompt": instruction, "model": model or _editor(take, piece.user)}
        source = Brought("source", take.job.asset, "source")
        brings = [source, *brought]
        return wishes.read(kind, given, rules=rules, user=piece.user, brought=brings, is_meant=is_meant)
    raise NotSupported("Only texts and pictures can be edited by an instruction.", field="instruction")


def cancel(*, piece: Piece) -> None:
    """End what is under way; what was finished stays. Raises `CannotChange` where all of it is bought already."""
    stopped, refused = 0, None
    for job in _active(piece):
        try:
            asking.cancel(job)
            stopped += 1
        except NotRetryable as bought:
            refused = bought
    if refused is not None and not stopped:
        raise CannotChange(str(refused))


def delete(*, piece: Piece) -> None:
    """Throw a piece away: gone for everybody at once, its rows and files some moments later. What is under way is cancelled,
    and what a provider finishes all the same is not kept."""
    Piece.objects.filter(id=piece.id, deleted_at=None).update(deleted_at=timezone.now())
    for job in _active(piece):
        try:
            asking.cancel(job)
        except NotRetryable:
            continue  # it is bought and about to appear; it is tidied away with the rest
    piece.refresh_from_db(fields=["deleted_at"])


def _active(piece: Piece) -> list[Job]:
    return list(Job.objects.filter(run__topic_id=piece.id, status__in=ACTIVE).order_by("created_at"))


def _more(piece: Piece, wish: Wish, *, rules: StudioPolicy, verb: Verb, nonce: uuid.UUID, instruction: str) -> Take:
    found = Take.objects.filter(piece=piece, nonce=nonce).first()
    if found is not None:
        return found
    try:
        with bringing.taken_in(wish.brought, rules=rules, user=piece.user) as inputs, transaction.atomic():
            _lock(piece)
            return _buy(
                piece, replace(wish, count=1), inputs, rules=rules, verb=verb, nonce=nonce, instruction=instruction
            )[0]
    except IntegrityError:
        # The same click, committed between our look and our write.
        found = Take.objects.filter(piece=piece, nonce=nonce).first()
        if found is None:
            raise
        return found


def _buy(
    piece: Piece,
    wish: Wish,
    inputs: Sequence[Asset],
    *,
    rules: StudioPolicy,
    verb: Verb,
    nonce: uuid.UUID | None = None,
    instruction: str = "",
) -> list[Take]:
    """The run, its jobs and the takes, in the caller's transaction."""
    number = _next_number(piece, wish.count)
    run = asking.open_run(
        tier=None, user=piece.user, purpose=PURPOSE, topic_id=piece.id, streams_text=rules.streams_text
    )
    takes: list[Take] = []
    marks = earlier.marks(wish, user=piece.user, files=inputs)
    had = earlier.found(wish, user=piece.user, marks=marks)
    try:
        needs: list[Job] = []
        if None in had:
            needs = checking.before(run=run, policy=wish.policy, text=wish.words, pictures=inputs)
        for place in range(wish.count):
            take = Take(piece=piece, number=number + place, verb=verb, instruction=instruction)
            if nonce is not None:
                take.nonce = nonce
            # A row of the file for each purchase, so that each can be thrown away by itself.
            files = inputs if not place else [assets.reuse(asset) for asset in inputs]
            request, source = _request(wish.request, files, place), had[place]
            if source is not None:
                take.job = reusing.add(
                    run=run, source=source, asset=assets.reuse(source.asset) if source.asset is not None else None,
                    request=request, step=wishes.STEP, subject_id=take.id, mark=marks[place], asked=wish.chosen.asked,
                )  # fmt: skip
            else:
                take.job = asking.add(
                    run=run, model=wish.model, kind=wish.job_kind, request=request, step=wishes.STEP,
                    subject_id=take.id, needs=needs, asked=wish.chosen.asked, fingerprint=marks[place],
                    preview_of=wish.preview_of,
                )  # fmt: skip
            take.save()
            takes.append(take)
    except OverBudget as over:
        raise Unaffordable(str(over), over.status) from over
    asking.ring()
    return takes


def _lock(piece: Piece) -> None:
    """One after the other, so that two at once do not take the same number."""
    Piece.objects.select_for_update().get(id=piece.id)


def _next_number(piece: Piece, count: int) -> int:
    number = Take.objects.filter(piece=piece).aggregate(most=Max("number"))["most"] or 0
    if number + count > MAX_TAKES:
        raise CannotChange(f"A piece has {MAX_TAKES} takes at most. Begin a new one from its settings.")
    return int(number) + 1


def _request(request: Mapping[str, Any], files: Sequence[Asset], place: int) -> dict[str, Any]:
    made = earlier.seeded(request, place)
    if "inputs" in made or files:
        roles = [one["role"] for one in made.get("inputs", [])]
        made["inputs"] = [{"role": role, "asset": str(file.id)} for role, file in zip(roles, files, strict=True)]
    return made


def _editor(take: Take, user: User) -> str:
    """The take's own model if it can change pictures; else nobody in particular."""
    model = take.job.model
    if model is None or catalogue.capabilities(model, Kind.EDIT) is None:
        return ""
    offered = catalogue.of_kind(catalogue.offers(None, user), Kind.IMAGE)
    return model.key if any(offer.model.id == model.id for offer in offered) else ""


def _rewrite(piece: Piece, take: Take, instruction: str, *, rules: StudioPolicy, model: str, is_meant: bool) -> Wish:
    if not instruction.strip():
        raise WrongWish("instruction is missing: say what to change.", field="instruction")
    text = take.job.result.get("text") or ""
    prompt = (
        f"{instruction.strip()}\n\nChange the following text as said above, and answer with the whole of it:\n\n{text}"
    )
    named = model or str(piece.settings.get("model", ""))
    given = {"prompt": prompt, "model": named}
    return wishes.read(Kind.TEXT, given, rules=rules, user=piece.user, is_meant=is_meant)
