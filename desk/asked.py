"""What a request says, read with care: a JSON object or a form, and each of its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from aiohttp import web

from desk.refusal import Refusal, bad
from routing.calendar import SHANGHAI

Asked = Mapping[str, Any]


async def told(request: web.Request) -> Asked:
    """The JSON object of the body, empty without one. Raises Refusal.

    Only `application/json` will do: a form of another site can be sent with every other type.
    """
    body = await request.read()
    if not body:
        return {}
    if request.content_type != "application/json":
        raise Refusal(415, "bad_type", "send application/json")
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad("this is not JSON in UTF-8, or it is nested too deep") from None
    if not isinstance(data, dict):
        raise bad("send a JSON object")
    return data


def text(asked: Asked, name: str, *, longest: int = 512, default: str | None = None) -> str:
    """A field that is a text. Raises Refusal."""
    value = asked.get(name, default)
    if not isinstance(value, str) or len(value) > longest:
        raise bad(f"`{name}` is a text of at most {longest} characters")
    return value


def maybe_text(asked: Asked, name: str, *, longest: int = 512) -> str | None:
    """A field that is a text, null, or not there. Raises Refusal."""
    return None if asked.get(name) is None else text(asked, name, longest=longest)


def flag(asked: Asked, name: str) -> bool:
    """A field that is true or false. Raises Refusal."""
    value = asked.get(name)
    if not isinstance(value, bool):
        raise bad(f"`{name}` is true or false")
    return value


def number(asked: Asked, name: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """A field that is a whole number. Raises Refusal."""
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise bad(f"`{name}` is a whole number from {least} to {most}")
    return value


def reason(asked: Asked, name: str = "reason", *, longest: int = 500) -> str:
    """A field that says why, in one line or some. Raises Refusal."""
    value = text(asked, name, longest=longest, default="").strip()
    if not value or "\0" in value:
        raise bad(f"say why in `{name}`: 1 to {longest} characters")
    return value


def instant(query: Mapping[str, str], name: str) -> datetime | None:
    """A parameter that is a time, of Asia/Shanghai unless it names an offset; None without one. Raises Refusal."""
    if (value := query.get(name)) is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        at.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise bad(f"`{name}` is not a time; write it like 2026-10-01T09:00") from None
    if not 1970 < at.year < 9000:
        raise bad(f"`{name}` is a time of another age")
    return at


def choice(query: Mapping[str, str], name: str, choices: Sequence[str], default: str | None = None) -> str:
    """A parameter that is one of these words. Raises Refusal."""
    value = query.get(name, default)
    if value is None or value not in choices:
        raise bad(f"`{name}` is one of {', '.join(choices)}")
    return value


def only(asked: Asked, *names: str) -> None:
    """Nothing else is said. Raises Refusal: a misspelt wish must not be taken for none."""
    strange = sorted(set(asked) - set(names))
    if strange:
        raise bad(f"unknown: {strange[0][:40]!r}; there is {', '.join(names) or 'nothing'}")


async def form(request: web.Request) -> Mapping[str, str]:
    """The fields of a form. Raises Refusal."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refusal(415, "bad_type", "send a form")
    try:
        fields = await request.post()
    except ValueError:
        raise bad("the form cannot be read") from None
    return {name: value for name, value in fields.items() if isinstance(value, str) and len(value) <= 512}
