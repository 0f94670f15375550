"""An object store that can be stopped, started again on the same port, and told to say no: moto's S3, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import BaseWSGIServer, make_server

BUCKET = "fablewright-media"
KEYS = {"access_key": "testing", "secret_key": "testing-secret"}
NO = {"AccessDenied": "403 Forbidden", "SlowDown": "503 Slow Down", "InternalError": "500 Internal Server Error"}


class Server:
    """One server; its objects live in this process and outlive `stop`, until `forget`."""

    def __init__(self) -> None:
        self.port = 0
        self.refuses = ""
        """A name of `NO`: what every request is answered from now on."""
        self.asked: list[tuple[str, str]] = []
        """Method and path of each request, since `forget`."""
        self._app: Any = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def options(self) -> dict[str, Any]:
        """What `STORAGES` needs."""
        return {
            "bucket_name": BUCKET, "endpoint_url": self.endpoint, "addressing_style": "path", "region_name": "us-east-1",
            "querystring_expire": 300, **KEYS,
        }  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What processes of their own need."""
        return {
            "STORAGE": "s3", "S3_BUCKET": BUCKET, "S3_ENDPOINT": self.endpoint, "S3_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEYS["access_key"], "AWS_SECRET_ACCESS_KEY": KEYS["secret_key"],
        }  # fmt: skip

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
        )  # fmt: skip

    def start(self) -> None:
        """Listen, on the same port as before; what was kept is there."""
        if self._server is not None:
            return
        self._server = make_server("127.0.0.1", self.port, self._answer, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        names = {bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]}
        if BUCKET not in names:
            self.client.create_bucket(Bucket=BUCKET)

    def stop(self) -> None:
        """Connections are refused from now on."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def forget(self) -> None:
        """Start anew, with an empty bucket."""
        self.refuses = ""
        self.start()
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].reset()
        self.client.create_bucket(Bucket=BUCKET)
        self.asked.clear()

    def objects(self) -> dict[str, bytes]:
        """All that is kept, by name; looked up behind the server's back, so also while it is stopped."""
        bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET]
        return {name: bytes(key.value) for name, key in bucket.keys.items()}

    def _answer(self, environ: Any, start_response: Any) -> Any:
        self.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if self.refuses:
            body = f"<Error><Code>{self.refuses}</Code><Message>No.</Message></Error>".encode()
            start_response(NO[self.refuses], [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return [body]
        return self._app(environ, start_response)


@contextmanager
def running() -> Iterator[Server]:
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()
