"""A route says who may ask for it. There is no other way to give the desk one, so none is open by oversight."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
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
    """One thing that can be asked for. `body`, `query`, `answer` … describe it for the API's description.

    `body` and `answer` are JSON schemas: of each field, and of the whole. A query's parameter is told in words, or by a
    schema with a `description`.
    """

    method: str
    path: str
    need: Need
    handler: Handler
    summary: str
    body: dict[str, Any] | None = None
    query: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    """Fields of the body, or parameters of the query, that must be there."""
    answer: Mapping[str, Any] | None = None
    """What it answers with when it did what was asked."""
    status: int = 200
    """Of that answer."""
    media: str = "application/json"
    """Of that answer."""
    refuses: tuple[int, ...] = ()
    """Statuses of refusal beside those that all routes of its kind have (`desk.openapi.refusals`)."""
    page: bool = False
    """Read by people: refusals lead to the sign-in page, and forms may be sent to it."""
    socket: bool = False
    """A WebSocket: it changes nothing, but only our own pages may open it."""
    sends: str | None = None
    """What the body is where it is no JSON: a file as it is, of this type, which no form of another site can send."""
    largest: int | None = None
    """Bytes of its body, where it may be larger than others (`desk.guard`); read once it is known who asks."""
    local: bool = False
    """Open to every program of this machine where nobody else reaches the web."""

    @property
    def changes(self) -> bool:
        return self.method not in ("GET", "HEAD")
