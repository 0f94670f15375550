"""What is kept out, by whom it is checked, and what came of it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from accounts.tenancy import TenantRow
from generation.models.catalogue import AiModel
from generation.providers.contract import Kind

MAX_RULE = 200
MAX_NEVER_SHOWN = 300
MAX_EXCERPT = 160


class SafetyPolicy(TenantRow):
    """How one tier, or with no tier the studio, is kept safe. Where there is no row, the word list alone holds."""

    tier = models.ForeignKey(
        "accounts.Tier",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: the studio, and its doors for programs and assistants.",
    )
    check_model = models.ForeignKey(
        AiModel,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"kind": Kind.MODERATE},
        verbose_name="checked by",
        help_text="A model that judges texts and pictures, each time a purchase of its own. Empty: the word list alone.",
    )
    checks_text_before = models.BooleanField(
        default=True, verbose_name="it reads what people ask for", help_text="Before anything else is bought."
    )
    checks_pictures_before = models.BooleanField(
        default=True, verbose_name="it looks at pictures that people bring", help_text="Before anything else is bought."
    )
    checks_text_after = models.BooleanField(
        default=False,
        verbose_name="it reads what was written",
        help_text="Before it shows; so text does not appear while it is written.",
    )
    checks_pictures_after = models.BooleanField(
        default=False, verbose_name="it looks at pictures and films that were made", help_text="Before they show."
    )
    never_shown = models.CharField(
        max_length=MAX_NEVER_SHOWN,
        blank=True,
        verbose_name="never in a picture",
        help_text="What no picture shows, as a list. It goes along with every picture and film, behind what is asked for.",
    )
    fallback_text_model = models.ForeignKey(
        AiModel,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"kind": Kind.TEXT},
        verbose_name="a refused text is asked of",
        help_text="Once, as a new purchase. Empty: a refusal is final.",
    )
    fallback_image_model = models.ForeignKey(
        AiModel,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"kind": Kind.IMAGE},
        verbose_name="a refused picture is asked of",
        help_text="Once, as a new purchase. Empty: a refusal is final.",
    )

    class Meta(TenantRow.Meta):
        verbose_name = "safety policy"
        verbose_name_plural = "safety policies"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "tier"], name="one_safety_policy_per_tier"),
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(tier=None), name="one_safety_policy_without_a_tier"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier}" if self.tier_id else "Studio"


class Rule(TenantRow):
    """A word, a phrase or a pattern that is looked for in everything that is asked for and in everything that is written."""

    class Scope(models.TextChoices):
        ALL = "all", "Everywhere"
        TIER = "tier", "One tier"
        STUDIO = "studio", "The studio"

    class Form(models.TextChoices):
        WORDS = "words", "A word or a phrase"
        PATTERN = "pattern", "A regular expression"

    class Kind(models.TextChoices):
        REFUSE = "refuse", "Refused"
        HINT = "hint", "Somebody's own: a hint is given, and it goes on"
        INSIST = "insist", "Somebody's own: a hint is given, and it does not go on"

    text = models.CharField(max_length=MAX_RULE, verbose_name="looked for")
    form = models.CharField(max_length=8, choices=Form.choices, default=Form.WORDS)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.REFUSE, verbose_name="what follows")
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.ALL, verbose_name="where")
    tier = models.ForeignKey("accounts.Tier", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="For staff.")
    is_on = models.BooleanField(default=True, verbose_name="in use")

    class Meta(TenantRow.Meta):
        ordering = ["text"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="tier", tier__isnull=False) | (~models.Q(scope="tier") & models.Q(tier=None)),
                name="a_rule_of_one_tier_names_it",
            )
        ]

    def __str__(self) -> str:
        return self.text


class SafetyEvent(TenantRow):
    """Something was refused, hinted at, or asked of another model. Written once and never changed. People and jobs are plain
    ids, so that an event outlives them. What was said is kept as a keyed hash, and as a short excerpt except of children; the
    excerpt goes with whoever said it (`generation.leaving`)."""

    class Stage(models.TextChoices):
        BEFORE = "before", "Before it was bought"
        AFTER = "after", "Before it showed"

    class What(models.TextChoices):
        PROMPT = "prompt", "What was asked for"
        CHOICE = "choice", "A typed choice"
        UPLOAD = "upload", "A picture that was brought"
        TEXT = "text", "A text that was written"
        PICTURE = "picture", "A picture that was made"
        FILM = "film", "A film that was made"

    class By(models.TextChoices):
        RULE = "rule", "A rule of the list"
        MODEL = "model", "A check"
        PROVIDER = "provider", "The provider"

    class Verdict(models.TextChoices):
        REFUSED = "refused", "Refused"
        HINTED = "hinted", "Hinted"
        FALLBACK = "fallback", "Asked of another model"

    created_at = models.DateTimeField(auto_now_add=True)
    tier_id = models.UUIDField(null=True)
    place = models.CharField(max_length=80, help_text="The tier's name as it was, or “Studio”.")
    user_id = models.UUIDField(null=True)
    stage = models.CharField(max_length=8, choices=Stage.choices)
    what = models.CharField(max_length=8, choices=What.choices)
    by = models.CharField(max_length=8, choices=By.choices)
    name = models.CharField(max_length=MAX_RULE, help_text="The rule, the model's key or the provider.")
    categories = models.JSONField(default=list)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    job_id = models.UUIDField(null=True)
    excerpt = models.CharField(max_length=MAX_EXCERPT, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="Equal where the same was said.")

    class Meta(TenantRow.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "-created_at"], name="safety_event_latest")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A safety event is written once and never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("A safety event is kept.")
