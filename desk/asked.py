"""What a request says, read with care: a JSON object or a form, and each of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from desk.refusal import Refusal, bad

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
