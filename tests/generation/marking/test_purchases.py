"""What is marked and as what: results of purchases, by their maker and by the pictures that they rest on; no uploads."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Collection
from typing import Any

import pytest
from PIL import Image

from generation import assets, intake, storage
from generation.adapters import adapter
from generation.drain import drain_here
from generation.marking import DigitalSource
from generation.marking.vocabulary import source_of
from generation.models import Asset, Job
from generation.providers.contract import Kind
from generation.providers.demo.models import MODELS
from tests import factories
from tests.generation.marking.samples import perceived
from tests.generation.marking.test_containers import mark_in, said
from tests.providers import toll as books
from tests.providers.toll import png

TRAINED, ALGORITHMIC = DigitalSource.TRAINED, DigitalSource.ALGORITHMIC
WITH_TRAINED, SYNTHETIC, COMPOSITE = (
    DigitalSource.COMPOSITE_WITH_TRAINED, DigitalSource.COMPOSITE_SYNTHETIC, DigitalSource.COMPOSITE,
)  # fmt: skip
TERM = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
SYSTEM = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}AISystemUsed"


@pytest.mark.parametrize(
    ("is_trained", "bases", "term"),
    [
        (True, [], TRAINED),
        (True, [TRAINED], TRAINED),
        (True, [ALGORITHMIC], TRAINED),
        (True, [None], WITH_TRAINED),
        (True, [TRAINED, None], WITH_TRAINED),
        (True, [COMPOSITE], WITH_TRAINED),
        (True, [WITH_TRAINED], WITH_TRAINED),
        (False, [], ALGORITHMIC),
        (False, [ALGORITHMIC], ALGORITHMIC),
        (False, [None], COMPOSITE),
        (False, [COMPOSITE, ALGORITHMIC], COMPOSITE),
        (False, [TRAINED], SYNTHETIC),
        (False, [WITH_TRAINED, None], SYNTHETIC),
    ],
)
def test_the_term(is_trained: bool, bases: Collection[DigitalSource | None], term: DigitalSource) -> None:
    assert source_of(is_trained=is_trained, bases=bases) is term


def test_the_demo_provider_learnt_from_nothing() -> None:
    able = [adapter("demo").capabilities(model, found.kind, {}) for model, found in MODELS.items()]
    able.append(adapter("demo").capabilities("painter", Kind.EDIT, {}))
    assert {found.is_trained for found in able if found is not None} == {False}


@pytest.mark.django_db
class TestPurchases:
    def test_a_picture_is_marked_before_it_is_hashed(self, in_tenant: Any, media: Any, toll: Any, step: Any) -> None:
        prompt = f"secret {uuid.uuid4()}"
        reader = in_tenant.user("reader")
        made = self._made(factories.job(reader, in_tenant.kids, prompt=prompt))
        data = storage.read(made.storage_name)
        assert (made.sha256, made.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
        assert perceived(data, "image/png") == perceived(png(), "image/png")
        assert made.digital_source == TRAINED
        (mark,) = mark_in("image/png", data)
        assert (mark[TERM], mark[SYSTEM]) == (TRAINED.uri, "paint")
        told = data.replace(png(), b"")
        for secret in (prompt, reader.email, str(reader.id), str(in_tenant.tenant.id), "reader"):
            assert secret.encode() not in told

    def test_a_film_rests_on_its_first_frame(self, in_tenant: Any, media: Any, toll: Any, step: Any) -> None:
        theirs = intake.keep_picture(png((1, 2, 3)), tenant_id=in_tenant.tenant.id, field="image")
        painted = self._made(factories.job(in_tenant.user("reader"), in_tenant.kids))
        found = {}
        for name, frame in (("own", theirs), ("own again", assets.reuse(theirs)), ("painted", assets.reuse(painted))):
            inputs = [{"role": "first_frame", "asset": str(frame.id)}]
            job = factories.job(in_tenant.user("reader"), in_tenant.kids, kind=Kind.VIDEO, seconds=4, inputs=inputs)
            film = self._made(job)
            whole = storage.read(film.storage_name)
            assert perceived(whole, "video/mp4") == perceived(books.film(), "video/mp4")
            (mark,) = mark_in("video/mp4", whole)
            found[name] = (film.digital_source, mark[TERM])
        assert found == {
            "own": (WITH_TRAINED, WITH_TRAINED.uri),
            "own again": (WITH_TRAINED, WITH_TRAINED.uri),
            "painted": (TRAINED, TRAINED.uri),
        }

    def test_what_a_person_brings_is_not_marked(self, in_tenant: Any, media: Any) -> None:
        theirs = intake.keep_picture(png(), tenant_id=in_tenant.tenant.id, field="image")
        data = storage.read(theirs.storage_name)
        assert (theirs.digital_source, theirs.source, b"digitalsourcetype" in data) == ("", None, False)
        with Image.open(io.BytesIO(data)) as opened:
            opened.load()
            assert "xmp" not in opened.info

    def test_what_was_made_before_there_were_marks_counts_as_trained(self) -> None:
        assert Asset(model_name="paint").source is TRAINED
        assert Asset(model_name="paint", digital_source=ALGORITHMIC.value).source is ALGORITHMIC

    def _made(self, job: Job) -> Asset:
        drain_here()
        made = Job.objects.select_related("asset").get(id=job.id).asset
        assert made is not None
        return made


def test_said_reads_real_xml() -> None:
    """The reader of the other tests is no search for a string."""
    from generation.marking import Mark, xmp

    (found,) = said(xmp.packet(Mark(TRAINED, system='a "b" & <c>\x00')))
    assert found[SYSTEM] == 'a "b" & <c>'
