"""deploy/nginx.conf.template, filled in for ports of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf.template"


def written(folder: Path, *, port: int, http: Sequence[int], sockets: Sequence[int]) -> Path:
    """The configuration in `folder`, for nginx on `port` of loopback before processes on the other ports."""
    said = Template(TEMPLATE.read_text(encoding="utf-8")).safe_substitute(
        FOLDER=str(folder), LISTEN=f"127.0.0.1:{port}", TLS="", SCHEME="$scheme", RESOLVER="", MEDIA="",
        HTTP=" ".join(f"server 127.0.0.1:{one};" for one in http),
        SOCKETS=" ".join(f"server 127.0.0.1:{one};" for one in sockets),
    )  # fmt: skip
    path = folder / "nginx.conf"
    path.write_text(said, encoding="utf-8")
    return path
