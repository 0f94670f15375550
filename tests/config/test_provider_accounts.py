"""The platform's keys, as the environment has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from config import provider_accounts


class TestEnvironment:
    def test_a_key_from_a_variable_and_one_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "key"
        file.write_text("sk-from-the-file\n")
        accounts, wrong = provider_accounts.read(
            {
                "OPENAI_API_KEY": "sk-from-the-variable\n", "STABILITY_API_KEY_FILE": str(file),
                "FLUX_API_KEY": "f", "FLUX_API_VERSION": "v2", "XAI_API_BASE_URL": "https://eu.x.ai/v1",
            }
        )  # fmt: skip
        assert wrong == []
        assert {name: accounts[name]["key"].reveal() for name in ("openai", "stability", "bfl")} == {  # type: ignore[attr-defined]
            "openai": "sk-from-the-variable", "stability": "sk-from-the-file", "bfl": "f",
        }  # fmt: skip
        assert {name: more for name, given in accounts.items() if (more := {k: v for k, v in given.items() if k != "key"})} == {
            "bfl": {"version": "v2"}, "xai": {"base_url": "https://eu.x.ai/v1"},
        }  # fmt: skip
        assert "sk-from" not in repr(accounts)

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            (
                {"OPENAI_API_KEY_FILE": "/nowhere/key"},
                "OPENAI_API_KEY_FILE names a file that cannot be read: /nowhere/key (No such file or directory).",
            ),
            ({"XAI_API_KEY_FILE": "{empty}"}, "XAI_API_KEY_FILE names a file that is empty: {empty}."),
            (
                {"XAI_API_KEY": "sk-one", "XAI_API_KEY_FILE": "{file}"},
                "Both XAI_API_KEY and XAI_API_KEY_FILE are set. Unset one of them.",
            ),
            (
                {"FLUX_API_KEY": "two words"},
                "FLUX_API_KEY holds no key: there are spaces, line ends, or letters in it that keys do not have.",
            ),
            (
                {"FLUX_API_KEY_FILE": "{folder}"},
                "FLUX_API_KEY_FILE names a file that cannot be read: {folder} (Is a directory).",
            ),
            (
                {"FLUX_API_KEY_FILE": "{bytes}"},
                "FLUX_API_KEY_FILE names a file that cannot be read: {bytes} (it is no text).",
            ),
        ],
    )
    def test_what_cannot_be_taken_is_a_check_that_names_the_variable(
        self, given: dict[str, str], sentence: str, tmp_path: Path, settings: Any
    ) -> None:
        (tmp_path / "empty").write_text(" \n")
        (tmp_path / "file").write_text("sk-two")
        (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
        places = {
            "empty": tmp_path / "empty",
            "file": tmp_path / "file",
            "folder": tmp_path,
            "bytes": tmp_path / "bytes",
        }
        named = {name: value.format(**places) for name, value in given.items()}
        settings.PROVIDER_ACCOUNTS, settings.PROVIDER_ACCOUNT_PROBLEMS = provider_accounts.read(named)
        told = [found for found in run_checks(tags=["security"]) if found.id == "fablewright.E003"]
        assert [(found.msg, found.hint) for found in told] == [
            (sentence.format(**places), "Mend the variable, or unset it to do without this provider.")
        ]
        assert not any(found["key"] for found in settings.PROVIDER_ACCOUNTS.values())

    def test_an_install_without_any_has_nothing_to_complain_of(self, settings: Any) -> None:
        settings.PROVIDER_ACCOUNTS, settings.PROVIDER_ACCOUNT_PROBLEMS = provider_accounts.read({})
        assert [found for found in run_checks(tags=["security"]) if found.id == "fablewright.E003"] == []
