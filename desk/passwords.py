"""Passwords: argon2id, hashed in threads of their own, few at once.

A hash costs some 20 MB and as many milliseconds. Sign-in floods must not take them from calls: past `WAITING` who would
wait are told to come back.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

AT_ONCE = 2
WAITING = 16
SHORTEST, LONGEST = 12, 128

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
"""OWASP's Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. Hashes follow it at sign-in."""

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for each other when they are read out."""

_COMMON = (
    "password",
    "passw0rd",
    "123456",
    "654321",
    "qwerty",
    "abcdef",
    "admin",
    "hotline",
    "12320",
    "mima",
    "woaini",
)


class TooMany(RuntimeError):
    """More want to sign in at once than may cost the calls their time."""


class Weak(ValueError):
    """A password that will not do; the text says why."""


def made() -> str:
    """A password to be read out once: 98 bits, four groups of letters and digits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(4))


def plain(password: str) -> str:
    """As it is hashed: the same whichever keyboard composed it."""
    return unicodedata.normalize("NFKC", password)


def hold(password: str, name: str) -> str:
    """The password of `name` as it is hashed. Raises Weak."""
    text = plain(password)
    folded = text.casefold()
    if not SHORTEST <= len(text) <= LONGEST:
        raise Weak(f"a password has {SHORTEST} to {LONGEST} characters; a few words in a row are easy to keep in mind")
    if not text.isprintable():
        raise Weak("a password has no control characters")
    if name.casefold() in folded:
        raise Weak("a password must not contain the user's name")
    for common in _COMMON:
        folded = folded.replace(common, "")
    if len(set(folded)) < 6 or len(folded) < SHORTEST // 2:
        raise Weak("this password would be guessed: use more different characters, and no common ones")
    return text


def hashed(password: str) -> str:
    """The argon2id hash of a password that `hold` let pass. Slow: on the command line alone."""
    return _HASHER.hash(password)


class Passwords:
    """Hashes and compares beside the event loop. Close it at the end."""

    def __init__(self, *, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="password")
        self._most, self._busy = at_once + waiting, 0
        self._nobody = _of_nobody()
        """Compared with when there is no such user: it takes the same time."""

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def match(self, password: str, known: str | None) -> tuple[bool, str | None]:
        """Whether it is right, and its new hash when the parameters changed. `known` None never matches, as slowly.

        Raises TooMany.
        """
        text = plain(password[: 4 * LONGEST])
        right = await self._beside(lambda: _matches(text, self._nobody if known is None else known))
        if known is None or not right:
            return False, None
        return True, await self.hash(text) if _HASHER.check_needs_rehash(known) else None

    async def hash(self, password: str) -> str:
        """Raises TooMany."""
        text = plain(password)
        return await self._beside(lambda: _HASHER.hash(text))

    async def _beside(self, work: Callable[[], T]) -> T:
        if self._busy >= self._most:
            raise TooMany("too many sign in at once")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._busy -= 1


@cache
def _of_nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def _matches(password: str, known: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
