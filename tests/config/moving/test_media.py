"""Files go from the folder into a bucket of a real S3 server, each read back; a second run sends nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from config.moving import media


@pytest.fixture
def bucket() -> Any:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    s3 = boto3.resource(
        "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", aws_access_key_id="a",
        aws_secret_access_key="b",
    )  # fmt: skip
    yield s3.create_bucket(Bucket="moved")
    server.stop()


def test_files_are_copied_and_compared(tmp_path: Path, bucket: Any) -> None:
    for name, held in (("t/one/aa", b"film" * 500_000), ("t/two/bb", b"picture")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(held)
    assert media.send(tmp_path, bucket) == media.Sent(files=2, size_bytes=2_000_007)
    assert bucket.Object("t/two/bb").get()["Body"].read() == b"picture"
    # What was cut short, or changed on the way, is sent again; the rest is not.
    bucket.put_object(Key="t/two/bb", Body=b"pictures")
    assert media.send(tmp_path, bucket) == media.Sent(files=2, size_bytes=2_000_007, were_there=1)
    assert media.missing(["t/one/aa", "t/one/cc"], tmp_path) == ["t/one/cc"]


def test_what_does_not_arrive_whole_is_told(tmp_path: Path, bucket: Any) -> None:
    """The control: a bucket that loses the end of a file."""

    class Leaking:
        @staticmethod
        def Object(name: str) -> Any:
            thing = bucket.Object(name)
            thing.upload_file = lambda path: thing.put(Body=Path(path).read_bytes()[:-1])
            return thing

    (tmp_path / "aa").write_bytes(b"whole")
    assert media.send(tmp_path, Leaking()).wrong == ["aa: what the bucket has differs from the file. Run this again."]
