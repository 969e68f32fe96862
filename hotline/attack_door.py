"""The attack switch through the door for commands: shift leaders turn it at their desks.

GET  /attack                    whether it is on, by whom and until when
POST /attack/{leader}/on        [until]: an instant; two hours without
POST /attack/{leader}/off
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from hotline.attack import AttackWatch
from hotline.control import bad, told
from hotline.hand import Hand, Unfit, attack_shown
from hotline.settings import Settings
from records.audit import Audit, Deed
from routing.plan import Plan


class AttackDoor:
    """Turns the switch for leaders of the live plan; it is in the audit log first."""

    def __init__(
        self, settings: Settings, watch: AttackWatch, *, plan: Callable[[], Plan], now: Callable[[], datetime]
    ) -> None:
        self._var, self._watch, self._plan, self._now = settings.var, watch, plan, now
        self._audit = Audit(settings.database_url, settings.var)

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the door for commands answers about the switch."""
        return [web.get("/attack", self._on_show), web.post("/attack/{leader}/{verb}", self._on_turn)]

    async def _on_show(self, _request: web.Request) -> web.Response:
        return web.json_response(self._shown())

    async def _on_turn(self, request: web.Request) -> web.Response:
        leader, verb = request.match_info["leader"], request.match_info["verb"]
        if verb not in ("on", "off"):
            raise bad(f"{verb!r} is nothing that can be done; there is on, off")
        rule = self._plan().agents.get(leader)
        if rule is None or not rule.leader:
            raise bad(f"{leader} is no shift leader: the plan says `leader: true` of one who is")
        now = self._now()
        asked = await told(request)
        hand = Hand(self._var, self._plan, now, f"desk:{leader}")
        try:
            until = asked.get("until")
            wish = hand.attack_on(None if until is None else str(until)) if verb == "on" else hand.attack_off()
            await self._audit.write(Deed(f"desk:{leader}", wish.what, details=wish.details), now)
            wish.do()
        except Unfit as error:
            raise bad(f"`{error.field}`: {error}") from None
        except (OSError, DBAPIError) as error:
            raise bad(f"the attack switch cannot be turned: {error}") from error
        return web.json_response(self._shown())

    def _shown(self) -> dict[str, Any]:
        return attack_shown(self._watch.attack())
