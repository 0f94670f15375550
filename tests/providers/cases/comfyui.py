"""Purchases from a ComfyUI server: what a row's workflow makes of it."""

from __future__ import annotations

from typing import Any

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Lost, Rejected
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import Cancelled, JobFailed, JobLost, Status

SAMPLER: dict[str, Any] = {
    "class_type": "KSampler",
    "inputs": {
        "seed": 1, "steps": 20, "cfg": 7.0, "denoise": 1.0, "sampler_name": "euler", "scheduler": "normal",
        "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
    },
}  # fmt: skip
BASE: dict[str, Any] = {
    "3": SAMPLER,
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 1216, "height": 832, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "what to paint", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
}
PAINTS = {**BASE, "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "story", "images": ["8", 0]}}}
FILMS = {
    **BASE,
    "9": {"class_type": "VHS_VideoCombine", "inputs": {"frame_rate": 16, "length": 81, "images": ["8", 0]}},
    "12": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
    "13": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
}
LOADS = {**PAINTS, "12": FILMS["12"], "13": FILMS["13"], "14": FILMS["13"]}
PLACES = {
    "prompt": "6.text", "negative_prompt": "7.text", "seed": "3.seed", "steps": "3.steps", "cfg_scale": "3.cfg",
    "width": "5.width", "height": "5.height",
}  # fmt: skip

PAINTING: dict[str, Any] = {"workflow": PAINTS, "inputs": PLACES, "output": "9"}
CHANGING: dict[str, Any] = {
    "workflow": {name: node for name, node in LOADS.items() if name != "14"},
    "inputs": {**PLACES, "strength": "3.denoise", "source": "12.image", "mask": "13.image"},
}
KEEPING: dict[str, Any] = {"workflow": LOADS, "inputs": {**PLACES, "reference": ["12.image", "13.image", "14.image"]}}
FILMING: dict[str, Any] = {
    "workflow": {name: node for name, node in FILMS.items() if node["class_type"] != "LoadImage"},
    "inputs": {**PLACES, "frames": "9.length"},
    "output": "9",
}
MOVING: dict[str, Any] = {
    "workflow": FILMS,
    "inputs": {**PLACES, "frames": "9.length", "first_frame": "12.image", "last_frame": "13.image"},
}


def given(*roles: str) -> tuple[Input, ...]:
    """A picture for each role, no two alike."""
    return tuple(Input(role, "image/png", media.picture("png", 64 + number, 36)) for number, role in enumerate(roles))


FAILS = (
    Fails("image.poll", JobFailed(), Damaged, {"billed": False}),
    Fails("image.poll", Cancelled(), Damaged, {"billed": False}),
    Fails("image.poll", JobLost(), Lost, {"billed": False}),
    Fails("image.submit", Status(400, error="unknown_model"), Rejected, {"field": "options"}),
)

CASES = [
    Case(
        "comfyui",
        Kind.IMAGE,
        "sdxl",
        {
            "prompt": "A brass key in an open fish.",
            "negative_prompt": "text",
            "seed": 7,
            "steps": 30,
            "cfg_scale": 5.5,
            "aspect_ratio": "16:9",
        },
        "image.submit",
        poll="image.poll",
        result="result",
        cancel="image.cancel",
        schema="prompt",
        options=PAINTING,
        expected={"model": "sdxl", "seed": 7, "media_type": "image/png"},
        media_type="image/png",
        fails=FAILS,
    ),
    Case(
        "comfyui",
        Kind.IMAGE,
        "sdxl-ipadapter",
        {"prompt": "The hero on the quay.", "seed": 7, "inputs": given("reference", "reference", "reference")},
        "image.submit",
        poll="image.poll",
        result="result",
        cancel="image.cancel",
        schema="prompt",
        options=KEEPING,
        media_type="image/png",
        name="image-references",
    ),
    Case(
        "comfyui",
        Kind.EDIT,
        "sdxl-inpaint",
        {"prompt": "A silver key.", "strength": 0.6, "inputs": given("source", "mask")},
        "image.submit",
        poll="image.poll",
        result="result",
        cancel="image.cancel",
        schema="prompt",
        options=CHANGING,
        media_type="image/png",
    ),
    Case(
        "comfyui",
        Kind.VIDEO,
        "wan",
        {"prompt": "Water runs from the fish.", "seed": 7, "seconds": 5.0, "width": 832, "height": 480},
        "video.submit",
        poll="video.poll",
        result="result",
        cancel="video.cancel",
        schema="prompt",
        options=FILMING,
        expected={"seed": 7, "width": 832, "height": 480, "seconds": 81 / 16, "media_type": "video/mp4"},
        media_type="video/mp4",
    ),
    Case(
        "comfyui",
        Kind.VIDEO,
        "wan-flf",
        {"prompt": "The fish opens.", "seconds": 3.0, "inputs": given("first_frame", "last_frame")},
        "video.submit",
        poll="video.poll",
        result="result",
        cancel="video.cancel",
        schema="prompt",
        options=MOVING,
        media_type="video/mp4",
        name="video-first-last",
    ),
]
