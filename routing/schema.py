"""The language as JSON Schema: what an editor needs to complete and to underline while an operator types."""

from __future__ import annotations

from typing import Any

from routing.plan import Plan
from routing.rehearsal.cases import Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of one file of a config folder: any part of a plan, since the files are put together."""
    whole: dict[str, Any] = _tidy(Plan.model_json_schema(by_alias=True))
    whole["properties"]["include"] = {
        "description": "Other files to read, as patterns beside this one: `lines/*.yaml`.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    del whole["required"]
    return {"$schema": DIALECT, "title": "A part of a hotline's plan", **whole}


def schema_of_tests() -> dict[str, Any]:
    """The schema of one table of test calls."""
    whole: dict[str, Any] = _tidy(Table.model_json_schema(by_alias=True))
    return {"$schema": DIALECT, "title": "Test calls of a hotline", **whole}


def _tidy(value: Any) -> Any:
    """Without the titles that only repeat a name; a name that does not fit its pattern is unknown."""
    if isinstance(value, list):
        return [_tidy(one) for one in value]
    if not isinstance(value, dict):
        return value
    tidy = {key: _tidy(one) for key, one in value.items() if not (key == "title" and isinstance(one, str))}
    if "patternProperties" in tidy:
        tidy.setdefault("additionalProperties", False)
    return tidy
