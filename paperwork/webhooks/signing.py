"""How a receiver knows that we sent it: `Hotline-Signature: t=UNIX,v1=HEX`, HMAC-SHA256 over `UNIX.BODY`."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256

PREFIX = "whk_"
"""So that a scanner of leaked secrets knows one."""
SIGNATURE = "Hotline-Signature"
EVENT = "Hotline-Event"
ID = "Hotline-Id"


def new_secret() -> str:
    """256 bits, shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value; `at` is the second (Unix time) of this very try: older ones may be refused as replayed."""
    mark = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={mark}"


def genuine(secret: str, value: str, body: bytes, now: int, *, within: int = 300) -> bool:
    """What a receiver does: whether the header is ours, and not older than so many seconds."""
    parts = dict(part.partition("=")[::2] for part in value.split(","))
    at = parts.get("t", "")
    if not (at.isascii() and at.isdigit()) or abs(now - int(at)) > within:
        return False
    return hmac.compare_digest(signature(secret, int(at), body), f"t={at},v1={parts.get('v1', '')}")


def headers(secret: str, event: str, id: str, at: int, body: bytes, version: str) -> Mapping[str, str]:
    """All that is sent beside the body."""
    return {
        "Content-Type": "application/json",
        "User-Agent": f"hotline/{version}",
        EVENT: event,
        ID: id,
        SIGNATURE: signature(secret, at, body),
    }
