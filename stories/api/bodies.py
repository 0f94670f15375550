"""What programs send to play. Here a body gets its shape; whether its values are good is decided where a page's are."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.requests import Flag, Id, Strict, Text, Whole
from stories.models import ArtStyle, Length
from stories.play import MAX_DEPTH

PARTS = ("text", "image", "video")
STATES = ("unfinished", "finished")


@extend_schema_field({"type": "string", "enum": Length.values})
class LengthText(Text):
    pass


@extend_schema_field({"type": "string", "enum": ArtStyle.values})
class StyleText(Text):
    pass


class StartBody(Strict):
    """A story to begin: a prompt of one's own, or one of the tier's templates. What is left out is the tier's choice."""

    tier = Text(help_text="Slug of the tier, from `/api/v1/tiers`.")
    prompt = Text(required=False, help_text="Who, where, and what goes wrong; at most 2,000 characters.")
    template = Text(required=False, help_text="Slug of a ready-made beginning, in the place of a prompt.")
    length = LengthText(required=False)
    art_style = StyleText(required=False)
    model = Text(required=False, help_text="Who writes: a key or name from `/api/v1/tiers`.")
    image_model = Text(required=False, help_text="Who draws.")
    video_mode = Flag(required=False, help_text="Make a short film of every page.")
    video_model = Text(required=False, help_text="Who films; only with video_mode.")

    rules = {
        "oneOf": [{"required": ["prompt"]}, {"required": ["template"]}],
        "anyOf": [
            {"not": {"required": ["video_model"]}},
            {"required": ["video_mode"], "properties": {"video_mode": {"enum": [True]}}},
        ],
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "prompt" in attrs and "template" in attrs:
            raise serializers.ValidationError(
                {"template": ["A story begins with a prompt or with a template. Send one."]}
            )
        if "video_model" in attrs and not attrs.get("video_mode"):
            raise serializers.ValidationError(
                {"video_model": ["No film is asked for. Set video_mode to true, or leave this out."]}
            )
        return attrs


class ChooseBody(Strict):
    """The way on: one of the scene's choices, or words of one's own."""

    choice = Id(required=False, help_text="Id of a choice of this scene.")
    text = Text(required=False, help_text="What happens next, in at most 300 characters.")

    rules = {"oneOf": [{"required": ["choice"]}, {"required": ["text"]}]}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                {"choice": ["Send a choice's id, or a text of your own: one of the two."]}
            )
        return attrs


class KeepGoingBody(Strict):
    """How long the story was when it was looked at: where it is longer by now, nothing is added."""

    seen_target_depth = Whole(
        required=False, min_value=1, max_value=MAX_DEPTH, help_text="The scene's target_depth, as it was last seen."
    )


class RetryBody(Strict):
    part = serializers.ChoiceField(
        PARTS, error_messages={"invalid_choice": "Say text, image or video."}, help_text="What to make again."
    )


class NoBody(Strict):
    """Nothing has to be said."""


class StoryQuery(Strict):
    """The parameters of the list of stories."""

    tier = Text(required=False)
    state = serializers.ChoiceField(
        STATES, required=False, error_messages={"invalid_choice": "Say unfinished or finished."}
    )
    cursor = Text(required=False)
    limit = Text(required=False)
