"""The forms of the engine's answers, for the OpenAPI document. Nothing is made with them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models.ledger import Measure, Period, Pool
from generation.jobs import public
from generation.models import Unit
from generation.models.catalogue import KINDS as MADE

STATUSES = tuple(dict.fromkeys(public.IN_GENERATE.values()))
KINDS = tuple(kind for kind, _ in MADE)
STATUS_CHOICES = [(word, word) for word in STATUSES]
KIND_CHOICES = [(word, word) for word in KINDS]


class JobAnswer(serializers.Serializer[Any]):
    """A job, and what the room that asked for it adds; where it is finished, what came of it."""

    id = serializers.UUIDField()
    run = serializers.UUIDField()
    kind = serializers.ChoiceField(KIND_CHOICES)
    model = serializers.CharField(allow_null=True, help_text="Key of the model that makes it.")
    asked_model = serializers.CharField(allow_null=True, help_text="The name that led to it, where one was given.")
    status = serializers.ChoiceField(STATUS_CHOICES)
    progress = serializers.IntegerField(allow_null=True, help_text="Percent, where it is told.")
    attempt = serializers.IntegerField(help_text="Purchases tried, each with a price of its own.")
    cost_micros = serializers.IntegerField(allow_null=True, help_text="What it cost, in millionths.")
    message = serializers.CharField(allow_null=True, help_text="Why it failed.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    place = serializers.IntegerField(
        required=False, min_value=1, help_text="In the queue: 1 is next, 51 stands for all from there."
    )
    estimate_seconds = serializers.IntegerField(
        required=False, min_value=0, help_text="About how long it still takes, coarsely; absent where nobody knows."
    )
    outlook = serializers.CharField(required=False, help_text="Both in words.")
    piece = serializers.UUIDField(required=False, help_text="The piece of the studio that it is a take of.")
    take = serializers.UUIDField(required=False)
    preview = serializers.BooleanField(required=False, help_text="Made small, and marked as a preview.")
    reused = serializers.BooleanField(required=False, help_text="Made earlier and shown again: nothing was charged.")
    reused_from = serializers.UUIDField(required=False, help_text="The job that made it.")
    text = serializers.CharField(required=False, help_text="What was written, so far or in the end.")
    image_url = serializers.CharField(required=False)
    video_url = serializers.CharField(required=False)
    audio_url = serializers.CharField(required=False)
    scene = serializers.UUIDField(required=False, help_text="The scene of a story that it is for.")
    part = serializers.CharField(required=False, help_text="Which part of the scene.")
    title = serializers.CharField(required=False, help_text="Of a scene that is being written, so far.")
    prose = serializers.CharField(required=False)
    url = serializers.CharField(required=False, help_text="The scene's finished picture or film.")
    waits_for = serializers.ChoiceField(
        [(public.APPROVAL, public.APPROVAL)], required=False, help_text="Staff look at the result before it is shown."
    )


class Counts(serializers.Serializer[Any]):
    processing = serializers.IntegerField()
    queued = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()


class RunAnswer(serializers.Serializer[Any]):
    """What was asked for in one go."""

    id = serializers.UUIDField()
    purpose = serializers.CharField(help_text="The room that asked: a story, the studio.")
    tier = serializers.CharField(allow_null=True, help_text="Slug of the tier; null: the studio.")
    topic = serializers.UUIDField(allow_null=True, help_text="The story or the piece that it is about.")
    status = serializers.ChoiceField(STATUS_CHOICES, help_text="The first that one of its jobs is, in this order: "
                                     "processing, queued, completed, failed.")  # fmt: skip
    counts = Counts(help_text="How many of its jobs stand so.")
    created_at = serializers.DateTimeField()


class RunWithJobs(RunAnswer):
    jobs = JobAnswer(many=True)


class AssetAnswer(serializers.Serializer[Any]):
    """A kept file, and the job that made it."""

    id = serializers.UUIDField()
    job = serializers.UUIDField()
    run = serializers.UUIDField()
    kind = serializers.ChoiceField(KIND_CHOICES)
    model = serializers.CharField(allow_null=True)
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    sha256 = serializers.CharField()
    digital_source_type = serializers.CharField(
        help_text="What it is by IPTC's vocabulary of digital source types: an address of "
        "http://cv.iptc.org/newscodes/digitalsourcetype/, which stands in the file as well."
    )
    url = serializers.CharField(help_text="Its stable path; access is checked each time.")
    created_at = serializers.DateTimeField()


class AssetWithLink(AssetAnswer):
    link = serializers.CharField(help_text="A path that needs no token.")
    link_seconds = serializers.IntegerField(help_text="How long it is good for.")


class FreeSizes(serializers.Serializer[Any]):
    """Width and height in pixels, each a multiple of `step` between `least` and `most`."""

    least = serializers.IntegerField()
    most = serializers.IntegerField()
    step = serializers.IntegerField()
    most_pixels = serializers.IntegerField()
    most_ratio = serializers.FloatField(help_text="Of the longer side to the shorter.")
    most_of_shorter = serializers.IntegerField()


class Span(serializers.Serializer[Any]):
    least = serializers.FloatField()
    most = serializers.FloatField()


class Seconds(Span):
    choices = serializers.ListField(child=serializers.FloatField(), help_text="The only lengths, where not empty.")
    default = serializers.FloatField(allow_null=True)


class CapabilitiesAnswer(serializers.Serializer[Any]):
    """What a model takes. What is not named is refused by name, before anything is charged."""

    aspect_ratios = serializers.ListField(child=serializers.CharField())
    resolutions = serializers.ListField(child=serializers.CharField())
    sizes = FreeSizes(allow_null=True)
    fixed_sizes = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )
    seconds = Seconds(allow_null=True)
    choices = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Fields with a list of values."
    )
    ranges = serializers.DictField(child=Span(), help_text="Fields with a least and a greatest value.")
    inputs = serializers.DictField(child=serializers.IntegerField(), help_text="Files by role, and how many of each.")
    needs_one_of = serializers.ListField(child=serializers.CharField(), help_text="Roles of which one must come along.")
    takes = serializers.ListField(child=serializers.CharField(), help_text="Fields taken with any value.")
    max_prompt = serializers.IntegerField(help_text="Characters.")
    streams = serializers.BooleanField(help_text="Text comes while it is written.")


class PriceAnswer(serializers.Serializer[Any]):
    """Prices in several units add up."""

    unit = serializers.ChoiceField(Unit.choices)
    micros = serializers.IntegerField(help_text="Millionths of the currency, for as many units as `per` says.")
    per = serializers.IntegerField()
    currency = serializers.CharField()


class ModelAnswer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="What `model` takes.")
    name = serializers.CharField()
    provider = serializers.CharField()
    provider_title = serializers.CharField()
    kind = serializers.ChoiceField(KIND_CHOICES)
    is_default = serializers.BooleanField(help_text="Taken where nothing else is asked for.")
    takes_edits = serializers.BooleanField(help_text="Changes a picture by an instruction.")
    capabilities = CapabilitiesAnswer()
    price = serializers.CharField(help_text="In words.")
    prices = PriceAnswer(many=True)
    retires_on = serializers.DateField(allow_null=True)


class ModelsAnswer(serializers.Serializer[Any]):
    items = ModelAnswer(many=True)


class CountsAnswer(serializers.Serializer[Any]):
    scenes = serializers.IntegerField()
    pictures = serializers.IntegerField()
    film_seconds = serializers.IntegerField()
    characters = serializers.IntegerField(help_text="Spoken.")


class SpentAnswer(CountsAnswer):
    spent_micros = serializers.IntegerField()
    purchases = serializers.IntegerField()


class SpentByModel(SpentAnswer):
    model = serializers.CharField(allow_null=True, help_text="Key of the model; null: it is gone.")


class SpentByDay(SpentAnswer):
    day = serializers.DateField()


class LeftAnswer(serializers.Serializer[Any]):
    micros = serializers.IntegerField(help_text="Below zero where a purchase cost more than was held for it.")
    limit_micros = serializers.IntegerField()
    period = serializers.ChoiceField(Period.choices)


class LimitAnswer(serializers.Serializer[Any]):
    pool = serializers.ChoiceField(Pool.choices, help_text="Who shares it; you alone: person, and reader (in `tier`).")
    is_own = serializers.BooleanField(help_text="You set it for yourself.")
    tier = serializers.CharField(allow_null=True, help_text="Where it counts; null: everywhere.")
    measure = serializers.ChoiceField(Measure.choices, help_text="What is counted; micros are of the currency.")
    period = serializers.ChoiceField(Period.choices)
    limit = serializers.IntegerField()
    used = serializers.IntegerField(help_text="Spent and held, by all who share it.")
    left = serializers.IntegerField()


class UsageAnswer(serializers.Serializer[Any]):
    scope = serializers.ChoiceField([("own", "own"), ("tenant", "tenant")])
    currency = serializers.CharField()
    to = serializers.DateField()
    range = SpentAnswer(help_text="From the first day to the last: what the models and the days add up to.")
    today = SpentAnswer()
    month = SpentAnswer()
    held_micros = serializers.IntegerField(help_text="By purchases that are under way.")
    held = CountsAnswer(help_text="What those were counted as, beside money.")
    left = LeftAnswer(
        allow_null=True, help_text="Of the whole library's budget, under the cap that ends first; null: it has none."
    )
    by_model = SpentByModel(many=True)
    by_day = SpentByDay(many=True)
    limits = LimitAnswer(many=True, help_text="All that bind you, the tightest first.")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.DateField()}
