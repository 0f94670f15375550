"""Previews: the smallest that a model makes, marked, and then the real one of the same words, pictures and seed."""

from __future__ import annotations

import hashlib
import io
import uuid
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from accounts.tenancy import scope
from generation import storage, watermark
from generation.drain import drain_here
from generation.errors import CannotBuy
from generation.models import AiModel, Asset, Job, ModelGrant, Price, Unit
from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Kind
from generation.studio import making, policy, previews, public, wishes

SIZES = Sizes(low=64, high=2048, step=32, max_pixels=4_000_000)


@pytest.mark.parametrize(
    ("able", "asked", "smaller"),
    [
        (Capabilities(Kind.IMAGE, resolutions=("1K", "512", "2K")), {"resolution": "2K"}, {"resolution": "512"}),
        (Capabilities(Kind.IMAGE, resolutions=("1K", "4K")), {"resolution": "1K"}, {}),
        (Capabilities(Kind.VIDEO, resolutions=("720p", "1080p", "4K"), seconds=(2.0, 8.0)), {},
         {"resolution": "720p", "seconds": 2.0}),
        (Capabilities(Kind.VIDEO, seconds=(4, 12), seconds_choices=(12, 4, 8)), {"seconds": 8}, {"seconds": 4}),
        (Capabilities(Kind.IMAGE, choices={"quality": ("high", "medium", "low")}), {"quality": "high"},
         {"quality": "low"}),
        (Capabilities(Kind.IMAGE, choices={"quality": ("velvet",)}), {"quality": "velvet"}, {}),
        (Capabilities(Kind.IMAGE, sizes=SIZES), {"width": 1536, "height": 768}, {"width": 512, "height": 256}),
        (Capabilities(Kind.IMAGE, sizes=SIZES), {"aspect_ratio": "1:1"},
         {"width": 256, "height": 256, "aspect_ratio": None}),
        (Capabilities(Kind.IMAGE, fixed_sizes=((1024, 1024), (1536, 1024), (768, 512))), {"aspect_ratio": "3:2"},
         {"width": 768, "height": 512, "aspect_ratio": None}),
        (Capabilities(Kind.IMAGE), {"seed": 1}, {}),
    ],
)  # fmt: skip
def test_the_smallest_that_a_model_makes(able: Capabilities, asked: dict[str, Any], smaller: dict[str, Any]) -> None:
    changes = previews.smaller(asked, able)
    assert changes == smaller
    small = previews.changed(asked, changes)
    assert previews.changed(small, previews.before(asked, changes)) == asked, "it finds back"


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_a_picture_is_marked_across_its_middle_and_no_other_is_kept(in_tenant: Any, media: Any, form: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (320, 180), (90, 120, 90)).save(out, form, quality=95)
    media.mkdir()
    file = media / "one"
    kept = storage.make(
        file, kind=Kind.IMAGE, data=out.getvalue(), media_type=f"image/{form.lower()}", watermarked=watermark.picture
    )
    assert list(media.iterdir()) == [file]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (digest, kept.width, kept.height, kept.media_type) == (kept.sha256, 320, 180, f"image/{form.lower()}")
    with Image.open(file) as picture:
        assert picture.format == form
        light = picture.convert("L")
        assert changed_share(light.crop((80, 45, 240, 135)), 111) > 0.15
        assert changed_share(light.crop((0, 0, 40, 20)), 111) == 0


def changed_share(picture: Image.Image, plain: int) -> float:
    return float((np.abs(np.asarray(picture, dtype=int) - plain) > 12).mean())


@pytest.mark.django_db
class TestMaking:
    def test_a_picture_and_then_the_final_one(self, make: Any, media: Any, author: Any) -> None:
        piece = make(preview=True, resolution="1K", aspect_ratio="16:9", quality="high")
        (small,) = public.takes_of(piece)
        assert small.job.preview_of == {"resolution": "1K", "quality": "high"}
        assert (small.job.request["resolution"], small.job.request["quality"]) == ("512", "low")
        drain_here()
        (small,) = public.takes_of(piece)
        told = public.take(small)
        assert (told["status"], told["preview"], small.job.asset.width) == ("completed", True, 672)
        with pytest.raises(CannotBuy, match="Make the final one first"):
            making.edit(piece=piece, take=small, instruction="dusk", rules=policy.current(), nonce=uuid.uuid4())

        nonce = uuid.uuid4()
        whole = making.final(piece=piece, take=small, rules=policy.current(), nonce=nonce)
        assert making.final(piece=piece, take=small, rules=policy.current(), nonce=nonce).id == whole.id
        asked = {name: whole.job.request[name] for name in ("prompt", "seed", "resolution", "quality", "aspect_ratio")}
        assert asked.pop("prompt").startswith("a brass key\n\nRules of this library")
        assert asked == {
            "seed": told["seed"], "resolution": "1K", "quality": "high", "aspect_ratio": "16:9",
        }  # fmt: skip
        assert (whole.verb, whole.job.preview_of) == ("final", None)

    def test_again_of_a_preview_is_a_preview(self, make: Any, media: Any) -> None:
        piece = make(preview=True)
        (small,) = public.takes_of(piece)
        more = making.again(piece=piece, take=small, rules=policy.current(), nonce=uuid.uuid4())
        assert (more.job.preview_of, more.job.request["resolution"]) == (small.job.preview_of, "512")

    def test_a_film_is_marked_in_every_frame(self, make: Any, media: Any) -> None:
        piece = make(Kind.VIDEO, preview=True, duration=8, style="paper-cut")
        drain_here()
        (take,) = public.takes_of(piece)
        assert take.job.status == "done", take.job.error_detail
        asset = Asset.objects.get()
        assert (asset.media_type, asset.height, round(asset.seconds or 0)) == ("video/mp4", 360, 2)
        assert len([path for path in media.rglob("*") if path.is_file()]) == 1
        with av.open(str(media / asset.storage_name)) as film:
            frames = [frame.to_image().convert("L") for frame in film.decode(video=0)]
        over = np.asarray(watermark.mark(frames[0].size).getchannel("A"))
        for light in (np.asarray(frame) for frame in frames):
            assert light[over == 150].mean() > light[over == 0].mean() + 15

    def test_only_a_finished_preview_has_a_final_one(self, make: Any, media: Any) -> None:
        piece, plain = make(preview=True), make()
        for one in (piece, plain):
            (take,) = public.takes_of(one)
            with pytest.raises(CannotBuy, match="Only a preview that is finished"):
                making.final(piece=one, take=take, rules=policy.current(), nonce=uuid.uuid4())

    def test_a_text_has_none(self, author: Any) -> None:
        with pytest.raises(CannotBuy, match="preview is not known here"):
            wishes.read(Kind.TEXT, {"prompt": "x", "preview": True}, rules=policy.current(), user=author)


@pytest.mark.django_db
class TestThePage:
    def test_each_button_says_what_it_holds(self, in_tenant: Any, toll: Any, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            ModelGrant.objects.filter(tier=None).delete()
            reel = AiModel.objects.get(key="toll-reel")
            ModelGrant.objects.create(model=reel, is_default=True)
            Price.objects.filter(model=reel).update(unit=Unit.SECOND)
        client = client_for("author")
        form = {"prompt": "a brass key turns", "duration": "8"}
        said = client.post("/studio/video/price", form).json()
        assert (said["label"], said["preview_label"]) == ("Film it – 0.008 USD", "Preview – 0.001 USD")
        answer = client.post("/studio/video/", {**form, "preview": "true"})
        assert answer.status_code == 303
        job = Job.objects.get()
        assert (job.hold_micros, job.request["seconds"], job.is_preview) == (1000, 1, True)
        drain_here()
        page = client.get(answer["Location"]).content.decode()
        assert "Make the final one – 0.008 USD" in page
        assert "The final one is made of the same words, pictures and seed." in page
        take = public.takes_of(making.Piece.objects.get())[0]
        assert client.post(f"{answer['Location']}final", {"take": take.id}).status_code == 303
        final = Job.objects.latest("created_at")
        assert (final.hold_micros, final.request["seconds"], final.is_preview) == (8000, 8, False)
        assert final.request["seed"] == job.request["seed"]
