"""Parameters of the OpenAI API that we have nothing to follow with: heard and left aside, or taken at their default only."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from generation.studio.dialects.openai.errors import Unsupported

IGNORED = frozenset({
    "user", "safety_identifier", "metadata", "store", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
})  # fmt: skip
"""They change nothing about what is made: labels and bookkeeping of OpenAI's own, and its caches."""
OF_CHAT: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "temperature": (1,),
    "top_p": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "stop": ([], ""),
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "parallel_tool_calls": (True, False),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "modalities": (["text"],),
    "service_tier": ("auto", "default"),
    "verbosity": ("medium",),
}
OF_PICTURES: dict[str, tuple[Any, ...]] = {
    "stream": (False,),
    "partial_images": (0,),
    "moderation": ("auto",),
    "background": ("auto",),
    "quality": ("auto",),
}
"""`auto` is what a model does of itself."""
OF_SPEECH: dict[str, tuple[Any, ...]] = {"stream_format": ("audio",)}


def take_out(given: dict[str, Any], defaults: Mapping[str, tuple[Any, ...]]) -> None:
    """Take out of `given` the ignored parameters, and those that have a value that asks for nothing (`defaults`: name ->
    such values, one of the tables above). Raises `Unsupported` naming the first that asks for something."""
    for name in IGNORED & given.keys():
        del given[name]
    for name in defaults.keys() & given.keys():
        if not any(same(given[name], usual) for usual in defaults[name]):
            known = " or ".join(json.dumps(usual) for usual in defaults[name])
            raise Unsupported(f"{name} is taken at its default only, which is {known}: leave it out.", field=name)
        del given[name]


def refuse_others(given: Mapping[str, Any], taken: Collection[str]) -> None:
    """Raise `Unsupported` for the first parameter that is none of `taken`."""
    for name in given:
        if name not in taken:
            called = name[:60]
            raise Unsupported(f"{called} is not taken here: leave it out.", field=called)


def same(value: Any, usual: Any) -> bool:
    """Whether JSON would call the two the same. In Python True is 1."""
    return type(value) is type(usual) and value == usual if isinstance(value, bool) else bool(value == usual)
