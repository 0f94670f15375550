"""The OpenAI form, which several providers and most servers of one's own speak: chat completions whole and streamed,
errors, and pictures in `data[]`.

    body = chat_body(request, limit="max_completion_tokens", extra={...})
    done = chat(self.wire, body, emit, seconds=self.submit_seconds)

    answer = self.wire.post("images/generations", json=..., seconds=...)
    if not answer.is_good:
        raise judge(answer)
    done = read_picture(answer, request)

What a provider says otherwise goes in as a parameter: `judge` names the error of a complaint, `cost` reads what was paid.
All readers are tolerant of what is missing and raise `Damaged`, never a KeyError.
"""

from generation.providers.openai_shape.chats import Cost, Strain, chat, chat_body, read_chat, read_stream
from generation.providers.openai_shape.complaints import (
    Complaint,
    Judge,
    complaint_of,
    field_of,
    judge,
    told_inside,
    word,
)
from generation.providers.openai_shape.results import (
    data_url,
    decoded,
    micros,
    read_data_url,
    read_picture,
    read_sound,
    usage_of,
)
from generation.providers.openai_shape.schemas import schema_part, strict_schema

__all__ = [
    "Complaint",
    "Cost",
    "Judge",
    "Strain",
    "chat",
    "chat_body",
    "complaint_of",
    "data_url",
    "decoded",
    "field_of",
    "judge",
    "micros",
    "read_chat",
    "read_data_url",
    "read_picture",
    "read_sound",
    "read_stream",
    "schema_part",
    "strict_schema",
    "told_inside",
    "usage_of",
    "word",
]
