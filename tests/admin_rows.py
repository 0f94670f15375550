"""One maker for everything that the admin lists. Each makes a row with parents of its own under the active tenant, and
puts `tag` wherever a person could write, so that a page that shows another tenant's row is caught by the word."""

from __future__ import annotations

import datetime
import itertools
import uuid
from collections.abc import Callable
from typing import Any

from axes.models import AccessAttempt
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import ApiKey, AuditEvent, Cap, Domain, Membership, Role, Tenant, Tier, User
from accounts.models.ledger import Period, Pool
from accounts.tenancy import current
from gallery.models import Report
from generation.models import (
    AiModel,
    Credential,
    Event,
    Job,
    ModelGrant,
    Price,
    ProviderKey,
    Rule,
    Run,
    SafetyEvent,
    SafetyPolicy,
    Status,
    Unit,
    WebhookDelivery,
    WebhookEndpoint,
)
from generation.safety import events
from generation.studio.models import Piece, StudioPolicy
from stories.models import Appeal, Decision, Image, Scene, Standing, Story, Video

_numbers = itertools.count(1)


def tenant(tag: str) -> Tenant:
    number = next(_numbers)
    return Tenant.objects.create(slug=f"{tag}-{number}", name=f"{tag} {number}", tagline=tag)


def domain(tag: str) -> Domain:
    active = current()
    assert active is not None
    return Domain.objects.create(host=f"{tag}-{next(_numbers)}.example", tenant_id=active)


def user(tag: str) -> User:
    return User.objects.create_user(f"{tag}-{next(_numbers)}@example.org", None, display_name=tag)


def membership(tag: str) -> Membership:
    return Membership.objects.create(user=user(tag), role=Role.READER)


def api_key(tag: str) -> ApiKey:
    number = next(_numbers)
    return ApiKey.objects.create(
        membership=membership(tag), name=f"{tag} {number}", prefix=f"prefix{number:04}", digest=f"{tag} digest",
        scopes=["read"],
    )  # fmt: skip


def tier(tag: str) -> Tier:
    number = next(_numbers)
    return Tier.objects.create(
        slug=f"{tag}-{number}", name=f"{tag} {number}", tagline=tag, guidelines=tag, picture_style=tag
    )


def cap(tag: str) -> Cap:
    return Cap.objects.create(pool=Pool.GUESTS, subject_id=tier(tag).id, period=Period.DAY, limit=5_000_000)


def ai_model(_: str, *, kind: str = "text") -> AiModel:
    """A platform row: every tenant may know its name, so it carries no tag."""
    number = next(_numbers)
    old = AiModel.objects.create(key=f"old-{number}", name="Old", provider="demo", remote_name="storyteller", kind=kind)
    made = AiModel.objects.create(
        key=f"model-{number}", name=f"Model {number}", provider="demo", remote_name="storyteller", kind=kind,
        replacement=old,
    )  # fmt: skip
    Price.objects.create(model=made, unit=Unit.CALL, amount_micros=0, effective_from=datetime.date(2026, 1, 1))
    return made


def credential(_: str) -> Credential:
    return Credential.objects.create(provider="demo", label=f"label {next(_numbers)}")


def provider_key(tag: str) -> ProviderKey:
    """The tenant's own; its provider is a name that no install knows."""
    provider = f"{tag}-{next(_numbers)}"
    account = Credential.objects.create(provider=provider, label=f"own {next(_numbers)}", is_brought=True)
    return ProviderKey.objects.create(provider=provider, secret="a key of nobody", hint="body", credential=account)


def grant(tag: str) -> ModelGrant:
    return ModelGrant.objects.create(tier=tier(tag), model=ai_model(tag))


def job(tag: str, *, kind: str = "text", status: Status = Status.FAILED, **fields: Any) -> Job:
    asked = Run.objects.create(tier=tier(tag), user=user(tag), purpose=tag)
    return Job.objects.create(
        run=asked, kind=kind, model=ai_model(tag, kind=kind), provider="demo", step="draw-scene", status=status,
        request={"prompt": tag}, result={"text": tag}, message=tag, error_detail=tag, **fields,
    )  # fmt: skip


def story(tag: str) -> Story:
    return Story.objects.create(
        tier=tier(tag), reader=user(tag), prompt=tag, title=f"{tag} story", target_depth=3, seed=1,
        text_model=ai_model(tag),
    )  # fmt: skip


def scene(tag: str, *, of: Story | None = None, parent: Scene | None = None) -> Scene:
    return Scene.objects.create(
        story=of or story(tag), parent=parent, depth=1 if parent is None else parent.depth + 1,
        job=job(tag, status=Status.DONE), title=f"{tag} scene", text=tag, picture=tag, alt=tag, film=tag, memory=tag,
    )  # fmt: skip


def image(tag: str, *, of: Scene | None = None) -> Image:
    return Image.objects.create(scene=of or scene(tag), job=job(tag, kind="image", status=Status.DONE))


def video(tag: str, *, of: Scene | None = None) -> Video:
    return Video.objects.create(scene=of or scene(tag), job=job(tag, kind="video", status=Status.DONE))


def report(tag: str) -> Report:
    """Of a picture; and beside it one of each of the other things that wait for staff."""
    shown, waits = image(tag), image(tag)
    Image.objects.filter(pk=waits.pk).update(standing=Standing.WAITING)
    Story.objects.filter(pk=waits.scene.story_id).update(publication_asked_at=timezone.now())
    hidden = decision(tag)
    Appeal.objects.create(decision=hidden, story=hidden.story, owner=user(tag), words=tag)
    return Report.objects.create(
        part="picture", subject_id=shown.scene_id, story=shown.scene.story, reason="other", words=tag,
        subject=f"user:{next(_numbers)}", reporter=user(tag),
    )  # fmt: skip


def decision(tag: str) -> Decision:
    of = scene(tag).story
    return Decision.objects.create(
        part="story", subject_id=of.pk, story=of, ruling="hide", reason=tag, by=user(tag)
    )  # fmt: skip


def piece(tag: str) -> Piece:
    return Piece.objects.create(user=user(tag), kind="image", title=f"{tag} piece", settings={"prompt": tag})


def studio_policy(tag: str) -> StudioPolicy:
    """A tenant has one, so there is never a second row to list."""
    return StudioPolicy.objects.update_or_create(
        defaults={
            "guidelines": tag,
            "picture_style": tag,
        }
    )[0]


def safety_policy(tag: str) -> SafetyPolicy:
    return SafetyPolicy.objects.create(
        tier=tier(tag), check_model=ai_model(tag, kind="moderate"), never_shown=tag,
        fallback_text_model=ai_model(tag), fallback_image_model=ai_model(tag, kind="image"),
    )  # fmt: skip


def rule(tag: str) -> Rule:
    return Rule.objects.create(text=f"{tag} {next(_numbers)}", scope=Rule.Scope.TIER, tier=tier(tag), note=tag)


def safety_event(tag: str) -> SafetyEvent:
    return events.note(
        tier=tier(tag), user_id=user(tag).id, stage=SafetyEvent.Stage.BEFORE, what=SafetyEvent.What.PROMPT,
        by=SafetyEvent.By.RULE, name=tag, verdict=SafetyEvent.Verdict.REFUSED, said=tag, categories=[tag],
        job_id=job(tag).id,
    )  # fmt: skip


def endpoint(tag: str) -> WebhookEndpoint:
    url = f"https://{tag}-{next(_numbers)}.example.com/hooks"
    return WebhookEndpoint.objects.create(url=url, events=[Event.FINISHED], secret=f"whsec_{tag}", disabled_because=tag)


def delivery(tag: str, *, to: WebhookEndpoint | None = None, status: Status = Status.FAILED) -> WebhookDelivery:
    asked = Run.objects.create(tier=None, user=None, purpose=tag)
    sent = Job.objects.create(
        run=asked, kind="deliver", provider="webhook", step="deliver", priority=9, status=status, message=tag,
        request={"prompt": f'{{"type":"job.finished","tag":"{tag}"}}'}, error_detail=tag,
    )  # fmt: skip
    return WebhookDelivery.objects.create(
        id=sent.id, endpoint=to or endpoint(tag), event_id=uuid.uuid4(), event=Event.FINISHED, job=sent, said=tag
    )


def audit_event(tag: str) -> AuditEvent:
    person = membership(tag).user_id
    return audit.write("staff.changed", actor=person, about=person, subject=audit.Subject("a.kind", "1", tag))


def access_attempt(_: str) -> AccessAttempt:
    """A platform row, which operators alone see."""
    return AccessAttempt.objects.create(
        username=f"somebody-{next(_numbers)}@example.org", ip_address="192.0.2.1", user_agent="Browser", get_data="",
        post_data="", http_accept="*/*", path_info="/sign-in/", failures_since_start=3,
    )  # fmt: skip


def member_of(role: Role, tag: str = "somebody") -> User:
    """A user with a role in the active tenant."""
    made = user(tag)
    Membership.objects.create(user=made, role=role)
    return made


MAKERS: dict[type[Any], Callable[[str], Any]] = {
    Tenant: tenant, Domain: domain, User: user, Membership: membership, Tier: tier, Cap: cap, AiModel: ai_model,
    ApiKey: api_key, AccessAttempt: access_attempt,
    Credential: credential, ProviderKey: provider_key, ModelGrant: grant,
    Job: job, Story: story, Scene: scene, Image: image, Video: video, Piece: piece, StudioPolicy: studio_policy,
    WebhookEndpoint: endpoint, WebhookDelivery: delivery,
    AuditEvent: audit_event,
    Report: report, Decision: decision,
    SafetyPolicy: safety_policy, Rule: rule, SafetyEvent: safety_event,
}  # fmt: skip


def address(model: Any, view: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def sentences(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def problems(response: Any) -> dict[str, list[str]]:
    """What the form says is wrong, by field."""
    assert response.status_code == 200, response.headers
    return {name: [str(e) for e in found] for name, found in response.context["adminform"].form.errors.items()}
