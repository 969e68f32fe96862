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

from hotline.attack import STANDARD, Attack, AttackWatch, turn_off, turn_on
from hotline.control import bad, told
from hotline.settings import Settings
from records.audit import Audit, Deed
from records.clock import wall_time
from routing.calendar import SHANGHAI
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
        until = self._until((await told(request)).get("until"), now)
        try:
            deed = Deed(f"desk:{leader}", f"attack_{verb}", details={"until": wall_time(until)} if verb == "on" else {})
            await self._audit.write(deed, now)
            if verb == "on":
                turn_on(self._var, Attack(f"desk:{leader}", now, until))
            else:
                turn_off(self._var)
        except (OSError, DBAPIError) as error:
            raise bad(f"the attack switch cannot be turned: {error}") from error
        return web.json_response(self._shown())

    def _until(self, text: object, now: datetime) -> datetime:
        if text is None:
            return now + STANDARD
        try:
            at = datetime.fromisoformat(str(text))
        except ValueError:
            raise bad("`until` is not a time; write it like 2026-11-22T18:00") from None
        at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        if at <= now:
            raise bad("`until` is past")
        return at

    def _shown(self) -> dict[str, Any]:
        found = self._watch.attack()
        return {"on": found is not None, "by": found and found.by, "until": found and wall_time(found.until)}
