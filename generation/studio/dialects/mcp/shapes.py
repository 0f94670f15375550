"""What each tool takes and answers, as the protocol tells it to assistants. What is not named here is refused by name."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["queued", "processing", "completed", "failed"]
Kind = Literal["text", "image", "video", "speech"]
Picture = Annotated[
    str,
    Field(
        description="A picture: the asset_id of a result, the id of an upload, a data:image/...;base64 address, or a public "
        "https address.",
        max_length=30_000_000,
    ),
]
Prompt = Annotated[str, Field(description="What to make, in words.", min_length=1, max_length=100_000)]
Model = Annotated[
    str | None, Field(description="A key from list_models. Left out: the usual model of this library.", max_length=120)
]
Again = Annotated[
    str | None,
    Field(
        description="A word of your own for this call. The same word again finds what the first call made, at no cost.",
        max_length=200,
    ),
]


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ListModels(Arguments):
    kind: Annotated[Kind | None, Field(description="Only models that make this.")] = None


class Look(Arguments):
    """What pictures and films have in common."""

    prompt: Prompt
    model: Model = None
    aspect_ratio: Annotated[str | None, Field(description="Width to height, such as 16:9.")] = None
    resolution: Annotated[str | None, Field(description="Such as 1K or 2K for pictures, 720p for film.")] = None
    style: Annotated[str | None, Field(description="A style that the model knows by name.")] = None
    negative_prompt: Annotated[str | None, Field(description="What is not to be seen.")] = None
    seed: Annotated[
        int | None, Field(description="The same seed and words give the same result, if the model can.")
    ] = None
    preview: Annotated[
        bool | None, Field(description="true: small, short and marked, to look at before the real one is made.")
    ] = None
    reuse: Annotated[
        bool | None,
        Field(
            description="true: where you made just this before, that is the answer, at no cost. false: make it anew. Left "
            "out: true where you give a seed."
        ),
    ] = None
    reference_images: Annotated[
        list[Picture], Field(description="Pictures to keep the likeness of.", max_length=16)
    ] = []
    idempotency_key: Again = None


class GenerateImage(Look):
    size: Annotated[str | None, Field(description="Width and height in pixels, such as 1024x768.")] = None
    quality: Annotated[str | None, Field(description="A quality that the model knows, such as low or high.")] = None
    n: Annotated[int, Field(description="How many pictures.", ge=1, le=8)] = 1


class GenerateVideo(Look):
    duration_seconds: Annotated[float | None, Field(description="How long, within what the model can.", gt=0)] = None
    first_frame: Annotated[Picture | None, Field(description="The picture it begins with.")] = None
    last_frame: Annotated[Picture | None, Field(description="The picture it ends with.")] = None
    generate_audio: Annotated[bool | None, Field(description="Whether it has sound.")] = None


class EditImage(Arguments):
    image: Picture
    instruction: Annotated[str, Field(description="What to change, such as: add a sunset.", min_length=1)]
    mask: Annotated[
        Picture | None, Field(description="A PNG of the same size; only where it is transparent may change.")
    ] = None
    model: Model = None
    idempotency_key: Again = None


class OneJob(Arguments):
    # Not strict: JSON has no ids, only their text.
    job_id: Annotated[uuid.UUID, Field(description="From the answer of a generate or edit call.", strict=False)]


class Answer(BaseModel):
    pass


class ModelInfo(Answer):
    key: str
    name: str
    provider: str
    kind: str
    is_default: bool
    price: Annotated[str, Field(description="In words; charged to the library.")]
    edits: Annotated[bool, Field(description="Whether it can change a picture.")]
    aspect_ratios: list[str]
    resolutions: list[str]
    sizes: Annotated[list[str], Field(description="The sizes there are; empty where any, or none, can be asked for.")]
    seconds: Annotated[list[float] | None, Field(description="Shortest and longest film.")]
    choices: Annotated[dict[str, list[str]], Field(description="Fields with a list of values, such as style.")]
    takes: Annotated[list[str], Field(description="Further fields that are taken.")]
    pictures: Annotated[dict[str, int], Field(description="Pictures that may come along, by role, and how many.")]


class Models(Answer):
    models: list[ModelInfo]


class Submitted(Answer):
    job_id: Annotated[str, Field(description="Ask job_status with it.")]
    job_ids: Annotated[list[str], Field(description="One for each picture or film that was asked for.")]
    status: Status
    model: str
    held: Annotated[str, Field(description="The most that it may cost.")]
    notice: Annotated[str | None, Field(description="Said where not the named model was used.")] = None
    poll_after_seconds: float


class JobState(Answer):
    job_id: str
    kind: str
    status: Status
    progress: Annotated[int | None, Field(description="In percent, where it is told.")]
    message: Annotated[str | None, Field(description="Why it failed, and what was charged.")]
    place: Annotated[int | None, Field(description="In the queue: 1 is next, 51 stands for all from there.")] = None
    estimate_seconds: Annotated[
        int | None, Field(description="About how long it still takes; none where nobody knows.")
    ] = None
    poll_after_seconds: Annotated[float | None, Field(description="When to ask again; none where it is over.")]


class JobResult(JobState):
    text: str | None = None
    url: Annotated[
        str | None, Field(description="Opens for five minutes without signing in; ask again for a new one.")
    ] = None
    asset_id: Annotated[str | None, Field(description="Name the picture by it in edit_image or generate_video.")] = None
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    model: str | None = None
    seed: int | None = None
    preview: Annotated[bool, Field(description="Small, and marked as a preview.")] = False
    reused: Annotated[bool, Field(description="Made earlier and shown again: nothing was charged.")] = False
    cost: str | None = None
    adjusted: Annotated[
        dict[str, Any], Field(description="What was asked for and what was used instead, by field.")
    ] = {}
