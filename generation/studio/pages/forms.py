"""The forms of the studio: strings cleaned into the types that `generation.studio.wishes` reads. What may be asked for, and
of which model, is decided there; here is only what a form can get wrong by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from generation.providers.contract import Kind
from generation.studio.fields import FIELDS, MAX_TEXT
from generation.studio.narrative import MAX_SCENES, Scene

WHOLE = {"count", "n", "number_of_videos", "seed", "max_tokens", "max_completion_tokens", "steps", "safety_tolerance",
         "width", "height", "fps"}  # fmt: skip
NUMBERS = {"duration", "duration_seconds", "seconds", "guidance", "cfg_scale", "strength"}
TRUTHS = {"enhance_prompt", "prompt_upsampling", "generate_audio", "audio", "reuse", "preview"}
NOT_HERE = {"schema"}
"""Known to programs, and nothing that a form could hold."""
OWN = frozenset({"csrfmiddlewaretoken", "nonce", "show", "drop", "make"})
TIMELINE = ("mode", "details", "instructions", "narrative", "read", "scene", "scene_seconds", "scene_instructions")
PICTURES = ("reference_images", "first_frame", "last_frame", "source")
"""Fields that hold pictures."""
MAX_DETAILS = 10_000
ROWS = 6
"""Rows for scenes on a page without scripts."""


class WordsField(forms.CharField):
    """Words of a text area, with the line ends that everything else here has."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class MakeForm(forms.Form):
    """What to make. Every public name of the kind is a field, so that one that a model does not take is refused by name."""

    nonce = forms.UUIDField(
        required=False,
        error_messages={"invalid": "The form was damaged on its way. Open the page anew and send it again."},
    )

    def __init__(self, kind: Kind, data: QueryDict | Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.kind = kind
        for name in FIELDS[kind]:
            if name not in NOT_HERE:
                self.fields[name] = _field(kind, name)
        if kind is Kind.VIDEO:
            for name in ("details", "instructions"):
                self.fields[name] = WordsField(required=False, strip=False, max_length=MAX_DETAILS)
            self.fields["narrative"] = WordsField(required=False, strip=False)

    def given(self) -> dict[str, Any]:
        """The wishes by public name, in their types, and whatever else was sent, for `wishes` to refuse by its name."""
        own = {"nonce", "details", "instructions", "narrative"}
        said = {name: value for name, value in self.cleaned_data.items() if name not in own}
        return {name: value for name, value in said.items() if value is not None and value != ""} | self._strange()

    def _strange(self) -> dict[str, Any]:
        known = OWN | {f"kept_{name}" for name in PICTURES} | set(PICTURES)
        if self.kind is Kind.VIDEO:
            known |= set(TIMELINE)
        return {name: self.data[name] for name in self.data if name not in self.fields and name not in known}

    def scenes(self) -> list[Scene]:
        """The scenes of a timeline, in order; rows without a description are left out. Errors become the form's own."""
        descriptions, seconds, instructions = (self._list(name) for name in TIMELINE[-3:])
        if len(descriptions) > MAX_SCENES:
            self.add_error(None, f"A film has {MAX_SCENES} scenes at most. Take some out.")
        found: list[Scene] = []
        for place, description in enumerate(descriptions[:MAX_SCENES]):
            told, length = _at(instructions, place), _at(seconds, place)
            if not description.strip():
                if told.strip() or length.strip():
                    self.add_error(
                        None, f"Scene {place + 1} says nothing yet: describe what is seen, or empty its row."
                    )
                continue
            if len(description) > MAX_DETAILS or len(told) > MAX_DETAILS:
                self.add_error(None, f"Scene {place + 1} is longer than {MAX_DETAILS:,} characters. Shorten it.")
            found.append(Scene(description, told, self._seconds(place, length)))
        return found

    def _seconds(self, place: int, text: str) -> float | None:
        if not text.strip():
            return None
        try:
            return float(forms.FloatField(min_value=0.1, max_value=3600).clean(text.strip()))
        except forms.ValidationError:
            self.add_error(None, f"Scene {place + 1}: its seconds must be a number above 0.")
            return None

    def _list(self, name: str) -> list[str]:
        return self.data.getlist(name) if isinstance(self.data, QueryDict) else list(self.data.get(name, []))


class EditForm(forms.Form):
    """What to change about a take, and which one."""

    instruction = forms.CharField(
        max_length=MAX_TEXT,
        error_messages={"required": "Say what to change.", "max_length": "That is too long. Shorten it."},
    )
    take = forms.UUIDField(error_messages={"required": "Choose a take.", "invalid": "Choose a take."})
    nonce = forms.UUIDField(required=False)


class TakeForm(forms.Form):
    """Which take to make again."""

    take = forms.UUIDField(required=False, error_messages={"invalid": "Choose a take."})
    nonce = forms.UUIDField(required=False)


def _field(kind: Kind, name: str) -> forms.Field:
    if name in WHOLE or (name == "output_compression" and kind is Kind.IMAGE):
        return forms.IntegerField(required=False, error_messages={"invalid": "Write a whole number."})
    if name in NUMBERS:
        return forms.FloatField(required=False, error_messages={"invalid": "Write a number."})
    if name in TRUTHS:
        return forms.TypedChoiceField(
            choices=[("", ""), ("true", ""), ("false", "")], coerce=lambda said: said == "true", empty_value=None,
            required=False, error_messages={"invalid_choice": "Choose one of those shown."},
        )  # fmt: skip
    return WordsField(required=False, strip=name != "prompt")


def _at(values: list[str], place: int) -> str:
    return values[place] if place < len(values) else ""
