"""The engine room's rows: what can be bought, who may buy it, what was asked for, and what came back."""

from generation.models.asset import Asset, DiscardedFile
from generation.models.beat import Beat, BeatKind
from generation.models.catalogue import AiModel, ModelGrant, Price, Unit
from generation.models.credential import Credential, ProviderKey
from generation.models.job import ACTIVE, TERMINAL, Job, JobNeed, Lane, Status
from generation.models.letter import Letter
from generation.models.operations import Breaker, Inspection, Switch, Tally
from generation.models.place import DatabasePlace
from generation.models.run import Run
from generation.models.safety import Rule, SafetyEvent, SafetyPolicy
from generation.models.turn import Turn
from generation.models.webhook import TEST, Event, WebhookDelivery, WebhookEndpoint

__all__ = [
    "ACTIVE",
    "TERMINAL",
    "TEST",
    "AiModel",
    "Asset",
    "Beat",
    "BeatKind",
    "Breaker",
    "Credential",
    "DatabasePlace",
    "DiscardedFile",
    "Event",
    "Inspection",
    "Job",
    "JobNeed",
    "Lane",
    "Letter",
    "ModelGrant",
    "Price",
    "ProviderKey",
    "Rule",
    "Run",
    "SafetyEvent",
    "SafetyPolicy",
    "Status",
    "Switch",
    "Tally",
    "Turn",
    "Unit",
    "WebhookDelivery",
    "WebhookEndpoint",
]
