"""Writing the seeds: tenants, people, tiers, models, grants. Rows that exist are left as they are."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.db import transaction

from accounts.models import Audience, Cap, Domain, Membership, Role, Tenant, Tier, User
from accounts.models.ledger import Measure, Period, Pool
from accounts.tenancy import across_tenants, scope
from config.seeding.rules import KEPT_OUT, NEVER_SHOWN, SOMEBODYS
from config.seeding.shelves import CLASSICS, HARBOUR, KIDS, Shelf
from generation import keys
from generation.models import AiModel, Credential, ModelGrant, Price, Rule, SafetyPolicy
from generation.seeds import plant_models
from generation.studio.models import StudioPolicy
from stories.models import Beginning

HARBOUR_HOST = "harbour.localhost"
DEMO_MODELS = ("demo-storyteller", "demo-painter", "demo-filmmaker")
"""What the first tiers are granted; everything else is granted by staff."""
STUDIO_MODELS = (*DEMO_MODELS, "demo-narrator")
STUDIO_GUIDELINES = "Helpful and plain. No real people's private affairs, nothing that would hurt somebody."
PEOPLE = (
    # email, name, tenant, role; the operator belongs to no tenant and runs the platform
    ("reader@example.com", "Rada Reader", "fablewright", Role.READER),
    ("author@example.com", "Arlo Author", "fablewright", Role.AUTHOR),
    ("staff@example.com", "Sunniva Staff", "fablewright", Role.STAFF),
    ("owner@example.com", "Odile Owner", "fablewright", Role.OWNER),
    ("harbour-owner@example.com", "Hark Harbour", "harbour", Role.OWNER),
    ("operator@example.com", "Operator", "", None),
)


def demo_password() -> str:
    """The password of the demo sign-ins: made at the first start of this install, never the same on two."""
    return settings.HOME.secret("demo-password", length=9)


@transaction.atomic
def plant() -> bool:
    """Add what is missing; False where nothing was."""
    before = _rows()
    models = _models()
    tenants = {
        "fablewright": _tenant("fablewright", "Fablewright", "Stories that branch", is_default=True),
        "harbour": _tenant("harbour", "Harbour Press", "Books that smell of rope", is_default=False),
    }
    Domain.objects.get_or_create(host=HARBOUR_HOST, defaults={"tenant": tenants["harbour"]})
    with scope(tenants["fablewright"]):
        _shelf(KIDS, 0, models)
        _shelf(CLASSICS, 1, models)
    with scope(tenants["harbour"]):
        _shelf(HARBOUR, 0, models)
    for tenant in tenants.values():
        with scope(tenant):
            _studio()
    _people(tenants)
    return _rows() != before


def _rows() -> tuple[int, ...]:
    with across_tenants("the seed counts what all tenants have"):
        counted = (
            Tenant, Domain, User, Membership, Tier, AiModel, Price, Credential, ModelGrant, Beginning, StudioPolicy,
            Rule, SafetyPolicy,
        )  # fmt: skip
        return tuple(model._default_manager.count() for model in counted)


def _tenant(slug: str, name: str, tagline: str, *, is_default: bool) -> Tenant:
    return Tenant.objects.get_or_create(
        slug=slug,
        defaults={"name": name, "tagline": tagline, "is_default": is_default, "allows_sign_up": is_default},
    )[0]


def _models() -> list[AiModel]:
    keys.ensure_platform_accounts()
    Credential.objects.get_or_create(provider="demo", label="built in", defaults={"max_concurrent": 100})
    plant_models()
    return list(AiModel.objects.filter(provider="demo", key__in=DEMO_MODELS))


def _shelf(shelf: Shelf, position: int, models: list[AiModel]) -> None:
    tier, made = Tier.objects.get_or_create(
        slug=shelf.slug,
        defaults={
            "name": shelf.name,
            "tagline": shelf.tagline,
            "audience": shelf.audience,
            "theme": shelf.theme,
            "guidelines": shelf.guidelines,
            "picture_style": shelf.picture_style,
            "streams_text": shelf.audience != Audience.CHILDREN,
            "guests_may_play": shelf.guests_may_play,
            "position": position,
        },
    )
    if not made:
        return  # what staff changed or took away since then stays so
    if shelf.daily_scenes is not None:
        Cap.objects.get_or_create(
            pool=Pool.READER, subject_id=tier.id, measure=Measure.SCENES, period=Period.DAY,
            defaults={"limit": shelf.daily_scenes},
        )  # fmt: skip
    ModelGrant.objects.bulk_create(
        [ModelGrant(tier=tier, model=model, kind=model.kind, is_default=True) for model in models]
    )
    Beginning.objects.bulk_create(
        [Beginning(tier=tier, position=position, **asdict(start)) for position, start in enumerate(shelf.starts)]
    )
    if shelf.audience == Audience.CHILDREN:
        _keep_safe(tier)


def _keep_safe(tier: Tier) -> None:
    """A children's tier begins with a word list of its own; who else checks is for staff to say."""
    SafetyPolicy.objects.create(tier=tier, never_shown=NEVER_SHOWN)
    kinds = {Rule.Kind.REFUSE: KEPT_OUT, Rule.Kind.HINT: SOMEBODYS}
    Rule.objects.bulk_create(
        [
            Rule(text=text, kind=kind, scope=Rule.Scope.TIER, tier=tier)
            for kind, texts in kinds.items()
            for text in texts
        ]
    )


def _studio() -> None:
    """The studio of the active tenant, with the demo's makers."""
    if StudioPolicy.objects.get_or_create(defaults={"guidelines": STUDIO_GUIDELINES})[1]:
        models = AiModel.objects.filter(provider="demo", key__in=STUDIO_MODELS)
        ModelGrant.objects.bulk_create([ModelGrant(model=model, kind=model.kind, is_default=True) for model in models])


def _people(tenants: dict[str, Tenant]) -> None:
    password = demo_password()
    for email, name, tenant, role in PEOPLE:
        if User.objects.filter(email=email).exists():
            continue
        if role is None:
            User.objects.create_superuser(email, password, display_name=name)
            continue
        user = User.objects.create_user(email, password, display_name=name)
        with scope(tenants[tenant]):
            Membership.objects.create(user=user, role=role)
