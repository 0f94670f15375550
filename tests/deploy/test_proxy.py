"""The proxy's template: nginx takes it, every path goes where it is served, and limits are no tighter than the app's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from string import Template

import pytest
import yaml
from django.conf import settings

from generation import intake
from generation.studio.api import bodies
from generation.studio.pages import pictures
from tests.conftest import need
from tests.deploy import proxy

MB = 1024**2
TEXT = proxy.TEMPLATE.read_text(encoding="utf-8")
NAMES = {"FOLDER", "LISTEN", "TLS", "SCHEME", "RESOLVER", "HTTP", "SOCKETS", "MEDIA"}


def test_nginx_takes_it(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    need(nginx, "there is no nginx: install the package nginx-light")
    assert nginx is not None
    conf = proxy.written(tmp_path, port=8080, http=[8001, 8002], sockets=[8003])
    done = subprocess.run([nginx, "-t", "-q", "-c", str(conf)], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    # With the object store behind it, which is found by name only where it is.
    media = (
        (proxy.TEMPLATE.parent / "nginx.media.conf").read_text(encoding="utf-8").replace("s3:8333", "127.0.0.1:8333")
    )
    (tmp_path / "media.conf").write_text(media)
    whole = conf.read_text(encoding="utf-8").rstrip().removesuffix("}") + f"include {tmp_path}/media.conf;\n}}\n"
    conf.write_text(whole)
    subprocess.run([nginx, "-t", "-q", "-c", str(conf)], capture_output=True, timeout=30, check=True)


def test_its_variables_are_those_that_compose_fills_in() -> None:
    found = {name for name in re.findall(r"\$\{([A-Z]+)\}", TEXT) if name != "CAPITALS"}
    service = yaml.safe_load((proxy.TEMPLATE.parents[1] / "compose.yaml").read_text(encoding="utf-8"))["services"][
        "proxy"
    ]
    assert found == NAMES == set(service["environment"])
    assert set(re.findall(r"\$\$([A-Z]+)", service["command"][0])) == NAMES
    filled = Template(TEXT).safe_substitute(dict.fromkeys(NAMES, "x"))
    assert "${" not in filled.replace("${CAPITALS}", "")
    # Nothing of nginx's own is taken for one of ours.
    assert not {name.upper() for name in NAMES} & set(re.findall(r"\$([a-z_]+)\b", TEXT))


@pytest.mark.parametrize(
    ("path", "is_sockets"),
    [
        ("/ws/stories/1", True), ("/mcp", True), ("/mcp/", True), ("/generate/text", True), ("/image/1", True),
        ("/video/1/status", True), ("/v1/images/generations", True), ("/", False), ("/kids/story/1", False),
        ("/api/v1/jobs/1", False), ("/videos/", False), ("/wsx", False), ("/static/css/base.css", False), ("/healthz", False),
    ],
)  # fmt: skip
def test_where_a_path_goes(path: str, is_sockets: bool) -> None:
    pattern = re.search(r"location ~ (\S+) \{[^}]*sockets_processes", TEXT)
    assert pattern is not None
    assert bool(re.match(pattern[1], path)) is is_sockets


def test_limits_fit_the_apps() -> None:
    sizes = [int(size) * MB for size in re.findall(r"client_max_body_size (\d+)m;", TEXT)]
    usual, studio = sizes
    assert usual >= max(bodies.MAX_BYTES, intake.MAX_BYTES + 64 * 1024, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    assert studio >= pictures.MAX_BODY
    waits = [int(seconds) for seconds in re.findall(r"proxy_read_timeout (\d+)s;", TEXT)]
    assert min(waits) > settings.GENERATION["WAIT_SECONDS"]


def test_each_place_says_who_asks() -> None:
    """nginx takes none of the headers from above where a place sets one of its own, so each has all of them or none."""
    text = Template(TEXT).safe_substitute(dict.fromkeys(NAMES, "x"))
    whole = set(re.findall(r"proxy_set_header (\S+)", text.split("server {")[0]))
    for place in re.findall(r"location [^{]+\{([^}]*)\}", text):
        own = set(re.findall(r"proxy_set_header (\S+)", place))
        assert not own or own >= whole
    assert {"Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-Id"} <= whole
