"""Who asks: a signed-in person or a machine with a token."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from desk.roles import Permission
from desk.sessions import Session, Stage
from desk.signing_in import Visitor
from desk.users import User


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever was let in. A machine has neither session nor user."""

    who: str
    """As the audit log has it: `desk:NAME`, `token:NAME`."""
    permissions: frozenset[Permission]
    session: Session | None = None
    user: User | None = None

    @property
    def inside(self) -> bool:
        """Signed in to the end."""
        return self.session is None or self.session.stage is Stage.IN

    @property
    def agent(self) -> str | None:
        """Whose seat they have."""
        return None if self.user is None else self.user.agent


ASKER = web.RequestKey("asker", Asker)
VISITOR = web.RequestKey("visitor", Visitor)
ID = web.RequestKey("id", str)
