"""Appeals: the reader of something hidden says once why it should be shown again, and staff answer."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.access import Actor
from stories import showing
from stories.drafts import clean
from stories.errors import CannotPlay
from stories.models import Appeal, Decision, Ruling

MAX_WORDS = 1000


def of(decision: Decision) -> Appeal | None:
    """What was said to a decision."""
    return Appeal.objects.filter(decision=decision).first()


def appeal(*, actor: Actor, thing: showing.Thing, words: str) -> Appeal:
    """Ask staff to look again, once for each decision. The same form sent twice is one appeal."""
    story, decision = showing.story_of(thing), showing.why_hidden(thing)
    if actor.user_id is None or story.reader_id != actor.user_id or not showing.is_hidden(thing) or decision is None:
        raise CannotPlay("There is nothing here.", status=404)
    words = clean(words, keep_lines=True)
    if not words:
        raise CannotPlay("Write why it should be shown again.", field="words")
    if len(words) > MAX_WORDS:
        raise CannotPlay(f"That is longer than {MAX_WORDS:,} characters. Say it shorter.", field="words")
    found, made = Appeal.objects.get_or_create(
        decision=decision, defaults={"story": story, "owner_id": actor.user_id, "words": words}
    )
    if not made and found.words != words:
        raise CannotPlay("You have appealed against this already. Staff see what you wrote then.", status=409)
    return found


def answer(*, actor: Actor, appeal: Appeal, grants: bool, reason: str) -> None:
    """Give back what was hidden, or leave it hidden and say why."""
    thing = showing.find(appeal.decision.part, appeal.decision.subject_id)
    if not actor.is_staff or thing is None:
        raise CannotPlay("There is nothing here.", status=404)
    with transaction.atomic():
        reason = " ".join(reason.split())[: showing.MAX_REASON]
        state = Appeal.State.GRANTED if grants else Appeal.State.REFUSED
        if not Appeal.objects.filter(id=appeal.id, state=Appeal.State.OPEN).update(
            state=state, answer=reason, answered_at=timezone.now()
        ):
            raise CannotPlay("Somebody has answered this appeal meanwhile. Look again.", status=409)
        if not grants:
            showing.record(actor=actor, thing=thing, ruling=Ruling.UPHOLD, reason=reason)
        elif showing.is_hidden(thing):
            showing.restore(actor=actor, thing=thing, reason=reason)
