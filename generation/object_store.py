"""The object store that keeps files where one machine no longer does: S3, or whatever speaks as it does.

One client for the whole process, with waits that are set on purpose: a page that has to ask the store is answered in
seconds also where the store is not. Links are signed here and ask nobody.
"""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Iterator
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config  # type: ignore[import-untyped]
from storages.backends.s3 import S3Storage

CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0
"""Between two bytes, not for the whole: a film takes as long as it takes."""
TRIES = 2
"""What is worth waiting for is tried again where nobody waits: in the spool, or by the chore that comes round."""
CONNECTIONS = 64
IN_MEMORY = 4 * 1024**2
"""Of a file that is read, so much lies in memory; a film lies in a temporary file."""


class ObjectStore(S3Storage):
    """django-storages' S3, with one client for all threads of a process: making one takes a tenth of a second, and each
    purchase has a thread of its own. Clients may be shared between threads, and not over a fork."""

    def __init__(self, **settings: Any) -> None:
        # An empty answer to "which region" is none: then boto's own environment says it, or the server does not care.
        style = settings.pop("addressing_style", None) or "auto"
        super().__init__(
            client_config=Config(
                s3={"addressing_style": style},
                signature_version="s3v4",
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": TRIES},
                max_pool_connections=CONNECTIONS,
                # Many servers that speak S3 know no others; the name of a file is its digest already.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            transfer_config=TransferConfig(use_threads=False),
            max_memory_size=IN_MEMORY,
            file_overwrite=True,  # a name says what is in it: writing it anew writes the same
            default_acl=None,
            querystring_auth=True,
            **settings,
        )
        self._lock = threading.Lock()
        self._mine: tuple[int, Any] | None = None

    @property
    def connection(self) -> Any:
        with self._lock:
            if self._mine is None or self._mine[0] != os.getpid():
                resource = self._create_session().resource(
                    "s3", region_name=self.region_name, endpoint_url=self.endpoint_url, config=self.client_config
                )
                self._mine = os.getpid(), resource
            return self._mine[1]

    @property
    def bucket(self) -> Any:
        return self.connection.Bucket(self.bucket_name)

    def listed(self, prefix: str) -> Iterator[tuple[str, datetime.datetime, int]]:
        """Name, time of writing and size of everything under `prefix`, a page of the store's list at a time."""
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix):
            for found in page.get("Contents", ()):
                yield found["Key"], found["LastModified"], found["Size"]
