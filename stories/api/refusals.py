"""What play refuses, as errors of JSON routes."""

from __future__ import annotations

from collections.abc import Collection

from rest_framework.exceptions import APIException

from accounts.minutes import TimeUsedUp
from stories.errors import CannotPlay
from stories.forms import StartForm

MODELS = frozenset({"model", "image_model", "video_mode", "video_model"})
"""Fields of the form that may be refused with another status than 400."""


class Refused(APIException):
    """A verb of play was refused; the sentence is fit for a reader. `fields` are the ones that the asker can change: where
    the refusal is about one of them, its name comes first."""

    def __init__(self, refused: CannotPlay, *, fields: Collection[str] = ()) -> None:
        super().__init__(f"{refused.field}: {refused}" if refused.field in fields else str(refused))
        self.status_code = refused.status


class Enough(APIException):
    """Today's minutes are read. `wait` is said as `Retry-After`."""

    status_code = 429

    def __init__(self, over: TimeUsedUp) -> None:
        super().__init__(str(over))
        self.wait = over.seconds


def first_of(form: StartForm) -> CannotPlay:
    """The first thing that is wrong with a form."""
    name, problems = next(iter(form.errors.items()))
    told = name in MODELS or (name == "prompt" and form.is_against_rules)
    status = getattr(form, "status", 400) if told else 400
    return CannotPlay(str(problems[0]), field=name, status=status)
