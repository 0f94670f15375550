"""The platform's accounts at providers, as the environment has them. Knows no Django, so settings can use it.

A key stands in a variable (`OPENAI_API_KEY`) or in a file that another one names (`OPENAI_API_KEY_FILE`), which is how
containers are handed secrets. What is wrong with one is a sentence that names the variable and never the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from generation.providers.wire import Key

VARIABLES: dict[str, dict[str, str]] = {
    "openai": {"key": "OPENAI_API_KEY", "base_url": "OPENAI_API_BASE_URL"},
    "anthropic": {"key": "ANTHROPIC_API_KEY", "base_url": "ANTHROPIC_API_BASE_URL"},
    "openrouter": {"key": "OPENROUTER_API_KEY", "base_url": "OPENROUTER_API_BASE_URL"},
    "xai": {"key": "XAI_API_KEY", "base_url": "XAI_API_BASE_URL"},
    "google": {"key": "GEMINI_API_KEY", "base_url": "GEMINI_API_BASE_URL", "version": "GEMINI_API_VERSION"},
    "stability": {"key": "STABILITY_API_KEY", "base_url": "STABILITY_API_BASE_URL"},
    "bfl": {"key": "FLUX_API_KEY", "base_url": "FLUX_API_BASE_URL", "version": "FLUX_API_VERSION"},
    "runway": {"key": "RUNWAYML_API_SECRET", "base_url": "RUNWAYML_API_BASE_URL"},
    "elevenlabs": {"key": "ELEVENLABS_API_KEY", "base_url": "ELEVENLABS_API_BASE_URL"},
    "compatible": {"key": "COMPATIBLE_API_KEY", "base_url": "COMPATIBLE_BASE_URL"},
    "comfyui": {"key": "COMFYUI_API_KEY", "base_url": "COMFYUI_BASE_URL"},
    "cosmos": {"key": "COSMOS_API_KEY", "base_url": "COSMOS_BASE_URL"},
}
"""Provider -> option of its adapter -> variable."""


def read(environment: Mapping[str, str]) -> tuple[dict[str, dict[str, object]], list[str]]:
    """The accounts by provider, each with its `key` and the options that are set; and what is wrong, in sentences."""
    accounts: dict[str, dict[str, object]] = {}
    wrong: list[str] = []
    for provider, variables in VARIABLES.items():
        found: dict[str, object] = {}
        for option, variable in variables.items():
            value = environment.get(variable, "").strip()
            if option == "key":
                found["key"] = Key(_key(environment, variable, value, wrong))
            elif value:
                found[option] = value
        accounts[provider] = found
    return accounts, wrong


def _key(environment: Mapping[str, str], variable: str, value: str, wrong: list[str]) -> str:
    file = environment.get(f"{variable}_FILE", "").strip()
    if file:
        if value:
            wrong.append(f"Both {variable} and {variable}_FILE are set. Unset one of them.")
            return ""
        variable = f"{variable}_FILE"
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            wrong.append(f"{variable} names a file that cannot be read: {file} ({reason}).")
            return ""
        if not value:
            wrong.append(f"{variable} names a file that is empty: {file}.")
            return ""
    # An HTTP library that is handed anything else repeats the whole key in its complaint.
    if value and not re.fullmatch(r"[!-~]+", value):
        wrong.append(f"{variable} holds no key: there are spaces, line ends, or letters in it that keys do not have.")
        return ""
    return value
