"""The reference page of the language, written from the same types that read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from routing.node import NODES
from routing.reference_keys import KEYS
from routing.reference_parts import PARTS
from routing.schema import schema

Language = Literal["en", "zh"]

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


_HEAD: Mapping[Language, str] = {
    "en": """\
# Reference: what the YAML files may say

Written by `hotline reference` from the types that read the files; do not edit it by hand. [中文](plan.zh-CN.md)
[operators.md](../operators.md) teaches the same step by step, [rules.md](../rules.md) explains what
`hotline check` says. Editors complete and check with [the schema](../../config/schema/plan.json).

All files of the config folder are put together: each may hold any of these keys, and a table such as
`nodes` may be spread over several.
""",
    "zh": """\
# 参考：YAML 文件里可以写什么

由 `hotline reference --lang zh` 根据读取文件的类型写出，请不要手工修改。[English](plan.md)
[运营手册](../operators.zh-CN.md)逐步讲解，[规则](../rules.zh-CN.md)解释 `hotline check` 的每句话。
编辑器可用[模式文件](../../config/schema/plan.json)补全和检查。

配置文件夹里的所有文件合在一起读：每个文件都可以写这些键，`nodes` 这样的表也可以分写在几个文件里。
""",
}

_COLUMNS: Mapping[Language, str] = {"en": "| key | is | default | meaning |", "zh": "| 键 | 写什么 | 默认 | 含义 |"}

_PHRASES = (
    (r"a number, its beginning `022\*`, or `withheld`", "号码、号码开头 `022*` 或 `withheld`"),
    (r"a key: `0`-`9`, `\*`, `#`", "按键：`0`-`9`、`*`、`#`"),
    (r"a duration: `20s`, `5m`, `1h30m`", "时长：`20s`、`5m`、`1h30m`"),
    (r"how many: ", "多少位："),
    (r"a telephone number", "电话号码"),
    (r"a number from (-?\d+) to (-?\d+)", r"\1 到 \2 的数"),
    (r"a number", "数"),
    (r"a list of prompts", "提示音名列表"),
    (r"a list of names", "名称列表"),
    (r"a list of texts", "文字列表"),
    (r"a list of ", "列表："),
    (r"a prompt", "提示音名"),
    (r"a name", "名称"),
    (r"name → ", "名称 → "),
    (r"\btext\b", "文字"),
    (r" or ", " 或 "),
)
"""What `kind` says, in Chinese, the longest first."""


def reference(language: Language = "en") -> str:
    """The page, in Markdown."""
    return "\n".join(_page(schema(), language)) + "\n"


def _page(whole: _Schema, language: Language) -> Iterator[str]:
    parts: Mapping[str, _Schema] = whole["$defs"]
    yield _HEAD[language]
    yield from _table(whole, parts, language)
    kinds = {node.__name__: kind for kind, node in NODES.items()}
    for name in sorted(parts, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)):
        part = parts[name]
        yield f"## {name}"
        yield ""
        if name in kinds:
            yield f"A node with `{kinds[name]}:`." if language == "en" else f"含 `{kinds[name]}:` 的节点。"
            yield ""
        described = part.get("description", "")
        yield described if language == "en" else in_chinese(described)
        yield ""
        yield from _table(part, parts, language)


def in_chinese(described: str) -> str:
    """A description of the schema. Raises KeyError for one that has no Chinese yet."""
    text = " ".join(described.split())
    return "" if not text else KEYS[text] if text in KEYS else PARTS[text]


def _table(part: _Schema, parts: Mapping[str, _Schema], language: Language) -> Iterator[str]:
    required, english = part.get("required", ()), language == "en"
    yield _COLUMNS[language]
    yield "|---|---|---|---|"
    for key, value in part["properties"].items():
        default = ("needed" if english else "必填") if key in required else _shown(value.get("default"), kind(value))
        described = value if "description" in value else parts.get(value.get("$ref", "").rpartition("/")[2], {})
        meaning = " ".join(described.get("description", "").split())
        told = (kind(value), meaning) if english else (_kind_in_chinese(kind(value)), in_chinese(meaning))
        yield f"| `{key}` | {_escape(told[0])} | {default} | {_escape(told[1])} |"
    yield ""


def _kind_in_chinese(text: str) -> str:
    for english, chinese in _PHRASES:
        text = re.sub(english, chinese, text)
    return text


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
