"""The form that begins a story: what a reader may wish for, checked against what the tier offers."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from accounts.models import Tier, User
from generation import catalogue
from generation.errors import CannotBuy
from generation.providers.contract import Kind
from stories import play
from stories.baskets import MAX_PROMPT
from stories.drafts import clean
from stories.errors import CannotPlay
from stories.models import ArtStyle, Beginning, Length
from stories.play import Wishes


class StartForm(forms.Form):
    """Fields are the ones of the route `story/start`. Empty choices mean the tier's default."""

    prompt = forms.CharField(required=False, strip=False)
    length = forms.ChoiceField(
        choices=Length.choices,
        required=False,
        error_messages={"invalid_choice": "Choose short, medium or long."},
    )
    model = forms.CharField(required=False, max_length=200)
    image_model = forms.CharField(required=False, max_length=200)
    video_mode = forms.CharField(required=False, max_length=10)
    video_model = forms.CharField(required=False, max_length=200)
    template = forms.CharField(required=False, max_length=100)
    art_style = forms.ChoiceField(
        choices=ArtStyle.choices,
        required=False,
        error_messages={"invalid_choice": "Choose one of the art styles offered."},
    )
    nonce = forms.UUIDField(
        required=False,
        error_messages={"invalid": "The form was damaged on its way. Open the page anew and send it again."},
    )

    def __init__(self, tier: Tier, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tier, self.user = tier, user
        self.beginning: Beginning | None = None
        self.notices: list[str] = []
        """What to tell the reader about the names of models that they gave, once the form is valid."""
        self.asked: dict[str, str] = {}
        self.is_against_rules = False

    def clean_template(self) -> str:
        slug = self.cleaned_data["template"]
        if slug:
            self.beginning = Beginning.objects.filter(tier=self.tier, slug=slug).first()
            if self.beginning is None:
                raise forms.ValidationError("There is no such beginning on this shelf. Choose another one.")
        return slug

    def clean_video_mode(self) -> bool:
        given = self.cleaned_data["video_mode"].strip().lower()
        if given not in {"", "on", "off", "true", "false", "1", "0"}:
            raise forms.ValidationError("Video mode is on or off.")
        return given in {"on", "true", "1"}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        prompt = clean(given.get("prompt") or "", keep_lines=True)
        if self.beginning is not None:
            prompt = self.beginning.prompt  # a cover was pressed: what stands in the text field was not sent with it
        elif len(prompt) > MAX_PROMPT:
            self.add_error(
                "prompt", f"That is {len(prompt):,} characters long; {MAX_PROMPT:,} are the most. Shorten it."
            )
        elif not prompt and not {"prompt", "template"} & set(self.errors):
            self.add_error("prompt", "Write a sentence to begin with, or choose one of the beginnings.")
        given["prompt"] = prompt
        if prompt and "prompt" not in self.errors:
            self._hold_against_rules(prompt)
        for field, kind in (("model", Kind.TEXT), ("image_model", Kind.IMAGE)):
            if field in given:
                self._choose_model(given, field, kind)
        given["video"] = None
        if given.get("video_mode") and "video_model" in given:
            named = "video_model" if given["video_model"] else "video_mode"
            self._choose_model(given, named, Kind.VIDEO, key=given["video_model"], to="video")
        return given

    def wishes(self) -> Wishes:
        """The checked wishes; call it only where the form is valid."""
        given = self.cleaned_data
        style = given["art_style"] or (self.beginning.art_style if self.beginning else "") or ArtStyle.WATERCOLOUR
        return Wishes(
            prompt=given["prompt"],
            length=Length(given["length"] or Length.MEDIUM),
            art_style=style,
            text_model=given["model_chosen"],
            image_model=given["image_model_chosen"],
            video_model=given["video"],
            beginning=self.beginning,
            nonce=given["nonce"] or uuid.uuid4(),
            asked=dict(self.asked),
        )

    def _hold_against_rules(self, prompt: str) -> None:
        """The words of a beginning that staff edited as well as a reader's own."""
        try:
            self.notices += play.refuse_words(
                tier=self.tier, user_id=self.user.id if self.user else None, field="prompt", text=prompt
            )
        except CannotPlay as refused:
            self.add_error("prompt", str(refused))
            self.status = refused.status
            self.is_against_rules = True

    def _choose_model(
        self, given: dict[str, Any], field: str, kind: Kind, key: str | None = None, to: str = ""
    ) -> None:
        if kind is Kind.IMAGE and not given[field] and not catalogue.has(self.tier, kind, self.user):
            given[f"{field}_chosen"] = None  # a tier without pictures is a tier of words
            return
        try:
            chosen = catalogue.resolve(
                self.tier, kind, clean(given[field] if key is None else key), field=field, user=self.user
            )
        except CannotBuy as refused:
            self.add_error(field, str(refused))
            self.status = max(getattr(self, "status", 0), refused.status)
            return
        given[to or f"{field}_chosen"] = chosen.model
        self.asked[kind] = chosen.asked
        self.notices += [chosen.notice] if chosen.notice else []
