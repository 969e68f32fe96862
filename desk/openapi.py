"""The API's description, made from its routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from desk.route import Door, Route

_PARAMETER = re.compile(r"\{(\w+)\}")
_REFUSED = {
    "description": "Refused: `error` is for programs, `message` for people, `request` for the log; `fields` says of "
    "what was written into a form why it cannot be so.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error", "message", "request"],
                "properties": {
                    **{name: {"type": "string"} for name in ("error", "message", "request")},
                    "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                    "units": {"type": "object", "additionalProperties": {"type": "string"}},
                },
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


def refusals(route: Route) -> list[int]:
    """The statuses with which a route may refuse."""
    found = {400, 421, 429, 503, *route.refuses}
    if route.need.door is not Door.PUBLIC:
        found |= {401, 403}
    if route.changes:
        found |= {408, 413, 415}
    if _PARAMETER.search(route.path):
        found |= {404}
    if route.socket:
        found |= {426}
    return sorted(found)


def _operation(route: Route) -> dict[str, Any]:
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(route.path)
    ]
    asked = [_parameter(name, told, name in route.required) for name, told in route.query.items()]
    security: list[dict[str, list[str]]] = [] if route.need.door in (Door.PUBLIC, Door.OPEN) else [{"session": []}]
    if route.need.machines and not route.socket:
        security.append({"token": []})
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}{route.path.removeprefix('/api/v1')}").strip("_"),
        "summary": route.summary,
        "security": security,
        "x-permissions": sorted(route.need.permissions),
        "responses": {
            "101" if route.socket else str(route.status): _done(route),
            **{str(status): {"$ref": "#/components/responses/Refused"} for status in refusals(route)},
        },
    }
    if named or asked:
        operation["parameters"] = [*named, *asked]
    if route.body is not None or route.sends is not None:
        operation["requestBody"] = _body(route)
    return operation


def _parameter(name: str, told: str | Mapping[str, Any], required: bool) -> dict[str, Any]:
    schema = {"type": "string"} if isinstance(told, str) else {k: v for k, v in told.items() if k != "description"}
    words = told if isinstance(told, str) else told.get("description", "")
    return {"name": name, "in": "query", "description": words, "required": required, "schema": schema}


def _body(route: Route) -> dict[str, Any]:
    if route.sends is not None:
        return {"required": True, "content": {route.sends: {"schema": {"type": "string", "format": "binary"}}}}
    schema: dict[str, Any] = {"type": "object"}
    if route.body:
        needed = [name for name in route.body if name in route.required]
        schema |= {"properties": route.body, "additionalProperties": False}
        schema |= {"required": needed} if needed else {}
    return {"required": bool(schema.get("required")), "content": {"application/json": {"schema": schema}}}


def _done(route: Route) -> dict[str, Any]:
    if route.socket or (route.answer is None and route.media == "application/json"):
        return {"description": "Done."}
    return {"description": "Done.", "content": {route.media: {"schema": dict(route.answer or {})}}}
