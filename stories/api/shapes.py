"""The forms of `stories.api.answers`, for the OpenAPI document. Nothing is made with them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from generation.jobs import public
from stories.models import ArtStyle, Choice, Length, story

WORDS = [(word, word) for word in ("none", "pending", "generating", "complete", "failed")]
WAITS = [(public.APPROVAL, public.APPROVAL)]
STATES = [(word, word) for word in ("unfinished", "finished")]


class PlayableModel(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="What `model`, `image_model` and `video_model` take.")
    name = serializers.CharField()
    provider = serializers.CharField()
    price = serializers.CharField(help_text="In words.")
    is_default = serializers.BooleanField(help_text="Taken where nothing else is asked for.")


class PlayableModels(serializers.Serializer[Any]):
    text = PlayableModel(many=True)
    image = PlayableModel(many=True)
    video = PlayableModel(many=True)


class Template(serializers.Serializer[Any]):
    slug = serializers.CharField(help_text="What `template` takes.")
    title = serializers.CharField()
    blurb = serializers.CharField()
    art_style = serializers.ChoiceField(ArtStyle.choices)


class LengthOffered(serializers.Serializer[Any]):
    value = serializers.ChoiceField(Length.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name, which DRF takes out of the class
    scenes = serializers.IntegerField(help_text="From the first to the ending.")


class StyleOffered(serializers.Serializer[Any]):
    value = serializers.ChoiceField(ArtStyle.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name, which DRF takes out of the class


class TierOffered(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    tagline = serializers.CharField()
    audience = serializers.CharField()
    lengths = LengthOffered(many=True)
    art_styles = StyleOffered(many=True)
    models = PlayableModels()
    templates = Template(many=True)
    scenes_left = serializers.IntegerField(allow_null=True, help_text="Today; null where there is no limit.")


class Tiers(serializers.Serializer[Any]):
    items = TierOffered(many=True)


class StoryAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField(help_text="Empty until the first scene is written.")
    prompt = serializers.CharField()
    tier = serializers.CharField()
    template = serializers.CharField(allow_null=True)
    length = serializers.ChoiceField(Length.choices)
    target_depth = serializers.IntegerField(help_text="The depth at which it ends.")
    art_style = serializers.ChoiceField(ArtStyle.choices)
    model = serializers.CharField(allow_null=True)
    image_model = serializers.CharField(allow_null=True)
    video_mode = serializers.BooleanField()
    video_model = serializers.CharField(allow_null=True)
    visibility = serializers.ChoiceField(story.VISIBILITIES)
    state = serializers.ChoiceField(STATES, help_text="Finished once an ending was reached.")
    scene = serializers.UUIDField(allow_null=True, help_text="Where you are in it.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ChoiceAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField()
    origin = serializers.ChoiceField(Choice.Origin.choices)
    taken = serializers.BooleanField()
    leads_to = serializers.UUIDField(allow_null=True, help_text="The scene, where the choice was taken before.")


class FilmAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(WORDS)
    progress = serializers.IntegerField(allow_null=True, help_text="Percent.")
    message = serializers.CharField(allow_null=True, help_text="Why it failed, or what it waits for.")
    url = serializers.URLField(allow_null=True)
    waits_for = serializers.ChoiceField(WAITS, required=False, help_text="Staff look at it before it is shown.")


class PictureAnswer(FilmAnswer):
    alt = serializers.CharField(help_text="The picture in words.")


class SceneAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    story = serializers.UUIDField()
    tier = serializers.CharField()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # as above
    depth = serializers.IntegerField(help_text="1 for the first scene.")
    target_depth = serializers.IntegerField()
    status = serializers.ChoiceField(WORDS, help_text="Of the text.")
    message = serializers.CharField(allow_null=True, help_text="Why the text failed.")
    title = serializers.CharField()
    text = serializers.CharField(help_text="Paragraphs, divided by empty lines; empty until it is written.")
    choices = ChoiceAnswer(many=True)
    picture = PictureAnswer()
    film = FilmAnswer()
    is_ending = serializers.BooleanField()
    ending_name = serializers.CharField()
    created_at = serializers.DateTimeField()


class Started(serializers.Serializer[Any]):
    story = StoryAnswer()
    scene = SceneAnswer()
    notices = serializers.ListField(child=serializers.CharField(), help_text="Other models than those asked for.")


class PartStatus(serializers.Serializer[Any]):
    status = serializers.ChoiceField(WORDS)
    place = serializers.IntegerField(
        required=False, min_value=1, help_text="In the queue: 1 is next, 51 stands for all from there."
    )
    estimate_seconds = serializers.IntegerField(required=False, min_value=0, help_text="About how long it still takes.")
    outlook = serializers.CharField(required=False, help_text="Both in words.")


class TextStatus(PartStatus):
    progress = serializers.IntegerField(required=False)
    message = serializers.CharField(required=False)
    title = serializers.CharField(required=False, help_text="As far as it is written.")
    prose = serializers.CharField(required=False, help_text="As far as it is written.")


class PlateStatusAnswer(PartStatus):
    progress = serializers.IntegerField(required=False)
    message = serializers.CharField(required=False)
    url = serializers.URLField(required=False)
    waits_for = serializers.ChoiceField(WAITS, required=False, help_text="Staff look at it before it is shown.")


class SceneStatusAnswer(serializers.Serializer[Any]):
    text = TextStatus()
    image = PlateStatusAnswer()
    video = PlateStatusAnswer()


@extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/TreeNode"}})
class Branches(serializers.ListField):
    """Nodes of the same form. A class of its own: what is said of a field's class is said of every field of it."""


class TreeNode(serializers.Serializer[Any]):
    scene = serializers.UUIDField()
    title = serializers.CharField()
    chosen = serializers.CharField(allow_null=True, help_text="What led here.")
    ending = serializers.BooleanField()
    written = serializers.BooleanField()
    here = serializers.BooleanField(help_text="Where you are.")
    url = serializers.CharField(help_text="Its page.")
    children = Branches()


class TreeAnswer(serializers.Serializer[Any]):
    story = serializers.UUIDField()
    title = serializers.CharField()
    root = TreeNode(allow_null=True)
