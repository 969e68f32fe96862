"""The second factor: a code of the moment from an app (TOTP, RFC 6238), or a recovery code that works once."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32decode, b32encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

STEP: Final = 30
DIGITS: Final = 6
AROUND: Final = 1
"""Steps that a phone's clock may be off, before and after."""
CODES: Final = 10


class Unsealable(RuntimeError):
    """A second factor was sealed with another key than this machine's."""


def new_secret() -> str:
    """160 bits in base 32, as apps take them."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, of those around now; None when it is none of theirs.

    Whoever accepts it must remember the step and take no step up to it again (RFC 6238, 5.2).
    """
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    totp, here = pyotp.HOTP(secret, digits=DIGITS), int(now.timestamp()) // STEP
    steps = range(here - AROUND, here + AROUND + 1)
    found = [step for step in steps if hmac.compare_digest(totp.at(step), code)]
    return max(found, default=None)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is shown once so that an app knows the secret."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    picture: str = field(repr=False)
    """The URI as a QR code: an SVG element without script or style."""


def enrolment(secret: str, user: str, hotline: str) -> Enrolment:
    """For `user` of the hotline of this name, as the app will list it."""
    uri = pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(name=user, issuer_name=hotline)
    picture = segno.make(uri, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=False
    )
    return Enrolment(secret, uri, picture)


def recovery_codes() -> list[str]:
    """Ten codes of 80 bits, shown once: `k3m2-…`."""
    return [_grouped(secrets.token_bytes(10)) for _ in range(CODES)]


def _grouped(noise: bytes) -> str:
    signs = b32encode(noise).decode().lower()
    return "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))


def code_hash(code: str) -> str | None:
    """What is kept of a recovery code, however it was typed; None for what can be none. 80 bits need no slow hash."""
    bare = "".join(sign for sign in code if sign not in "- ").upper()
    try:
        if len(bare) != 16 or len(b32decode(bare)) != 10:
            return None
    except ValueError:
        return None
    return sha256(b"recovery:" + bare.encode()).hexdigest()


class Sealer:
    """Seals second factors with a key that is not in the database, each to its user."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes."""
        self._cipher = AESGCM(key)
        self._key = key

    def seal(self, secret: str, user: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), f"factor:{user}".encode())

    def open(self, sealed: bytes, user: str) -> str:
        """Raises Unsealable."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], f"factor:{user}".encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealable(
                f"the second factor of {user} cannot be read with this machine's key: put back var/web.key, or "
                f"`hotline users reset-factor {user}`"
            ) from error

    def sign(self, text: str) -> str:
        """A mark on `text` that only this key makes."""
        return hmac.new(self._key, b"device:" + text.encode(), sha256).hexdigest()
