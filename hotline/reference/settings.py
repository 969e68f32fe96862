"""The page of all settings, made of the models that read them; the words are those beside each in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hotline.settings import HOUSE, Settings

SOURCES: Final = ("hotline/settings.py", "hotline/settings_parts.py", "hotline/settings_keeping.py")
"""The modules in which the words stand."""

_HEAD: Final = """# Every setting

Made of `hotline/settings.py`, `hotline/settings_parts.py` and `hotline/settings_keeping.py`:
`python -m hotline.reference`.

Settings stand in `settings.yaml` of the config folder, `sip.port` as `sip: {port: 5062}`. The environment goes before
the file: `HOTLINE_SIP__PORT=5062`; a list or a mapping is written there as JSON:
`HOTLINE_BANS__NEVER='["192.0.2.0/24"]'`. Nothing needs to be set: what is not written has its default, and every
default stays on this machine. A name or value that cannot be is told with its line, and nothing starts. They are read
when the hotline starts; `hotline restart` takes a change up under calls that go on.

"""

_TYPES: Final = {
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "array": "list",
    "object": "mapping",
}
_FORMATS: Final = {
    "path": "path",
    "password": "secret",
    "date-time": "instant",
    "ipvanynetwork": "network",
}
_SIZE: Final = [{"type": "string"}, {"type": "integer"}]
"""How the schema writes a size in bytes."""


def page() -> str:
    """The whole page, in Markdown."""
    schema = Settings.model_json_schema()
    words = {key: text for source in SOURCES for key, text in _words((HOUSE / source).read_text("utf-8")).items()}
    return _HEAD + "\n".join(_sections("", "Settings", schema, schema["$defs"], words))


def _words(module: str) -> dict[tuple[str, str], str]:
    """(class, field) → the text below it in a module's source; the field is empty for the class's own."""
    found: dict[tuple[str, str], str] = {}
    for one in ast.parse(module).body:
        if not isinstance(one, ast.ClassDef):
            continue
        found[one.name, ""] = ast.get_docstring(one) or ""
        for field, text in zip(one.body, one.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                found[one.name, field.target.id] = text.value.value
    return found


def _sections(
    prefix: str, model: str, schema: Mapping[str, Any], models: Mapping[str, Any], words: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    """A model's table, then those of the models in it."""
    rows, inside = [], []
    for name, field in schema["properties"].items():
        inner, many = _model_in(field)
        if inner is not None:
            inside.append((f"{prefix}{name}{'.ID' if many else ''}", inner))
        if inner is None or many or "anyOf" in field:
            needed = name in schema.get("required", ())
            rows.append(_row(f"{prefix}{name}", field, inner, needed=needed, words=words.get((model, name), "")))
    told = _linked(words.get((model, ""), ""))
    head = f"## {prefix.removesuffix('.')}\n\n{told}\n\n" if prefix else ""
    table = "| Setting | Type | Default | What it is |\n|---|---|---|---|\n"
    yield f"{head}{table}{''.join(rows)}"
    for name, inner in inside:
        yield from _sections(f"{name}.", inner, models[inner], models, words)


def _model_in(field: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The model that a field holds, if any, and whether many by a name."""
    for one in (field, *field.get("anyOf", ())):
        if "$ref" in one:
            return one["$ref"].rpartition("/")[2], False
        if "$ref" in (values := one.get("additionalProperties") or {}):
            return values["$ref"].rpartition("/")[2], True
    return None, False


def _row(name: str, field: Mapping[str, Any], inner: str | None, *, needed: bool, words: str) -> str:
    default = "must be given" if needed else _default(field.get("default", {}))
    variable = "HOTLINE_" + name.replace(".", "__").upper()
    shown = f"`{name}`" if ".ID." in name or inner is not None else f"`{name}`<br>`{variable}`"
    return f"| {shown} | {_type(field)} | {default} | {_linked(words)} |\n"


def _type(field: Mapping[str, Any]) -> str:
    choices = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    if [{"type": one.get("type")} for one in choices] == _SIZE:
        return "bytes, or like `500MB`"
    return " or ".join(_one_type(one) for one in choices)


def _one_type(one: Mapping[str, Any]) -> str:
    if "$ref" in one:
        return "mapping, see below"
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    if "const" in one:
        return f"`{one['const']}`"
    if one.get("type") == "array":
        return f"list of {_one_type(one['items']).replace('network', 'networks')}"
    text = _FORMATS.get(one.get("format", "")) or _TYPES[one["type"]]
    if choices := re.fullmatch(r"\^\(([a-z|]+)\)\$", one.get("pattern", "")):
        return ", ".join(f"`{value}`" for value in choices[1].split("|"))
    if "pattern" in one:
        text += f" like `{_cell(one['pattern'])}`"
    return text + _range(one)


def _range(one: Mapping[str, Any]) -> str:
    least, most = one.get("minimum"), one.get("maximum")
    over = one.get("exclusiveMinimum")
    if over is not None:
        return f", over {over:g}" + (f", at most {most:g}" if most is not None else "")
    if least is not None and most is not None:
        return f", {least:g} to {most:g}" if most < 1e6 else f", {least:g} to {most}"
    if least is not None:
        return f", at least {least:g}"
    return f", at most {most:g}" if most is not None else ""


def _default(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return ", ".join(f"`{one}`" for one in value) or "none"
    if isinstance(value, dict):
        return "none"
    return f"`{value}`"


def _linked(text: str) -> str:
    """The words on one line, with the pages that they name as links from this one."""
    return re.sub(r"\bdocs/([a-z0-9-]+\.md)", r"[\1](../\1)", _cell(text))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
