"""The reference page of the language, written from the same types that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from routing.node import NODES
from routing.schema import schema

_Schema = Mapping[str, Any]

_WRITTEN = {
    r"^[a-z][a-z0-9-]{0,39}$": "a name",
    r"^[a-z][a-z0-9-]{0,31}$": "a name",
    r"^(?:[a-z][a-z0-9-]{0,39})$": "a name",
    r"^(?:[a-z][a-z0-9-]{0,31})$": "a name",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "a prompt",
    r"^(?:[a-z][a-z0-9]*(-[a-z0-9]+)*)$": "a prompt",
    r"^[0-9*#]$": "a key: `0`-`9`, `*`, `#`",
    r"^\+?[0-9]{3,20}$": "a telephone number",
    r"^[0-9]{1,20}$": "digits",
    r"^[0-9]{1,2}(\s*-\s*[0-9]{1,2})?$": "how many: `8` or `4-12`",
    r"^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$": "a duration: `20s`, `5m`, `1h30m`",
    r"^(?:\+?[0-9]{1,20}\*?|withheld)$": "a number, its beginning `022*`, or `withheld`",
}
"""How a pattern is told to people."""

_ORDER = ("Hotline", "Direct", "Retry", *(node.__name__ for node in NODES.values()))
"""What comes first; the rest follows as the plan names it."""


def reference() -> str:
    """The page, in Markdown."""
    whole = schema()
    return "\n".join(_page(whole)) + "\n"


def _page(whole: _Schema) -> Iterator[str]:
    parts: Mapping[str, _Schema] = whole["$defs"]
    yield "# Reference: what the YAML files may say"
    yield ""
    yield "Written by `hotline reference` from the types that read the files; do not edit it by hand."
    yield "[operators.md](../operators.md) teaches the same step by step, [rules.md](../rules.md) explains what"
    yield "`hotline check` says. Editors complete and check with [the schema](../../config/schema/plan.json)."
    yield ""
    yield "All files of the config folder are put together: each may hold any of these keys, and a table such as"
    yield "`nodes` may be spread over several."
    yield ""
    yield from _table(whole, parts)
    kinds = {node.__name__: kind for kind, node in NODES.items()}
    for name in sorted(parts, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)):
        part = parts[name]
        yield f"## {name}"
        yield ""
        if name in kinds:
            yield f"A node with `{kinds[name]}:`."
            yield ""
        yield part.get("description", "")
        yield ""
        yield from _table(part, parts)


def _table(part: _Schema, parts: Mapping[str, _Schema]) -> Iterator[str]:
    required = part.get("required", ())
    yield "| key | is | default | meaning |"
    yield "|---|---|---|---|"
    for key, value in part["properties"].items():
        default = "needed" if key in required else _shown(value.get("default"), kind(value))
        described = value if "description" in value else parts.get(value.get("$ref", "").rpartition("/")[2], {})
        meaning = " ".join(described.get("description", "").split())
        yield f"| `{key}` | {_escape(kind(value))} | {default} | {_escape(meaning)} |"
    yield ""


def _shown(value: Any, kind: str) -> str:
    """A default, as an operator would write it."""
    if value in (None, [], {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}s`" if kind.startswith("a duration") else f"`{value}`"


def _escape(text: str) -> str:
    return text.replace("|", "\\|")


def kind(value: _Schema) -> str:
    """What may stand there, in words."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for choice in ("anyOf", "oneOf"):
        if choice in value:
            words = [kind(one) for one in value[choice] if one.get("type") != "null"]
            if any(word.startswith(("a duration", "a key", "a telephone", "digits", "how many")) for word in words):
                words = [word for word in words if not word.startswith("a number")]  # the same, without quotes
            return " or ".join(dict.fromkeys(words))
    if "enum" in value:
        return " or ".join(f"`{one}`" for one in value["enum"])
    if "const" in value:
        return f"`{str(value['const']).lower()}`"
    match value.get("type"):
        case "string":
            return _WRITTEN.get(value.get("pattern", ""), "text")
        case "boolean":
            return "`true` or `false`"
        case "integer" | "number":
            low, high = value.get("minimum"), value.get("maximum")
            return "a number" if low is None or high is None else f"a number from {low} to {high}"
        case "array":
            return f"a list of {_many(kind(value.get('items', {})))}"
        case "object":
            return f"name → {kind(_inside(value))}"
    return "text"


def _many(one: str) -> str:
    return {"a prompt": "prompts", "a name": "names", "text": "texts"}.get(one, one)


def _inside(value: _Schema) -> _Schema:
    """The schema of the values of a table."""
    inside = [*value.get("patternProperties", {}).values(), value.get("additionalProperties")]
    return next((one for one in inside if isinstance(one, Mapping)), {})
