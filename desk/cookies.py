"""The two cookies: who is signed in here, and that somebody was before.

Over TLS their names begin with `__Host-`: the browser then takes them from this very host alone, by TLS alone, and
sends them nowhere else. Without TLS (a loopback address) they go without the prefix, and are looked for without it.
"""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from desk.signing_in import KNOWN_FOR


def _name(what: str, *, secure: bool) -> str:
    return f"__Host-{what}" if secure else what


def session_of(request: web.BaseRequest, *, secure: bool) -> str | None:
    """The id that the browser shows."""
    return request.cookies.get(_name("hotline", secure=secure))


def device_of(request: web.BaseRequest, *, secure: bool) -> str | None:
    """The mark of a browser that was in before."""
    return request.cookies.get(_name("hotline-device", secure=secure))


def let_in(answer: web.StreamResponse, secret: str, device: str | None, *, secure: bool) -> None:
    """Give the browser its session, and the mark where there is a new one. The session ends with the browser."""
    _set(answer, _name("hotline", secure=secure), secret, None, secure=secure)
    if device is not None:
        _set(answer, _name("hotline-device", secure=secure), device, KNOWN_FOR, secure=secure)


def let_out(answer: web.StreamResponse, *, secure: bool) -> None:
    """Take the session back; the mark stays."""
    _set(answer, _name("hotline", secure=secure), "", timedelta(0), secure=secure)


def _set(answer: web.StreamResponse, name: str, value: str, lasts: timedelta | None, *, secure: bool) -> None:
    age = None if lasts is None else int(lasts.total_seconds())
    answer.set_cookie(name, value, max_age=age, path="/", secure=secure, httponly=True, samesite="Strict")
