"""JSON schemas for the API's description."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

TEXT: Mapping[str, Any] = {"type": "string"}
MAYBE_TEXT: Mapping[str, Any] = {"type": ["string", "null"]}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
FLAG: Mapping[str, Any] = {"type": "boolean"}
TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}
MAYBE_TIME: Mapping[str, Any] = {"type": ["string", "null"], "format": "date-time"}


def things(**fields: Mapping[str, Any]) -> dict[str, Any]:
    """An object that has all of these fields, and may have more one day."""
    return {"type": "object", "required": list(fields), "properties": {name: dict(of) for name, of in fields.items()}}


def listing(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(of)}


def either(of: Mapping[str, Any]) -> dict[str, Any]:
    """This, or null."""
    return {"anyOf": [dict(of), {"type": "null"}]}


@cache
def written(model: type[BaseModel]) -> Mapping[str, Any]:
    """What a model of ours reads, with nothing referred to; made once."""
    schema = model.model_json_schema()
    defined = schema.pop("$defs", {})

    def whole(value: Any) -> Any:
        if isinstance(value, Mapping):
            if "$ref" in value:
                return whole(defined[value["$ref"].rpartition("/")[2]])
            return {name: whole(each) for name, each in value.items() if name != "title" or not isinstance(each, str)}
        return [whole(each) for each in value] if isinstance(value, list) else value

    found: Mapping[str, Any] = whole(schema)
    return found


SESSION = things(id=TEXT, user=TEXT, stage=TEXT, began=TIME, seen=TIME, address=TEXT, browser=TEXT)
USER: Mapping[str, Mapping[str, Any]] = {
    "name": TEXT,
    "shown": TEXT,
    "role": TEXT,
    "agent": MAYBE_TEXT,
    "disabled": FLAG,
    "second_factor": FLAG,
    "must_change_password": FLAG,
    "made": TIME,
    "seen": MAYBE_TIME,
}
