"""What is said to whom we do not let in, or whose request makes no sense: one shape, no internals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import web


class Refusal(Exception):
    """Answered as `{"error": CODE, "message": WORDS, "request": ID}`. `code` is for programs and stays the same.

    Of what was written into a form, `fields` says of each field why it cannot be so; `units` names those (id → name)
    of which somebody has to say whether one is meant.
    """

    def __init__(
        self,
        status: int,
        code: str,
        words: str,
        headers: Mapping[str, str] | None = None,
        *,
        fields: Mapping[str, str] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(words)
        self.status, self.code, self.words, self.headers = status, code, words, dict(headers or {})
        self.fields, self.units = dict(fields or {}), dict(units or {})


Refusals = Mapping[type[Exception], Callable[[Any], Refusal]]
"""What is said of each kind of error, the first that fits."""


@contextmanager
def refusing(refusals: Refusals) -> Iterator[None]:
    """Tell errors of a book in the desk's shape. Raises Refusal."""
    try:
        yield
    except tuple(refusals) as error:
        raise next(say(error) for kind, say in refusals.items() if isinstance(error, kind)) from None


def bad(words: str) -> Refusal:
    """The request makes no sense."""
    return Refusal(400, "bad_request", words)


def unfit(words: str, fields: Mapping[str, str]) -> Refusal:
    """What was written cannot stand there; `fields` says of each field why."""
    return Refusal(422, "unfit", words, fields=fields)


def not_now(error: Exception) -> Refusal:
    """As things stand it cannot be done."""
    return Refusal(409, "not_now", str(error))


def forbidden() -> Refusal:
    return Refusal(403, "forbidden", "you may not do this")


def not_signed_in() -> Refusal:
    return Refusal(401, "not_signed_in", "sign in first")


def elsewhere() -> Refusal:
    return Refusal(403, "other_site", "this was not asked for by a page of the hotline")


def wait(seconds: float, code: str = "too_many", words: str = "too many requests: wait a moment") -> Refusal:
    return Refusal(429, code, words, {"Retry-After": str(max(1, math.ceil(seconds)))})


def busy() -> Refusal:
    return Refusal(503, "busy", "too many sign in at once: try again in a moment", {"Retry-After": "3"})


_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 421: "other_host", 426: "websocket_only"}


def of_http(error: web.HTTPException) -> Refusal:
    """The web library's own refusal, in our shape."""
    code = _CODES.get(error.status, "bad_request" if error.status < 500 else "internal")
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return Refusal(error.status, code, error.reason, headers)
