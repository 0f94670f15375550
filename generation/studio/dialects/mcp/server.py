"""The protocol, spoken by its own SDK: which tools there are, and what a call of one answers."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import mcp_types as types
from channels.db import database_sync_to_async
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from PIL import Image
from pydantic import BaseModel, ValidationError

from accounts.rates import TooOften
from accounts.tenancy import scope
from generation import storage
from generation.errors import CannotBuy, StorageAway
from generation.models import Asset
from generation.studio.dialects.mcp import shapes, tools
from generation.studio.dialects.mcp.tools import Caller, NoSuchJob

log = logging.getLogger(__name__)

CALLER = "fablewright.caller"
"""Where the door leaves the caller in the request's scope."""
INSTRUCTIONS = (
    "Make pictures and films, and change pictures. Calls that make something answer at once with job ids: ask job_status "
    "until it is completed or failed, then job_result. list_models tells what each model takes and costs."
)
PREVIEW_SIDE = 768
BROKEN = "Something broke on our side. Nothing was charged for what did not arrive. Try again."


@dataclass(frozen=True, slots=True)
class Tool:
    run: Callable[[Caller, Any], BaseModel]
    takes: type[shapes.Arguments]
    answers: type[BaseModel]
    title: str
    description: str
    reads: bool = False


TOOLS: dict[str, Tool] = {
    "list_models": Tool(
        tools.list_models, shapes.ListModels, shapes.Models, "List models",
        "The models that may be used here, what each takes, and what it costs.", reads=True,
    ),
    "generate_image": Tool(
        tools.generate_image, shapes.GenerateImage, shapes.Submitted, "Generate an image",
        "Make one or more pictures from words, with reference pictures where the model takes them.",
    ),
    "generate_video": Tool(
        tools.generate_video, shapes.GenerateVideo, shapes.Submitted, "Generate a video",
        "Make a film from words, from a first frame, or between a first and a last frame.",
    ),
    "edit_image": Tool(
        tools.edit_image, shapes.EditImage, shapes.Submitted, "Edit an image",
        "Change a picture as an instruction says. The picture that was given stays as it is.",
    ),
    "job_status": Tool(
        tools.job_status, shapes.OneJob, shapes.JobState, "Status of a job", "How far a job is.", reads=True
    ),
    "job_result": Tool(
        tools.job_result, shapes.OneJob, shapes.JobResult, "Result of a job",
        "What a finished job made: a link to the file, the text, and a small view of a picture.", reads=True,
    ),
    "cancel_job": Tool(
        tools.cancel_job, shapes.OneJob, shapes.JobState, "Cancel a job",
        "End a job that is no longer wanted. What was sent to a provider already may be charged all the same.",
    ),
}  # fmt: skip


def build(version: str) -> Server[Any]:
    """The server; one for the life of the process."""
    return Server(
        "fablewright", version=version, title="Fablewright", instructions=INSTRUCTIONS, on_list_tools=_list_tools,
        on_call_tool=_call_tool,
    )  # fmt: skip


async def _list_tools(
    context: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    return types.ListToolsResult(tools=list(_listed()))


@cache
def _listed() -> tuple[types.Tool, ...]:
    return tuple(
        types.Tool(
            name=name,
            title=tool.title,
            description=tool.description,
            input_schema=tool.takes.model_json_schema(),
            output_schema=tool.answers.model_json_schema(mode="serialization"),
            annotations=types.ToolAnnotations(
                title=tool.title,
                read_only_hint=tool.reads,
                destructive_hint=name == "cancel_job",
                open_world_hint=False,
            ),
        )
        for name, tool in TOOLS.items()
    )


async def _call_tool(
    context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
) -> types.CallToolResult:
    assert context.request is not None  # the door hands nothing on that is no request
    caller: Caller = context.request.scope[CALLER]
    # A thread of its own: calls of several assistants do not queue up behind each other.
    return await database_sync_to_async(answer, thread_sensitive=False)(caller, params.name, params.arguments or {})


def answer(caller: Caller, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
    """Call a tool. What goes wrong is said in the result, so that the assistant can mend it."""
    tool = TOOLS.get(name)
    if tool is None:
        return _error(f"There is no tool called {name[:60]}. There is: {', '.join(TOOLS)}.")
    needed = tools.NEEDS[name]
    if needed not in caller.bearer.scopes:
        return _error(f"This key may not do that: it lacks the scope “{needed}”. Use a key that has it.")
    try:
        if name in tools.RATES:
            caller.meter.take(tools.RATES[name])
        given = tool.takes.model_validate(arguments)
        with scope(caller.tenant):
            found = tool.run(caller, given)
            more = _preview(found)
    except ValidationError as wrong:
        return _error(_first_problem(wrong, tool.takes))
    except TooOften as often:
        return _error(str(often.detail))
    except CannotBuy as refused:
        return _error(str(refused))
    except NoSuchJob as unknown:
        return _error(str(unknown))
    except Exception:
        log.exception("the tool %s broke", name)
        return _error(BROKEN)
    text = types.TextContent(type="text", text=found.model_dump_json(exclude_none=True))
    return types.CallToolResult(content=[text, *more], structured_content=found.model_dump(mode="json"))


def _error(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=sentence)], is_error=True)


def _first_problem(wrong: ValidationError, takes: type[shapes.Arguments]) -> str:
    """The first thing that is wrong with the arguments: its name, and what to do."""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or "the arguments"
    if first["type"] == "extra_forbidden":
        return f"{name[:60]} is not known here. There is: {', '.join(takes.model_fields)}."
    if first["type"] == "missing":
        return f"{name} is missing."
    return f"{name}: {first['msg']}."


def _preview(found: BaseModel) -> list[types.ContentBlock]:
    """A small view of a finished picture, for assistants that can look."""
    if not isinstance(found, shapes.JobResult) or not (found.media_type or "").startswith("image/"):
        return []
    asset = Asset.objects.get(id=found.asset_id)
    try:
        with storage.opened(asset.storage_name) as kept, Image.open(kept) as picture:
            small = picture.convert("RGB")
            small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    except StorageAway:
        return []  # the rest of the answer needs no file
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    data = base64.b64encode(out.getvalue()).decode()
    return [types.ImageContent(type="image", data=data, mime_type="image/jpeg")]
