"""The OpenAPI document says all of it, and nothing has to be guessed."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from stories import urls

OPERATIONS = {
    "tiers_list", "stories_list", "stories_start", "stories_show", "stories_tree", "scenes_show", "scenes_choose",
    "scenes_back", "scenes_jump", "scenes_keep_going", "scenes_wrap_up", "scenes_status", "scenes_retry",
    "scenes_image", "scenes_video",
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> Any:
    GENERATOR_STATS.reset()
    routes = [route for route in urls.urlpatterns if str(route.name).startswith("api-")]
    return SchemaGenerator(patterns=routes).get_schema(request=None, public=True)


def test_no_warning_and_no_guess(document: Any) -> None:
    validate_schema(document)
    assert not GENERATOR_STATS, GENERATOR_STATS._warn_cache | GENERATOR_STATS._error_cache


def test_every_operation_says_who_may_and_what_may_go_wrong(document: Any) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert {operation["operationId"] for operation in operations} == OPERATIONS
    assert {tag for operation in operations for tag in operation["tags"]} == {"Stories", "Scenes"}
    for operation in operations:
        assert operation["security"] == [{"bearer": []}, {"session": []}], operation["operationId"]
        assert {"401", "403", "404"} <= set(operation["responses"]), operation["operationId"]


def test_bodies_take_nothing_else(document: Any) -> None:
    shapes = document["components"]["schemas"]
    assert {name for name, shape in shapes.items() if shape.get("additionalProperties") is False} == {
        "StartBody", "ChooseBody", "KeepGoingBody", "RetryBody", "NoBody",
    }  # fmt: skip


def test_bodies_say_what_goes_together(document: Any) -> None:
    choose = document["components"]["schemas"]["ChooseBody"]
    assert choose["oneOf"] == [{"required": ["choice"]}, {"required": ["text"]}]
    assert choose["properties"]["text"]["minLength"] == 1
