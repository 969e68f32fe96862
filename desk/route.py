"""A route says who may ask for it. There is no other way to give the desk one, so none is open by oversight."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from aiohttp import web

from desk.asker import Asker
from desk.roles import SCOPES, Permission

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door(Enum):
    """How far somebody must have come."""

    PUBLIC = auto()  # anybody, unseen
    OPEN = auto()  # anybody; who is signed in is known
    HALF = auto()  # whoever gave a right password
    IN = auto()  # whoever is signed in
    PERMITTED = auto()  # whoever has one of the permissions


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks of whom it answers. `permissions`: one of them is enough."""

    door: Door
    permissions: frozenset[Permission] = frozenset()

    @property
    def machines(self) -> bool:
        """Whether a token can do."""
        return bool(self.permissions & SCOPES)

    def met_by(self, asker: Asker) -> bool:
        """Of somebody who was let in at all."""
        if asker.session is None and self.door is not Door.PERMITTED:
            return False  # a machine has no session to look at
        if self.door is Door.HALF:
            return True
        return asker.inside and (self.door is Door.IN or bool(self.permissions & asker.permissions))


PUBLIC: Final = Need(Door.PUBLIC)
OPEN: Final = Need(Door.OPEN)
HALF: Final = Need(Door.HALF)
SIGNED_IN: Final = Need(Door.IN)


def one_of(*permissions: Permission) -> Need:
    return Need(Door.PERMITTED, frozenset(permissions))


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked for. `body` and `query` describe it for the API's description."""

    method: str
    path: str
    need: Need
    handler: Handler
    summary: str
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)
    page: bool = False
    """Read by people: refusals lead to the sign-in page, and forms may be sent to it."""
    socket: bool = False
    """A WebSocket: it changes nothing, but only our own pages may open it."""
    local: bool = False
    """Open to every program of this machine where nobody else reaches the web."""

    @property
    def changes(self) -> bool:
        return self.method not in ("GET", "HEAD")
