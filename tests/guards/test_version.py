"""One version: what the package, the running program and the changelog say."""

from __future__ import annotations

import re
import tomllib

from django.conf import settings

from tests.installs import ROOT


def test_the_package_the_program_and_the_changelog_agree() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    latest = re.search(r"^## (\S+) – ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert latest is not None
    assert (package, latest[1]) == (settings.VERSION, settings.VERSION)
