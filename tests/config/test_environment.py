"""Secrets stand in a variable or in a file, never in both, and what is wrong is said without telling them."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.environment import Contradiction, listed, secret


def test_from_the_variable_or_its_file_or_neither(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-the-file\n")
    assert [
        secret({"KEY": "from-the-variable"}, "KEY"),
        secret({"KEY_FILE": str(file)}, "KEY"),
        secret({}, "KEY", "otherwise"),
    ] == ["from-the-variable", "from-the-file", "otherwise"]


def test_what_contradicts_itself_is_said_without_the_value(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text(" \n")
    said = []
    for environment in (
        {"KEY": "canary", "KEY_FILE": str(empty)},
        {"KEY_FILE": str(empty)},
        {"KEY_FILE": str(tmp_path / "none")},
    ):
        with pytest.raises(Contradiction) as caught:
            secret(environment, "KEY")
        said.append(str(caught.value))
    assert said == [
        "Both KEY and KEY_FILE are set. Unset one of them.",
        f"KEY_FILE names a file that is empty: {empty}.",
        f"KEY_FILE names a file that cannot be read: {tmp_path / 'none'} (No such file or directory).",
    ]


def test_lists() -> None:
    assert listed(" a, ,b ,") == ["a", "b"]
