"""What the desk asks of the live plan and of drafts, and how requests name texts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, Protocol

from desk.refusal import bad
from records.audit import Detail
from routing.plan import Plan

Of = Literal["live", "draft", "folder"] | int
"""Which texts: the live plan's, one's own draft's, the config folder's, or those of a kept version."""

Write = Callable[[Mapping[str, Detail]], Awaitable[None]]
"""Writes into the audit log that a plan is published now."""

REPLACED: Final = "REPLACED"
"""Whose draft the files are that a publication took out of the config folder; no user can be called so."""

HIGHEST: Final = 1_000_000
"""No version has a higher number."""


@dataclass(frozen=True, slots=True)
class Wishing:
    """A call to walk: when (now without `at`), its keys, and `routing.rehearsal.circumstance.Circumstances`."""

    at: datetime | None
    keys: list[str]
    scene: Mapping[str, Any]
    direct: bool


class Routing(Protocol):
    """What runs behind the page; each raises Refusal. What is bytes is JSON, or a drawing, as it is sent."""

    def plan(self) -> Plan: ...

    async def state(self) -> dict[str, Any]: ...

    async def files(self, user: str, of: Of) -> Mapping[str, str]: ...

    async def versions(self) -> list[dict[str, Any]]: ...

    async def draft(self, user: str) -> dict[str, Any] | None: ...

    async def begin(self, user: str, of: Of, other: str | None, *, instead: bool) -> dict[str, Any]: ...

    async def write(self, user: str, name: str, text: str | None, was: str | None) -> dict[str, Any]: ...

    async def renew(self, user: str) -> dict[str, Any]: ...

    async def discard(self, user: str) -> None: ...

    async def archive(self, user: str) -> bytes: ...

    async def check(self, user: str, of: Of) -> bytes: ...

    async def test(self, user: str, of: Of) -> bytes: ...

    async def dial(self, user: str, of: Of, call: Wishing) -> bytes: ...

    async def draw(self, user: str, of: Of, at: datetime | None, *, yesterday: bool) -> bytes: ...

    async def compare(self, user: str, old: Of, new: Of) -> bytes: ...

    async def calendar(self, user: str, of: Of, days: int) -> bytes: ...

    async def publish(self, user: str, why: str, despite: str | None, write: Write) -> dict[str, Any]: ...

    async def rollback(self, number: int | None) -> dict[str, Any]: ...


def of_asked(value: Any, name: str = "of", default: Of = "draft") -> Of:
    """Which texts a request means. Raises Refusal."""
    match value:
        case None:
            return default
        case "live" | "draft" | "folder":
            return value  # type: ignore[no-any-return]
        case int() if not isinstance(value, bool) and 0 < value <= HIGHEST:
            return value
        case str() if value.isascii() and value.isdigit() and 0 < len(value) <= 7 and 0 < int(value) <= HIGHEST:
            return int(value)
    raise bad(f"`{name}` is live, draft, folder or a version's number")


def digest(text: str) -> str:
    """What tells one text of a file from another."""
    return sha256(text.encode()).hexdigest()[:16]
