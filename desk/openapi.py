"""The API's description, made from its routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from desk.route import Door, Route

_PARAMETER = re.compile(r"\{(\w+)\}")
_REFUSED = {
    "description": "Refused: `error` is for programs, `message` for people, `request` for the log.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error", "message", "request"],
                "properties": {name: {"type": "string"} for name in ("error", "message", "request")},
            }
        }
    },
}


def description(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        if route.path.startswith("/api/"):
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hotline", "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "responses": {"Refused": _REFUSED},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-hotline"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(route.path)
    ]
    asked = [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
        for name, words in route.query.items()
    ]
    security: list[dict[str, list[str]]] = [] if route.need.door in (Door.PUBLIC, Door.OPEN) else [{"session": []}]
    if route.need.machines and not route.socket:
        security.append({"token": []})
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}{route.path.removeprefix('/api/v1')}").strip("_"),
        "summary": route.summary,
        "security": security,
        "x-permissions": sorted(route.need.permissions),
        "responses": {
            "101" if route.socket else "2XX": {"description": "Done."},
            "4XX": {"$ref": "#/components/responses/Refused"},
            "5XX": {"$ref": "#/components/responses/Refused"},
        },
    }
    if named or asked:
        operation["parameters"] = [*named, *asked]
    if route.body is not None:
        schema: dict[str, Any] = {"type": "object"}
        if route.body:
            schema |= {"properties": route.body, "additionalProperties": False}
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return operation
