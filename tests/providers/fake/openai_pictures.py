"""OpenAI's pictures: made from words, and edited from files or references."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from tests.providers.fake import media
from tests.providers.fake.chat import MADE_AT, check_picture_url, only_known
from tests.providers.fake.dialect import Call, Dialect, Reply, as_events, as_json, names, tokens
from tests.providers.fake.faults import ErrorIn200, Moderated

if TYPE_CHECKING:
    Base = Dialect
else:
    Base = object

IMAGE_MODEL = r"gpt-image-(1-mini|1\.5|2(-\d{4}-\d{2}-\d{2})?|2\.[56]-(sunburst|flare))|chatgpt-image-latest"
IMAGE_FIELDS = names(
    "prompt model n size quality background output_format output_compression moderation stream partial_images user "
    "safety_identifier"
)
EDIT_FIELDS = IMAGE_FIELDS | {"images", "mask", "input_fidelity"}


class Pictures(Base):
    """The handlers of the routes below /images."""

    def generate(self, call: Call) -> Reply:
        only_known(self, call.body, IMAGE_FIELDS)
        return self._draw(call, call.body, 0)

    def edit(self, call: Call) -> Reply:
        if call.request.json is not None:
            body = call.body
            only_known(self, body, EDIT_FIELDS)
            images = body.get("images")
            if not isinstance(images, list) or not 1 <= len(images) <= 16:
                raise self.refusal("bad_request", "'images' must have 1 to 16 items", param="images")
            for number, one in enumerate([*images, *([body["mask"]] if "mask" in body else [])]):
                self._check_reference(one, f"images[{number}]")
            return self._draw(call, body, len(images))
        return self._draw(call, self._form(call), len(call.request.files))

    def _check_reference(self, one: Any, where: str) -> None:
        if not isinstance(one, dict) or len(one.keys() & {"image_url", "file_id"}) != 1:
            raise self.refusal("bad_request", f"{where} needs exactly one of image_url and file_id", param=where)
        if "image_url" in one:
            check_picture_url(self, one["image_url"], where)
            if len(one["image_url"]) > 20_971_520:
                raise self.refusal("bad_request", f"{where} is too long", param=where)

    def _form(self, call: Call) -> dict[str, Any]:
        """The fields of a multipart edit as the JSON form has them."""
        files = call.request.files
        pictures = [file for file in files if file.field in ("image", "image[]")]
        masks = [file for file in files if file.field == "mask"]
        if not 1 <= len(pictures) <= 16 or len(masks) > 1 or len(pictures) + len(masks) != len(files):
            raise self.refusal(
                "bad_request", "needs 1 to 16 files 'image' or 'image[]' and at most one 'mask'", param="image"
            )
        if len(pictures) > 1 and any(file.field == "image" for file in pictures):
            raise self.refusal("bad_request", "Duplicate parameter: 'image'. Use the array syntax.", param="image")
        for file in pictures:
            if file.content_type not in media.TYPES.values():
                raise self.refusal("bad_request", f"Unsupported mimetype ('{file.content_type}').", param="image")
        for file in masks:
            if file.content_type != "image/png" or file.size >= 4 * 1024 * 1024:
                raise self.refusal("bad_request", "mask must be a png below 4 MB", param="mask")
        fields = call.request.fields
        only_known(self, fields, EDIT_FIELDS - {"images", "mask"})
        if any(len(values) > 1 for values in fields.values()):
            raise self.refusal("bad_request", "a field is given twice")
        numbers = ("n", "output_compression", "partial_images")
        read: dict[str, Any] = {name: values[0] for name, values in fields.items()}
        for name in numbers:
            if name in read:
                if not re.fullmatch(r"\d{1,4}", read[name]):
                    raise self.refusal("bad_request", f"'{name}' must be an integer", param=name)
                read[name] = int(read[name])
        if "stream" in read:
            read["stream"] = read["stream"] == "true"
        return read

    def _draw(self, call: Call, body: dict[str, Any], references: int) -> Reply:
        model = live(self, body, IMAGE_MODEL)
        prompt = body.get("prompt")
        if not isinstance(prompt, str) or not 1 <= len(prompt) <= 32_000:
            raise self.refusal("bad_request", "'prompt' must have 1 to 32000 characters", param="prompt")
        self._check_look(model, body)
        newer = not re.match(r"gpt-image-1|chatgpt", model)
        if "input_fidelity" in body and (newer or (model == "gpt-image-1-mini" and body["input_fidelity"] != "low")):
            message = "The model does not support the 'input_fidelity' parameter."
            raise self.refusal("bad_request", message, param="input_fidelity")
        width, height = self._size(body.get("size", "auto"), newer)
        if isinstance(call.fault, Moderated):
            raise self._moderated(call.fault)
        form = body.get("output_format", "png")
        quality = body.get("quality", "auto")
        made = {
            "background": "opaque" if body.get("background", "auto") == "auto" else body["background"],
            "output_format": form,
            "quality": "medium" if quality == "auto" else quality,
            "size": f"{width}x{height}",
        }
        n = body.get("n", 1)
        spent, out = tokens(prompt) + 300 * references, 1_056 * n
        details = {"text_tokens": tokens(prompt), "image_tokens": 300 * references}
        usage: dict[str, Any] = {"input_tokens": spent, "output_tokens": out, "total_tokens": spent + out}
        call.take(usage=dict(usage))
        usage["input_tokens_details"] = details
        picture = base64.b64encode(call.picture(form, width, height)).decode()
        if body.get("stream") is True:
            return self._draw_in_parts(call, made, picture, usage, body.get("partial_images", 0))
        if isinstance(call.fault, ErrorIn200):
            return as_json(
                {"error": {"message": "Upstream failed.", "type": "server_error", "param": None, "code": None}}
            )
        return as_json({"created": MADE_AT, **made, "data": [{"b64_json": picture}] * n, "usage": usage})

    def _draw_in_parts(
        self, call: Call, made: dict[str, Any], picture: str, usage: dict[str, Any], partial: int
    ) -> Reply:
        sort = "image_edit" if call.request.operation == "image.edit" else "image_generation"
        events: list[dict[str, Any]] = [
            {"type": f"{sort}.partial_image", "partial_image_index": number, "b64_json": picture, "created_at": MADE_AT}
            for number in range(partial)
        ]
        events.append({"type": f"{sort}.completed", "b64_json": picture, "created_at": MADE_AT, "usage": usage})
        if isinstance(call.fault, ErrorIn200):
            events[-1] = {"type": "error", "error": {"message": "Upstream failed.", "type": "server_error"}}
        return as_events([f"event: {one['type']}\ndata: {json.dumps({**made, **one})}\n\n" for one in events])

    def _check_look(self, model: str, body: dict[str, Any]) -> None:
        qualities = {"low", "medium", "high", "auto"} | (
            {"xhigh", "max"} if model.startswith("gpt-image-2.5") else set()
        )
        allowed: dict[str, set[Any]] = {
            "quality": qualities,
            "background": {"transparent", "opaque", "auto"},
            "output_format": {"png", "jpeg", "webp"},
            "moderation": {"low", "auto"},
            "n": set(range(1, 11)),
            "partial_images": set(range(4)),
            "output_compression": set(range(101)),
        }
        for name, values in allowed.items():
            if name in body and (isinstance(body[name], bool) or body[name] not in values):
                raise self.refusal("bad_request", f"Invalid value: '{body[name]}' for '{name}'.", param=name)
        form = body.get("output_format", "png")
        if body.get("background") == "transparent" and form == "jpeg":
            raise self.refusal("bad_request", "Transparent background is not supported for JPEG.", param="background")
        if "output_compression" in body and form == "png" and body["output_compression"] != 100:
            raise self.refusal(
                "bad_request", "Compression less than 100 is not supported for PNG.", param="output_compression"
            )

    def _size(self, size: str, newer: bool) -> tuple[int, int]:
        if size == "auto":
            return 1024, 1024
        found = re.fullmatch(r"(\d+)x(\d+)", str(size))
        width, height = (int(found[1]), int(found[2])) if found else (0, 0)
        fits = size in ("1024x1024", "1536x1024", "1024x1536")
        if newer and found and width and height:
            low, high = sorted((width, height))
            fits = width % 16 == height % 16 == 0 and high <= 3 * low and high <= 3840 and low <= 2160
        if not fits:
            raise self.refusal("bad_request", f"Invalid size '{size}'.", param="size")
        return width, height

    def _moderated(self, fault: Moderated) -> Any:
        refused = self.refusal("moderated")
        if fault.how != "old":
            document = json.loads(refused.reply.body)
            document["error"]["code"] = "moderation_blocked"
            document["error"]["moderation_details"] = {"moderation_stage": fault.stage, "categories": ["violence"]}
            refused.reply.body = json.dumps(document).encode()
        return refused


def live(dialect: Dialect, body: dict[str, Any], pattern: str) -> str:
    """The model asked for, refused where it matches no living one."""
    model = body.get("model")
    if not isinstance(model, str):
        raise dialect.refusal("bad_request", "you must provide a model parameter", param="model")
    if not re.fullmatch(pattern, model):
        raise dialect.refusal("unknown_model", f"The model '{model}' does not exist or has been shut down.")
    return model
