"""The floor through the door for commands: what is going on, what agents and shift leaders want, and why it came so.

Routes, all JSON, on `var/control.sock` (docs/floor.md has the shapes):

    GET  /floor                     everything: lines, agents, offers, talks, callbacks, alerts
    GET  /floor/times               ?from= &to= [&agent=]: how long agents did what
    GET  /why                       ?call= [&lang=zh|en], or ?agent= &at=
    POST /desk/{agent}/{verb}       what an agent wants; answers with the agent as /floor tells them
    POST /lead/{leader}/{verb}      what a shift leader wants; answers with what became of it

What does not fit is answered with 400 and one line that says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from acd.agent import BreakReason, Presence
from acd.seat import Seat
from acd.signals import AgentMoved, BreakBegan, BreakEnded, CallRaised, WrapUpExtended
from hotline.control import bad, told
from hotline.floor_state import FloorState
from hotline.presence_times import NoSuchAgent, times_of
from hotline.testimony import NoSuchCall, why_agent, why_call
from ivr import events
from ivr.call import Call
from ivr.dispatch import Dispatch
from ivr.lead.leaders import RING_FOR
from ivr.lead.supervision import Supervision
from ivr.switch import SwitchError
from ivr.talk.conversations import AgentTalk, Conversations
from ivr.talk.states import State
from ivr.talk.targets import Refused as TalkRefused
from ivr.talk.targets import Target, ToAgent, ToLine, ToNumber
from records.account_words import Language
from routing.calendar import SHANGHAI
from routing.plan import Plan

Asked = Mapping[str, Any]
Verb = Callable[[str, Asked], Awaitable[Any]]

PATIENCE = 10.0
"""Seconds that the switch may take for what an agent wants."""
LONGEST_WRAP_UP = 3600.0
"""Seconds that an agent may ask for at once."""


class FloorDoor:
    """Carries out what people at the desks want."""

    def __init__(
        self,
        state: FloorState,
        dispatch: Dispatch,
        *,
        plan: Callable[[], Plan],
        call: Callable[[str], Call | None],
        conversations: Conversations,
        supervision: Supervision,
        hang_up: Callable[[str], Awaitable[None]],
        database: str,
        now: Callable[[], datetime],
    ) -> None:
        """`call` finds a call that lives by its id, `hang_up` a channel of the switch."""
        self._state, self._dispatch, self._plan, self._call = state, dispatch, plan, call
        self._conversations, self._supervision, self._hang_up = conversations, supervision, hang_up
        self._database, self._now = database, now
        self._desk: dict[str, Verb] = {
            "ready": self._ready,
            "break": self._break,
            "extend": self._extend,
            "transfer": self._transfer,
            "hangup": self._hang_up_agent,
            "return": self._return,
            **{name: self._talking(order) for name, order in _TALK_VERBS.items()},
        }
        self._lead: dict[str, Verb] = {
            "move": self._move,
            "raise": self._raise,
            "flag": self._of_call(supervision.flag),
            "take-call": self._of_call(supervision.take_waiting),
            "listen": self._of_agent(supervision.listen),
            "whisper": self._of_agent(supervision.whisper),
            "join": self._of_agent(supervision.join),
            "take": self._of_agent(supervision.take),
            "stop": self._stop,
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        """What the door for commands answers about the floor."""
        return [
            web.get("/floor", self._on_floor),
            web.get("/floor/times", self._on_times),
            web.get("/why", self._on_why),
            web.post("/desk/{agent}/{verb}", self._on_desk),
            web.post("/lead/{leader}/{verb}", self._on_lead),
        ]

    # ── looking ─────────────────────────────────────────────────────────────

    async def _on_floor(self, _request: web.Request) -> web.Response:
        return web.json_response(self._state.to_json())

    async def _on_times(self, request: web.Request) -> web.Response:
        query = request.query
        since, until = self._instant(query.get("from"), "from"), self._instant(query.get("to"), "to")
        until = min(until, self._now())
        if since >= until:
            raise bad("`from` must be past, and before `to`")
        try:
            known = self._plan().agents
            return web.json_response(await times_of(self._database, since, until, query.get("agent"), known=known))
        except NoSuchAgent as error:
            raise bad(str(error)) from None
        except DBAPIError as error:
            raise bad(f"the database cannot be read: {error.orig}") from error

    async def _on_why(self, request: web.Request) -> web.Response:
        query = request.query
        language = _language(query.get("lang", "zh"))
        call, agent = query.get("call"), query.get("agent")
        if (call is None) == (agent is None):
            raise bad("ask for `call`, or for `agent` and `at`")
        try:
            if call is not None:
                call, sentences = await why_call(self._database, self._plan(), call, language)
            else:
                at = self._instant(query.get("at"), "at")
                sentences = await why_agent(self._database, self._plan(), str(agent), at, language)
        except NoSuchCall as error:
            raise bad(str(error)) from None
        except DBAPIError as error:
            raise bad(f"the database cannot be read: {error.orig}") from error
        answer: dict[str, Any] = {"call": call} if agent is None else {"agent": agent}
        return web.json_response({**answer, "sentences": [sentence.to_json() for sentence in sentences]})

    def _instant(self, text: str | None, name: str) -> datetime:
        """What was asked for, now if nothing was."""
        if text is None:
            return self._now()
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise bad(f"`{name}` is not a time; write it like 2026-10-01T09:00") from None
        if not 1900 < at.year < 9000:  # days before and after it must be times too
            raise bad(f"`{name}` is a time that nobody could mean: {at.year}")
        return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)

    # ── agents ──────────────────────────────────────────────────────────────

    async def _on_desk(self, request: web.Request) -> web.Response:
        agent, verb = request.match_info["agent"], request.match_info["verb"]
        return web.json_response(await self.desk(agent, verb, await told(request)))

    async def desk(self, agent: str, verb: str, asked: Asked) -> Any:
        """Do what an agent wants; the agent as /floor tells them. Raises web.HTTPBadRequest."""
        wanted = self._verb(self._desk, verb)
        self._seat(agent)
        await wanted(agent, asked)
        return self._state.agent(agent)

    @staticmethod
    def _verb(verbs: Mapping[str, Verb], name: str) -> Verb:
        if name not in verbs:
            raise bad(f"{name!r} is nothing that can be done; there is {', '.join(verbs)}")
        return verbs[name]

    def _seat(self, agent: str) -> Seat:
        try:
            return self._dispatch.floor.seat(agent)
        except KeyError:
            raise bad(f"there is no agent {agent!r} on the floor: `hotline floor` shows who is") from None

    async def _ready(self, agent: str, _asked: Asked) -> None:
        seat = self._seat(agent)
        if seat.presence is Presence.OFFLINE:
            raise bad(f"{agent} {_away(seat)}")
        if seat.presence in (Presence.TALKING, Presence.OFFERED) and seat.wish is None:
            doing = "in a talk" if seat.presence is Presence.TALKING else "being rung"
            raise bad(f"{agent} is {doing}: they are ready by themselves after it")
        self._dispatch.signal(BreakEnded(agent))

    async def _break(self, agent: str, asked: Asked) -> None:
        known = {BreakReason.OWN_WISH.value: "", **self._plan().breaks}
        reason = asked.get("reason", BreakReason.OWN_WISH.value)
        if not isinstance(reason, str) or reason not in known:
            raise bad(f"{reason!r} is no reason of a break; there is {', '.join(known)}")
        self._dispatch.signal(BreakBegan(agent, reason))

    async def _extend(self, agent: str, asked: Asked) -> None:
        seconds = asked.get("seconds")
        if self._seat(agent).presence is not Presence.WRAP_UP:
            raise bad(f"{agent} is not in wrap-up")
        if seconds is not None and (not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_WRAP_UP):
            raise bad(f"`seconds` is a number up to {LONGEST_WRAP_UP:g}; without it, until they are ready")
        self._dispatch.signal(WrapUpExtended(agent, seconds))

    # ── talks ───────────────────────────────────────────────────────────────

    def _talking(self, order: Callable[[AgentTalk], Awaitable[None]]) -> Verb:
        async def do(agent: str, _asked: Asked) -> None:
            await self._obey(agent, order)

        return do

    async def _transfer(self, agent: str, asked: Asked) -> None:
        """`to` is `line:ID`, `agent:ID` or `number:N`; `warm` asks first."""
        to = asked.get("to")
        kind, _, name = to.partition(":") if isinstance(to, str) else ("", "", "")
        if kind not in _TARGETS or not name:
            raise bad("`to` is line:ID, agent:ID or number:N")
        target = _TARGETS[kind](name)
        await self._obey(agent, lambda talk: talk.consult(target) if asked.get("warm") else talk.transfer(target))

    async def _obey(self, agent: str, order: Callable[[AgentTalk], Awaitable[None]]) -> None:
        talk = self._conversations.of_agent(agent)
        try:
            async with asyncio.timeout(PATIENCE):
                await order(talk)
        except TalkRefused as error:
            raise bad(f"{agent} is not in a talk" if talk.state is State.OVER else f"{agent}: {error}") from None
        except TimeoutError:
            raise bad(f"{agent}: the switch did not do it in time: try again") from None

    async def _return(self, agent: str, _asked: Asked) -> None:
        """The agent's page is new, and rung for the talk that they are in."""
        try:
            self._conversations.wants_back(agent)
        except TalkRefused as error:
            talk = self._conversations.of_agent(agent)
            raise bad(f"{agent} is not in a talk" if talk.state is State.OVER else f"{agent}: {error}") from None

    async def _hang_up_agent(self, agent: str, _asked: Asked) -> None:
        talk = self._conversations.find(agent)
        side = None if talk is None else talk.side_of(agent)
        if side is None:
            raise bad(f"{agent} is not in a talk")
        try:
            async with asyncio.timeout(PATIENCE):
                await self._hang_up(side.leg)
        except (SwitchError, TimeoutError) as error:
            raise bad(f"{agent}: the switch did not hang up: {error or 'it did not answer'}") from None

    # ── shift leaders ───────────────────────────────────────────────────────

    async def _on_lead(self, request: web.Request) -> web.Response:
        leader, verb = request.match_info["leader"], request.match_info["verb"]
        return web.json_response(await self.lead(leader, verb, await told(request)))

    async def lead(self, leader: str, verb: str, asked: Asked) -> Any:
        """Do what a shift leader wants; what became of it. Raises web.HTTPBadRequest."""
        wanted = self._verb(self._lead, verb)
        rule = self._plan().agents.get(leader)
        if rule is None:
            raise bad(f"there is no agent {leader!r} in the live plan")
        if not rule.leader:
            raise bad(f"{leader} is no shift leader: the plan says `leader: true` of one who is")
        return await wanted(leader, asked)

    async def _move(self, _leader: str, asked: Asked) -> Any:
        """`lines` maps line to level; null gives the plan's lines back."""
        agent, lines = asked.get("agent"), asked.get("lines")
        if not isinstance(agent, str):
            raise bad("`agent` is whom to move")
        self._seat(agent)
        if lines is not None:
            if not isinstance(lines, dict) or not lines:
                raise bad('`lines` maps lines to levels like {"general": 1}, or is null for the plan\'s own')
            for line, level in lines.items():
                if line not in self._plan().lines:
                    raise bad(f"there is no line {line!r} in the live plan")
                if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= 9:
                    raise bad(f"the level of {line} is a number from 1 to 9, 1 the best")
        self._dispatch.signal(AgentMoved(agent, lines))
        return self._state.agent(agent)

    async def _raise(self, leader: str, asked: Asked) -> Any:
        """The waiting call goes before all others of its line."""
        call = asked.get("call")
        if not isinstance(call, str):
            raise bad("`call` is the one to raise")
        if self._dispatch.floor.ahead(call) is None:
            raise bad(f"{call} does not wait on a line")
        if (living := self._call(call)) is not None:
            living.note(events.CallRaised(leader))
        self._dispatch.signal(CallRaised(call))
        return {"call": call, "ahead": self._dispatch.floor.ahead(call)}

    def _of_agent(self, order: Callable[[str, str], Awaitable[None]]) -> Verb:
        async def do(leader: str, asked: Asked) -> Any:
            agent = asked.get("agent")
            if not isinstance(agent, str):
                raise bad("`agent` is whose talk")
            self._seat(agent)
            await self._attend(order(leader, agent))
            return self._state.agent(leader)

        return do

    def _of_call(self, order: Callable[[str, str], Awaitable[None]]) -> Verb:
        async def do(leader: str, asked: Asked) -> Any:
            call = asked.get("call")
            if not isinstance(call, str):
                raise bad("`call` is the one that is meant")
            await self._attend(order(leader, call))
            return self._state.agent(leader)

        return do

    async def _stop(self, leader: str, _asked: Asked) -> Any:
        await self._attend(self._supervision.stop(leader))
        return self._state.agent(leader)

    async def _attend(self, work: Awaitable[None]) -> None:
        """Let supervision do it; a leader's phone may have to ring first."""
        try:
            async with asyncio.timeout(RING_FOR + PATIENCE):
                await work
        except TalkRefused as error:
            raise bad(str(error)) from None
        except (SwitchError, TimeoutError) as error:
            raise bad(f"the switch did not do it: {error or 'it did not answer in time'}") from None


_TALK_VERBS: Mapping[str, Callable[[AgentTalk], Awaitable[None]]] = {
    "hold": AgentTalk.hold,
    "resume": AgentTalk.resume,
    "complete": AgentTalk.complete,
    "cancel": AgentTalk.cancel,
    "merge": AgentTalk.merge,
    "leave": AgentTalk.leave,
    "flag": AgentTalk.flag,
    "pause-recording": AgentTalk.pause_recording,
    "resume-recording": AgentTalk.resume_recording,
}
_TARGETS: Mapping[str, Callable[[str], Target]] = {"line": ToLine, "agent": ToAgent, "number": ToNumber}


def _away(seat: Seat) -> str:
    if not seat.phones:
        return "has no phone registered"
    return "is not on shift" if not seat.on_duty else "is no agent of the live plan any more"


def _language(name: str) -> Language:
    try:
        return Language[name.upper()]
    except KeyError:
        raise bad("`lang` is zh or en") from None
