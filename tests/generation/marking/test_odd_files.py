"""Cut, torn and lying files: whatever cannot be marked is kept as it came, byte for byte."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from generation import marking
from generation.marking import splicing
from tests.generation.marking.samples import MARK, SAYS, perceived, samples

NAMES = sorted(samples())
TYPES = sorted(marking.CONTAINERS)


def after(media_type: str, data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        changed = marking.mark(path, media_type=media_type, mark=MARK)
        assert [left.name for left in Path(folder).iterdir()] == ["file"]
        found = path.read_bytes()
    assert changed == (found != data)
    assert len(found) <= len(data) + 3_000
    if changed:
        assert SAYS.encode() in found
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(NAMES), st.floats(0, 1), st.binary(max_size=8), st.booleans())
def test_cut_or_torn_anywhere(name: str, where: float, put: bytes, goes_on: bool) -> None:
    media_type, data = samples()[name]
    at = int(where * min(len(data), 2_000))
    torn = data[:at] + put + (data[at + len(put) :] if goes_on else b"")
    try:
        before = perceived(torn, media_type) if goes_on else None
    except Exception:
        before = None
    found = after(media_type, torn)
    assert after(media_type, found) == found
    if before:
        assert perceived(found, media_type) == before


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(TYPES), st.binary(max_size=60))
@example("image/jpeg", b"\xff\xd8" + b"\xff" * 40)
@example("video/mp4", b"\x00\x00\x00\x08ftyp\x00\x00\x00\x00mdat")
@example("video/mp4", b"\x00\x00\x00\x01ftyp" + b"\xff" * 8)
def test_bytes_of_any_kind(media_type: str, data: bytes) -> None:
    after(media_type, data)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TYPES), st.sampled_from(NAMES))
def test_a_file_of_another_type_than_it_is_said_to_be(media_type: str, name: str) -> None:
    found, data = samples()[name]
    if marking.CONTAINERS[media_type] is not marking.CONTAINERS[found] and media_type not in (
        "audio/mpeg",
        "audio/aac",
    ):
        assert after(media_type, data) == data


def test_what_is_kept_without_a_mark_is_logged(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xff\xd8\xff")
    with caplog.at_level(logging.WARNING, "generation.marking"):
        assert not marking.mark(path, media_type="image/jpeg", mark=MARK)
        assert not marking.mark(path, media_type="image/avif", mark=MARK)
    assert [record.getMessage() for record in caplog.records] == [
        "a image/jpeg is kept without the mark of generated files: it ends within 2 bytes at 2",
        "no way to mark a file of type image/avif as generated; it is kept as it came",
    ]


def test_a_reader_that_breaks_costs_no_file(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> list[splicing.Splice]:
        raise ZeroDivisionError

    monkeypatch.setitem(marking.CONTAINERS, "image/png", breaks)
    path = tmp_path / "file"
    path.write_bytes(samples()["png"][1])
    assert not marking.mark(path, media_type="image/png", mark=MARK)
    assert path.read_bytes() == samples()["png"][1]
    assert "could not be read to be marked" in caplog.text
